"""The signals HUP, INT and TERM (signal(7)): each asks the program to end, and none interrupts it
midway.

No handler here raises. The C half of Python's handler writes the signal's number to a socket
(signal.set_wakeup_fd); a thread reads it and tells whoever waits. The main thread goes on with what
it is doing until it looks (`check`), so no half-made object, no lock and no clean-up is torn apart.
"""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

NUMBERS: Final = tuple(
    getattr(signal, name)
    for name in ("SIGHUP", "SIGINT", "SIGTERM", "SIGBREAK")
    if hasattr(signal, name)  # Windows has SIGBREAK (a closed console) and no SIGHUP
)
Job = Callable[[], None]


class _Asked:
    """How often this process was asked to end, and what is then called."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.times = 0
        self.heard = False
        self.jobs: list[tuple[int, Job]] = []

    def told(self) -> None:
        """Note a signal: run the jobs that wait for the first one, or for each later one."""
        with self.lock:  # until they are done: whoever asked to be told stays registered that long
            self.times += 1
            for times, job in self.jobs:
                if times == min(self.times, 2):
                    job()


_asked = _Asked()


def asked() -> bool:
    """Whether a signal has asked the program to end."""
    return _asked.times > 0


def hurried() -> bool:
    """Whether another signal followed the first, so that whatever can be skipped is skipped."""
    return _asked.times > 1


def check() -> None:
    """Raises KeyboardInterrupt if the program was asked to end; a signal handler must not raise."""
    if asked():
        raise KeyboardInterrupt


def forget() -> None:
    """Forget that the end was asked for, in a process that runs several commands one after the
    other.
    """
    _asked.times = 0


@contextmanager
def telling(*, asked: Job | None = None, hurried: Job | None = None) -> Iterator[None]:
    """A block in which `asked()` is called at the first signal and `hurried()` at later ones, on a
    thread of its own.

    They must not block. For signals that came before, they are called at once.
    """
    wanted = [(times, job) for times, job in ((1, asked), (2, hurried)) if job is not None]
    with _asked.lock:
        _asked.jobs += wanted
        late = [job for times, job in wanted if times <= _asked.times]
    try:
        for job in late:
            job()
        yield
    finally:
        with _asked.lock:
            for item in wanted:
                _asked.jobs.remove(item)


@contextmanager
def listening() -> Iterator[None]:
    """A block in which HUP, INT and TERM are only noted, and reported to whoever waits.

    It changes nothing on other threads than the main one, or within another such block. A signal
    that is ignored stays ignored: nohup(1), a shell's background job.
    """
    if threading.current_thread() is not threading.main_thread() or _asked.heard:
        yield
        return
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.setblocking(False)
        watcher = threading.Thread(target=_watch, args=(ours,), name="signals", daemon=True)
        _asked.heard = True
        forget()
        watcher.start()
        wakeup = signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)
        before = {
            number: signal.signal(number, _noted)
            for number in NUMBERS
            if signal.getsignal(number) is not signal.SIG_IGN
        }
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            signal.set_wakeup_fd(wakeup)
            theirs.shutdown(socket.SHUT_WR)  # the end of file ends it
            watcher.join()
            _asked.heard = False


def _noted(_number: int, _frame: FrameType | None) -> None:
    """A handler that does nothing: Python's C code has written the signal's number into the
    socket.
    """


def _watch(ours: socket.socket) -> None:
    while numbers := ours.recv(64):
        for number in numbers:
            if number in NUMBERS:
                _asked.told()
