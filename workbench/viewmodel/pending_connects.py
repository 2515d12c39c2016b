"""Pairs the beginning of a pending connect (EINPROGRESS) with its end, as one row of the log."""

from __future__ import annotations

import bisect
from array import array
from collections.abc import Iterable

from workbench.journal.reader import ConnectRow, Row


class ConnectRows:
    """Which end belongs to which beginning, learned while the record is searched.

    A socket may be connected more than once (a scenario calls in any order): an end belongs to the
    newest beginning of its connection that has none yet.
    """

    def __init__(self) -> None:
        self._open: dict[int, int] = {}
        # numbers in order, and beside each that of its other row, 0 while there is none: a record
        # of many connects takes 32 bytes for each
        self._begins, self._their_ends = array("q"), array("q")
        self._ends, self._their_begins = array("q"), array("q")

    def take(self, rows: Iterable[ConnectRow]) -> tuple[list[int], list[int]]:
        """Learn from rows in order of number; those that were taken before change nothing.

        Returns:
            numbers of the rows to be shown, and of those shown before that have ended since.
        """
        shown: list[int] = []
        changed: list[int] = []
        for row in rows:
            if not row.ended:
                shown.append(row.seq)
                if _place(self._begins, row.seq) is None:
                    self._open[row.connection] = row.seq
                    self._begins.append(row.seq)
                    self._their_ends.append(0)
            elif _place(self._ends, row.seq) is not None:
                continue
            elif (begin := self._open.pop(row.connection, None)) is None:
                shown.append(row.seq)  # its beginning is not in view
            else:
                self._their_ends[bisect.bisect_left(self._begins, begin)] = row.seq
                self._ends.append(row.seq)
                self._their_begins.append(begin)
                changed.append(begin)
        return shown, changed

    def end_of(self, begin: int) -> int | None:
        """The number of the end of a connect that began in this row; None: it is waiting."""
        place = _place(self._begins, begin)
        return (self._their_ends[place] or None) if place is not None else None

    def shown_as(self, seq: int) -> int:
        """The row in which an event is shown: an end in that of its beginning."""
        place = _place(self._ends, seq)
        return self._their_begins[place] if place is not None else seq


def _place(numbers: array[int], number: int) -> int | None:
    """The position of a number among others in order."""
    place = bisect.bisect_left(numbers, number)
    return place if place < len(numbers) and numbers[place] == number else None


def came_out(begin: Row, end: Row) -> Row:
    """A pending connect as one row: called when it began, with the result and time of its end."""
    return begin._replace(
        kind=end.kind,
        duration_ns=end.duration_ns,
        result=end.result,
        errno=end.errno,
        error=end.error,
        local=end.local,
        peer=end.peer,
    )
