"""What people read is what the topmost layer gave, by what the record says of each connection."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.snapshots import fresh
from workbench.engine.model import commands as c
from workbench.engine.model.message_ends import Delimiter, FixedSize, Messages
from workbench.engine.model.responders.nothing import Nothing
from workbench.engine.model.responders.reply import OnPeerClose
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.model.tls_settings import TlsSettings
from workbench.journal.reader import Reader, Row
from workbench.journal.topmost import Topmost, is_received, is_sent
from workbench.session import Session

BOUND = 60.0
"""Seconds; only catches a hang."""
LINES = Delimiter("\n")


class Pair:
    """A client, and a server that sees lines."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def do(self, command: c.Command) -> None:
        ticket = self.session.perform(command)
        assert ticket.wait(BOUND)
        assert ticket.outcome is not None
        assert ticket.outcome.ok

    def open(self) -> None:
        self.do(c.Start("server"))
        self.do(c.Connect("client"))

    def close(self) -> None:
        for name in ("client", "server"):
            self.do(c.Stop(name))

    def send(self, text: str) -> None:
        """And wait until the other end has it in the record."""
        before = self._received
        self.do(c.Send("client", text=text))
        while self._received < before + len(text):
            self.session.journal.flush(BOUND)

    @property
    def _received(self) -> int:
        return sum(item.bytes_in for item in fresh(self.session, "server").connections)

    def divide(self, messages: Messages | None) -> None:
        settings = self.session.settings("server")
        self.do(c.Configure("server", replace(settings, messages=messages)))

    def rows(self, reader: Reader) -> list[Row]:
        self.session.journal.flush(BOUND)
        return [row for row in reader.page(1, 10_000) if row.endpoint == "server"]


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    with Session(tmp_path / "r.swb") as made:
        keeps = Nothing(OnPeerClose.KEEP)
        made.add(
            EndpointSettings(
                "server",
                Role.LISTENER,
                address="127.0.0.1:0",
                messages=LINES,
                responder=keeps,
            )
        )
        made.add(EndpointSettings("client", Role.STREAM, address="@server", responder=keeps))
        yield Pair(made)


def told(pair: Pair, *, divided: bool = True) -> list[bytes]:
    """What came to the server, as a record that is read anew tells it."""
    reader = pair.session.journal.reader()
    try:
        topmost = Topmost(reader, divided=divided)
        rows = [topmost.told(row) for row in pair.rows(reader)]
        return [
            row.payload or b"" for row in rows if row is not None and is_received(row) and row.size
        ]
    finally:
        reader.close()


def test_messages_are_told_and_the_reads_below_them_are_not(pair: Pair) -> None:
    pair.open()
    pair.send("one\ntwo\nthr")
    pair.send("ee\n")
    assert told(pair) == [b"one", b"two", b"three"]


def test_the_stream_is_told_with_what_ends_its_messages(pair: Pair) -> None:
    pair.open()
    pair.send("one\ntwo\nthr")
    pair.send("ee\n")
    assert b"".join(told(pair, divided=False)) == b"one\ntwo\nthree\n"


def test_a_connection_without_messages_is_told_by_its_reads_whatever_came_later(
    pair: Pair,
) -> None:
    """The endpoint divides before, not during, and again after: the record has only its newest."""
    pair.open()
    pair.send("a\nb\n")
    pair.close()
    pair.divide(None)
    pair.open()
    pair.send("c\nd")
    pair.close()
    pair.divide(LINES)
    pair.open()
    pair.send("e\nf\n")
    assert told(pair) == [b"a", b"b", b"c\nd", b"e", b"f"]


def test_what_another_one_of_the_same_name_was_set_to_says_nothing(pair: Pair) -> None:
    """That one was removed; the new one has been given no settings since it was added."""
    plain = replace(pair.session.settings("server"), messages=None)
    pair.divide(FixedSize(2))
    assert pair.session.remove("server").wait(BOUND)
    pair.session.add(plain)
    pair.open()
    pair.send("abcd")
    assert b"".join(told(pair)) == b"abcd"


def test_a_message_that_was_just_one_read_has_its_bytes_though_rows_were_skipped(
    pair: Pair,
) -> None:
    """The row itself has none of its own: those of the read before it."""
    pair.divide(FixedSize(2))
    pair.open()
    pair.send("ab")
    reader = pair.session.journal.reader()
    message = next(row for row in pair.rows(reader) if row.call == "messages.recv")
    assert message.payload is None
    shown = Topmost(reader).told(message)
    assert shown is not None
    assert shown.payload == b"ab"
    reader.close()


def test_what_is_sent_is_told_as_it_is_given(pair: Pair) -> None:
    pair.open()
    pair.send("x\n")
    pair.do(c.Send("server", text="hello\n", connection=c.ALL))
    reader = pair.session.journal.reader()
    topmost = Topmost(reader)
    rows = [topmost.told(row) for row in pair.rows(reader)]
    assert [row.payload for row in rows if row is not None and is_sent(row)] == [b"hello\n"]
    reader.close()


def layered(row: Row, call: str, args: str, payload: bytes) -> Row:
    """The row of a layer on the connection of another row."""
    return row._replace(
        kind="layer", call=call, args=args, payload=payload, size=len(payload), result=len(payload)
    )


def test_of_a_websocket_messages_are_told_and_not_their_pieces(pair: Pair) -> None:
    """A frame that is a message stands for itself; of several, or packed, the message is told."""
    pair.divide(None)
    pair.open()
    pair.send("x")
    reader = pair.session.journal.reader()
    topmost = Topmost(reader)
    read = next(row for row in pair.rows(reader) if row.call == "recv")
    told_of = {
        ("ws.recv", "'TEXT', mask='00000000'"): (True, False),
        ("ws.recv", "'TEXT', fin=False"): None,
        ("ws.recv", "'CONTINUATION'"): None,
        ("ws.message", "'TEXT', 'in', frames=2"): (True, False),
        ("ws.send", "'BINARY', rsv=4"): None,
        ("ws.message", "'BINARY', 'out', deflate=True"): (False, True),
        ("ws.recv", "'PING'"): (False, False),
        ("ws.open", ""): (False, False),
    }
    for (call, args), carries in told_of.items():
        row = topmost.told(layered(read, call, args, b"hi"))
        assert (row and (is_received(row), is_sent(row))) == carries, (call, args)
    reader.close()


def test_tls_that_comes_later_is_known_by_its_first_bytes(pair: Pair) -> None:
    """What was read before is text; the record of a handshake, and all after it, is none."""
    settings = pair.session.settings("server")
    pair.do(
        c.Configure("server", replace(settings, messages=None, tls=TlsSettings(cert="test:good")))
    )
    pair.open()
    pair.send("STARTTLS")
    reader = pair.session.journal.reader()
    topmost = Topmost(reader)
    read = next(row for row in pair.rows(reader) if row.call == "recv")
    assert topmost.told(read) == read
    assert topmost.told(read._replace(payload=b"\x16\x03\x01")) is None
    assert topmost.told(read) is None
    reader.close()


def test_a_layer_that_was_started_later_is_the_topmost_from_then_on(pair: Pair) -> None:
    """Before it the socket's own reads are what came; then its data, and never ciphertext."""
    pair.divide(None)
    pair.open()
    pair.send("plain")
    reader = pair.session.journal.reader()
    topmost = Topmost(reader)
    read = next(row for row in pair.rows(reader) if row.call == "recv")
    sent = read._replace(call="send")
    assert topmost.told(read) == read
    assert topmost.told(layered(read, "tls.recv", "'client_hello'", b"hello")) is None
    assert topmost.told(read) is None
    assert topmost.told(sent) is None
    data = layered(read, "tls.recv", "'data'", b"secret")
    assert topmost.told(data) == data
    frame = layered(read, "ws.recv", "'TEXT'", b"hi")
    assert topmost.told(frame) == frame
    assert topmost.told(data) is None
    message = layered(read, "messages.recv", "", b"h")
    assert topmost.told(message) == message
    assert topmost.told(frame) is None
    out = layered(read, "ws.send", "'TEXT'", b"yes")
    assert topmost.told(out) == out  # messages has no rows of what is sent
    reader.close()
