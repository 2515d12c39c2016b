"""Scan: looks through the record for the rows to be shown, in steps on the background thread."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from workbench.journal.reader import CHUNK, Reader
from workbench.viewmodel.shown_rows import Looked, View

TAIL: Final = 2_048
"""Newest rows of a long record that are looked at first."""
AT_ONCE: Final = 4_096
"""Rows that are looked at on the GUI's thread: some milliseconds."""
AT_ONCE_ACROSS: Final = 256
"""The same where a text may have begun in rows before: each may have to be looked for."""


def at_once(view: View) -> int:
    """How many rows may be looked at on the GUI thread."""
    across = view.condition is not None and view.condition.joins_reads
    return AT_ONCE_ACROSS if across else AT_ONCE


class Scan:
    """Looks at new rows first, then at the gap between both ends, in growing steps.

    Attributes:
        goal: the newest row to look at; any thread may advance it meanwhile.
    """

    def __init__(self, view: View, head: int, gap: int | None, newest: int, goal: int) -> None:
        """`head`, `gap`: the rows to look at, each after the first number and up to the second;
        `newest`: where later rows begin.
        """
        self._view = view
        self._head = head
        self._gap = head if gap is None else gap
        self._newest = newest
        self.goal = goal

    def steps(self, reader: Reader) -> Iterator[Looked]:
        """The work of a background task."""
        size = AT_ONCE
        while True:
            goal = self.goal
            if self._newest < goal:
                after, self._newest = self._newest, min(goal, self._newest + CHUNK)
                yield self._view.look(reader, after, self._newest)
            elif self._head < self._gap:
                after, self._head = self._head, min(self._gap, self._head + size)
                yield self._view.look(reader, after, self._head)
                size = min(CHUNK, 2 * size)
            else:
                return
