"""Poller: tells which sockets are ready, by epoll where the system has it, else by Python's
selectors.
"""

from __future__ import annotations

import select
import selectors
import sys
from contextlib import suppress
from typing import Final, Protocol

READ: Final = 0x001
WRITE: Final = 0x004
HANGUP: Final = 0x010
"""EPOLLIN, EPOLLOUT and EPOLLHUP (sys/epoll.h): what epoll returns is passed on as it is. HANGUP is
used alone, for a socket neither to be read nor written: only its end is of interest.
"""
_EDGE: Final = 1 << 31  # EPOLLET
_BREAKS: Final = ~READ & ~WRITE


class Poller(Protocol):
    """The registered sockets of one loop, by descriptor, and the events each waits for.

    Attributes:
        tells_hangups: it accepts HANGUP as well.
        takes_visitors: another thread may change what it waits for while one waits.
    """

    tells_hangups: bool
    takes_visitors: bool

    def register(self, fd: int, events: int) -> None:
        """Raises OSError."""

    def modify(self, fd: int, events: int) -> None:
        """Change the events a socket waits for. Raises OSError."""

    def unregister(self, fd: int) -> None:
        """Stop waiting for a socket."""

    def wait(self, timeout: float | None, /) -> list[tuple[int, int]]:
        """(descriptor, mask) of what is ready, after at most `timeout` seconds (None: no limit).

        A mask of more than READ is to be passed to `settled`.
        """

    def again(self, fd: int) -> None:
        """Report the last answer again if it still holds: nobody has looked at it."""

    def settled(self, fd: int, mask: int) -> int:
        """The part of a mask to act on: whoever waits to read is told of a breakdown as
        readable.
        """

    def lend(self, fd: int) -> Borrowed | None:
        """Stop reporting that a socket is readable, so that the caller can wait for it; None: it is
        not registered for reading, or cannot be lent. `modify` takes it back.
        """

    def close(self) -> None: ...


class Borrowed(Protocol):
    """One socket for which another thread waits.

    Attributes:
        fd: its descriptor.
    """

    fd: int

    def wait(self, seconds: float, /) -> int:
        """The events it is ready for after at most `timeout` seconds; 0: none."""


def new_poller() -> Poller:
    """Raises OSError: the system has no descriptor left for one."""
    if sys.platform == "linux":
        return EpollPoller()
    return SelectorPoller()


class SelectorPoller:
    """kqueue, poll or select, by Python's selectors."""

    tells_hangups = False
    takes_visitors = False

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()

    def register(self, fd: int, events: int) -> None:
        self._selector.register(fd, _names(events))

    def modify(self, fd: int, events: int) -> None:
        self._selector.modify(fd, _names(events))

    def unregister(self, fd: int) -> None:
        self._selector.unregister(fd)

    def wait(self, timeout: float | None, /) -> list[tuple[int, int]]:
        return [
            (
                key.fd,
                (READ if mask & selectors.EVENT_READ else 0)
                | (WRITE if mask & selectors.EVENT_WRITE else 0),
            )
            for key, mask in self._selector.select(timeout)
        ]

    def again(self, fd: int) -> None:
        """Do nothing: it is level-triggered, and reports again by itself."""

    def settled(self, fd: int, mask: int) -> int:
        return mask

    def lend(self, fd: int) -> Borrowed | None:
        return None

    def close(self) -> None:
        self._selector.close()


def _names(events: int) -> int:
    """An event mask in the constants of `selectors`."""
    return (selectors.EVENT_READ if events & READ else 0) | (
        selectors.EVENT_WRITE if events & WRITE else 0
    )


if sys.platform == "linux":

    class EpollPoller:
        """epoll(7), level-triggered, without an object for each event.

        HANGUP is edge-triggered: a socket on which both sides have finished hangs up for good, and
        a reset may still come. EPOLLERR and EPOLLHUP always come (epoll_ctl(2)).
        """

        tells_hangups = True
        takes_visitors = True

        def __init__(self) -> None:
            self._epoll = select.epoll()
            self._wanted: dict[int, int] = {}
            self.wait = self._epoll.poll

        def register(self, fd: int, events: int) -> None:
            self._epoll.register(fd, _EDGE if events == HANGUP else events)
            self._wanted[fd] = events

        def modify(self, fd: int, events: int) -> None:
            self._epoll.modify(fd, _EDGE if events == HANGUP else events)
            self._wanted[fd] = events

        def unregister(self, fd: int) -> None:
            del self._wanted[fd]
            with suppress(OSError):  # a closed descriptor has been removed by the kernel
                self._epoll.unregister(fd)

        def again(self, fd: int) -> None:
            if self._wanted.get(fd) == HANGUP:
                self._epoll.modify(fd, _EDGE)

        def settled(self, fd: int, mask: int) -> int:
            wanted = self._wanted.get(fd, 0)
            if wanted == HANGUP:
                return HANGUP
            return wanted if mask & _BREAKS else mask & wanted

        def lend(self, fd: int) -> Borrowed | None:
            if self._wanted[fd] != READ:
                return None
            self._epoll.modify(fd, 0)
            return BorrowedSocket(fd)

        def close(self) -> None:
            self._epoll.close()

    class BorrowedSocket:
        """poll(2) of one socket; its masks are those of epoll(7)."""

        __slots__ = ("_poll", "fd")

        def __init__(self, fd: int) -> None:
            self.fd = fd
            self._poll = select.poll()
            self._poll.register(fd, READ)

        def wait(self, seconds: float, /) -> int:
            ready = self._poll.poll(seconds * 1000)
            return ready[0][1] if ready else 0
