"""Layers on real sockets: both ways, timers, ends, and what waits for them."""

from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.engine.conftest import Do, Rows, Until
from tests.engine.protocol.framed import HELLO
from tests.engine.protocol.test_stack import TABLE, framed
from tests.snapshots import fresh
from workbench.engine.model import commands as c
from workbench.engine.model.responders.echo import Echo
from workbench.engine.model.responders.greet import Greet
from workbench.engine.model.responders.nothing import Nothing
from workbench.engine.model.responders.reply import OnPeerClose
from workbench.engine.model.responders.rule import Match, Rule
from workbench.engine.model.responders.rules import Rules
from workbench.engine.model.responders.table import Responder
from workbench.engine.model.settings import EndpointSettings, Reconnect, Role
from workbench.engine.model.snapshot import CloseCause
from workbench.engine.protocol import stack as stacks
from workbench.session import Session

BOUND = 60.0
"""Only catches a hang."""


@pytest.fixture(autouse=True)
def _table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stacks, "LAYERS", TABLE)


def server(
    session: Session, do: Do, responder: Responder | None = None, *layers: str, **more: Any
) -> EndpointSettings:
    made = EndpointSettings(
        "server",
        Role.LISTENER,
        address="127.0.0.1:0",
        responder=responder or Nothing(),
        layers=layers,
        **more,
    )
    session.add(made)
    assert do(c.Start("server")).ok
    return made


def client(session: Session, *layers: str, **more: object) -> None:
    session.add(
        EndpointSettings("client", Role.STREAM, address="@server", layers=layers, **more)  # type: ignore[arg-type]
    )


def raw(session: Session) -> socket.socket:
    """A client of the server that has no layers."""
    host, _, port = (fresh(session, "server").local or "").rpartition(":")
    return socket.create_connection((host, int(port)), timeout=BOUND)


def whole(sock: socket.socket, count: int) -> bytes:
    found = b""
    while len(found) < count and (came := sock.recv(count - len(found))):
        found += came
    return found


def until_there(sock: socket.socket, wanted: bytes) -> bytes:
    found = b""
    while wanted not in found and (came := sock.recv(65536)):
        found += came
    return found


def to_the_end(sock: socket.socket) -> bytes:
    found = b""
    while came := sock.recv(65536):
        found += came
    return found


def test_both_ways_through_two_layers(session: Session, do: Do, until: Until, rows: Rows) -> None:
    server(session, do, Echo(), "framed", "upper")
    client(session, "framed", "upper")
    assert do(c.Connect("client")).ok
    assert do(c.Send("client", text="hello")).ok
    got = until("client", kind="layer", call="framed.recv")
    assert (got.payload, got.size, got.args) == (b"HELLO", 5, "5")
    sent = until("client", kind="layer", call="framed.send")
    carrying = next(row for row in rows("client", None) if row.seq > sent.seq)
    assert (carrying.call, carrying.payload) == ("send", framed(b"HELLO").upper())
    assert sent.cause == carrying.cause is not None
    read = [row for row in rows("client", None) if row.seq < got.seq][-1]
    assert (read.call, read.kind) == ("recv", "call")
    assert got.t_ns == read.t_ns + 1  # its bytes were there then, however long the layers took


def test_connect_and_greeting_wait_for_the_layers(session: Session, do: Do, until: Until) -> None:
    server(session, do, Greet("welcome"), "framed")
    with raw(session) as plain:
        assert whole(plain, 3) == HELLO
        plain.sendall(HELLO[:1])
        plain.sendall(HELLO[1:])
        assert whole(plain, 9) == framed(b"welcome")
    client(session, "framed", timeout=BOUND)
    assert do(c.Connect("client")).ok  # when the layer is open
    until("client", kind="layer", call="framed.recv", payload=b"welcome")


def test_what_is_sent_before_waits(session: Session, do: Do, until: Until) -> None:
    server(session, do)  # without the layer: it says hello when we want it to
    client(session, "framed")
    connect = session.perform(c.Connect("client"))
    until("server", call="recv", payload=HELLO)
    early = session.perform(c.Send("client", text="early"))
    assert do(c.GetOption("client", "SO_ERROR")).ok  # its thread has come to the send
    assert not connect.done
    assert not early.done
    assert do(c.Send("server", text="HI\n")).ok
    assert connect.wait(BOUND)
    assert early.wait(BOUND)
    assert connect.outcome is not None
    assert connect.outcome.ok
    assert until("server", call="recv", payload=framed(b"early"))


def test_what_waits_fails_with_the_layer(session: Session, do: Do, until: Until) -> None:
    server(session, do)
    client(session, "framed")
    connect = session.perform(c.Connect("client"))
    until("server", call="recv", payload=HELLO)
    early = session.perform(c.Send("client", text="early"))
    assert do(c.GetOption("client", "SO_ERROR")).ok
    assert do(c.Send("server", text="HTTP/1.1 400\r\n")).ok
    for ticket in (connect, early):
        assert ticket.wait(BOUND)
        assert ticket.outcome is not None
        assert ticket.outcome.error == "FRAMED_NO_HELLO"
    until("server", call="recv", size=0)  # ended politely: a FIN, no reset


def test_the_timeout_runs_anew_for_the_layers(session: Session, do: Do, until: Until) -> None:
    server(session, do)
    client(session, "framed", timeout=0.1)
    assert do(c.Connect("client")).error == "TimeoutError"
    assert fresh(session, "client").connections[-1].close_cause is CloseCause.TIMED_OUT


def test_a_layers_timer_sends_by_itself(session: Session, do: Do, until: Until) -> None:
    server(session, do, None, "framed")
    with raw(session) as plain:
        plain.sendall(HELLO)
        assert whole(plain, 7) == HELLO + b"\xff\xff" * 2  # twice
    client(session, "framed")
    assert do(c.Connect("client")).ok
    until("client", kind="layer", call="framed.tick")


def test_last_words_reach_who_was_not_done_sending(
    session: Session, do: Do, until: Until, rows: Rows
) -> None:
    """A plain close() with bytes unread would reset them."""
    server(session, do, Echo(), "framed")
    with raw(session) as plain:
        plain.sendall(HELLO + (5000).to_bytes(2, "big") + b"x" * 5000)
        assert to_the_end(plain).endswith(b"TOO LONG")
        plain.sendall(b"still talking")
    until("server", call="close", connection=2)
    ours = [row.call for row in rows("server") if row.connection == 2]
    assert ours[-2:] == ["recv", "close"]
    assert ours.index("shutdown") > ours.index("send")
    assert fresh(session, "server").connections[-1].errno == "FRAMED_TOO_LONG"


def test_the_peers_end_within_the_layer_closes_as_its_fin_would(
    session: Session, do: Do, until: Until
) -> None:
    server(session, do, Nothing(OnPeerClose.CLOSE), "framed")
    with raw(session) as plain:
        plain.sendall(HELLO + b"\xff\xfe")  # the layer's own end of stream
        assert to_the_end(plain).startswith(HELLO)
    with raw(session) as plain:
        plain.sendall(HELLO)
        plain.shutdown(socket.SHUT_WR)
        assert to_the_end(plain).startswith(HELLO)


def test_a_stream_that_is_cut_is_told(session: Session, do: Do, until: Until) -> None:
    server(session, do, Echo(), "framed")
    with raw(session) as plain:
        plain.sendall(HELLO + b"\x00")
        plain.shutdown(socket.SHUT_WR)
        to_the_end(plain)
    until("server", call="close", connection=2)
    assert fresh(session, "server").connections[-1].errno == "FRAMED_CUT"


def test_a_rule_sees_messages_and_its_delayed_reply_goes_through(session: Session, do: Do) -> None:
    late = Rule(Match.EXACT, "late", "later", delay=0.05)
    now = Rule(Match.EXACT, "now", "at once")
    server(session, do, Rules((late, now)), "framed")
    with raw(session) as plain:
        message = framed(b"late") + framed(b"now")
        plain.sendall(HELLO + message[:4])
        plain.sendall(message[4:])
        wire = b""
        while framed(b"at once") not in wire:  # its ticks may stand behind it
            wire += plain.recv(65536)
        assert framed(b"later") + framed(b"at once") in wire.replace(b"\xff\xff", b"")


def test_the_kernels_close_says_nothing_through_the_layers(
    session: Session, do: Do, until: Until
) -> None:
    """So it is that a truncated stream is made."""
    server(session, do, None, "framed")
    with raw(session) as plain:
        plain.sendall(HELLO)
        until("server", call="recv", payload=HELLO)
        assert do(c.Close("server", connection=1)).ok
        assert b"\xff\xfe" not in to_the_end(plain)


def test_a_file_is_one_message(session: Session, do: Do, until: Until, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"abc" * 100)
    server(session, do, None, "framed")
    client(session, "framed")
    assert do(c.Connect("client")).ok
    assert do(c.Send("client", file=str(path))).ok
    assert until("server", kind="layer", call="framed.recv").size == 300


def test_an_unknown_layer_is_refused_before_anything_starts(
    session: Session, do: Do, rows: Rows
) -> None:
    session.add(EndpointSettings("it", Role.LISTENER, address="127.0.0.1:0", layers=("tls",)))
    outcome = do(c.Start("it"))
    assert outcome.problem is not None
    assert outcome.problem.key == "engine.unknown_layer"
    assert not rows("it")


def test_a_big_file_goes_through_a_layer_whole(session: Session, do: Do, tmp_path: Path) -> None:
    path = tmp_path / "big"
    path.write_bytes(b"a" * (3 << 20))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"127.0.0.1:{listener.getsockname()[1]}"
        session.add(EndpointSettings("client", Role.STREAM, address=address, layers=("upper",)))
        assert do(c.Connect("client")).ok
        accepted, _ = listener.accept()
        with accepted:
            sending = session.perform(c.Send("client", file=str(path)))
            assert whole(accepted, 3 << 20) == b"A" * (3 << 20)
            assert sending.wait(BOUND)
            assert sending.outcome is not None
            assert sending.outcome.ok


def test_a_client_connects_again_where_the_handshake_failed(
    session: Session, do: Do, until: Until
) -> None:
    server(session, do, Greet("no hello\n"))
    client(session, "framed", reconnect=Reconnect(0.02, 0.02, times=2))
    assert do(c.Connect("client")).error == "FRAMED_NO_HELLO"
    assert until("client", call="reconnect_over").args == "2"


def test_the_name_of_a_layer_is_checked_with_each_change(session: Session, do: Do) -> None:
    server(session, do, Echo(), "framed")
    settings = session.settings("server")
    outcome = do(c.Configure("server", replace(settings, layers=("nonsense",))))
    assert outcome.problem is not None
    assert outcome.problem.key == "engine.unknown_layer"
    assert session.settings("server") == settings


def test_a_refused_change_is_not_followed_by_a_start_with_what_was_before(
    session: Session, do: Do, rows: Rows
) -> None:
    session.add(EndpointSettings("it", Role.LISTENER, address="127.0.0.1:0"))
    bad = session.perform(c.Configure("it", replace(session.settings("it"), layers=("nonsense",))))
    started = do(c.Start("it"))
    assert bad.wait(BOUND)
    assert started.problem is not None
    assert started.problem.key == "engine.unknown_layer"
    assert not rows("it", kind="call")
    assert do(c.Start("it")).ok


@pytest.mark.parametrize("says", [b"", HELLO[:1]])
def test_a_peer_that_never_ends_its_handshake_is_closed(
    session: Session, do: Do, until: Until, says: bytes
) -> None:
    server(session, do, Echo(), "framed", handshake_timeout=0.2)
    with raw(session) as plain:
        plain.sendall(says)
        assert to_the_end(plain) == HELLO
        told = until("server", kind="note", call="handshake_expired")
        assert told.args == "'framed', 0.2"
    until("server", call="close")
    assert fresh(session, "server").connections[-1].close_cause is CloseCause.TIMED_OUT


def test_who_is_through_with_it_stays(session: Session, do: Do, until: Until, rows: Rows) -> None:
    server(session, do, Echo(), "framed", handshake_timeout=0.2)
    with raw(session) as silent, raw(session) as plain:
        plain.sendall(HELLO)
        assert to_the_end(silent) == HELLO  # the limit of both has passed
        plain.sendall(framed(b"still here"))
        assert framed(b"still here") in until_there(plain, framed(b"still here"))
    assert len([row for row in rows("server", "note") if row.call == "handshake_expired"]) == 1


def test_our_own_gate_is_not_the_peers_fault(
    session: Session, do: Do, until: Until, rows: Rows
) -> None:
    server(session, do, Echo(), "framed", handshake_timeout=0.2)
    assert do(c.Pause("server", c.Gate.RECEIVE)).ok
    with raw(session) as plain:
        plain.sendall(HELLO + framed(b"early"))
        assert whole(plain, 3) == HELLO
        plain.settimeout(0.5)
        with pytest.raises(TimeoutError):
            plain.recv(1)
        plain.settimeout(BOUND)
        assert do(c.Resume("server", c.Gate.RECEIVE)).ok
        assert framed(b"early") in until_there(plain, framed(b"early"))
    assert not [row for row in rows("server", "note") if row.call == "handshake_expired"]
