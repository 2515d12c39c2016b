"""A label that shrinks: its text has … in it and is shown in full in the tool tip."""

from __future__ import annotations

import re
from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette

from workbench.qt.tips import plain_tip
from workbench.ui.widgets.named_controls import SpokenLabel

LEAST: Final = 18
"""Characters that it has room for in any case."""
LEAST_PATH: Final = 12
"""Characters of a path that are worth being shown."""
_PATH: Final = r"(?:[A-Za-z]:)?[/\\]\S+"
"""A path in a sentence, up to the next space: compiled where one is too long."""


class ElidedLabel(SpokenLabel):
    """Plain text on one line, as wide as it is if there is room.

    Where there is not, a path in it gives way first, in its middle: the name of the file stays, and
    what is said of it. Else the end goes.
    """

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
        painter.drawText(self.contentsRect(), Qt.AlignmentFlag.AlignVCenter, self._fitting())

    def _fitting(self) -> str:
        """As much of the text as there is room for."""
        text, metrics = self.text(), self.fontMetrics()
        lacking = metrics.horizontalAdvance(text) - self.width()
        if lacking <= 0:
            return text
        path = max(re.findall(_PATH, text), key=len, default="")
        room = metrics.horizontalAdvance(path) - lacking
        if room >= metrics.horizontalAdvance("0" * LEAST_PATH):
            return text.replace(
                path, metrics.elidedText(path, Qt.TextElideMode.ElideMiddle, room), 1
            )
        return metrics.elidedText(text, Qt.TextElideMode.ElideRight, self.width())
