"""Every word of a WebSocket layer is provoked for real and explained in both languages."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.engine.protocol.websocket.peer import MASK, wire
from tests.engine.protocol.websocket.test_upgrade import ANSWERS, REQUESTS
from workbench import texts
from workbench.engine.model import commands as c
from workbench.engine.model.errors import explanation_key
from workbench.engine.model.family import TCP
from workbench.engine.model.responders.echo import Echo
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.model.ticket import Outcome
from workbench.engine.model.websocket_settings import Deflate, WebSocketSettings
from workbench.engine.protocol.websocket.deflate import Packer
from workbench.engine.protocol.websocket.faults import FAULTS
from workbench.engine.protocol.websocket.upgrade import REFUSALS, RESPONSES
from workbench.explain.explain import explain, what_failed
from workbench.journal.reader import Reader, Row
from workbench.scenario.outcome import failure_text
from workbench.session import Session
from workbench.viewmodel.command_outcome import failure_sentence

BOUND = 60.0
"""Only catches a hang."""
OPEN = REQUESTS["path"].replace(
    "Host:", "Sec-WebSocket-Extensions: permessage-deflate\r\nHost:"
).encode()  # fmt: skip
BOMB = Packer(15, anew=False).pack(bytes(1 << 20))[:900]
DEFLATE = WebSocketSettings(deflate=Deflate(), max_message=1000)


def masked(opcode: int, payload: bytes = b"", **more: object) -> bytes:
    return wire(opcode, payload, mask=MASK, **more)


FRAMES = {
    "rsv": masked(1, b"a", rsv=2),
    "opcode": masked(3),
    "form": masked(1, b"a", form=8),
    "length_top_bit": masked(2, b"", length=2**63, form=8),
    "mask_missing": wire(1, b"a"),
    "control_fragmented": masked(9, b"", fin=False),
    "control_long": masked(9, bytes(126)),
    "continuation_alone": masked(0, b"a"),
    "message_unfinished": masked(1, b"a", fin=False) + masked(1, b"b"),
    "close_length": masked(8, b"\x03"),
    "close_code": masked(8, b"\x03\xed"),
    "close_utf8": masked(8, b"\x03\xe8\xff"),
    "utf8": masked(1, b"\xff"),
    "too_long": masked(2, bytes(1001)),
    "inflates_too_long": masked(2, BOMB, rsv=4),
    "inflate": masked(2, b"\xff\xff\xff", rsv=4),
    "rsv1_within": masked(1, b"", fin=False) + masked(0, b"a", rsv=4),
}


@dataclass
class Ends:
    """A session that records, and what stands in its record afterwards."""

    session: Session

    def server(self, settings: WebSocketSettings) -> tuple[str, int]:
        self.session.add(
            EndpointSettings(
                "server", Role.LISTENER, address="127.0.0.1:0", responder=Echo(), websocket=settings
            )
        )
        ticket = self.session.perform(c.Start("server"))
        assert ticket.wait(BOUND)
        host, _, port = self.session.link("server").rpartition(":")
        return host, int(port)

    def rows(self) -> list[Row]:
        self.session.close()
        with closing(Reader(self.session.record)) as reader:
            return reader.page(1, 1_000_000)


@pytest.fixture
def ends(tmp_path: Path) -> Iterator[Ends]:
    session = Session(tmp_path / "record.swb")
    yield Ends(session)
    session.close()


def to_the_end(sock: socket.socket) -> None:
    sock.settimeout(BOUND)
    try:
        while sock.recv(65536):
            pass
    except ConnectionResetError:
        pass


def explained(row: Row) -> str:
    """All that is said of a row, in every language."""
    said = []
    for language in texts.LANGUAGES:
        texts.set_language(language)
        found = explain(row, title=row.call)
        assert found.sections, row
        assert not found.python
        said += [line for section in found.sections for line in section.paragraphs]
        assert all(line.strip() for line in said)
        if row.error is not None:
            said.append(what_failed(row))
    return "\n".join(said)


@pytest.fixture(autouse=True)
def _language() -> Iterator[None]:
    before = texts.language()
    yield
    texts.set_language(before)


def fault(rows: list[Row], key: str) -> Row:
    return next(row for row in rows if row.call == "ws.fault" and row.error == key)


@pytest.mark.parametrize("key", FRAMES)
def test_a_frame_that_breaks_a_rule(ends: Ends, key: str) -> None:
    with socket.create_connection(ends.server(DEFLATE)) as peer:
        peer.sendall(OPEN + FRAMES[key])
        to_the_end(peer)
    row = fault(ends.rows(), key)
    rule = FAULTS[key]
    section = rule.section if rule.section.startswith("RFC") else f"RFC 6455, {rule.section}"
    said = explained(row)
    assert section in said
    assert f"WS_{rule.code}" in said
    assert texts.tr(f"ws.fault.{key}.try") in said


@pytest.mark.parametrize("key", [key for key in REFUSALS if key in REQUESTS])
def test_a_request_that_is_refused(ends: Ends, key: str) -> None:
    settings = WebSocketSettings(path="/chat", origin="http://a" if key == "origin" else None)
    with socket.create_connection(ends.server(settings)) as peer:
        more = b"x" * 70000 if key == "head_too_long" else b""
        try:
            peer.sendall(REQUESTS[key].encode() + more)
        except OSError:
            pass
        to_the_end(peer)
    rows = ends.rows()
    assert f"HTTP_{REFUSALS[key].status}" in explained(fault(rows, key))
    for row in rows:
        if row.kind == "layer":
            explained(row)


@pytest.mark.parametrize("key", RESPONSES)
def test_a_response_that_opens_nothing(ends: Ends, key: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        host, port = listener.getsockname()
        settings = WebSocketSettings(key="dGhlIHNhbXBsZSBub25jZQ==")
        ends.session.add(
            EndpointSettings("client", Role.STREAM, address=f"{host}:{port}", websocket=settings)
        )
        ticket = ends.session.perform(c.Connect("client"))
        with listener.accept()[0] as peer:
            peer.settimeout(BOUND)
            peer.recv(4096)
            try:
                peer.sendall(ANSWERS[key].encode())
                peer.shutdown(socket.SHUT_WR)
            except OSError:
                pass
            assert ticket.wait(BOUND)
            to_the_end(peer)
    assert ticket.outcome is not None
    assert ticket.outcome.error == ("HTTP_200" if key == "status" else "WS_HANDSHAKE")
    assert explanation_key(None, ticket.outcome.error) in {"errors.HTTP_2XX", "errors.WS_HANDSHAKE"}
    assert all_say_the_same(ticket.outcome, fault(ends.rows(), key))
    explained(fault(ends.rows(), key))


def test_a_server_that_does_not_answer(ends: Ends) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        host, port = listener.getsockname()
        ends.session.add(
            EndpointSettings(
                "client", Role.STREAM, address=f"{host}:{port}", timeout=0.05,
                websocket=WebSocketSettings(),
            )
        )  # fmt: skip
        ticket = ends.session.perform(c.Connect("client"))
        assert ticket.wait(BOUND)
    assert ticket.outcome is not None
    assert ticket.outcome.errno == "WS_NO_ANSWER"
    assert all_say_the_same(ticket.outcome, fault(ends.rows(), "no_answer"))


def test_a_server_that_resets_the_connection(ends: Ends) -> None:
    """In the middle of its answer: window, step and Explain say which handshake it was."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        host, port = listener.getsockname()
        ends.session.add(
            EndpointSettings(
                "client", Role.STREAM, address=f"{host}:{port}", websocket=WebSocketSettings()
            )
        )
        ticket = ends.session.perform(c.Connect("client"))
        with listener.accept()[0] as peer:
            peer.recv(4096)
            peer.sendall(b"HTTP/1.1 101 Sw")
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        assert ticket.wait(BOUND)
    assert ticket.outcome is not None
    assert (ticket.outcome.errno, ticket.outcome.error) == ("ECONNRESET", "ConnectionResetError")
    assert all_say_the_same(ticket.outcome, fault(ends.rows(), "reset"))


def all_say_the_same(outcome: Outcome, row: Row) -> bool:
    """Window, step and Explain, in every language, and the call strip's name of what failed."""
    for language in texts.LANGUAGES:
        texts.set_language(language)
        word, what = row.errno, what_failed(row)
        told = texts.tr("message.failed", call="ws.open", errno=word, what=what)
        assert failure_sentence(outcome, "connect", TCP).show() == told
        assert what in failure_text(outcome).text
        assert what in explained(row)
    return True


def test_a_whole_talk(ends: Ends) -> None:
    """Every other word, of both ends."""
    ends.server(WebSocketSettings(subprotocols=("chat",), deflate=Deflate()))
    ends.session.add(
        EndpointSettings(
            "client",
            Role.STREAM,
            address="@server",
            websocket=WebSocketSettings(subprotocols=("chat",), deflate=Deflate(), fragment=2),
        )
    )

    def perform(command: c.Command) -> None:
        assert ends.session.perform(command).wait(BOUND)

    perform(c.Connect("client"))
    perform(c.Send("client", text="hello"))
    perform(c.SendFrame("client", 9, text="p", wrong_mask=True))
    perform(c.Raw("client", hex="8a 80 00 00 00 00"))
    perform(c.Ping("client", text="x"))
    for code in (None, 1000):
        perform(c.CloseWebSocket("client", code, "bye"))
    perform(c.Close("client"))
    rows = [row for row in ends.rows() if row.kind == "layer"]
    said = {row.call: explained(row) for row in rows}
    assert {
        "ws.request",
        "ws.response",
        "ws.open",
        "ws.send",
        "ws.recv",
        "ws.message",
        "ws.raw",
    } <= set(said)
    assert "chat" in said["ws.open"]


WORDS = (
    "HTTP_401 HTTP_403 HTTP_404 HTTP_426 HTTP_418 WS_1002 WS_1006 WS_1007 WS_1009 WS_1011 "
    "WS_HANDSHAKE"
).split()


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_the_word_of_a_layer_is_told_where_it_ends_a_command(word: str, language: str) -> None:
    texts.set_language(language)
    stem = explanation_key(None, word)
    assert stem == ("errors.HTTP" if word == "HTTP_418" else f"errors.{word}")
    for part in ("what", "kernel", "try"):
        assert texts.tr(f"{stem}.{part}", errno=word, text="", call="")


def test_every_fault_has_its_words() -> None:
    for language in texts.LANGUAGES:
        texts.set_language(language)
        for key in {*FAULTS, *REFUSALS, *RESPONSES, "no_close"}:
            assert texts.tr(f"ws.fault.{key}.what")
            assert texts.tr(f"ws.fault.{key}.try")


@pytest.mark.parametrize("code", [1000, 1006, 1015, 2999, 3999, 4999, 0, None])
def test_a_close_code_says_what_it_means(code: int | None) -> None:
    from workbench.explain.websocket_words import code_meaning

    assert code_meaning(code)


@pytest.mark.parametrize("args", ["", "(", "x", "1 +", "f()", "'a', 'b', 'c'", "code=1"])
def test_the_record_of_a_stranger_is_explained_too(args: str) -> None:
    for call in ("fault", "send", "response", "end", "open", "message", "pong", "raw", "nonsense"):
        explain(stranger(f"ws.{call}", args), title="")


def stranger(call: str, args: str) -> Row:
    values = dict.fromkeys(Row._fields)
    values |= {"seq": 1, "t_ns": 0, "duration_ns": 0, "kind": "layer", "call": call, "args": args}
    return Row(**values)  # type: ignore[arg-type]
