"""A label for often-changing text, which lays its neighbours out only when its width changes."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtWidgets import QLabel


class SteadyLabel(QLabel):
    """One line of a fixed size, so that Qt does not lay out its row with each text."""

    def __init__(self) -> None:
        super().__init__()
        self._fitted = QSize()
        self.setTextFormat(Qt.TextFormat.PlainText)

    def setText(self, text: str) -> None:
        if text != self.text():
            super().setText(text)
            self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.StyleChange}:
            self._fit()

    def _fit(self) -> None:
        size = self.sizeHint()
        if size != self._fitted:
            self._fitted = size
            self.setFixedSize(size)
