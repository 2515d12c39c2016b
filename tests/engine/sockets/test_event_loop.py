"""The rounds of a loop: whom it calls, and whom not any more."""

from __future__ import annotations

import os
import select
import socket
import struct
import threading

import pytest

from workbench.engine.sockets import event_loop, poller
from workbench.engine.sockets.event_loop import EventLoop, thread_spawn
from workbench.engine.sockets.poller import HANGUP, READ, WRITE

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
        case.loop.after(0.0, settle)  # a round later

    def settle() -> None:
        case.loop.post(settled.set)

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

    def read(_mask: int) -> None:
        near.recv(1)
        come("socket")

    def begin() -> None:
        case.loop.register(near, READ, read)
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


class Borrowing:
    """A loop with one socket; who read which byte, its thread or this one."""

    def __init__(self) -> None:
        self.case = Case()
        self.near, self.far = socket.socketpair()
        self.read: list[tuple[bytes, bool]] = []
        self.came = threading.Semaphore(0)
        self.case.do(lambda: self.loop.register(self.near, READ, lambda _mask: self._read()))

    @property
    def loop(self) -> EventLoop:
        return self.case.loop

    def _read(self) -> None:
        here = threading.current_thread() is threading.main_thread()
        try:
            self.read.append((self.near.recv(1), here))
        except ConnectionResetError:
            self.read.append((b"reset", here))
        if self.read[-1][0] in {b"", b"reset"}:
            self.loop.unregister(self.near)
        self.came.release()

    def borrow(self) -> None:
        """Its thread is known to wait, and what it did before is known too."""
        assert any(self.loop.visit(lambda: None, borrow=True) for _ in range(1_000_000))
        self.loop.attend(0)

    def end(self) -> None:
        if self.near.fileno() in self.loop._handlers:
            self.case.do(lambda: self.loop.unregister(self.near))
        self.case.end()
        self.near.close()
        self.far.close()


@pytest.mark.skipif(not hasattr(select, "epoll"), reason="visitors come where epoll is")
def test_what_is_borrowed_is_read_by_who_borrowed_it_until_that_gives_it_back() -> None:
    own = Borrowing()
    own.borrow()
    assert not own.loop.attend(0)  # nothing came
    own.far.send(b"a")
    assert own.loop.attend(HANG)
    assert own.read == [(b"a", True)]
    own.far.send(b"b")
    own.case.do(lambda: None)  # the thread has had a round, and has left it alone
    assert own.read == [(b"a", True)]
    assert own.loop.attend(HANG)  # at once: of what the thread did it must be told
    assert own.loop.attend(HANG)
    assert own.read == [(b"a", True), (b"b", True)]
    own.far.send(b"c")
    own.loop.take_back()
    assert own.came.acquire(timeout=HANG)
    assert own.came.acquire(timeout=HANG)
    assert own.came.acquire(timeout=HANG)
    assert own.read[2:] == [(b"c", False)]
    assert not own.loop.attend(HANG)  # nothing is borrowed any more
    own.end()


@pytest.mark.skipif(not hasattr(select, "epoll"), reason="visitors come where epoll is")
def test_one_of_several_sockets_is_not_borrowed_nor_one_that_is_to_be_written() -> None:
    own = Borrowing()
    near, far = socket.socketpair()
    own.case.do(lambda: own.loop.register(near, READ, lambda _mask: None))
    own.borrow()
    own.far.send(b"a")
    assert own.came.acquire(timeout=HANG)
    own.case.do(lambda: own.loop.unregister(near))
    own.case.do(lambda: own.loop.modify(own.near, WRITE, lambda _mask: own.came.release()))
    own.loop.visit(lambda: None, borrow=True)
    assert own.came.acquire(timeout=HANG)
    assert own.read == [(b"a", False)]
    own.end()
    near.close()
    far.close()


@pytest.mark.skipif(not hasattr(select, "epoll"), reason="epoll tells how a socket breaks")
@pytest.mark.parametrize("_again", range(20))
def test_a_borrowed_socket_that_breaks_is_read_once(_again: int) -> None:
    """By who waits for it, or by the thread, which is told of it all the same."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        own = Borrowing()
        own.case.do(lambda: own.loop.unregister(own.near))
        own.near.close()
        own.far.close()
        own.near = socket.create_connection(listener.getsockname())
        own.far = listener.accept()[0]
    own.near.setblocking(False)
    own.case.do(lambda: own.loop.register(own.near, READ, lambda _mask: own._read()))
    own.borrow()
    own.far.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    own.far.close()
    own.loop.attend(HANG)
    own.loop.take_back()
    assert own.came.acquire(timeout=HANG)
    own.case.do(lambda: None)
    assert [data for data, _here in own.read] == [b"reset"]
    own.end()


@pytest.mark.skipif(not hasattr(select, "epoll"), reason="visitors come where epoll is")
def test_a_loan_ends_when_its_socket_goes() -> None:
    own = Borrowing()
    own.borrow()
    own.case.do(lambda: own.loop.unregister(own.near))
    own.loop.attend(0)  # the thread has had a round
    assert not own.loop.attend(HANG)
    own.loop.take_back()
    own.end()


@pytest.mark.skipif(not hasattr(select, "epoll"), reason="visitors come where epoll is")
def test_who_borrows_and_the_thread_never_read_at_once_and_lose_nothing() -> None:
    own = Borrowing()
    for number in range(1000):
        own.loop.visit(lambda: None, borrow=True)
        own.far.send(bytes([number % 250]))
        while own.loop.attend(0.001):
            pass
        own.loop.take_back()
    for _ in range(1000):
        assert own.came.acquire(timeout=HANG)
    assert [data for data, _here in own.read] == [bytes([number % 250]) for number in range(1000)]
    own.end()
