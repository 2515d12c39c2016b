"""Presents what the log's panel shows other than its rows, and handles its filter and selection."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from workbench.frozen import dataclass
from workbench.journal.expected_errors import FAILED
from workbench.journal.occurring import Occurring
from workbench.journal.query import FilterProblem, parse
from workbench.qt.controller import Controller
from workbench.qt.expected_counter import ExpectedCounter
from workbench.qt.log_model import LogModel
from workbench.qt.row_counter import RowCounter
from workbench.viewmodel.completion import Completion


@dataclass(frozen=True, slots=True)
class LogCounts:
    """Numbers of rows for the log's panel.

    Attributes:
        committed: all. errors: of those, the failed calls that no run expected. shown: those that
            pass the filter.
        hidden: those that are no main calls; 0 while a filter is set.
        expected: the failed calls that runs expected.
        nothing_fits: every row was looked at, and none is shown.
    """

    committed: int = 0
    errors: int = 0
    shown: int = 0
    hidden: int = 0
    expected: int = 0
    nothing_fits: bool = False


class LogPresenter(QObject):
    """Joins the log's panel and the record: filter, counts, selection.

    Signals:
        counts_changed(LogCounts)
        filter_applied(): the filter takes effect now.
        filter_refused(FilterProblem): a term cannot be read; the rows stay.
        selection_changed(object, object, bool): connection or None, seq or None, and whether a
            person has pinned it.
    """

    counts_changed = Signal(object)
    filter_applied = Signal()
    filter_refused = Signal(object)
    selection_changed = Signal(object, object, bool)

    def __init__(self, controller: Controller, model: LogModel) -> None:
        super().__init__(model)
        self._controller = controller
        self._model = model
        self._errors = RowCounter(controller, FAILED)
        self._expected = ExpectedCounter(controller)
        self._counts = LogCounts()
        self._known_to, self._known = -1, Occurring()
        self._errors.counted.connect(self._count)
        self._expected.counted.connect(self._count)
        controller.selection_changed.connect(self.tell_selection)
        model.counted.connect(self._count)
        model.modelReset.connect(self._count)

    @Slot()
    def _count(self) -> None:
        if self._controller.closed:
            return
        self._errors.count_on()
        self._expected.count_on()
        expected = min(self._expected.count, self._errors.count)
        committed, shown = self._controller.session.journal.committed, self._model.rowCount()
        counts = LogCounts(
            committed,
            self._errors.count - expected,
            shown,
            self._model.hidden if self._model.condition is None else 0,
            expected,
            nothing_fits=committed > 1 and not shown and self._model.up_to_date,
        )
        if counts != self._counts:
            self._counts = counts
            self.counts_changed.emit(counts)

    @Slot()
    def tell_selection(self) -> None:
        """Emit the selection again, since other rows are shown."""
        chosen = self._controller.selection
        self.selection_changed.emit(chosen.connection, chosen.seq, chosen.pinned)

    @Slot(str)
    def filter(self, text: str) -> None:
        """Show the rows that meet every term."""
        try:
            condition = parse(text, wall_ns=self._controller.session.journal.clock.wall_ns)
        except FilterProblem as problem:
            self.filter_refused.emit(problem)
            return
        self._model.set_filter(condition)
        self.filter_applied.emit()

    def complete(self, before: str) -> Completion:
        """Completions of a filter up to the cursor, from what occurs in this record."""
        # imported when a filter is typed
        from workbench.viewmodel.filter_completion import complete_filter

        return complete_filter(before, self._occurring())

    def _occurring(self) -> Occurring:
        if self._controller.closed:
            return Occurring()
        committed = self._controller.session.journal.committed
        if committed != self._known_to:
            self._known_to, self._known = committed, self._controller.reader.occurring()
        return self._known

    def holds_secret(self, text: str) -> bool:
        """Whether a text contains a secret value of the window."""
        rows = self._controller.values.in_force
        return any(row.secret and row.value and row.value in text for row in rows)

    @Slot(int)
    def choose(self, row: int) -> None:
        """Select the row that a person has chosen."""
        event = self._model.record_row(row)
        if event is not None:
            self._controller.select(
                endpoint=event.endpoint,
                connection=event.connection,
                seq=self._model.event_of(row),
            )

    @Slot()
    def let_go(self) -> None:
        """Release the pinned event, so that the newest one is shown again."""
        self._controller.unpin()
