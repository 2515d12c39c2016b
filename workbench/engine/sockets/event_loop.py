"""EventLoop: one thread's poller, wake-up pair, timers and inbox. It knows no protocol."""

from __future__ import annotations

import heapq
import itertools
import logging
import socket
import threading
from collections import deque
from collections.abc import Callable
from contextlib import closing, suppress
from math import inf
from time import perf_counter
from typing import Final, Protocol

from workbench.engine.sockets.poller import HANGUP, READ, Borrowed, Poller, new_poller

log = logging.getLogger(__name__)

Job = Callable[[], None]
Handler = Callable[[int], None]
LOOK_EVERY: Final = 0.5
"""Seconds between two looks at a HANGUP socket if the poller does not report it."""
_ALONE: Final = 2
"""Sockets of a loop with a single one: the other is the one that wakes it."""


class Timer:
    """A job for a moment of perf_counter(); it never runs after cancel()."""

    __slots__ = ("due", "job")

    def __init__(self, due: float, job: Job) -> None:
        self.due = due
        self.job: Job | None = job

    def cancel(self) -> None:
        self.job = None


class LoopRunner(Protocol):
    """The thread that runs a loop: a plain one, or a QThread in the window."""

    def join(self, timeout: float | None = None) -> None:
        """Wait for the end of run()."""

    def is_alive(self) -> bool:
        """True until run() has returned."""


Spawn = Callable[["EventLoop"], LoopRunner]


def thread_spawn(loop: EventLoop) -> LoopRunner:
    """Run the loop on a plain thread."""
    thread = threading.Thread(target=loop.run, name=f"endpoint {loop.name}", daemon=True)
    thread.start()
    return thread


class EventLoop:
    """Runs the handlers, timers and posted jobs of one endpoint on one thread.

    The thread begins with the first job and ends by itself when the endpoint owns nothing
    any more (`busy()` is False): a stopped endpoint costs no thread and no descriptor.

    Attributes:
        name: the endpoint's, for the thread's name.
    """

    def __init__(
        self,
        name: str,
        *,
        busy: Callable[[], bool],
        turn: Job,
        ended: Job,
        crashed: Callable[[BaseException], None],
    ) -> None:
        """`turn` runs once a round; `crashed` for a handler's exception.

        `ended` runs on the way out, when nothing is left to do; once more if a job came meanwhile.
        """
        self.name = name
        self._busy = busy
        self._turn = turn
        self._on_end = ended
        self._crashed = crashed
        self._lock = threading.Lock()
        self._inbox: deque[Job] = deque()
        self._timers: list[tuple[float, int, Timer]] = []
        self._order = itertools.count()
        self._ended = False
        self._waker: socket.socket | None = None
        self._poller: Poller | None = None
        self._handlers: dict[int, Handler] = {}
        # what this round has registered: the poller's answer is older than that
        self._fresh: set[int] = set()
        self._hangups = Hangups(self)
        self._guests = 0
        self._working = False
        # held by whoever does the loop's work: its thread, or a visitor
        self._round = threading.Lock()
        self._waits = False  # its thread waits for sockets, or is about to
        self._wakes = 0.0  # ... until this moment of perf_counter() at the latest
        self._opened: tuple[Poller, socket.socket, socket.socket] | None = None
        self._lent: Borrowed | None = None  # a socket for which a visitor waits
        self._rounds_done = 0  # by its thread
        self._rounds_known = 0  # ... to the borrower

    # -- from any thread ------------------------------------------------------------------

    def post(self, job: Job) -> bool:
        """Run `job` on the loop's thread; False when the loop has already ended."""
        with self._lock:
            if self._ended:
                return False
            self._inbox.append(job)
            if self._waker is not None and len(self._inbox) == 1:
                self._wake()
            return True

    def _wake(self) -> None:
        if self._waker is not None:
            with suppress(BlockingIOError):  # the pipe is full: it will wake up anyway
                self._waker.send(b"\0")

    def visit(self, job: Job, *, borrow: bool = False) -> bool:
        """Run `job` here and now, as a round of the loop, while its thread waits for sockets: it
        need not be woken for that.

        False: nothing was done, since the thread has other work. `borrow`: the visitor may wait for
        a single socket that is to be read (`attend`), until it gives that back.
        """
        poller = self._poller
        if poller is None or not poller.takes_visitors or not self._round.acquire(blocking=False):
            return False
        try:
            if self._inbox or not self._waits or self._is_due(poller):
                return False
            if borrow and self._lent is None and len(self._handlers) == _ALONE:
                self._lent = poller.lend(next(reversed(self._handlers)))
            self._do_round(job)
            return True
        finally:
            self._round.release()

    def _do_round(self, job: Job) -> None:
        """One round of the loop on a visitor's thread."""
        self._working = True
        self._guard(job)
        self._guard(self._turn)
        self._working = False
        # with any socket that waits for something it is busy (the first one is what wakes it)
        ends = len(self._handlers) == 1 and not (self._guests or self._busy())
        if ends or self._first_due() < self._wakes:
            self._wake()

    def attend(self, seconds: float) -> bool:
        """Wait up to `seconds` for the borrowed socket and handle it here, as a round of the loop.

        Returns at once if the thread has done a round since the last time. False: nothing came.
        """
        lent = self._lent
        if lent is None:
            return False
        if self._rounds_done != self._rounds_known:
            self._rounds_known = self._rounds_done
            return True
        mask = lent.wait(seconds)
        if not mask:
            return False
        with self._round:
            poller = self._poller
            if lent is self._lent and poller is not None:  # otherwise its thread has read it
                handler = self._handlers[lent.fd]
                self._do_round(lambda: handler(poller.settled(lent.fd, mask)))
        return True

    def take_back(self) -> None:
        """Give the borrowed socket back to the loop's thread."""
        if self._lent is not None:
            with self._round:
                self._take_back()

    def _take_back(self) -> None:
        lent, self._lent = self._lent, None
        if lent is not None and self._poller is not None:
            self._poller.modify(lent.fd, READ)

    def _is_due(self, poller: Poller) -> bool:
        """Whether the loop's thread has work that is older than the visitor's."""
        ready = poller.wait(0)
        for fd, _ in ready:
            poller.again(fd)
        return bool(ready) or self._first_due() <= perf_counter()

    def settle(self, seconds: float) -> bool:
        """Wait until every call that was under way has come back. False: one of them may not."""
        if self._guests or not self._round.acquire(timeout=seconds):
            return False
        self._round.release()
        return not self._guests

    # -- on the loop's thread ---------------------------------------------------------------

    def register(self, sock: socket.socket, events: int, handler: Handler) -> None:
        """Have `handler(mask)` called when the socket is ready; HANGUP comes alone."""
        assert self._poller is not None
        fd = sock.fileno()
        if events == HANGUP and not self._poller.tells_hangups:
            self._hangups.add(fd, handler)
            return
        self._poller.register(fd, events)
        self._handlers[fd] = handler
        self._fresh.add(fd)

    def modify(self, sock: socket.socket, events: int, handler: Handler) -> None:
        """Change what a socket waits for, or its handler."""
        assert self._poller is not None
        fd = sock.fileno()
        if fd in self._hangups.handlers or (events == HANGUP and not self._poller.tells_hangups):
            self.unregister(sock)
            self.register(sock, events, handler)
            return
        self._end_loan(fd)
        self._poller.modify(fd, events)
        self._handlers[fd] = handler
        self._fresh.add(fd)

    def unregister(self, sock: socket.socket) -> None:
        assert self._poller is not None
        fd = sock.fileno()
        self._end_loan(fd)
        if self._hangups.handlers.pop(fd, None) is None:
            self._poller.unregister(fd)
            del self._handlers[fd]

    def _end_loan(self, fd: int) -> None:
        """End the borrower's wait."""
        if self._lent is not None and self._lent.fd == fd:
            self._lent = None

    def after(self, seconds: float, job: Job) -> Timer:
        """Run `job` in `seconds`."""
        return self.at(perf_counter() + seconds, job)

    def at(self, due: float, job: Job) -> Timer:
        """Run `job` at a moment of perf_counter(); jobs for the same moment run in the order they
        were given.
        """
        timer = Timer(due, job)
        heapq.heappush(self._timers, (due, next(self._order), timer))
        return timer

    @property
    def at_work(self) -> bool:
        """Whether a call may be under way; False: the thread waits. Callable from any thread."""
        return self._working or self._guests > 0

    def in_thread(self, work: Callable[[], Job]) -> None:
        """Run `job`, which may block in C, on a daemon thread; the job that it returns runs on this
        loop.

        When the program quits, such a thread is abandoned: getaddrinfo cannot be interrupted.
        """
        self._guests += 1

        def guest() -> None:
            job: Job | None = None
            failure: BaseException | None = None
            try:
                job = work()
            except Exception as error:  # noqa: BLE001 - told on the loop's thread
                failure = error

            def come_back() -> None:
                self._guests -= 1
                if job is not None:
                    job()
                elif failure is not None:
                    self._crashed(failure)

            self.post(come_back)

        threading.Thread(target=guest, name=f"{self.name} waits in C", daemon=True).start()

    def open(self) -> None:
        """Take the descriptors that `run` needs, while the caller can still be given an error.

        Raises:
            OSError: the system has none left.
        """
        poller = new_poller()
        try:
            waker, wakened = socket.socketpair()
        except OSError:
            poller.close()
            raise
        waker.setblocking(False)
        wakened.setblocking(False)
        self._opened = (poller, waker, wakened)

    def close(self) -> None:
        """Give the descriptors back if `run` will not be called."""
        for item in self._opened or ():
            item.close()
        self._opened = None

    def run(self) -> None:
        """The body of the thread. Returns when the endpoint owns nothing any more."""
        if self._opened is None:
            self.open()
        assert self._opened is not None
        poller, waker, wakened = self._opened
        with closing(poller), waker, wakened:
            self._poller = poller
            self.register(wakened, READ, lambda _mask: self._awake(wakened))
            with self._lock:
                self._waker = waker
            self._round.acquire()
            self._working = True
            try:
                self._rounds(poller)
            finally:
                self._working = False
                self._round.release()
                with self._lock:
                    self._waker = None
                self._poller = None

    def _rounds(self, poller: Poller) -> None:
        told = log.isEnabledFor(logging.DEBUG)
        turns = self._round
        if told:
            log.debug("%s: begins", self.name)
        while True:
            jobs = len(self._inbox)
            if jobs:
                self._do_inbox()
            self._guard(self._turn)
            if self._end_if_idle():
                if told:
                    log.debug("%s: ends, it owns nothing any more", self.name)
                return
            pause = self._pause()
            self._wakes = self._first_due()
            self._fresh.clear()  # a visitor may register more meanwhile
            self._waits, self._working = True, False
            turns.release()
            ready = poller.wait(pause)
            turns.acquire()
            self._waits, self._working = False, True
            self._rounds_done += 1
            if told:
                log.debug("%s: %d jobs done, then %d ready", self.name, jobs, len(ready))
            self._hand_out(poller, ready)
            # after the sockets: what came in time while this thread was busy has not timed out
            if self._timers:
                self._do_timers()

    def _hand_out(self, poller: Poller, ready: list[tuple[int, int]]) -> None:
        """Call the handlers of the sockets that are ready in this round.

        One of them may have closed the socket of a later one, whose descriptor may be another
        socket's by now. That one is not called needlessly, since each call on a socket is a row.
        """
        handler_of, fresh = self._handlers.get, self._fresh
        for fd, mask in ready:
            handler = handler_of(fd)
            if handler is None:
                continue
            if self._lent is not None and fd == self._lent.fd:
                self._take_back()  # the socket has broken down
                continue
            if fd in fresh:
                poller.again(fd)
                continue
            try:
                handler(mask if mask == READ else poller.settled(fd, mask))
            except Exception as error:  # noqa: BLE001 - one bad handler must not end the rest
                self._crashed(error)

    def _end_if_idle(self) -> bool:
        if self._inbox or self._guests or self._busy():
            return False
        # first: whoever is told that there is no thread finds the results of this one
        self._on_end()
        with self._lock:
            if self._inbox:
                return False
            self._ended = True
        return True

    def _awake(self, wakened: socket.socket) -> None:
        with suppress(BlockingIOError):
            wakened.recv(4096)

    def _do_inbox(self) -> None:
        for _ in range(len(self._inbox)):
            self._guard(self._inbox.popleft())

    def _do_timers(self) -> None:
        now = perf_counter()
        while self._timers and self._timers[0][0] <= now:
            job = heapq.heappop(self._timers)[2].job
            if job is not None:
                self._guard(job)

    def _guard(self, job: Job) -> None:
        try:
            job()
        except Exception as error:  # noqa: BLE001 - as above
            self._crashed(error)

    def _pause(self) -> float | None:
        if self._inbox:
            return 0
        due = self._first_due()
        return max(0.0, due - perf_counter()) if due < inf else None

    def _first_due(self) -> float:
        """When the first timer is due, on the clock of perf_counter(); None: there is none."""
        while self._timers and self._timers[0][2].job is None:
            heapq.heappop(self._timers)
        return self._timers[0][0] if self._timers else inf


class Hangups:
    """Sockets of a loop of which only the end is of interest, where its poller does not tell:
    their handlers are told to look every LOOK_EVERY seconds.
    """

    def __init__(self, loop: EventLoop) -> None:
        self._loop = loop
        self.handlers: dict[int, Handler] = {}
        self._timer: Timer | None = None

    def add(self, fd: int, handler: Handler) -> None:
        self.handlers[fd] = handler
        if self._timer is None:
            self._timer = self._loop.after(LOOK_EVERY, self._look)

    def _look(self) -> None:
        self._timer = None
        for fd, handler in list(self.handlers.items()):
            if fd in self.handlers:  # an earlier handler of this round may have closed it
                handler(HANGUP)
        if self.handlers:
            self._timer = self._loop.after(LOOK_EVERY, self._look)
