"""AskedCommands: a panel's commands, from when they are given until a snapshot shows their
effect.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.engine.model import commands as c
from workbench.viewmodel.command_outcome import is_start

if TYPE_CHECKING:
    from workbench.engine.model.ticket import Ticket


class AskedCommands:
    """The tickets of one endpoint's panel.

    Attributes:
        under_way: those that have not ended, in the order they were given.
    """

    def __init__(self) -> None:
        self.under_way: dict[Ticket, None] = {}
        self._ended: list[Ticket] = []  # no snapshot shows their effect yet

    def ask(self, ticket: Ticket) -> None:
        """Note a ticket; its end is reported later, even if it has ended by now."""
        self.under_way[ticket] = None

    def end(self, ticket: Ticket) -> bool:
        """Note that a ticket has ended. False: another panel gave the command."""
        if ticket not in self.under_way:
            return False
        del self.under_way[ticket]
        self._ended.append(ticket)
        return True

    def take_shown(self, revision: int) -> list[Ticket]:
        """Take out the ended tickets whose effect the snapshot of this revision shows."""
        shown = [ticket for ticket in self._ended if ticket.revision <= revision]
        if shown:
            self._ended = [ticket for ticket in self._ended if ticket.revision > revision]
        return shown

    @property
    def starting(self) -> bool:
        """Whether Listen, Bind or Connect is under way."""
        return any(is_start(ticket.command) for ticket in self.under_way)

    def connected_after(self, revision: int) -> bool:
        """Whether a connect() has come back that this snapshot does not show yet."""
        return any(
            isinstance(ticket.command, c.Connect)
            and ticket.outcome is not None
            and ticket.outcome.ok
            and ticket.revision > revision
            for ticket in (*self.under_way, *self._ended)
        )
