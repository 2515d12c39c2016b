"""A label of several parts, which shows those that fit; the tool tip has all."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy

from workbench.qt.tips import plain_tip
from workbench.ui.widgets.named_controls import SpokenLabel

BETWEEN = " · "
LEAST = 16
"""Characters of the first part that it has room for in any case."""


class PartsLabel(SpokenLabel):
    """Plain text on one line; a part that does not fit is left out together with those after it,
    and so is the beginning of the first part.
    """

    def __init__(self) -> None:
        super().__init__()
        self._parts: tuple[str, ...] = ()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def show_parts(self, parts: tuple[str, ...]) -> None:
        if parts == self._parts:
            return
        self._parts = parts
        self.setToolTip(plain_tip(BETWEEN.join(parts)))
        self.updateGeometry()
        self._fit()
        self.speak()

    @property
    def whole(self) -> str:
        return BETWEEN.join(self._parts)

    def minimumSizeHint(self) -> QSize:
        """The first part can usually be read; it gives way before its neighbours wrap."""
        first = (self._parts[0] if self._parts else "")[:LEAST]
        return QSize(
            self.fontMetrics().horizontalAdvance(first) + 2, super().minimumSizeHint().height()
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        metrics = self.fontMetrics()
        for count in range(len(self._parts), 0, -1):
            rest = ("…",) if count < len(self._parts) else ()
            text = BETWEEN.join((*self._parts[:count], *rest))
            if metrics.horizontalAdvance(text) <= self.width():
                break
        else:
            text = self._first()
        if text != self.text():
            self.setText(text)

    def _first(self) -> str:
        """The first part without the words before its last one, or as much of it as there is room
        for.
        """
        text = self._parts[0] if self._parts else ""
        metrics = self.fontMetrics()
        while " " in text and metrics.horizontalAdvance(text) > self.width():
            text = text.partition(" ")[2]
        return metrics.elidedText(text, Qt.TextElideMode.ElideLeft, self.width())
