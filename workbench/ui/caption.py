"""The large caption of a presentation: the newest call, its result, and one sentence."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout

from workbench.explain import Explanation
from workbench.ui import theme


class Caption(QFrame):
    """Two lines: code in a fixed font, words below."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("caption")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self._call = QLabel()
        self._call.setObjectName("caption.call")
        self._words = QLabel()
        self._words.setObjectName("caption.words")
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 4, 12, 6)
        for label in (self._call, self._words):
            label.setTextFormat(Qt.TextFormat.PlainText)
            column.addWidget(label)
        self._words.setWordWrap(True)
        self.hide()

    def redraw(self) -> None:
        """Fonts for the size in force."""
        code = theme.fixed_font()
        code.setPointSizeF(code.pointSizeF() * 1.5)
        code.setBold(True)
        self._call.setFont(code)
        words = self.font()
        words.setPointSizeF(words.pointSizeF() * 1.15)
        self._words.setFont(words)

    def show_explanation(self, shown: Explanation) -> None:
        """The first paragraph is what the call returned."""
        self._call.setText(shown.title)
        paragraphs = [text for section in shown.sections for text in section.paragraphs]
        self._words.setText(paragraphs[0] if paragraphs else "")
