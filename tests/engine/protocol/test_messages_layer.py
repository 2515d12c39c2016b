"""Messages on real sockets: rules, echo and greeting see and make them; each has a row."""

from __future__ import annotations

import socket

import pytest

from tests.engine.conftest import Do, Rows, Until
from tests.snapshots import fresh
from workbench.engine.model import commands as c
from workbench.engine.model.message_ends import (
    Delimiter,
    FixedSize,
    Http,
    Idle,
    LengthField,
    Messages,
)
from workbench.engine.model.responders.echo import Echo
from workbench.engine.model.responders.greet import Greet
from workbench.engine.model.responders.nothing import Nothing
from workbench.engine.model.responders.reply import Then
from workbench.engine.model.responders.rule import Match, Rule
from workbench.engine.model.responders.rules import Rules
from workbench.engine.model.responders.table import Responder
from workbench.engine.model.serialize import settings_from_json, settings_json
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.model.tail import Append
from workbench.session import Session
from workbench.texts import Problem

BOUND = 60.0
"""Only catches a hang."""
LINES = Delimiter("\r\n")


def settings(kind: Messages, responder: Responder | None = None) -> EndpointSettings:
    return EndpointSettings(
        "server",
        Role.LISTENER,
        address="127.0.0.1:0",
        responder=responder or Nothing(),
        messages=kind,
    )


def talk(
    session: Session, do: Do, kind: Messages, responder: Responder | None = None
) -> socket.socket:
    """A plain client of a server that divides what it reads."""
    session.add(settings(kind, responder))
    assert do(c.Start("server")).ok
    host, _, port = (fresh(session, "server").local or "").rpartition(":")
    return socket.create_connection((host, int(port)), timeout=BOUND)


def to_the_end(sock: socket.socket) -> bytes:
    sock.shutdown(socket.SHUT_WR)
    found = b""
    while came := sock.recv(65536):
        found += came
    return found


def answers(*pairs: tuple[str, str], wrap: bool = True) -> Rules:
    return Rules(tuple(Rule(Match.EXACT, value, reply, wrap=wrap) for value, reply in pairs))


def test_a_rule_answers_each_message_however_they_are_cut(
    session: Session, do: Do, rows: Rows
) -> None:
    with talk(session, do, LINES, answers(("PING", "PONG"), ("QUIT", "BYE"))) as peer:
        peer.sendall(b"PING\r\nPING\r\nwhat\r\nQU")
        peer.sendall(b"IT\r")
        peer.sendall(b"\n")
        assert to_the_end(peer) == b"PONG\r\nPONG\r\nBYE\r\n"
    told = [row for row in rows("server", "layer") if row.call == "messages.recv"]
    assert [row.payload for row in told] == [b"PING", b"PING", b"what", b"QUIT"]
    assert [row.result for row in told] == [6, 6, 6, 6]  # with what stands behind each


def test_a_note_of_the_rules_stands_behind_the_message(
    session: Session, do: Do, rows: Rows
) -> None:
    with talk(session, do, LINES, answers(("PING", "PONG"))) as peer:
        peer.sendall(b"one\r\nPING\r\ntwo\r\n")
        assert to_the_end(peer) == b"PONG\r\n"
    told = [row.call for row in rows("server", None) if row.call in {"messages.recv", "no_rule"}]
    assert told == ["messages.recv", "no_rule", "messages.recv", "messages.recv", "no_rule"]


def test_an_echo_is_a_message_again(session: Session, do: Do) -> None:
    with talk(session, do, LINES, Echo()) as peer:
        peer.sendall(b"one\r\n\r\ntwo\r\nno end")
        assert to_the_end(peer) == b"one\r\n\r\ntwo\r\n"


def test_greeting_and_echo_rule(session: Session, do: Do) -> None:
    echo = Rules((Rule(Match.CONTAINS, "o", "re: ", then=Then.ECHO),))
    with talk(session, do, LINES, echo) as peer:
        peer.sendall(b"one\r\n")
        assert to_the_end(peer) == b"re: one\r\n"
    assert do(c.Respond("server", Greet("220 here", wrap=True))).ok
    host, _, port = (fresh(session, "server").local or "").rpartition(":")
    with socket.create_connection((host, int(port)), timeout=BOUND) as peer:
        assert to_the_end(peer) == b"220 here\r\n"


def test_one_read_that_is_one_message_is_kept_once(
    session: Session, do: Do, until: Until, rows: Rows
) -> None:
    with talk(session, do, LengthField("u8"), Echo()) as peer:
        peer.sendall(b"\3abc")
        row = until("server", kind="layer", call="messages.recv")
        assert (row.payload, row.size, row.result) == (None, 4, 4)
        read = [item for item in rows("server") if item.seq < row.seq][-1]
        assert (read.call, read.payload) == ("recv", b"\3abc")
        assert to_the_end(peer) == b"\3abc"


def test_a_pause_ends_a_message(session: Session, do: Do, until: Until) -> None:
    with talk(session, do, Idle(0.02)) as peer:
        peer.sendall(b"half")
        assert until("server", kind="layer", call="messages.recv").payload == b"half"
        peer.sendall(b"more")
        until("server", kind="layer", call="messages.recv", payload=b"more")


def test_what_cannot_be_divided_is_said_and_read_on(
    session: Session, do: Do, until: Until, rows: Rows
) -> None:
    with talk(session, do, Delimiter("\n", max=4), Echo()) as peer:
        peer.sendall(b"too long for one")
        row = until("server", kind="layer", call="messages.fault")
        assert (row.errno, row.error) == ("MESSAGES_TOO_LONG", "too long")
        assert row.payload == b"too long for one"
        peer.sendall(b"a\nb\n")
        assert to_the_end(peer) == b""  # it is read to its end, and answered no more
    assert sum(row.size or 0 for row in rows("server") if row.call == "recv") == 20


def test_an_end_within_a_message_has_a_row(session: Session, do: Do, until: Until) -> None:
    with talk(session, do, FixedSize(4)) as peer:
        peer.sendall(b"sixsix")
        peer.shutdown(socket.SHUT_WR)
        until("server", kind="layer", call="messages.recv", payload=b"sixs")
        cut = until("server", kind="layer", call="messages.fault")
        assert (cut.errno, cut.payload) == ("MESSAGES_CUT", b"ix")


def test_send_makes_a_message_where_it_is_asked_to(session: Session, do: Do) -> None:
    with talk(session, do, LengthField("u16le", at=1, add=0)) as peer:
        assert do(c.Send("server", text="Tabc", wrap=True)).ok
        assert do(c.Send("server", hex="54 00", append=Append.CRLF)).ok
        assert do(c.Send("server", text="T{counter}", placeholders=True, wrap=True)).ok
        assert do(c.Close("server", connection=1)).ok
        assert to_the_end(peer) == b"T\6\0abc" + b"T\0\r\n" + b"T\4\x001"


def test_a_client_knows_which_responses_have_no_body(
    session: Session, do: Do, until: Until
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(BOUND)
        port = listener.getsockname()[1]
        session.add(
            EndpointSettings("client", Role.STREAM, address=f"127.0.0.1:{port}", messages=Http())
        )
        assert do(c.Connect("client")).ok
        peer, _ = listener.accept()
        with peer:
            head = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"
            for request in ("HEAD / HTTP/1.1\r\n", "\r\nGET / HTTP/1.1\r\n\r\n"):
                assert do(c.Send("client", text=request)).ok
            peer.sendall(head + head + b"ok")
            until("client", kind="layer", call="messages.recv", payload=head)
            until("client", kind="layer", call="messages.recv", payload=head + b"ok")


def test_wrap_needs_to_know_what_a_message_is(session: Session, do: Do) -> None:
    with pytest.raises(Problem) as caught:
        EndpointSettings("it", Role.STREAM, responder=answers(("a", "b")))
    assert caught.value.key == "engine.wrap_without_messages"
    session.add(EndpointSettings("server", Role.LISTENER, address="127.0.0.1:0"))
    assert do(c.Start("server")).ok
    for command in (
        c.Send("server", text="a", wrap=True),
        c.Respond("server", answers(("a", "b"))),
    ):
        outcome = do(command)
        assert not outcome.ok


@pytest.mark.parametrize(
    "kind",
    [
        LINES,
        Delimiter(ends_hex="1e", max=9),
        LengthField(),
        LengthField("var7", 1, 3),
        FixedSize(8),
        Idle(),
        Http(),
    ],
)
def test_settings_come_back_from_the_record(kind: Messages) -> None:
    made = settings(kind)
    assert settings_from_json(settings_json(made)) == made
