"""A label for often-changing text, which has its neighbours laid out only when its width
changes.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtWidgets import QLabel


class SteadyLabel(QLabel):
    """One line of a fixed size, so that Qt does not lay out its row with each text."""

    def __init__(self) -> None:
        super().__init__()
        self._fitted = QSize()
        self._wide = 0
        self.setTextFormat(Qt.TextFormat.PlainText)

    def setText(self, text: str) -> None:
        if text != self.text():
            super().setText(text)
            self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.StyleChange}:
            self._shrink()
            self._fit()

    def _shrink(self) -> None:
        """Shrink it: QLabel asks for no less than its minimum size."""
        self.setMinimumSize(0, 0)
        self._fitted = QSize()

    def _fit(self) -> None:
        wide = self.fontMetrics().horizontalAdvance(self.text())
        if wide < self._wide:
            self._shrink()
        self._wide = wide
        size = self.sizeHint()
        if size != self._fitted:
            self._fitted = size
            self.setFixedSize(size)
