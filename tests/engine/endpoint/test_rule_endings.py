"""What follows a rule's reply on real sockets, and the greeting before all rules."""

from __future__ import annotations

import socket
from collections.abc import Callable

import pytest

from tests.engine.conftest import Until
from tests.snapshots import fresh
from workbench.engine.model import commands as c
from workbench.engine.model.responders.reply import Then
from workbench.engine.model.responders.rule import Match, Rule
from workbench.engine.model.responders.rules import Rules
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.model.ticket import Outcome
from workbench.session import Session

BOUND = 60.0
"""Only catches a hang."""
Open = Callable[[Rules], socket.socket]


@pytest.fixture
def open_(session: Session, do: Callable[[c.Command], Outcome]) -> Open:
    """A plain client of a server with these rules."""

    def connected(rules: Rules) -> socket.socket:
        session.add(
            EndpointSettings("server", Role.LISTENER, address="127.0.0.1:0", responder=rules)
        )
        assert do(c.Start("server")).ok
        host, _, port = (fresh(session, "server").local or "").rpartition(":")
        return socket.create_connection((host, int(port)), timeout=BOUND)

    return connected


def read(sock: socket.socket) -> bytes:
    found = b""
    while came := sock.recv(65536):
        found += came
    return found


def test_a_greeting_comes_before_all_rules(open_: Open) -> None:
    rules = Rules(
        (Rule(Match.CONTAINS, "QUIT", "221 bye\r\n", then=Then.CLOSE),), greet="220 hi\r\n"
    )
    with open_(rules) as peer:
        assert peer.recv(100) == b"220 hi\r\n"
        peer.sendall(b"QUIT\r\n")
        assert read(peer) == b"221 bye\r\n"


def test_a_half_close_after_the_reply_leaves_the_other_direction(open_: Open, until: Until) -> None:
    with open_(Rules((Rule(Match.EXACT, "end", "done", then=Then.HALF_CLOSE),))) as peer:
        peer.sendall(b"end")
        assert read(peer) == b"done"
        peer.sendall(b"still read")
        until("server", call="recv", payload=b"still read")


def test_a_reset(open_: Open) -> None:
    with open_(Rules((Rule(Match.EXACT, "die", then=Then.RESET),))) as peer:
        peer.sendall(b"die")
        with pytest.raises(ConnectionResetError):
            peer.recv(1)


def test_a_word_is_of_one_connection(open_: Open, session: Session) -> None:
    rules = Rules((Rule(Match.EXACT, "a", "first", when="", to="b"), Rule(Match.ANY, reply="then")))
    with open_(rules) as one:
        host, port = one.getpeername()
        with socket.create_connection((host, port), timeout=BOUND) as two:
            for peer in (one, two):
                peer.sendall(b"a")
                assert peer.recv(100) == b"first"
                peer.sendall(b"a")
                assert peer.recv(100) == b"then"


def test_a_client_answers_by_rules_as_well(
    session: Session, do: Callable[[c.Command], Outcome]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(BOUND)
        rules = Rules((Rule(Match.REGEX, r"\+OK (?P<id>\w+)", "PASS {id}\r\n"),))
        where = f"127.0.0.1:{listener.getsockname()[1]}"
        session.add(EndpointSettings("client", Role.STREAM, address=where, responder=rules))
        assert do(c.Connect("client")).ok
        peer, _ = listener.accept()
        with peer:
            peer.settimeout(BOUND)
            peer.sendall(b"+OK abc\r\n")
            assert peer.recv(100) == b"PASS abc\r\n"
