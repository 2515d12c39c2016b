"""What went over the wire, in order, with time and size: read from the journal in pages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent, QTextCursor, QTextOption
from PySide6.QtWidgets import QPlainTextEdit

from workbench.ui.style import theme

MOST_LINES: Final = 1000


class Conversation(QPlainTextEdit):
    """Untrusted bytes, shown as plain text only; control characters as escapes."""

    def __init__(self) -> None:
        super().__init__()
        self.setReadOnly(True)
        # lines wrap anywhere; a pixel of rounding is no reason to scroll sideways
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setUndoRedoEnabled(False)
        self.setMaximumBlockCount(MOST_LINES)
        self.document().setDocumentMargin(2)
        self.redraw()
        self.setTabChangesFocus(True)
        self.setMinimumHeight(50)

    def redraw(self) -> None:
        """One font for all scripts, so that every line is equally high."""
        self.setFont(theme.even_font())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The newest line stays in view, whatever height the view gets."""
        bar = self.verticalScrollBar()
        follows = bar.value() >= bar.maximum() - 2
        super().resizeEvent(event)
        if follows:
            bar.setValue(bar.maximum())

    def add(self, lines: Iterable[str]) -> None:
        """Append lines; the view follows if it was at its end."""
        text = "\n".join(lines)
        if not text:
            return
        bar = self.verticalScrollBar()
        follows = bar.value() >= bar.maximum() - 2
        self.appendPlainText(text)
        if follows:
            self.moveCursor(QTextCursor.MoveOperation.End)
            self.moveCursor(QTextCursor.MoveOperation.StartOfLine)
