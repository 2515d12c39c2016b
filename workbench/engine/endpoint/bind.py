"""bind() and what belongs to it: which hosts may reach it, the next free port, AF_UNIX files."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from workbench.engine.connection.bound_file import BoundFile
from workbench.engine.model import address as addresses
from workbench.engine.model.options import numbers
from workbench.engine.sockets.traced_socket import SockAddress
from workbench.printable import escape
from workbench.texts import Problem

if TYPE_CHECKING:
    from workbench.engine.connection.connection import Connection
    from workbench.engine.connection.context import EngineContext
    from workbench.engine.model.ticket import Ticket

PORTS_TRIED: Final = 100
"""How many ports after the wanted one are tried, if that is taken and another will do."""


def check_reach(context: EngineContext, sockaddr: SockAddress, ticket: Ticket) -> None:
    """Note that other machines can reach this address. Raises Problem if that is not allowed."""
    family, _ = numbers(context.live.settings)
    if not addresses.beyond_loopback(sockaddr, family):
        return
    if not context.surroundings.beyond_loopback:
        raise Problem("engine.beyond_loopback", address=str(sockaddr[0]))
    context.note("listens_beyond_loopback", repr(sockaddr[0]), None, ticket)


def within_reach(
    context: EngineContext, sockaddrs: tuple[SockAddress, ...], ticket: Ticket
) -> tuple[SockAddress, ...]:
    """The addresses of a name that may be bound to.

    Raises:
        Problem: other machines can reach each of them, which is not allowed.
    """
    family, _ = numbers(context.live.settings)
    near = tuple(each for each in sockaddrs if not addresses.beyond_loopback(each, family))
    if near and not context.surroundings.beyond_loopback:
        return near
    check_reach(context, sockaddrs[0], ticket)
    return sockaddrs


def bind(connection: Connection, sockaddr: SockAddress, ticket: Ticket | None) -> None:
    """bind() one address. Of AF_UNIX the connection then owns the file, and removes it.

    Raises OSError.
    """
    connection.traced.bind(sockaddr, ticket)
    if isinstance(sockaddr, str) and sockaddr and not sockaddr.startswith("\0"):
        with suppress(OSError):  # somebody else has removed it already
            connection.file = BoundFile(sockaddr)


def bind_first(
    context: EngineContext,
    connection: Connection,
    sockaddrs: tuple[SockAddress, ...],
    ticket: Ticket | None,
) -> None:
    """bind() to the first address of a name that is this machine's; each try is a call.

    An error other than EADDRNOTAVAIL is final: a server that is to be found at one address must not
    end up at another because the first is in use. Whoever holds the address is looked up and noted.

    Raises:
        OSError: of the last call.
    """
    try:
        _bind_first(connection, sockaddrs, ticket)
    except OSError as error:
        _note_holder(context, connection, sockaddrs[0], error, ticket)
        raise


def _bind_first(
    connection: Connection, sockaddrs: tuple[SockAddress, ...], ticket: Ticket | None
) -> None:
    for sockaddr in sockaddrs[:-1]:
        try:
            bind(connection, sockaddr, ticket)
        except OSError as error:
            if error.errno != errno.EADDRNOTAVAIL:
                raise
        else:
            return
    bind(connection, sockaddrs[-1], ticket)


def bind_searching(
    context: EngineContext,
    connection: Connection,
    sockaddrs: tuple[SockAddress, ...],
    ticket: Ticket | None,
) -> None:
    """`bind_first`; with `port_search` also the next free port where this one is taken.

    Raises OSError.
    """
    first = sockaddrs[0]
    if not (isinstance(first, tuple) and context.live.settings.port_search and first[1]):
        bind_first(context, connection, sockaddrs, ticket)
        return
    wished = first[1]
    last = min(wished + PORTS_TRIED, 65535)
    for port in range(wished, last + 1):
        moved = tuple((each[0], port, *each[2:]) for each in sockaddrs if isinstance(each, tuple))
        try:
            _bind_first(connection, moved, ticket)
        except OSError as error:
            if error.errno != errno.EADDRINUSE or port == last:
                raise
            continue
        if port != wished:
            context.note("port_moved", f"{wished}, {port}", connection.traced.id, ticket)
        break


def _note_holder(
    context: EngineContext,
    connection: Connection,
    sockaddr: SockAddress,
    error: OSError,
    ticket: Ticket | None,
) -> None:
    """Log who holds an address that is in use: another program, or connections in TIME_WAIT.

    Off the endpoint's thread, since it looks at every process. That an endpoint of ours holds it
    can be seen in the record itself.
    """
    if error.errno != errno.EADDRINUSE or not isinstance(sockaddr, tuple):
        return
    family, type_ = numbers(context.live.settings)
    host, port = sockaddr[0], sockaddr[1]

    def look() -> Callable[[], None]:
        from workbench.engine.sockets.port_holder import in_time_wait, port_holder

        found = port_holder(family, type_, host, port)
        resting = in_time_wait(family, type_, host, port) if found is None else 0

        def tell() -> None:
            of = connection.traced.id
            if found is not None and found.pid is None:
                context.note("port_of_user", f"{found.local!r}, {found.name!r}", of, ticket)
            elif found is not None and found.pid != os.getpid():
                args = f"{found.local!r}, {escape(found.name)!r}, {found.pid}"
                context.note("port_held", args, of, ticket)
            elif resting:
                context.note("port_in_time_wait", f"{port}, {resting}", of, ticket)
            elif found is None and sys.platform == "linux":
                context.note("port_held_unseen", f"{port}", of, ticket)

        return tell

    context.loop.in_thread(look)
