"""File descriptors of this process: how many are left for sockets, and the reserve for the program.

A user's sockets may use up all descriptors that a process may open (RLIMIT_NOFILE, setrlimit(2)),
and then it dies: GLib aborts if it gets no eventfd for a thread, and painting reads from files. So
the highest numbers are reserved for the program. A new descriptor gets the lowest free number
(open(2)), which is a cheap way to tell whether a user's socket would take one of them.
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from workbench.texts import Problem

LOOP: Final = 4
"""Descriptors that an endpoint's thread takes: a poller, a wake-up pair, Qt's eventfd in the
window.
"""
_MOST, _LEAST, _SHARE = 64, 16, 4


def raise_fd_limit() -> None:
    """Raise the soft limit of open descriptors to the hard one."""
    if sys.platform == "win32":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        except (OSError, ValueError):  # macOS reports a hard limit that it does not grant
            return


def check_file_limit() -> None:
    """Raises Problem if a process cannot limit its descriptors here (RLIMIT_NOFILE)."""
    if find_spec("resource") is None:
        raise Problem("engine.no_file_limit")


@contextmanager
def no_more_files(sock: socket.socket) -> Iterator[None]:
    """A block in which this process can open no descriptor: for a single call that is to meet
    EMFILE.

    The limit is set to the lowest free number (found with `sock`'s descriptor) and not to 0, since
    poll(2) refuses more descriptors than the limit. Where there is no such limit, nothing changes:
    `check_file_limit` says so beforehand.
    """
    if sys.platform == "win32":
        yield
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    free = os.dup(sock.fileno())
    os.close(free)
    resource.setrlimit(resource.RLIMIT_NOFILE, (free, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def reserve(limit: int) -> int:
    """How many of `limit` descriptors stay reserved for the program itself: record, threads,
    painting.
    """
    return max(_LEAST, min(_MOST, limit // _SHARE))


def _limit() -> int | None:
    """The soft limit of descriptors; None: there is none."""
    if sys.platform == "win32":
        return None
    import resource

    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return None if soft == resource.RLIM_INFINITY else soft


def room() -> int | None:
    """How many more descriptors sockets may take; None: that cannot be told."""
    limit = _limit()
    if limit is None:
        return None
    if not has_room():
        return 0
    most = limit - reserve(limit)
    try:
        used = sum(int(path.name) < most for path in Path("/proc/self/fd").iterdir())
    except OSError:
        return None
    return most - used + 1  # one of them was that of the listing


def has_room(like: socket.socket | None = None) -> bool:
    """Whether one more socket leaves the reserve untouched; `like`: a socket for a cheap test."""
    limit = _limit()
    return limit is None or _free(like) < limit - reserve(limit)


def check_room() -> None:
    """Raises Problem: one more socket would use up the reserve."""
    if not has_room():
        raise no_room()


def no_room() -> Problem:
    """The sentence for a socket that would use up the reserve."""
    limit = _limit() or 0
    return Problem("engine.no_room", limit=limit, reserve=reserve(limit))


def facts() -> str:
    """Limit and reserve as the arguments of a note."""
    limit = _limit() or 0
    return f"{limit}, {reserve(limit)}"


def check_thread() -> None:
    """Raises Problem: no descriptors are left for an endpoint's thread.

    A thread may use the reserve, since it ends as soon as its endpoint has no socket.
    """
    limit = _limit()
    if limit is not None and _free(None) + LOOP > limit - reserve(limit) // 2:
        raise no_room()


def _free(like: socket.socket | None) -> int:
    """The number that the next descriptor would get; the largest possible if none is left."""
    try:
        number = os.open(os.devnull, os.O_RDONLY) if like is None else os.dup(like.fileno())
    except OSError:
        return sys.maxsize
    os.close(number)
    return number
