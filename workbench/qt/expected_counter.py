"""How many errors of the record were expected by runs, counted as the runs end."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QObject, Slot

from workbench.journal.expected_errors import ENDS, expected_of_run
from workbench.journal.reader import CHUNK, Reader
from workbench.qt.background_reader import WHENEVER, Task
from workbench.qt.controller import Controller
from workbench.qt.row_counter import AT_ONCE


class ExpectedCounter(QObject):
    """Looks for the ends of runs in what is new; at each run on another thread.

    Attributes:
        count: of the runs looked at so far.
    """

    def __init__(self, controller: Controller) -> None:
        super().__init__(controller)
        self._controller = controller
        self._seen = 0
        self._task: Task | None = None
        self.count = 0
        controller.session_reset.connect(self._on_session_reset)

    def count_on(self) -> None:
        """Have counted what was committed since."""
        seen, upto = self._seen, self._controller.session.journal.committed
        if upto <= seen or self._task is not None:
            return
        if upto - seen <= AT_ONCE and not self._controller.reader.tally(ENDS, seen, upto):
            self._seen = upto
            return

        def work(reader: Reader) -> Iterator[object]:
            for after in range(seen, upto, CHUNK):
                found = reader.select(ENDS, after, min(upto, after + CHUNK))
                for end in (seq for part in found for seq in part):
                    yield expected_of_run(reader, end)

        self._seen = upto
        self._task = self._controller.background.begin(
            work, self._on_counted, self._on_ended, WHENEVER
        )

    def _on_counted(self, counted: object) -> None:
        assert isinstance(counted, int)
        self.count += counted

    def _on_ended(self) -> None:
        self._task = None

    @Slot()
    def _on_session_reset(self) -> None:
        self._seen, self.count, self._task = 0, 0, None
