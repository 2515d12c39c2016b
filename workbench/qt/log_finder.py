"""LogFinder: finds the next or previous row with a text, on another thread."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from PySide6.QtCore import QObject, Signal, Slot

from workbench.journal.query import Condition
from workbench.journal.reader import CHUNK, Reader
from workbench.named_tuple import NamedTuple
from workbench.qt.background_reader import AT_ONCE, Task
from workbench.qt.controller import Controller
from workbench.qt.log_model import LogModel
from workbench.viewmodel.find_text import FindText
from workbench.viewmodel.log_progress import Searching

FIRST: Final = 1_000
"""Rows that are looked at first; each step takes twice as many as the one before."""
MOST: Final = 50
"""Rows of one step that are looked at closely, on the GUI's thread."""


class _Seen(NamedTuple):
    """The findings of one step: row numbers in the order of the search, and how many rows it looked
    at.
    """

    seqs: list[int]
    done: int


class _Search:
    """A search from one row to the end of the record, then around to that row."""

    def __init__(self, condition: Condition, start: int, last: int, *, backwards: bool) -> None:
        self._condition = condition
        self._backwards = backwards
        above, below = (start, last), (0, start)
        self._ways = ((0, start - 1), (start - 1, last)) if backwards else (above, below)

    def steps(self, reader: Reader) -> Iterator[_Seen]:
        """The work of a background task."""
        size, done = FIRST, 0
        for low, high in self._ways:
            after, upto = low, high
            while after < upto:
                if self._backwards:
                    begin, end = max(after, upto - size), upto
                else:
                    begin, end = after, min(upto, after + size)
                found = reader.nearest(self._condition, begin, end, MOST, backwards=self._backwards)
                if len(found) == MOST:  # there may be more in this part
                    begin, end = (found[-1] - 1, end) if self._backwards else (begin, found[-1])
                else:
                    size = min(CHUNK, 2 * size)
                done += end - begin
                after, upto = (after, begin) if self._backwards else (end, upto)
                yield _Seen(found, done)


class LogFinder(QObject):
    """Runs one search at a time; a new one replaces the one before.

    Signals:
        found(int): the row that holds the text.
        missed(str): no shown row contains this text.
        searching(Searching): how far it has got;
        None: it has ended.
    """

    found = Signal(int)
    missed = Signal(str)
    searching = Signal(object)

    def __init__(self, controller: Controller, model: LogModel) -> None:
        super().__init__(model)
        self._controller = controller
        self._model = model
        self._wanted = FindText("")
        self._of = 0
        self._task: Task | None = None
        model.modelReset.connect(self.give_up)

    @Slot(str, object, bool)
    def find(self, text: str, row: int | None, backwards: bool = False) -> None:
        """Look for the next row after this one that contains a text, or the one before it; None:
        from the beginning, or from the end.
        """
        self.give_up()
        last = self._controller.session.journal.committed
        if not text or not last or not self._model.rowCount() or self._controller.closed:
            return
        self._wanted, self._of = FindText(text), last
        first = last + 1 if backwards else 0
        start = self._model.seq_of(row) if row is not None else first
        search = _Search(
            self._model.view.narrowed(self._wanted.condition()), start, last, backwards=backwards
        )
        self._task = self._controller.background.begin(
            search.steps, self._on_seen, self._on_searched, AT_ONCE
        )

    @Slot()
    def give_up(self) -> None:
        """Stop the search."""
        if self._task is not None:
            self._controller.background.cancel(self._task)
            self._task = None
            self.searching.emit(None)

    def _on_seen(self, seen: object) -> None:
        assert isinstance(seen, _Seen)
        for seq in seen.seqs:
            row = self._model.row_showing(seq)
            if row is None or self._model.seq_of(row) != seq:
                # hidden, or the end of a connect, which is shown in the row where the connect began
                continue
            event, cells = self._model.record_row(row), self._model.cells(row)
            if event is not None and cells is not None and self._wanted.holds(event, cells):
                self.give_up()
                self.found.emit(row)
                return
        self.searching.emit(Searching(seen.done, self._of))

    def _on_searched(self) -> None:
        self._task = None
        self.searching.emit(None)
        self.missed.emit(self._wanted.text)
