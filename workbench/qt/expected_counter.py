"""Counts the errors that runs expected, whenever a run ends."""

from __future__ import annotations

from workbench.journal.expected_errors import ENDS, expected_of_run
from workbench.journal.reader import Reader
from workbench.qt.controller import Controller
from workbench.qt.row_counter import RowCounter


class ExpectedCounter(RowCounter):
    """Looks for the ends of runs, and then at each run on another thread."""

    def __init__(self, controller: Controller) -> None:
        super().__init__(controller, ENDS)

    def _of_few(self, reader: Reader, after: int, upto: int) -> int | None:
        return None if reader.tally(ENDS, after, upto) else 0

    def _of_many(self, reader: Reader, after: int, upto: int) -> int:
        ends = (seq for part in reader.select(ENDS, after, upto) for seq in part)
        return sum(expected_of_run(reader, seq) for seq in ends)
