"""Pending connects: what began with EINPROGRESS and its end share one row of the log."""

from __future__ import annotations

from collections.abc import Iterable

from workbench.journal.reader import ConnectRow, Row


class ConnectRows:
    """Which end belongs to which beginning, learned as the record is looked through.

    A socket may be connected more than once (a scenario calls in any order): an end belongs to
    the newest beginning of its connection that has none yet.
    """

    def __init__(self) -> None:
        self._open: dict[int, int] = {}
        self._ends: dict[int, int] = {}
        self._begins: dict[int, int] = {}

    def take(self, rows: Iterable[ConnectRow]) -> tuple[list[int], list[int]]:
        """Learn from rows in order of number.

        Returns:
            numbers of the rows to be shown, and of those shown before that have ended since.
        """
        shown: list[int] = []
        changed: list[int] = []
        for row in rows:
            if row.seq in self._begins:
                continue  # looked at before
            if row.seq in self._ends:
                shown.append(row.seq)
            elif not row.ended:
                self._open[row.connection] = row.seq
                shown.append(row.seq)
            elif (begin := self._open.pop(row.connection, None)) is None:
                shown.append(row.seq)  # its beginning is not in view
            else:
                self._ends[begin] = row.seq
                self._begins[row.seq] = begin
                changed.append(begin)
        return shown, changed

    def end_of(self, begin: int) -> int | None:
        """The number of the end of a connect that began in this row; None while it waits."""
        return self._ends.get(begin)

    def shown_as(self, seq: int) -> int:
        """The row in which an event is shown: an end in that of its beginning."""
        return self._begins.get(seq, seq)


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
