"""Mode gate: the refusal is real, the race is shown, a free place opens the door again."""

from __future__ import annotations

import socket
import sys
import time
from collections.abc import Callable

import pytest

from tests.labs.conftest import BOUND, Start, shows
from tests.snapshots import fresh
from workbench.engine.model import commands as c
from workbench.engine.model.settings import EndpointSettings, GateMode, Role
from workbench.engine.model.snapshot import Phase
from workbench.labs.backlog_data import ClientState, Family, QueueSource
from workbench.labs.modes.admission import Stage
from workbench.labs.modes.gate import GATE, WaitingRoom
from workbench.session import Session

S = ClientState


@pytest.mark.parametrize("family", Family)
def test_a_full_room_refuses(start: Start, family: Family) -> None:
    if sys.platform != "linux" and family is Family.UNIX:
        pytest.skip("without abstract names a closed path is ENOENT")
    run = start(mode=GATE, family=family, backlog=2, clients=5, every=0.05, timeout=10.0)
    assert run.wait(BOUND)
    result = run.result()
    # one may slip in between the accept that fills the room and the close: it is reset
    assert (result.connected, result.refused + result.reset) == (2, 3)
    picture = run.picture()
    assert picture.queue is not None
    assert (picture.queue.now, picture.queue.limit) == (2, 2)
    assert picture.queue.source is QueueSource.ROOM
    assert not picture.queue.measured
    assert picture.count(S.QUEUED) == 2


def test_a_place_that_becomes_free_opens_the_door(start: Start) -> None:
    run = start(mode=GATE, backlog=1, clients=2, every=1.0, timeout=10.0)
    shows(run, lambda seen: seen.queue is not None and seen.queue.now == 1 and not seen.listening)
    run.accept_one()
    shows(run, lambda seen: seen.listening or seen.count(S.QUEUED) == 1)
    assert run.wait(BOUND)
    assert run.result().connected == 2
    assert [view.state for view in run.picture().clients] == [S.ACCEPTED, S.QUEUED]


def test_no_place_at_all_refuses_everybody(start: Start) -> None:
    run = start(mode=GATE, backlog=0, clients=3, every=0.05, timeout=10.0)
    assert run.wait(BOUND)
    assert run.result().connected == 0
    assert run.result().refused + run.result().reset == 3


def until(what: Callable[[], bool]) -> None:
    end = time.monotonic() + BOUND
    while not what():
        assert time.monotonic() < end
        time.sleep(0.002)  # a snapshot has no event to wait for


def listens(session: Session, wished: bool) -> None:
    until(lambda: (fresh(session, "server").phase is Phase.LISTENING) is wished)


def test_plain_clients_meet_the_same_door(session: Session) -> None:
    session.add(
        EndpointSettings(
            "server",
            Role.LISTENER,
            address="127.0.0.1:0",
            accept=GateMode.PAUSED,
            options=(("SO_REUSEADDR", 1),),
        )
    )
    assert session.perform(c.Start("server")).wait(BOUND)
    host, _, port = session.link("server").rpartition(":")
    room = WaitingRoom(Stage(session, "server", "client", backlog=1, clients=2))
    room.begin()
    with socket.create_connection((host, int(port)), BOUND):
        listens(session, wished=False)
        assert (room.accepted, room.waiting) == (1, 1)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((host, int(port)), BOUND)
        room.serve()
        listens(session, wished=True)
        assert (room.taken, room.waiting) == (1, 0)
        with socket.create_connection((host, int(port)), BOUND) as late:
            until(lambda: room.accepted == 2)
            assert room.taken == 2
            assert session.perform(c.Send("server", text="x")).wait(BOUND)
            assert late.recv(1)
        listens(session, wished=True)  # the door stays open
        room.accept_one()  # nobody waits
        assert room.taken == 2
    room.end()


def test_more_places_open_the_door(start: Start) -> None:
    run = start(mode=GATE, backlog=1, clients=2, every=1.0, timeout=10.0)
    shows(run, lambda seen: seen.queue is not None and seen.queue.now == 1 and not seen.listening)
    run.listen_again(4)
    assert run.wait(BOUND)
    assert run.result().connected == 2


def test_a_crowd_is_counted_whole(start: Start) -> None:
    """Thirty at once: in the room, refused, or let in by the kernel and then reset."""
    run = start(mode=GATE, backlog=2, clients=30, timeout=10.0)
    assert run.wait(BOUND)
    result = run.result()
    assert result.connected == 2
    assert result.refused + result.reset == 28
