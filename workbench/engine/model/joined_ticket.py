"""JoinedTicket: one command that makes several calls; its ticket ends with the last of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from workbench.engine.model.ticket import OK, Reached, failed

if TYPE_CHECKING:
    from workbench.engine.model.ticket import Ticket


class JoinedTicket:
    """Counts a command's calls down.

    It is called with the error of each, or None. The first error becomes the command's.
    """

    def __init__(self, ticket: Ticket, count: int) -> None:
        self._ticket = ticket
        self._left = count
        self._count = count
        self._error: BaseException | None = None
        self._failures: list[tuple[int, str]] = []

    def of(self, number: int) -> Callable[[BaseException | None], None]:
        """The function to call with the outcome on the connection of this number."""
        return partial(self, number=number)

    def __call__(self, error: BaseException | None, number: int | None = None) -> None:
        if error is not None and number is not None:
            told = failed(error)
            words = told.problem.text if told.problem is not None else None
            self._failures.append((number, words or told.errno or told.error or ""))
        self._error = self._error or error
        self._left -= 1
        if self._left:
            return
        reached = Reached(self._count, tuple(sorted(self._failures)))
        made = OK if self._error is None else failed(self._error)
        self._ticket.finish(replace(made, reached=reached) if self._count > 1 else made)
