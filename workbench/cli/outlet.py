"""Keeps output that nobody reads from blocking the end of a command.

A pipe that is not read, or a stopped terminal (Ctrl-S), blocks a write(2) for ever.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Final

from workbench import interrupts

STUCK: Final = 3.0
"""Seconds that an output may block once the program was asked to end."""
LOOK: Final = 0.1
_STREAMS: Final = (1, 2)
_writers: set[threading.Thread] = set()
_jobs: list[Callable[[], None]] = []


def writes(thread: threading.Thread) -> None:
    """Register a thread that writes to stdout beside the main one.

    It is woken when output is given up.
    """
    _writers.add(thread)


@contextmanager
def giving_up(job: Callable[[], None]) -> Iterator[None]:
    """Have `job()` called when blocked output is given up: another process writes it."""
    _jobs.append(job)
    try:
        yield
    finally:
        _jobs.remove(job)


@contextmanager
def interruptible() -> Iterator[None]:
    """As `interrupts.listening`; in addition, output that is still blocked STUCK seconds after the
    program was asked to end is given up.
    """
    over = threading.Event()
    watcher = threading.Thread(target=_watch, args=(over,), name="output", daemon=True)
    with interrupts.listening():
        try:
            with interrupts.telling(asked=watcher.start, hurried=lambda: _give_up(_stuck())):
                try:
                    yield
                finally:
                    _flush()
        finally:
            over.set()
            if watcher.ident is not None:
                watcher.join()  # the signals it sends must still find their handler


def _flush() -> None:
    """Flush stdout while `interruptible` still watches: a flush at exit could block for ever."""
    try:
        sys.stdout.flush()
    except OSError:
        if not interrupts.asked():
            raise
        _to_nowhere([1])  # the terminal is gone


def _watch(over: threading.Event) -> None:
    since = monotonic()
    while not over.wait(LOOK):
        if not _stuck():
            since = monotonic()
        elif monotonic() - since > STUCK:
            _give_up(_stuck())


def _stuck() -> list[int]:
    """The streams that would block a write now."""
    if sys.platform == "win32":  # select() takes only sockets there
        return []
    held = []
    for stream in _STREAMS:
        try:
            if not select.select([], [stream], [], 0)[1]:
                held.append(stream)
        except (OSError, ValueError):  # closed, or a number beyond FD_SETSIZE
            continue
    return held


def _give_up(streams: list[int]) -> None:
    """Redirect blocked streams to /dev/null; a signal wakes a thread blocked in write(2) on one
    (EINTR).
    """
    if sys.platform == "win32" or not streams:
        return
    _to_nowhere(streams)
    for job in _jobs:
        job()
    for thread in {threading.main_thread(), *_writers}:
        if thread.is_alive() and thread.ident is not None:
            signal.pthread_kill(thread.ident, signal.SIGTERM)


def _to_nowhere(streams: list[int]) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in streams:
        os.dup2(nowhere, stream)
    os.close(nowhere)
