"""A client that connects again by itself, against listeners that go and come back."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from tests.engine.conftest import Do, Rows, Until
from tests.free_port import free_port
from tests.snapshots import fresh
from workbench.engine.model import commands as c
from workbench.engine.model.settings import EndpointSettings, Reconnect, Role
from workbench.engine.model.snapshot import Reconnecting
from workbench.journal.reader import Row
from workbench.scenario.from_record import scenario_of
from workbench.session import Session
from workbench.texts import Problem

QUICK = Reconnect(first=0.02, most=0.05)
AFTER = re.compile(r"([\d.]+), '(\d+(?:/\d+)?)'")
Listen = Callable[[], socket.socket]
BOUND = 60.0
"""Only catches a hang."""


@pytest.fixture
def port() -> int:
    """A port that nobody has."""
    return free_port()


@pytest.fixture
def listen(port: int) -> Iterator[Listen]:
    made: list[socket.socket] = []

    def begin() -> socket.socket:
        listener = socket.create_server(("127.0.0.1", port))
        listener.settimeout(BOUND)
        made.append(listener)
        return listener

    yield begin
    for listener in made:
        listener.close()


def client(port: int, reconnect: Reconnect | None = QUICK, **more: object) -> EndpointSettings:
    return EndpointSettings(
        "client",
        Role.STREAM,
        address=f"127.0.0.1:{port}",
        reconnect=reconnect,
        **more,  # type: ignore[arg-type]
    )


def waits(rows: list[Row]) -> list[tuple[float, str]]:
    """Of each note that says when the next attempt is: the seconds, and its number."""
    return [
        (float(found[1]), found[2])
        for row in rows
        if row.call in {"reconnect_lost", "reconnect_failed"} and (found := AFTER.match(row.args))
    ]


def test_a_listener_that_comes_later(
    session: Session, do: Do, until: Until, rows: Rows, listen: Listen, port: int
) -> None:
    session.add(client(port))
    assert do(c.Connect("client")).errno == "ECONNREFUSED"
    until("client", call="reconnect_failed", args="0.05, '3'")
    accepted, _ = listen().accept()
    with accepted:
        accepted.sendall(b"welcome")
        until("client", call="recv", payload=b"welcome")
    assert waits(rows("client", None))[:3] == [(0.02, "1"), (0.04, "2"), (0.05, "3")]
    asked = next(row.seq for row in rows("client", "command") if row.call == "connect")
    assert {row.cause for row in rows("client") if row.call in {"socket", "connect"}} == {asked}


def test_a_listener_that_goes_and_comes_back(
    session: Session, do: Do, until: Until, listen: Listen, port: int
) -> None:
    session.add(client(port))
    first = listen()
    assert do(c.Connect("client")).ok
    accepted, _ = first.accept()
    first.close()
    accepted.close()
    until("client", call="reconnect_lost")
    until("client", call="connect", errno="ECONNREFUSED")
    again, _ = listen().accept()
    with again:
        again.sendall(b"back")
        until("client", call="recv", payload=b"back")
    assert fresh(session, "client").open_count == 1


def test_a_reset_is_a_loss_too(
    session: Session, do: Do, until: Until, listen: Listen, port: int
) -> None:
    session.add(client(port))
    listener = listen()
    assert do(c.Connect("client")).ok
    accepted, _ = listener.accept()
    accepted.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
    accepted.close()
    until("client", call="recv", errno="ECONNRESET")
    again, _ = listener.accept()
    again.close()


def test_it_gives_up(session: Session, do: Do, until: Until, rows: Rows, port: int) -> None:
    session.add(client(port, Reconnect(0.01, 0.01, times=3)))
    assert do(c.Connect("client")).errno == "ECONNREFUSED"
    until("client", call="reconnect_over", args="3")
    assert [attempt for _, attempt in waits(rows("client", None))] == ["1/3", "2/3", "3/3"]
    assert sum(row.call == "socket" for row in rows("client")) == 4
    assert session.settle(BOUND)  # nothing keeps its thread
    assert fresh(session, "client").reconnecting == Reconnecting("3", None, lost=False)
    assert do(c.Connect("client")).errno == "ECONNREFUSED"  # asked for, it begins anew
    until("client", call="reconnect_over", args="3")


def test_who_is_closed_at_once_is_not_believed(
    session: Session, do: Do, until: Until, rows: Rows, listen: Listen, port: int
) -> None:
    """A connection that does not stand longer than the wait before it does not begin anew."""
    listener = listen()
    stop = threading.Event()

    def serve() -> None:
        for _ in range(10):  # believed each time, it would go on for ever
            accepted, _ = listener.accept()
            accepted.close()
            if stop.is_set():
                return
        listener.close()

    session.add(client(port, Reconnect(0.5, 0.5, times=2)))
    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    assert do(c.Connect("client")).ok
    until("client", call="reconnect_over")
    assert [attempt for _, attempt in waits(rows("client", None))] == ["1/2", "2/2"]
    stop.set()
    socket.create_connection(("127.0.0.1", port)).close()  # accept() comes back, and sees it
    thread.join(BOUND)
    assert not thread.is_alive()


ENDS: dict[str, c.Command] = {
    "stop": c.Stop("client"),
    "close": c.Close("client"),
    "configure": c.Configure("client", client(1, None)),
}


@pytest.mark.parametrize("end", ENDS)
def test_what_ends_the_waiting(
    session: Session, do: Do, until: Until, rows: Rows, port: int, end: str
) -> None:
    session.add(client(port, Reconnect(BOUND, BOUND)))
    assert do(c.Connect("client")).errno == "ECONNREFUSED"
    until("client", call="reconnect_failed")
    assert fresh(session, "client").reconnecting == Reconnecting("1", BOUND, lost=False)
    assert do(ENDS[end]).ok
    until("client", call="reconnect_ended")
    assert session.settle(BOUND)
    assert fresh(session, "client").reconnecting is None
    assert sum(row.call == "connect" for row in rows("client")) == 1


@pytest.mark.parametrize("command", [c.Close("client"), c.Abort("client"), c.Stop("client")])
@pytest.mark.parametrize("finished", [False, True])
def test_what_we_end_stays_ended(
    session: Session,
    do: Do,
    until: Until,
    rows: Rows,
    listen: Listen,
    port: int,
    command: c.Command,
    finished: bool,
) -> None:
    session.add(client(port, Reconnect(BOUND, BOUND)))
    listener = listen()
    assert do(c.Connect("client")).ok
    accepted, _ = listener.accept()
    with accepted:
        if finished:
            accepted.shutdown(socket.SHUT_WR)
            until("client", call="reconnect_lost")
        assert do(command).ok
    assert session.settle(BOUND)
    assert fresh(session, "client").reconnecting is None
    assert len(waits(rows("client", None))) == finished


def test_many_that_are_lost_are_connected_again_together(
    session: Session, do: Do, until: Until, rows: Rows, listen: Listen, port: int
) -> None:
    session.add(client(port, count=3))
    listener = listen()
    assert do(c.Connect("client")).ok
    there = [listener.accept()[0] for _ in range(3)]
    there[0].close()
    there[1].close()
    there[2].sendall(b"still here")
    until("client", call="recv", payload=b"still here")
    assert not waits(rows("client", None))
    there[2].close()
    again = [listener.accept()[0] for _ in range(3)]
    for accepted in again:
        accepted.close()


def test_a_setting_that_cannot_be() -> None:
    for wrong in ((0.0, 1.0, 0), (2.0, 1.0, 0), (1.0, 1.0, -1)):
        with pytest.raises(Problem):
            Reconnect(*wrong)
    assert Reconnect(0.5, 30.0).wait_before(10_000) == 30.0


def test_exploring_becomes_a_scenario(
    session: Session, do: Do, until: Until, listen: Listen, port: int
) -> None:
    """The connect that was refused is expected to be; what followed by itself is no step."""
    session.add(client(port))
    do(c.Connect("client"))
    until("client", call="reconnect_failed")
    accepted, _ = listen().accept()
    with accepted:
        accepted.sendall(b"hello")
        until("client", call="recv", payload=b"hello")
    do(c.Stop("client"))
    session.journal.flush()
    reader = session.journal.reader()
    try:
        made = scenario_of(reader)
    finally:
        reader.close()
    assert made.endpoints[0].reconnect == QUICK
    connects = [
        step for step in made.steps if isinstance(getattr(step, "command", None), c.Connect)
    ]
    assert [step.error for step in connects] == ["ECONNREFUSED"]  # type: ignore[union-attr]
    expected = [step for step in made.steps if getattr(step, "text", None) == "hello"]
    assert len(expected) == 1
