"""Readings of connections that stay silent, and those that were asked for: evidence for later."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from workbench.engine.connection.registry import targets
from workbench.engine.model import commands as c

if TYPE_CHECKING:
    from workbench.engine.endpoint.base import Endpoint
    from workbench.engine.model.ticket import Ticket
    from workbench.engine.sockets.event_loop import Timer

SILENCE: Final = 1.0
"""Seconds without an event, and between two looks."""
SAMPLED_AT_ONCE: Final = 100


class Sampler:
    """Keeps a reading of an endpoint's silent connections once a second; on its thread.

    Attributes:
        due: the next look, None where none is planned.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self.due: Timer | None = None

    def plan(self) -> None:
        """Look in a second."""
        self.due = self._endpoint.worker.loop.after(SILENCE, self._look)

    def cancel_all(self) -> None:
        """The loop ends, and its timers with it."""
        self.due = None

    def _look(self) -> None:
        self.due = None
        before = self._endpoint.now() - int(SILENCE * 1e9)
        silent = (
            connection
            for connection in self._endpoint.connections.values()
            if connection.has_pending_work()
            and (connection.traced.last is None or connection.traced.last.t_ns < before)
        )
        for connection, _ in zip(silent, range(SAMPLED_AT_ONCE), strict=False):
            connection.traced.sample()


def take_readings(endpoint: Endpoint, command: c.Sample, ticket: Ticket) -> None:
    """A reading of each socket that is meant, at once; a note says of how many.

    Raises:
        Problem: there is no such connection.
    """
    every = command.connection == c.ALL
    connections = (
        list(endpoint.connections.values()) if every else targets(endpoint, command.connection)
    )
    for connection in connections:
        connection.traced.sample()
    if connections:
        endpoint.note("readings_taken", str(len(connections)), None, ticket)
    else:
        endpoint.note("nothing_open", "", None, ticket)
    ticket.finish()
