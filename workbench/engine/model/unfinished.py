"""UnfinishedCommands: the commands of an endpoint that have not ended."""

from __future__ import annotations

from workbench.engine.model.ticket import Ticket


class UnfinishedCommands:
    """Commands that wait: for a call, a connection, a step. All on the endpoint's thread.

    Whoever makes a command wait ends it; this is for what can end all of them at once, the
    endpoint's stop and its last socket's close: no command outlives those.
    """

    def __init__(self) -> None:
        self._tickets: set[Ticket] = set()

    def add(self, ticket: Ticket) -> None:
        """Know of it until it has ended."""
        self._tickets.add(ticket)
        ticket.add_callback(self._tickets.discard)

    def fail(self, reason: BaseException, but: Ticket | None = None) -> None:
        """End every one, but not `but`."""
        for ticket in self._tickets - {but}:
            ticket.fail(reason)
