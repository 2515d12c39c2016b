"""A line edit whose text is centred in every script."""

from __future__ import annotations

from math import floor
from typing import Final

from PySide6.QtCore import QEvent, Slot
from PySide6.QtGui import QTextLayout
from PySide6.QtWidgets import QLineEdit, QWidget

LOOKED_AT: Final = 200
"""Characters; further ones bring no other height as a rule."""


class CentredEdit(QLineEdit):
    """Corrects QLineEdit, which moves text up by half of what its font exceeds the field's own, as
    Chinese behind Latin does.
    """

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.textChanged.connect(self._centre)
        self._centre()

    @Slot()
    def _centre(self) -> None:
        down = floor((self._height(self.text()[:LOOKED_AT]) - self._height("x")) / 2)
        if down != self.textMargins().top():
            self.setTextMargins(0, down, 0, -down)

    def _height(self, text: str) -> float:
        layout = QTextLayout(text or "x", self.font())
        layout.beginLayout()
        line = layout.createLine()
        layout.endLayout()
        return line.height()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._centre()
