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


def targets(endpoint: Endpoint, target: c.Target) -> list[Connection]:
    """The open connections that a command means. Raises Problem when there is none."""
    if target is None:
        found = endpoint.current()
    elif target == c.ALL:
        found = list(endpoint.conversations())
    else:
        found = [item for item in endpoint.connections.values() if item.number == target]
    found = [connection for connection in found if connection.open]  # close() may still wait, in C
    if not found:
        raise Problem(
            "engine.no_connection" if target in {None, c.ALL} else "engine.no_such_connection",
            number=str(target),
        )
    return found


def each(
    endpoint: Endpoint,
    target: c.Target,
    ticket: Ticket,
    work: Callable[[Connection], object],
    *,
    own_first: bool = False,
    closed_is_fine: bool = False,
) -> None:
    """Do `work` on every meant connection; the first error ends it and fails the ticket.

    `own_first`: without a target the endpoint's own socket is meant where it has one.
    `closed_is_fine`: what is closed already is noted, not refused.
    """
    own = endpoint.own_connection() if own_first and target is None else None
    try:
        found = [own] if own is not None else targets(endpoint, target)
    except Problem:
        if closed_is_fine and _was_closed(endpoint, target):
            endpoint.note("already_closed", "", None, ticket)
            ticket.finish()
            return
        raise
    for connection in found:
        work(connection)
    ticket.finish()


def _was_closed(endpoint: Endpoint, target: c.Target) -> bool:
    """True where the meant connection existed and is closed: close() may be called again."""
    if target in {None, c.ALL}:
        return endpoint.closed_count > 0
    return isinstance(target, int) and 0 < target <= endpoint.numbered
