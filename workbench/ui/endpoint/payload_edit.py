"""The text that a client sends: two lines and more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QMimeData, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit

from workbench.ui.endpoint.file_picker import file_of
from workbench.ui.style import theme

LEAST_LINES: Final = 2
MOST_LINES: Final = 8
LONGEST_PASTE: Final = 256 << 10
"""Characters; Qt lays a whole line out at once, so one of 5 MB would freeze the window."""
MOST_MARKS: Final = 500


class PayloadEdit(QPlainTextEdit):
    """Plain text; grows with its lines from two to eight.

    Signals:
        submitted(): Ctrl+Enter.
        pasted_backslash(): pasted text holds a backslash.
        pasted_too_much(int): so many characters were pasted, and refused.
        file_dropped(str): a file was dropped or pasted here.
    """

    submitted = Signal()
    pasted_backslash = Signal()
    pasted_too_much = Signal(int)
    file_dropped = Signal(str)

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.setFont(theme.fixed_font())
        self.setTabChangesFocus(True)
        self.document().blockCountChanged.connect(self._fit)
        self._fit()

    def redraw(self) -> None:
        """The fixed font in the size in force."""
        self.setFont(theme.fixed_font())
        self._fit()

    def mark(self, positions: Sequence[int]) -> None:
        """Underline the characters that cannot be sent."""
        look = QTextCharFormat()
        look.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
        look.setUnderlineColor(QColor(theme.current().bad.text))
        look.setBackground(QColor(theme.current().bad.back))
        look.setForeground(QColor(theme.current().bad.text))
        marks: list[QTextEdit.ExtraSelection] = []
        text = self.toPlainText() if positions else ""
        last = max(0, self.document().characterCount() - 2)
        for position in positions[:MOST_MARKS]:
            found = QTextEdit.ExtraSelection()
            cursor = self.textCursor()
            cursor.setPosition(min(_units(text[:position]), last))
            cursor.movePosition(
                QTextCursor.MoveOperation.NextCharacter, QTextCursor.MoveMode.KeepAnchor
            )
            found.cursor, found.format = cursor, look
            marks.append(found)
        self.setExtraSelections(marks)

    @Slot()
    def _fit(self) -> None:
        lines = min(MOST_LINES, max(LEAST_LINES, self.blockCount()))
        height = QFontMetrics(self.font()).lineSpacing() * lines
        self.setFixedHeight(height + 2 * round(self.document().documentMargin()) + 4)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return file_of(source) is not None or super().canInsertFromMimeData(source)

    def insertFromMimeData(self, source: QMimeData) -> None:
        file = file_of(source)
        if file is not None:
            self.file_dropped.emit(file)
            return
        if len(source.text()) > LONGEST_PASTE:
            self.pasted_too_much.emit(len(source.text()))
            return
        super().insertFromMimeData(source)
        if "\\" in source.text():
            self.pasted_backslash.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.submitted.emit()
            return
        super().keyPressEvent(event)


def _units(text: str) -> int:
    """Its length as Qt counts: characters beyond U+FFFF are two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
