"""The rounds of a loop: whom it calls, and whom not any more."""

from __future__ import annotations

import os
import select
import socket
import threading

import pytest

from workbench.engine.sockets import event_loop, poller
from workbench.engine.sockets.event_loop import EventLoop, thread_spawn
from workbench.engine.sockets.poller import HANGUP, READ

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


def visited(case: Case, job: event_loop.Job) -> bool:
    """Visit the loop until it takes it: its thread may be about to wait."""
    return any(case.loop.visit(job) for _ in range(1_000_000))


@pytest.mark.skipif(not hasattr(select, "epoll"), reason="visitors come where epoll is")
def test_a_visitor_does_a_round_while_the_thread_waits() -> None:
    case = Case()
    case.do(lambda: None)
    where: list[int] = []
    assert visited(case, lambda: where.append(threading.get_ident()))
    assert where == [threading.get_ident()]
    case.end()


def test_no_visitor_comes_where_sockets_cannot_be_added_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(event_loop, "new_poller", poller.SelectorPoller)
    case = Case()
    case.do(lambda: None)
    assert not case.loop.visit(lambda: None)
    case.end()


@pytest.mark.skipif(not hasattr(select, "epoll"), reason="visitors come where epoll is")
def test_what_a_visitor_begins_goes_on_on_the_thread() -> None:
    """Its socket is waited for, its timer ends the wait, its error is told, its jobs are done."""
    case = Case()
    case.do(lambda: None)
    near, far = socket.socketpair()
    came: dict[str, int] = {}
    told = {name: threading.Event() for name in ("socket", "timer", "job")}

    def come(name: str) -> None:
        came[name] = threading.get_ident()
        told[name].set()

    def begin() -> None:
        case.loop.register(near, READ, lambda _mask: (near.recv(1), come("socket")))
        case.loop.after(0.001, lambda: come("timer"))
        case.loop.post(lambda: come("job"))
        raise ValueError("a fault")

    assert visited(case, begin)
    far.send(b"x")
    assert all(flag.wait(HANG) for flag in told.values())
    assert threading.get_ident() not in came.values()
    assert [str(error) for error in case.errors] == ["a fault"]
    case.errors.clear()
    case.do(lambda: case.loop.unregister(near))
    case.end()
    near.close()
    far.close()


@pytest.mark.skipif(not hasattr(select, "epoll"), reason="visitors come where epoll is")
def test_a_loop_ends_when_a_visitor_has_taken_the_last_thing_away() -> None:
    case = Case()
    case.do(lambda: None)

    def stop() -> None:
        case.going = False

    assert visited(case, stop)
    case.runner.join(HANG)
    assert not case.runner.is_alive()
    assert not case.loop.visit(lambda: None)


@pytest.mark.skipif(not hasattr(select, "epoll"), reason="visitors come where epoll is")
def test_what_came_before_a_visitor_is_done_first() -> None:
    """A job of a thread that waits in its handler meanwhile: nobody visits, nobody is lost."""
    case = Case()
    near, far = socket.socketpair()
    goes, enters, read = threading.Event(), threading.Event(), threading.Event()

    def handler(_mask: int) -> None:
        enters.set()
        goes.wait(HANG)
        near.recv(1)
        read.set()

    case.do(lambda: case.loop.register(near, READ, handler))
    far.send(b"x")
    assert enters.wait(HANG)
    assert not case.loop.visit(lambda: None)
    assert not case.loop.settle(0.0)
    goes.set()
    assert case.loop.settle(HANG)
    assert read.is_set()
    case.do(lambda: case.loop.unregister(near))
    case.end()
    near.close()
    far.close()


@pytest.mark.skipif(not hasattr(select, "epoll"), reason="visitors come where epoll is")
def test_visitors_and_sockets_at_once_lose_nothing() -> None:
    """A thousand visits beside a thousand bytes that the thread reads; never two at a time."""
    case = Case()
    near, far = socket.socketpair()
    inside: list[int] = []
    together: list[int] = []
    done, got = [0], [0]
    whole = threading.Event()

    def alone() -> None:
        inside.append(1)
        together.append(len(inside))
        inside.pop()

    def read(_mask: int) -> None:
        alone()
        got[0] += len(near.recv(1))
        if got[0] == 1000:
            whole.set()

    def visit() -> None:
        alone()
        done[0] += 1

    case.do(lambda: case.loop.register(near, READ, read))
    for _ in range(1000):
        far.send(b"x")
        if not case.loop.visit(visit):
            case.do(visit)
    assert whole.wait(HANG)
    assert done == [1000]
    assert set(together) == {1}
    case.do(lambda: case.loop.unregister(near))
    case.end()
    near.close()
    far.close()


@pytest.mark.skipif(not hasattr(select, "epoll"), reason="epoll tells how a socket breaks")
@pytest.mark.parametrize("_again", range(20))
def test_a_hangup_that_a_visitor_has_seen_is_told_to_the_thread(_again: int) -> None:
    """It is told once (EPOLLET), to whoever asks first."""
    case = Case()
    near, far = socket.socketpair()
    heard = threading.Event()
    case.do(lambda: case.loop.register(near, HANGUP, lambda _mask: heard.set()))
    far.close()
    case.loop.visit(lambda: None)
    assert heard.wait(HANG)
    case.do(lambda: case.loop.unregister(near))
    case.end()
    near.close()
