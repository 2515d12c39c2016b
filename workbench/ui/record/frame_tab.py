"""The inspector's Frame tab: a frame's header bit by bit, its fields' meaning, its bytes."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QTextCharFormat, QTextCursor
from PySide6.QtWidgets import (
    QLabel,
    QPlainTextEdit,
    QTableWidgetItem,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from workbench.journal.reader import Row
from workbench.texts import tr
from workbench.ui.record.frame_drawing import FrameDrawing
from workbench.ui.style import fonts, theme
from workbench.ui.style.retranslatable import Retranslatable
from workbench.ui.widgets.fact_table import FactTable
from workbench.viewmodel.ws_frame import WsFrame, fields, frame_of, meaning, on_wire, summary

PER_LINE: Final = 8
"""Bytes of a line of the dump: the tab is narrow."""
MOST: Final = 4096
"""Bytes of a frame that are shown; Bytes has what was kept of the payload."""


class FrameTab(Retranslatable, QWidget):
    """The tab of one frame, made from its row alone, so it works on earlier records."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("inspector.frame")
        self._row: Row | None = None
        self._frame: WsFrame | None = None
        self._bytes = b""
        self.says = QLabel()
        self.says.setObjectName("frame.says")
        self.says.setTextFormat(Qt.TextFormat.PlainText)
        self.says.setWordWrap(True)
        self.drawing = FrameDrawing()
        self.table = FactTable("frame.table", 3)
        self.dump = QPlainTextEdit()
        self.dump.setObjectName("frame.bytes")
        self.dump.setReadOnly(True)
        self.dump.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.GAP, theme.NEAR, theme.GAP, theme.NEAR)
        column.addWidget(self.says)
        column.addWidget(self.drawing)
        column.addWidget(self.dump)
        column.addWidget(self.table)
        column.addStretch()
        self.drawing.pointed.connect(self._mark)
        self.table.currentCellChanged.connect(self._on_chosen)
        self.redraw()

    def show_row(self, row: Row | None) -> None:
        """Show the frame of this row."""
        if row == self._row:
            return
        self._row = row
        self._frame = frame_of(row) if row is not None else None
        self._fill()

    def _fill(self) -> None:
        frame, row = self._frame, self._row
        if frame is None or row is None:
            return
        found = fields(frame)
        self.says.setText(summary(frame))
        self.drawing.show_fields(found, frame.header)
        self.table.setRowCount(len(found))
        for place, field in enumerate(found):
            cells = (tr(f"frame.{field.key}"), field.value, meaning(frame, field))
            for number, text in enumerate(cells):
                item = QTableWidgetItem(text)
                item.setToolTip(cells[2])
                self.table.setItem(place, number, item)
        self.table.fit()
        self._bytes = on_wire(frame, row.payload or b"")[:MOST]
        lines = (
            " ".join(f"{byte:02x}" for byte in self._bytes[at : at + PER_LINE])
            for at in range(0, len(self._bytes), PER_LINE)
        )
        self.dump.setPlainText("\n".join(lines))
        self._mark(-1)

    @Slot(int, int, int, int)
    def _on_chosen(self, row: int, _column: int, _was: int, _was_column: int) -> None:
        self._mark(row)

    @Slot(int)
    def _mark(self, place: int) -> None:
        """Highlight a field, and the bytes that contain it; -1: none."""
        if place < 0:
            place = self.table.currentRow()
        self.drawing.light(place)
        found = fields(self._frame) if self._frame is not None else ()
        if not 0 <= place < len(found):
            self.dump.setExtraSelections([])
            return
        spans = found[place].bytes
        first = max(0, spans.start)
        marks = []
        for at in range(first, min(spans.stop, len(self._bytes))):
            line, column = divmod(at, PER_LINE)
            mark = QTextEdit.ExtraSelection()
            cursor = QTextCursor(self.dump.document().findBlockByNumber(line))
            cursor.movePosition(
                QTextCursor.MoveOperation.Right, QTextCursor.MoveMode.MoveAnchor, 3 * column
            )
            cursor.movePosition(QTextCursor.MoveOperation.Right, QTextCursor.MoveMode.KeepAnchor, 2)
            look = QTextCharFormat()
            look.setBackground(self.palette().highlight())
            look.setForeground(self.palette().highlightedText())
            mark.cursor, mark.format = cursor, look
            marks.append(mark)
        self.dump.setExtraSelections(marks)

    def redraw(self) -> None:
        """Use the fonts for the current size."""
        self.dump.setFont(fonts.fixed_font())
        self.dump.setFixedHeight(4 * self.dump.fontMetrics().lineSpacing() + 10)
        self.retranslate()

    def retranslate(self) -> None:
        """Word every text again in the current language."""
        self.table.setHorizontalHeaderLabels(
            [tr("frame.column_field"), tr("frame.column_value"), tr("frame.column_meaning")]
        )
        self.table.setAccessibleName(tr("frame.table"))
        self.drawing.setAccessibleName(tr("frame.drawing"))
        self.dump.setAccessibleName(tr("frame.bytes"))
        self._fill()
