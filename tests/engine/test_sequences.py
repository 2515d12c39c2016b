"""Random command sequences: every command ends, and nothing is left behind.

What a sequence shows is a fault wherever it is found: its seed is in the test's name.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.conftest import HANG
from tests.engine.sequences import World, world
from tests.leftover import sockets
from tests.snapshots import fresh
from workbench.engine.connection.stream_connection import StreamConnection
from workbench.engine.endpoint.base import Endpoint
from workbench.engine.endpoint.setup import SocketSetup
from workbench.engine.model import commands as c
from workbench.engine.model.ticket import Ticket
from workbench.session import Session
from workbench.texts import Problem

FAST, LONG = 40, 2000
"""Seeds: of each run of the tests, and of a long one."""
PACE = 0.002
"""Seconds that a thread gives a command before it asks for the next: mostly enough, so that a
sequence comes beyond its first calls."""

MANY = 500
"""More failures of one call than its repeated sends account for: it spins."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seed" in metafunc.fixturenames:
        count = LONG if metafunc.config.getoption("--long") else FAST
        metafunc.parametrize("seed", range(count))


class Lane(threading.Thread):
    """One of those who ask, on a thread of its own."""

    def __init__(self, session: Session, commands: tuple[c.EndpointCommand, ...]) -> None:
        super().__init__(daemon=True)
        self._session = session
        self._commands = commands
        self.tickets: list[Ticket] = []
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            for command in self._commands:
                try:
                    ticket = self._session.perform(command)
                except Problem:
                    continue  # refused in a sentence
                self.tickets.append(ticket)
                ticket.wait(PACE)
        except BaseException as error:  # the test raises it
            self.error = error


def play(session: Session, given: World) -> list[Ticket]:
    """Ask for everything, from two threads; then stop every endpoint. Returns all tickets."""
    for settings in given.settings:
        session.add(settings)
    lanes = [Lane(session, commands) for commands in given.lanes]
    for lane in lanes:
        lane.start()
    for lane in lanes:
        lane.join(HANG)
        assert not lane.is_alive(), "a command was not taken"
        if lane.error is not None:
            raise lane.error
    for name in session.endpoints:
        assert (
            forgotten(
                session,
                name,
                [
                    ticket
                    for lane in lanes
                    for ticket in lane.tickets
                    if ticket.command.endpoint == name
                ],
            )
            == []
        )
    stops = session.stop_all()
    for stop in stops:
        assert stop.wait(HANG), "a stop did not end"
    return [ticket for lane in lanes for ticket in lane.tickets] + stops


def is_there(endpoint: Endpoint, setup: SocketSetup) -> bool:
    """Whether the socket that a set-up builds is open, or not made yet."""
    traced = setup.traced()
    return traced is None or traced.id in endpoint.registry.open


def forgotten(session: Session, name: str, tickets: list[Ticket]) -> list[object]:
    """What waits for nothing at an endpoint, commands and set-ups: no stop should be needed.

    A peer that never answers a handshake is waited for: its layer, and what is to go through it.
    """
    host = session._host(name)
    endpoint, worker = host.endpoint, host.worker
    found: list[object] = []
    looked = threading.Event()

    def look() -> None:
        waiting = {
            op.ticket
            for connection in endpoint.registry.open.values()
            for op in (*connection.ops, connection.connecting, connection.opening)
            if op is not None
        }
        waiting |= {
            ticket
            for connection in endpoint.registry.open.values()
            if isinstance(connection, StreamConnection)
            for _work, ticket, _ended in (*connection._runner._early, *connection._runner._waiting)
        }
        waiting |= {
            item.op.ticket
            for connection in endpoint.registry.open.values()
            for item in connection.outbox.items
            if item.op is not None
        }
        waiting.update(step.ticket for step in endpoint.gates._steps)
        waiting.update(endpoint.resolver.pending, endpoint.repeater._running)
        found.extend(
            ticket.command
            for ticket in tickets
            if not ticket.done and ticket not in waiting and not endpoint.setup.queue
        )
        found.extend(
            setup.planned for setup in endpoint.setup.queue if not is_there(endpoint, setup)
        )
        looked.set()

    if not worker.post_if_running(look):
        assert worker.join(HANG)  # it is about to end
        look()
    assert looked.wait(HANG)
    return found


def faults(session: Session) -> list[str]:
    """What the log says of this program's own faults, and calls that were made again and again."""
    session.journal.flush()
    reader = session.journal.reader()
    try:
        found = reader.page(1, 1_000_000)
    finally:
        reader.close()
    told = [row.args for row in found if row.call == "internal_error"]
    failing = Counter(
        (row.connection, row.call, row.errno)
        for row in found
        if row.kind == "call" and row.errno is not None
    )
    return told + [f"{what}: {times} times" for what, times in failing.items() if times > MANY]


@pytest.fixture
def leftovers(tmp_path: Path) -> Iterator[None]:
    """Nothing of a sequence is left: no thread, no descriptor."""
    threads, open_ones = set(threading.enumerate()), sockets()
    yield
    assert [thread.name for thread in set(threading.enumerate()) - threads] == []
    assert sockets() - open_ones == set()


@pytest.mark.usefixtures("leftovers")
def test_every_command_ends_and_nothing_is_left(seed: int, tmp_path: Path) -> None:
    with Session(tmp_path / "record.swb") as session:
        tickets = play(session, world(seed))
        assert session.settle(HANG)
        assert [ticket.command for ticket in tickets if not ticket.done] == []
        assert faults(session) == []
        assert [name for name in session.endpoints if fresh(session, name).waiting] == []
        temp = session.temp_dir()
        assert [path for path in temp.iterdir() if path.is_socket()] == []
    assert not temp.exists()
