"""What the program keeps for itself: no socket of a user gets one of the highest numbers."""

from __future__ import annotations

import os
import socket
import sys
import threading
from collections.abc import Iterator

import pytest

from tests.engine.conftest import Do, Until
from tests.snapshots import fresh
from workbench.engine.model import commands as c
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.sockets import descriptors
from workbench.session import Session
from workbench.texts import Problem

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="RLIMIT_NOFILE and /proc")


@pytest.mark.parametrize(("limit", "kept"), [(32, 16), (64, 16), (128, 32), (256, 64), (4096, 64)])
def test_a_quarter_is_kept_within_bounds(limit: int, kept: int) -> None:
    assert descriptors.reserve(limit) == kept


@pytest.fixture
def server(session: Session, do: Do) -> str:
    """One that listens; its address."""
    session.add(EndpointSettings("server", Role.LISTENER, address="127.0.0.1:0"))
    assert do(c.Start("server")).ok
    return session.link("server")


@pytest.fixture
def full(session: Session, server: str) -> Iterator[list[int]]:
    """This process, as soon as a user's sockets have taken all that they may."""
    import resource

    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    taken = [os.open(os.devnull, os.O_RDONLY)]
    limit = taken[0] + 200
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, before[1]))
    try:
        fill(session, taken)
        yield taken
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
        for number in taken:
            os.close(number)


def fill(session: Session, taken: list[int]) -> None:
    """Take what is left, and what the recorder held for a moment: what it opens later is above."""
    for _ in range(3):
        while descriptors.has_room():
            taken.append(os.open(os.devnull, os.O_RDONLY))
        session.perform(c.Mark("full"))
        session.journal.flush()


def give_back(full: list[int]) -> None:
    """Enough for a socket, and for what the program opens meanwhile: a loop, a reader."""
    for _ in range(10):
        os.close(full.pop())


def test_a_socket_is_refused_while_the_program_can_open_its_own(full: list[int]) -> None:
    with pytest.raises(Problem, match="kept for the program itself"):
        descriptors.check_room()
    descriptors.check_thread()  # a thread may go into what is kept
    assert descriptors.room() == 0
    os.close(full.pop())
    descriptors.check_room()
    assert descriptors.room() == 1


def shows(session: Session, *, no_room: bool) -> None:
    """Wait for a picture that shows it; pictures are not awaited."""
    while fresh(session, "server").no_room is not no_room:
        threading.Event().wait(0.01)


def test_a_connection_waits_in_the_queue_and_comes_when_there_is_room(
    session: Session,
    until: Until,
    full: list[int],
    server: str,
) -> None:
    host, _, port = server.rpartition(":")
    fill(session, full)
    with socket.create_connection((host, int(port))):  # with one of the program's own numbers
        held = until("server", call="accept_held")
        shows(session, no_room=True)
        give_back(full)
        row = until("server", call="accept", kind="call")
        assert row.result is not None
        assert held.seq < until("server", call="accept_goes_on").seq < row.seq
        shows(session, no_room=False)


def test_a_client_is_refused_with_a_sentence(
    session: Session,
    do: Do,
    until: Until,
    full: list[int],
) -> None:
    session.add(EndpointSettings("client", Role.STREAM, address="@server"))
    fill(session, full)
    outcome = do(c.Start("client"))
    assert outcome.problem is not None
    assert outcome.problem.key == "engine.no_room"
    assert do(c.Connect("client", 3)).problem is not None
    assert until("client", kind="note", call="not_done")
    give_back(full)
    assert do(c.Connect("client")).ok


def test_an_accept_that_does_not_wait_is_told_so(session: Session, do: Do, full: list[int]) -> None:
    do(c.Pause("server", c.Gate.ACCEPT))
    do(
        c.Configure(
            "server", EndpointSettings("server", Role.LISTENER, address="127.0.0.1:0", timeout=0.0)
        )
    )
    do(c.Pause("server", c.Gate.ACCEPT))
    fill(session, full)
    outcome = do(c.Accept("server"))
    assert outcome.problem is not None
    assert outcome.problem.key == "engine.no_room"


def test_an_endpoint_that_gets_no_thread_says_so(session: Session, do: Do) -> None:
    session.add(EndpointSettings("other", Role.LISTENER, address="127.0.0.1:0"))
    with socket.socket() as any_socket, descriptors.no_more_files(any_socket):
        outcome = do(c.Start("other"))
    assert outcome.problem is not None
    assert outcome.problem.key == "engine.no_room"
    assert do(c.Start("other")).ok
