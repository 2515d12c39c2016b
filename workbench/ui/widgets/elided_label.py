"""A label that shrinks: its text ends in … and is shown in full in the tool tip."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette

from workbench.qt.tips import plain_tip
from workbench.ui.widgets.named_controls import SpokenLabel

LEAST: Final = 18
"""Characters that it has room for in any case."""


class ElidedLabel(SpokenLabel):
    """Plain text on one line, as wide as it is if there is room."""

    def minimumSizeHint(self) -> QSize:
        whole = super().minimumSizeHint()
        return QSize(
            min(whole.width(), self.fontMetrics().horizontalAdvance("0" * LEAST)), whole.height()
        )

    def setText(self, text: str) -> None:
        super().setText(text)
        self.setToolTip(plain_tip(text))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        painter.drawText(
            self.contentsRect(),
            Qt.AlignmentFlag.AlignVCenter,
            self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width()),
        )
