"""bind() beyond the bare call: who may reach it, the next free port, the file of AF_UNIX."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import TYPE_CHECKING, Final

from workbench.engine import address as addresses
from workbench.engine.opening import numbers
from workbench.engine.traced import SockAddress
from workbench.texts import Problem

if TYPE_CHECKING:
    from workbench.engine.channel import Channel
    from workbench.engine.endpoint import Endpoint
    from workbench.engine.ticket import Ticket

PORTS_TRIED: Final = 100


class BoundFile:
    """The file of an AF_UNIX socket: unlinked by its binder, while it is still the same file."""

    def __init__(self, path: str) -> None:
        self.path = Path(path)
        found = self.path.lstat()
        self._identity = (found.st_dev, found.st_ino)

    def remove(self) -> bool:
        """Unlink it; False if somebody else has taken the name meanwhile, or it is gone."""
        try:
            found = self.path.lstat()
            if (found.st_dev, found.st_ino) != self._identity:
                return False
            self.path.unlink()
        except OSError:
            return False
        return True


def check_reach(endpoint: Endpoint, sockaddr: SockAddress, ticket: Ticket) -> None:
    """Warn of a bind that other machines can reach. Raises Problem where that is not allowed."""
    family, _ = numbers(endpoint.settings)
    if not addresses.beyond_loopback(sockaddr, family):
        return
    if not endpoint.around.beyond_loopback:
        raise Problem("engine.beyond_loopback", address=str(sockaddr[0]))
    endpoint.note("listens_beyond_loopback", repr(sockaddr[0]), None, ticket)


def bind_searching(endpoint: Endpoint, channel: Channel, sockaddr: SockAddress,
                   ticket: Ticket | None) -> BoundFile | None:
    """bind(); with `port_search` on the next free port where this one is taken.

    Returns the file that AF_UNIX made for a path, None where there is none. Raises OSError.
    """
    if not (isinstance(sockaddr, tuple) and endpoint.settings.port_search and sockaddr[1]):
        channel.traced.bind(sockaddr, ticket)
        if isinstance(sockaddr, str) and sockaddr and not sockaddr.startswith("\0"):
            return BoundFile(sockaddr)
        return None
    wished = sockaddr[1]
    last = min(wished + PORTS_TRIED, 65535)
    for port in range(wished, last + 1):
        moved = (sockaddr[0], port, *sockaddr[2:])
        try:
            channel.traced.bind(moved, ticket)
        except OSError as error:
            if error.errno != errno.EADDRINUSE or port == last:
                raise
            continue
        if port != wished:
            endpoint.note("port_moved", f"{wished}, {port}", channel.traced.id, ticket)
        break
    return None
