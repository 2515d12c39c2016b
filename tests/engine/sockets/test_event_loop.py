"""The rounds of a loop: whom it calls, and whom not any more."""

from __future__ import annotations

import os
import socket
import threading

import pytest

from workbench.engine.sockets import event_loop, poller
from workbench.engine.sockets.event_loop import EventLoop, thread_spawn
from workbench.engine.sockets.poller import READ

HANG = 60.0


class Case:
    """A loop that runs until `end()`."""

    def __init__(self) -> None:
        self.going = True
        self.errors: list[BaseException] = []
        self.loop = EventLoop(
            "test",
            busy=lambda: self.going,
            turn=lambda: None,
            ended=lambda: None,
            crashed=self.errors.append,
        )
        self.runner = thread_spawn(self.loop)

    def do(self, job: event_loop.Job) -> None:
        """Run it there; it has run when this returns."""
        done = threading.Event()

        def work() -> None:
            job()
            done.set()

        assert self.loop.post(work)
        assert done.wait(HANG)

    def end(self) -> None:
        def stop() -> None:
            self.going = False

        self.do(stop)
        self.runner.join(HANG)
        assert not self.runner.is_alive()
        assert self.errors == []


@pytest.fixture(params=["the system's", "selectors"])
def case(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Case:
    if request.param == "selectors":
        monkeypatch.setattr(event_loop, "new_poller", poller.SelectorPoller)
    return Case()


def test_a_number_that_is_used_again_in_a_round_is_not_called_for_its_former_socket(
    case: Case,
) -> None:
    """Of two that are ready the first closes the other, and a new socket gets its descriptor."""
    pairs = [socket.socketpair(), socket.socketpair()]
    called: list[str] = []
    kept: list[socket.socket] = []
    settled = threading.Event()

    def first(mine: int) -> None:
        sock, other = pairs[mine][0], pairs[1 - mine][0]
        called.append("first")
        case.loop.unregister(sock)
        case.loop.unregister(other)
        number = other.fileno()
        other.close()
        fresh, end = socket.socketpair()
        if fresh.fileno() != number:  # another thread of this process was quicker
            os.dup2(fresh.fileno(), number)
            fresh.close()
            fresh = socket.socket(fileno=number)
        kept.extend((fresh, end))
        case.loop.register(fresh, READ, lambda _mask: called.append("in vain"))
        case.loop.after(0.0, lambda: case.loop.post(settled.set))  # a round later

    def begin() -> None:
        for mine, (near, far) in enumerate(pairs):
            far.send(b"x")
            case.loop.register(near, READ, lambda _mask, mine=mine: first(mine))  # type: ignore[misc]

    case.do(begin)
    assert settled.wait(HANG)
    assert called == ["first"]
    case.do(lambda: case.loop.unregister(kept[0]))
    case.end()
    for item in (*kept, *pairs[0], *pairs[1]):
        item.close()


def test_a_handler_that_raises_ends_no_other(case: Case) -> None:
    pairs = [socket.socketpair(), socket.socketpair()]
    called = threading.Event()
    seen: set[int] = set()

    def broken(mine: int) -> None:
        case.loop.unregister(pairs[mine][0])
        seen.add(mine)
        if len(seen) == 2:
            case.loop.post(called.set)
        raise ValueError(mine)

    def begin() -> None:
        for mine, (near, far) in enumerate(pairs):
            far.send(b"x")
            case.loop.register(near, READ, lambda _mask, mine=mine: broken(mine))  # type: ignore[misc]

    case.do(begin)
    assert called.wait(HANG)
    assert sorted(str(error) for error in case.errors) == ["0", "1"]
    case.errors.clear()
    case.end()
    for item in (*pairs[0], *pairs[1]):
        item.close()


def test_what_a_loop_came_to_is_there_before_it_refuses_a_job() -> None:
    """Whoever is told that there is no thread any more looks at what it has left."""
    left: list[object] = []

    def ended() -> None:
        if not left:
            assert loop.post(lambda: left.append("a job that came on the way out"))
        left.append("ended")

    loop = EventLoop(
        "test", busy=lambda: False, turn=lambda: None, ended=ended, crashed=left.append
    )
    thread_spawn(loop).join(HANG)
    assert left == ["ended", "a job that came on the way out", "ended"]
    assert not loop.post(lambda: None)
