"""The table of WebSocket frames, beside the log."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import (
    QItemSelection,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QTableView, QVBoxLayout, QWidget

from workbench.qt.log_model import LogModel
from workbench.texts import tr
from workbench.ui.style.retranslatable import Retranslatable
from workbench.ui.style.theme import GAP, NEAR
from workbench.ui.widgets.row_under_mouse import RowUnderMouse
from workbench.viewmodel.frame_columns import COLUMNS

_MARGIN = 12
"""Pixels that a cell keeps free beside its text."""


class FramesPanel(Retranslatable, QWidget):
    """A row for each frame of the record.

    Signals:
        chosen(int): a person has chosen this row of the model.
        seen(): it has come into sight.
    """

    chosen = Signal(int)
    seen = Signal()

    def __init__(self, model: LogModel) -> None:
        super().__init__()
        self.setObjectName("frames")
        self.model = model
        self.view = _FramesView(model)
        self.view.selectionModel().selectionChanged.connect(self._on_selection)
        column = QVBoxLayout(self)
        column.setContentsMargins(GAP, 0, NEAR, 0)  # as in the log
        column.addWidget(self.view)
        self.retranslate()

    @Slot(QItemSelection, QItemSelection)
    def _on_selection(self, chosen: QItemSelection, _left: QItemSelection) -> None:
        rows = chosen.indexes()
        if rows and self.view.hasFocus():
            self.chosen.emit(rows[0].row())

    @Slot(object, object, bool)
    def show_selection(self, _connection: int | None, seq: int | None, _pinned: bool) -> None:
        """Choose the row of the event that is being explained."""
        row = self.model.row_showing(seq) if seq is not None else None
        if row is None:
            self.view.clearSelection()
        elif self.view.currentIndex().row() != row:
            self.view.selectRow(row)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.view.show_newest()
        self.seen.emit()

    def redraw(self) -> None:
        """Set row height and widths for the current size."""
        self.view.fit()
        self.retranslate()

    def retranslate(self) -> None:
        """Word every text again in the current language."""
        self.model.retranslate()
        self.view.setAccessibleName(tr("frames.accessible"))
        self.view.empty_text = tr("frames.none")
        self.view.fit()
        self.view.viewport().update()


class _FramesView(RowUnderMouse, QTableView):
    """A table that follows the newest frame while that is in sight."""

    def __init__(self, model: LogModel) -> None:
        super().__init__()
        self.setObjectName("frames.table")
        self.setModel(model)
        self.empty_text = ""
        self._follows = True
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        self.verticalHeader().hide()
        self.horizontalHeader().setStretchLastSection(True)
        self.horizontalHeader().setHighlightSections(False)
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        self.fit()

    def fit(self) -> None:
        """Set row height and column widths for the current font."""
        metrics = self.fontMetrics()
        self.verticalHeader().setMinimumSectionSize(metrics.height() + 5)
        self.verticalHeader().setDefaultSectionSize(metrics.height() + 5)
        for number, column in enumerate(COLUMNS[:-1]):
            title = str(self.model().headerData(number, Qt.Orientation.Horizontal) or "")
            widest = max(column.sample, title, key=metrics.horizontalAdvance)
            self.setColumnWidth(number, metrics.horizontalAdvance(widest) + _MARGIN)

    def show_newest(self) -> None:
        """Show the newest frame, unless somebody has scrolled away from it."""
        if self._follows:
            self.scrollToBottom()
            self._follows = True

    @Slot(int)
    def _on_scrolled(self, value: int) -> None:
        self._follows = value >= self.verticalScrollBar().maximum() - 1

    def rowsInserted(
        self, parent: QModelIndex | QPersistentModelIndex, first: int, last: int
    ) -> None:
        follows = self._follows
        super().rowsInserted(parent, first, last)
        self._follows = follows
        self.show_newest()

    def _halves(self) -> Iterator[QRect]:
        """Where the rows at both ends are that are not completely in sight: as in the log, half a
        row is not shown.
        """
        high, pane = self.verticalHeader().defaultSectionSize(), self.viewport().rect()
        first, last = self.rowAt(0), self.rowAt(pane.bottom())
        if first >= 0 and (top := self.rowViewportPosition(first)) < 0:
            yield QRect(0, top, pane.width(), high)
        if last > first and (top := self.rowViewportPosition(last)) + high > pane.height():
            yield QRect(0, top, pane.width(), high)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self.viewport())
        for half in self._halves():
            painter.fillRect(half, self.palette().base())
        if not self.model().rowCount():
            painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
            area = self.viewport().rect().adjusted(24, 8, -24, -8)
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(area, flags, self.empty_text)
