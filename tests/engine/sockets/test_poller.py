"""Both ways to wait for sockets say the same of them; only epoll tells of a hang-up by itself."""

from __future__ import annotations

import errno
import socket
import struct
from collections.abc import Iterator

import pytest

from workbench.engine.sockets.poller import HANGUP, READ, WRITE, Poller, SelectorPoller, new_poller

HANG = 60.0
POLLERS = [new_poller, SelectorPoller]


@pytest.fixture(params=POLLERS, ids=["the system's", "selectors"])
def poller(request: pytest.FixtureRequest) -> Iterator[Poller]:
    made: Poller = request.param()
    yield made
    made.close()


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        one = socket.create_connection(listener.getsockname())
        other = listener.accept()[0]
    with one, other:
        yield one, other


def found(poller: Poller, timeout: float | None = HANG) -> list[tuple[int, int]]:
    return [(fd, poller.settled(fd, mask)) for fd, mask in poller.wait(timeout)]


def test_what_is_waited_for_is_told(poller: Poller, ends: tuple[socket.socket, ...]) -> None:
    one, other = ends
    fd = one.fileno()
    poller.register(fd, READ)
    assert found(poller, 0) == []
    other.send(b"x")
    assert poller.wait(HANG) == [(fd, READ)]
    poller.modify(fd, WRITE)
    assert found(poller) == [(fd, WRITE)]
    poller.modify(fd, READ | WRITE)
    assert found(poller) == [(fd, READ | WRITE)]
    poller.unregister(fd)
    assert found(poller, 0) == []


def test_a_reset_is_readable_to_who_reads_and_writable_to_who_writes(
    poller: Poller, ends: tuple[socket.socket, ...]
) -> None:
    one, other = ends
    fd = one.fileno()
    poller.register(fd, READ)
    other.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    other.close()
    assert found(poller) == [(fd, READ)]
    poller.modify(fd, WRITE)
    assert found(poller) == [(fd, WRITE)]
    assert one.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == errno.ECONNRESET


def test_a_socket_that_was_closed_before_is_forgotten_all_the_same(poller: Poller) -> None:
    one, other = socket.socketpair()
    with other:
        fd = one.fileno()
        poller.register(fd, READ)
        one.close()
        poller.unregister(fd)
    assert found(poller, 0) == []


def test_only_the_end_is_told_once(ends: tuple[socket.socket, ...]) -> None:
    poller = new_poller()
    if not poller.tells_hangups:
        poller.close()
        pytest.skip("this system's poller does not tell of it")
    one, other = ends
    fd = one.fileno()
    other.shutdown(socket.SHUT_WR)
    assert one.recv(1) == b""
    poller.register(fd, HANGUP)
    while found(poller, 0):
        pass  # what it is at first may be told
    other.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    other.close()
    assert found(poller) == [(fd, HANGUP)]
    assert found(poller, 0) == []
    poller.close()
