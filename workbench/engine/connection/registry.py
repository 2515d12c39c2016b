"""Which of its sockets a command to an endpoint means."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from workbench.engine.model import commands as c
from workbench.texts import Problem

if TYPE_CHECKING:
    from workbench.engine.connection.connection import Connection
    from workbench.engine.endpoint.base import Endpoint
    from workbench.engine.model.ticket import Ticket


def targets(endpoint: Endpoint, connection: c.Target) -> list[Connection]:
    """The open channels that a command means. Raises Problem when there is none."""
    if connection is None:
        found = endpoint.current()
    elif connection == c.ALL:
        found = list(endpoint.conversations())
    else:
        found = [ch for ch in endpoint.channels.values() if ch.number == connection]
    found = [channel for channel in found if channel.open]  # close() may still wait, in C
    if not found:
        raise Problem(
            "engine.no_connection" if connection in {None, c.ALL} else "engine.no_such_connection",
            number=str(connection),
        )
    return found


def each(
    endpoint: Endpoint,
    connection: c.Target,
    ticket: Ticket,
    work: Callable[[Connection], object],
    *,
    own_first: bool = False,
    closed_is_fine: bool = False,
) -> None:
    """Do `work` on every meant channel; the first error ends it and fails the ticket.

    `own_first`: without `connection` the endpoint's own socket is meant where it has one.
    `closed_is_fine`: what is closed already is noted, not refused.
    """
    own = endpoint.own_channel() if own_first and connection is None else None
    try:
        found = [own] if own is not None else targets(endpoint, connection)
    except Problem:
        if closed_is_fine and _was_closed(endpoint, connection):
            endpoint.note("already_closed", "", None, ticket)
            ticket.finish()
            return
        raise
    for channel in found:
        work(channel)
    ticket.finish()


def _was_closed(endpoint: Endpoint, connection: c.Target) -> bool:
    """True where the meant connection existed and is closed: close() may be called again."""
    if connection in {None, c.ALL}:
        return endpoint.closed_count > 0
    return isinstance(connection, int) and 0 < connection <= endpoint.numbered
