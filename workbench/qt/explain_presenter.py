"""Chooses the event to explain (the selected one, else the newest) and presents its explanation."""

from __future__ import annotations

import time
from functools import lru_cache
from typing import Final

from PySide6.QtCore import QObject, Qt, Signal, Slot

from workbench.engine.model.events import OF_RUNS
from workbench.explain.evidence import evidence_of
from workbench.explain.explain import Explanation, explain
from workbench.frozen import dataclass
from workbench.journal.query import Condition, parse, quoted
from workbench.journal.reader import Row
from workbench.journal.streams import Streams
from workbench.qt.controller import Controller
from workbench.viewmodel.log_cells import title_of, who_text

LOOK_BACK = 2000
"""Rows among which the newest event, or error, of an endpoint is looked for."""
CALLS = f"kind:call|end|note -call:record|{'|'.join(sorted(OF_RUNS))}"
"""What is followed: what a run says of itself stands beside it, in the log."""
ERRORS = "failed:*"
FLYING: Final = 50
"""Rows since the last look beyond which none is followed: nobody can read one of that many."""
FLYING_REST: Final = 1.0
"""Seconds between two of them that are explained nevertheless."""


@dataclass(frozen=True, slots=True)
class Explained:
    """An event and its explanation.

    Attributes:
        who: endpoint and connection. encoding: of the endpoint; "": it has none.
    """

    row: Row
    explanation: Explanation
    who: str
    encoding: str


class ExplainPresenter(QObject):
    """If nothing is chosen, it follows the newest error, else the newest event, of the endpoint in
    focus; a later command makes an error history. While rows fly by, one a second is explained, and
    the newest as soon as they rest.

    Signals:
        changed(object): an Explained, or None: there is nothing to explain.
        looked(): the endpoints were looked at, so other remedies may be possible.
    """

    changed = Signal(object)
    looked = Signal()

    def __init__(self, controller: Controller, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self._row: Row | None = None
        self._left: Row | None = None
        self._newest = 0
        self._looked_at = 0
        self._flying_until = 0.0
        self._newest_error: Row | None = None
        # of the endpoint in focus: no command came after its error up to this row
        self._unasked = 0
        self._focus: str | None = None
        controller.selection_changed.connect(self.refresh)
        # a turn of its own: together with all that is drawn at a tick, the window would be blocked
        # longer
        controller.panels_shown.connect(self._on_tick, Qt.ConnectionType.QueuedConnection)
        controller.session_reset.connect(self._on_session_reset)

    # -- which --------------------------------------------------------------------------------

    @Slot()
    def refresh(self) -> None:
        """React to a change of the selection."""
        seq = self._controller.selection.seq
        if seq is not None:
            self._show(self._controller.reader.row(seq))
        else:
            self._newest, self._flying_until = 0, 0.0
            self._on_tick()

    @Slot()
    def _on_tick(self) -> None:
        if self._controller.closed:
            return
        self.looked.emit()
        selection = self._controller.selection
        if selection.seq is not None:
            return
        committed = self._controller.session.journal.committed
        flying = self._controller.flowing or committed - self._looked_at > FLYING
        self._looked_at = committed
        if selection.endpoint == self._focus and (
            committed == self._newest or (flying and time.monotonic() < self._flying_until)
        ):
            return
        self._flying_until = time.monotonic() + FLYING_REST
        self._show(self._newest_row(committed, selection.endpoint))

    @Slot()
    def _on_session_reset(self) -> None:
        self._newest, self._newest_error, self._focus = 0, None, None
        self._unasked = 0
        self._show(None)

    def _newest_row(self, committed: int, endpoint: str | None) -> Row | None:
        if endpoint != self._focus:
            self._newest, self._newest_error, self._focus = 0, None, endpoint
            self._unasked = 0
            self._row = None  # it belongs to another endpoint
        first = max(self._newest, committed - LOOK_BACK)
        self._newest = committed
        reader = self._controller.reader
        who = "" if endpoint is None else f"endpoint:{quoted(endpoint)} "
        newest = self._last(who + CALLS, first, committed)
        failed = self._last(who + ERRORS, first, committed)
        if failed is not None:
            self._newest_error = reader.row(failed)
        elif newest is not None:
            found = reader.row(newest)
            if (
                found is not None
                and self._newest_error is not None
                and found.cause != self._newest_error.cause
            ):
                self._newest_error = None  # something new was asked for: the error is history
            if self._newest_error is None:
                return found
        error = self._newest_error
        if error is not None and newest is not None and newest > error.seq:
            asked = self._last(who + "kind:command", max(error.seq, self._unasked), committed)
            # an error may be the newest for hours while a million rows come
            self._unasked = committed
            if asked is not None:
                self._newest_error = None
                return reader.row(newest)
        return error or self._row

    def _last(self, text: str, first: int, upto: int) -> int | None:
        last = None
        for seqs in self._controller.reader.select(_parsed(text), first, upto):
            last = seqs[-1] if seqs else last
        return last

    # -- what ---------------------------------------------------------------------------------

    @Slot()
    def tell(self) -> None:
        """Emit the explanation again, in the current language."""
        self._show(self._row)

    def _show(self, row: Row | None) -> None:
        self._row = row
        if self._controller.closed:
            return
        if row is None:
            self.changed.emit(None)
            return
        explanation = explain(
            row,
            title=title_of(row, self._controller.role_of(row.endpoint)),
            evidence=evidence_of(self._controller.reader, row),
            clock=self._controller.clock_text,
        )
        encoding = "" if row.endpoint is None else self._controller.manner_of(row.endpoint).encoding
        self.changed.emit(Explained(row, explanation, who_text(row), encoding))

    def bytes_as(self, row: Row, encoding: str) -> str:
        """The bytes of an event as text; "": the record is closed."""
        if self._controller.closed:
            return ""
        streams = Streams(self._controller.reader, self._controller.manner_of)
        return streams.show(row, None, encoding).text

    # -- what is done about it ----------------------------------------------------------------

    @Slot()
    def on_remedy_begun(self) -> None:
        """Remember where we are: a remedy may bring another endpoint into focus."""
        self._left = self._row

    @Slot()
    def on_remedy_taken(self) -> None:
        """Keep the explanation: it may offer the next remedy."""
        row = self._left
        if row is not None and not self._controller.closed:
            self._controller.select(
                endpoint=row.endpoint, connection=row.connection, seq=row.seq, pinned=False
            )


@lru_cache(maxsize=16)
def _parsed(text: str) -> Condition | None:
    """Three filters for the endpoint in focus, used at each look."""
    return parse(text)
