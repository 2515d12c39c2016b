"""UnfinishedCommands: the commands of an endpoint that have not ended yet."""

from __future__ import annotations

from typing import Final

from workbench.engine.model.ticket import Ticket

ROOM: Final = 32
"""Commands that are kept before it is looked which of them have ended."""


class UnfinishedCommands:
    """Commands that wait for a call, a connection or a step.

    Used on the endpoint's thread. Whoever makes a command wait ends it. This is for what can end
    all of them at once, the endpoint's stop and the close of its last socket: no command outlives
    those.
    """

    def __init__(self) -> None:
        self._tickets: list[Ticket] = []
        self._room = ROOM

    def add(self, ticket: Ticket) -> None:
        """Keep a ticket until it has ended, or slightly longer: an ended ticket cannot be ended
        again.
        """
        if len(self._tickets) >= self._room:
            self._tickets = [known for known in self._tickets if not known.done]
            self._room = len(self._tickets) + max(ROOM, len(self._tickets))
        self._tickets.append(ticket)

    def fail(self, reason: BaseException, but: Ticket | None = None) -> None:
        """End all of them with this error, except `but`."""
        ending, self._tickets = self._tickets, []
        for ticket in ending:
            if ticket is but:
                self._tickets.append(ticket)
            else:
                ticket.fail(reason)
