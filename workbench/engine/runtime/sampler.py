"""Sampler: kernel readings of silent connections, kept as evidence in the record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from workbench.engine.model import commands as c

if TYPE_CHECKING:
    from workbench.engine.connection.context import EngineContext
    from workbench.engine.connection.registry import Registry
    from workbench.engine.endpoint.base import Endpoint
    from workbench.engine.model.ticket import Ticket
    from workbench.engine.sockets.event_loop import Timer

SILENCE: Final = 1.0
"""Seconds without an event, and between two looks."""
SAMPLED_AT_ONCE: Final = 100
"""Silent connections of which a reading is kept in one look."""


class Sampler:
    """Keeps a reading of each silent connection once a second; used on the endpoint's thread.

    Attributes:
        due: the next look; None: none is planned.
    """

    def __init__(self, context: EngineContext, registry: Registry) -> None:
        self._context = context
        self._registry = registry
        self.due: Timer | None = None

    def plan(self) -> None:
        """Plan the next look, a second from now."""
        self.due = self._context.loop.after(SILENCE, self._look)

    def cancel_all(self) -> None:
        """Forget the planned look: the loop ends."""
        if self.due is not None:
            self.due.cancel()
        self.due = None

    def _look(self) -> None:
        self.due = None
        before = self._context.now() - int(SILENCE * 1e9)
        silent = (
            connection
            for connection in self._registry.open.values()
            if connection.has_pending_work()
            and (connection.traced.last is None or connection.traced.last.t_ns < before)
        )
        for connection, _ in zip(silent, range(SAMPLED_AT_ONCE), strict=False):
            connection.traced.sample()


def take_readings(endpoint: Endpoint, command: c.Sample, ticket: Ticket) -> None:
    """Take a reading of each meant socket now; a note says how many there were.

    Raises:
        Problem: there is no such connection.
    """
    every = command.connection == c.ALL
    connections = (
        list(endpoint.registry.open.values()) if every else endpoint.targets(command.connection)
    )
    for connection in connections:
        connection.traced.sample()
    if connections:
        endpoint.context.note("readings_taken", str(len(connections)), None, ticket)
    else:
        endpoint.context.note("nothing_open", "", None, ticket)
    ticket.finish()
