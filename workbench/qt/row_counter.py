"""RowCounter: counts the rows of the record that meet a condition, as they come."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from PySide6.QtCore import QObject, Signal, Slot

from workbench.journal.query import Condition
from workbench.journal.reader import CHUNK, Reader
from workbench.qt.background_reader import WHENEVER, Task
from workbench.qt.controller import Controller

AT_ONCE: Final = 4_096
"""Rows that are looked at on the GUI's thread: a millisecond."""


class RowCounter(QObject):
    """Counts on from where it stopped, on another thread if there are many rows.

    Attributes:
        count: of the rows looked at so far.

    Signals:
        counted(): another thread has finished counting the rows that were too many for this one.
    """

    counted = Signal()

    def __init__(self, controller: Controller, condition: Condition) -> None:
        """`condition` should be cheap: in a flood it is applied to 10^5 rows a second."""
        super().__init__(controller)
        self._controller = controller
        self._condition = condition
        self._seen = 0
        self._task: Task | None = None
        self.count = 0
        controller.session_reset.connect(self._on_session_reset)

    def count_on(self) -> None:
        """Count what was committed since the last time."""
        upto = self._controller.session.journal.committed
        if upto <= self._seen or self._task is not None:
            return
        reader = self._controller.reader
        if not reader.may_meet(self._condition, self._seen, upto):
            self._on_counted((upto, 0))
            return
        if upto - self._seen <= AT_ONCE:
            found = self._of_few(reader, self._seen, upto)
            if found is not None:
                self._on_counted((upto, found))
                return

        def work(reader: Reader, seen: int = self._seen) -> Iterator[object]:
            while seen < upto:
                after, seen = seen, min(upto, seen + CHUNK)
                yield seen, self._of_many(reader, after, seen)

        self._task = self._controller.background.begin(
            work, self._on_counted, self._on_ended, WHENEVER
        )

    def _of_few(self, reader: Reader, after: int, upto: int) -> int | None:
        """The count among a few rows, on the GUI thread; None: it takes too long there."""
        return reader.tally(self._condition, after, upto)

    def _of_many(self, reader: Reader, after: int, upto: int) -> int:
        """The count among a chunk of rows, on another thread."""
        return reader.tally(self._condition, after, upto)

    def _on_counted(self, counted: object) -> None:
        assert isinstance(counted, tuple)
        self._seen, found = counted
        self.count += found

    def _on_ended(self) -> None:
        self._task = None
        self.counted.emit()

    @Slot()
    def _on_session_reset(self) -> None:
        self._seen, self.count, self._task = 0, 0, None
