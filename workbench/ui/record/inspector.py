"""Inspector: the chosen event explained, its bytes, and what the kernel shows."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Slot
from PySide6.QtWidgets import (
    QFrame,
    QScrollArea,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from workbench.explain.evidence import evidence_of
from workbench.explain.explain import explain
from workbench.journal.query import parse, quoted
from workbench.journal.reader import Row
from workbench.qt.controller import Controller
from workbench.texts import tr
from workbench.ui.record.bytes_tab import BytesTab
from workbench.ui.record.explanation_view import ExplanationView, Ways
from workbench.ui.record.kernel_tab import KernelTab
from workbench.ui.style.retranslatable import Retranslatable
from workbench.viewmodel.log_cells import title_of, who_text
from workbench.viewmodel.message import Remedy

LOOK_BACK = 2000


class Inspector(Retranslatable, QTabWidget):
    """Bottom right: Explain and Bytes of the event; with nothing chosen, of the newest one.

    Attributes:
        ways: what can be done about an event now (set by the window).

    """

    def __init__(self, controller: Controller, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("inspector.tabs")
        self.setDocumentMode(True)
        self.controller = controller
        self.ways: Callable[[Row], tuple[Remedy, ...]] = lambda _row: ()
        self._row: Row | None = None
        self._left: Row | None = None
        self._newest = 0
        self._newest_error: Row | None = None
        self._focus: str | None = None
        self._text = ExplanationView()
        self._offered = Ways()  # below the text, where it is seen without scrolling
        explained = QWidget()
        explain_column = QVBoxLayout(explained)
        explain_column.setContentsMargins(0, 0, 0, 0)
        explain_column.setSpacing(0)
        explain_column.addWidget(self._text, 1)
        explain_column.addWidget(self._offered)
        self._page = BytesTab(controller)
        self.addTab(explained, "")
        self.addTab(self._page, "")
        self.kernel = KernelTab(controller)
        self._frame = _scrolling(self.kernel)
        self.addTab(self._frame, "")
        self.currentChanged.connect(self._page.refresh)  # only now it has its width
        self._offered.begun.connect(self._on_way_begun)
        self._offered.done.connect(self._on_way_taken)
        controller.selection_changed.connect(self.refresh)
        controller.snapshots_changed.connect(self._on_tick)
        controller.begun_anew.connect(self._on_begun_anew)
        self.retranslate()

    @Slot()
    def _on_tick(self) -> None:
        """Ten times a second: with nothing pinned, show what is newest."""
        selection = self.controller.selection
        if self.controller.closed:
            return
        self._offer_ways()
        if selection.seq is not None:
            return
        committed = self.controller.session.journal.committed
        if committed == self._newest and selection.endpoint == self._focus:
            return
        self._show(self._newest_row(committed, selection.endpoint))

    def _newest_row(self, committed: int, endpoint: str | None) -> Row | None:
        """The newest error, else the newest event, of the endpoint in focus."""
        if endpoint != self._focus:
            self._newest, self._newest_error, self._focus = 0, None, endpoint
            self._row = None  # of another endpoint
        first = max(self._newest, committed - LOOK_BACK)
        self._newest = committed
        reader = self.controller.reader
        who = "" if endpoint is None else f"endpoint:{quoted(endpoint)} "
        newest = self._last(who + "kind:call|end|note -call:record", first, committed)
        failed = self._last(who + "error:* -errno:EINPROGRESS|EAGAIN", first, committed)
        if failed is not None:
            self._newest_error = reader.row(failed)
        elif newest is not None:
            found = reader.row(newest)
            fresh = found is not None and self._newest_error is not None
            if fresh and found.cause != self._newest_error.cause:  # type: ignore[union-attr]
                self._newest_error = None  # something new was asked for: the error is history
            if self._newest_error is None:
                return found
        error = self._newest_error
        if (
            error is not None
            and newest is not None
            and newest > error.seq
            and (self._last(who + "kind:command", error.seq, committed) is not None)
        ):
            self._newest_error = None
            return reader.row(newest)
        return error or self._row

    def _last(self, text: str, first: int, upto: int) -> int | None:
        last = None
        for seqs in self.controller.reader.select(parse(text), first, upto):
            last = seqs[-1] if seqs else last
        return last

    @Slot()
    def _on_begun_anew(self) -> None:
        self._newest, self._newest_error, self._focus = 0, None, None
        self._show(None)

    @Slot()
    def refresh(self) -> None:
        """Show the chosen event."""
        seq = self.controller.selection.seq
        if seq is not None:
            self._show(self.controller.reader.row(seq))
        else:
            self._newest = 0
            self._on_tick()

    def _show(self, row: Row | None) -> None:
        self._row = row
        self._page.show_row(row)
        if row is None:
            self._text.show_plain(tr("explain.nothing"))
            return
        shown = explain(
            row,
            title=title_of(row, self.controller.role_of(row.endpoint)),
            evidence=evidence_of(self.controller.reader, row),
            clock=self.controller.clock_text,
        )
        self._text.show_explanation(shown, who_text(row))
        self._offer_ways()

    @Slot()
    def _on_way_begun(self) -> None:
        self._left = self._row  # what is done may bring another endpoint into focus

    @Slot()
    def _on_way_taken(self) -> None:
        """The explanation stays: the next way out may stand there."""
        row = self._left
        if row is not None and not self.controller.closed:
            self.controller.select(
                endpoint=row.endpoint, connection=row.connection, seq=row.seq, pinned=False
            )

    def _offer_ways(self) -> None:
        """Buttons for what can be done now: that changes while the text stays."""
        self._offered.offer(self.ways(self._row) if self._row is not None else ())

    def redraw(self) -> None:
        """Fonts for the size in force."""
        self._page.redraw()
        self._text.forget()
        self.retranslate()

    def retranslate(self) -> None:
        """Make every text again in the current language."""
        self.setTabText(0, tr("inspector.explain"))
        self.setTabText(1, tr("inspector.bytes"))
        self.setTabText(2, tr("inspector.kernel"))
        self.kernel.retranslate()
        self.setAccessibleName(tr("name.inspector"))
        self._page.retranslate()
        self._text.setAccessibleName(tr("inspector.explain"))
        self._frame.setAccessibleName(tr("inspector.kernel"))
        self.tabBar().setAccessibleName(tr("name.inspector"))
        self._show(self._row)


def _scrolling(page: QWidget) -> QScrollArea:
    """A small window need not be as high as diagram and plots."""
    frame = QScrollArea()
    frame.setWidgetResizable(True)
    frame.setFrameShape(QFrame.Shape.NoFrame)
    frame.setProperty("reading", True)
    frame.setWidget(page)
    return frame
