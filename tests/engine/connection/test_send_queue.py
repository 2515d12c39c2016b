"""What the kernel does not take at once: kept in order, given up in time, sent before a close."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.engine.conftest import Do, Rows, Until
from tests.snapshots import fresh
from workbench.engine.model import commands as c
from workbench.engine.model.responders.greet import Greet
from workbench.engine.model.responders.reply import Then
from workbench.engine.model.settings import EndpointSettings, GateMode, Role
from workbench.session import Session

MUCH = 8_000_000
"""More bytes than the buffers of both ends hold."""
HANG = 60.0


@pytest.fixture
def begin(session: Session, do: Do) -> Callable[..., None]:
    def connect(timeout: float | None = None, **server: object) -> None:
        session.add(EndpointSettings("server", Role.LISTENER, address="127.0.0.1:0", **server))  # type: ignore[arg-type]
        session.add(EndpointSettings("client", Role.STREAM, address="@server", timeout=timeout))
        assert do(c.Start("server")).ok
        assert do(c.Connect("client")).ok

    return connect


def queued(session: Session, do: Do) -> int:
    for _ in range(2):  # the picture is drawn after each: the second one's begins after the first
        do(c.GetOption("client", "SO_RCVBUF"))
    return fresh(session, "client").connections[0].queued


def test_the_rest_follows_in_order(
    session: Session, do: Do, until: Until, rows: Rows, begin: Callable[..., None]
) -> None:
    begin(receive=GateMode.PAUSED)
    until("server", call="accept")
    first = session.perform(c.Send("client", text="1" * MUCH))
    second = session.perform(c.Send("client", text="2"))
    assert 0 < queued(session, do) < MUCH
    assert not first.done
    assert do(c.Resume("server", c.Gate.RECEIVE)).ok
    assert second.wait(HANG)
    assert first.done
    assert queued(session, do) == 0
    sent = [row for row in rows("client") if row.call == "send"]
    assert sum(row.result or 0 for row in sent) == MUCH + 1
    assert [row.payload for row in sent].index(b"2") == len(sent) - 1


def test_a_sendall_is_given_up_in_time(
    session: Session, do: Do, rows: Rows, begin: Callable[..., None]
) -> None:
    begin(timeout=0.1, receive=GateMode.PAUSED)
    outcome = do(c.Send("client", text="x" * MUCH))
    assert (outcome.error, outcome.errno) == ("TimeoutError", None)
    assert [(row.call, row.error) for row in rows("client", "end")][-1] == (
        "sendall",
        "TimeoutError",
    )
    assert queued(session, do) == 0


def test_the_time_of_a_send_that_a_gate_holds_does_not_run(
    session: Session, do: Do, rows: Rows, begin: Callable[..., None]
) -> None:
    """Nobody has called send() yet: settimeout() begins to count when the gate lets it through."""
    begin(timeout=0.1, receive=GateMode.PAUSED)
    do(c.Pause("client", c.Gate.SEND))
    held = session.perform(c.Send("client", text="x" * MUCH))
    queued(session, do)
    assert fresh(session, "client").connections[0].waiting is None
    session.perform(c.Resume("client", c.Gate.SEND))
    assert held.wait(HANG)
    assert held.outcome is not None
    assert held.outcome.error == "TimeoutError"  # the peer reads nothing
    ended = rows("client", "end")[-1]
    let_through = rows("client", "command")[-1]
    assert (ended.call, let_through.call) == ("sendall", "resume")
    assert ended.t_ns > let_through.t_ns


def test_a_held_send_without_a_timeout_fails_when_it_is_let_through(
    session: Session, do: Do, begin: Callable[..., None]
) -> None:
    begin(receive=GateMode.PAUSED)
    do(c.Pause("client", c.Gate.SEND))
    do(c.Call("client", "settimeout", (0,)))
    held = session.perform(c.Send("client", text="x" * MUCH))
    session.perform(c.Resume("client", c.Gate.SEND))
    assert held.wait(HANG)
    assert held.outcome is not None
    assert held.outcome.error == "BlockingIOError"
    assert queued(session, do) == 0


def test_without_a_timeout_nothing_waits(
    session: Session, do: Do, begin: Callable[..., None]
) -> None:
    begin(receive=GateMode.PAUSED)
    do(c.Call("client", "settimeout", (0,)))
    assert do(c.Send("client", text="x" * MUCH)).error == "BlockingIOError"
    assert queued(session, do) == 0


def test_a_reply_is_sent_whole_before_the_close(
    session: Session, do: Do, until: Until, rows: Rows, begin: Callable[..., None]
) -> None:
    begin(responder=Greet("x" * MUCH, then=Then.CLOSE), accept=GateMode.PAUSED)
    do(c.Pause("client", c.Gate.RECEIVE))
    do(c.Accept("server"))
    until("server", call="send")
    do(c.Resume("client", c.Gate.RECEIVE))
    until("server", call="close")
    until("client", call="recv", result=0)
    assert sum(row.result or 0 for row in rows("client") if row.call == "recv") == MUCH
    assert not [row for row in rows("server", "note") if row.call == "unsent_dropped"]
