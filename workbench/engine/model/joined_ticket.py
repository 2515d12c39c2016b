"""One command, several calls: its ticket ends with the last of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.engine.model.ticket import Ticket


class JoinedTicket:
    """Counts the calls of a command down: call it with each one's error, or None.

    The first error is the command's.
    """

    def __init__(self, ticket: Ticket, count: int) -> None:
        self._ticket = ticket
        self._left = count
        self._error: BaseException | None = None

    def __call__(self, error: BaseException | None) -> None:
        self._error = self._error or error
        self._left -= 1
        if self._left:
            return
        if self._error is None:
            self._ticket.finish()
        else:
            self._ticket.fail(self._error)
