"""Views that tint the row under the mouse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QRect, Qt
from PySide6.QtGui import QColor, QHoverEvent, QPainter, QPaintEvent, QPalette, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QTreeWidget

if TYPE_CHECKING:
    _View = QAbstractItemView
else:
    _View = object  # a second Qt class among the bases is not possible

_ON_LIGHT, _ON_DARK = 12, 24
"""Of 255: how much of the text's colour lies over the row; each text on it can still be read."""


class RowUnderMouse(_View):
    """Mixin, placed before a view's Qt class. A view that paints itself calls `tint_row`."""

    _mouse: QPoint | None = None

    def showEvent(self, event: QShowEvent) -> None:
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_Hover)
        super().showEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHoverEvent):
            left = event.type() == QEvent.Type.HoverLeave
            self._move_to(None if left else event.position().toPoint())
        return super().viewportEvent(event)

    def _move_to(self, where: QPoint | None) -> None:
        before = self._row()
        self._mouse = where
        after = self._row()
        if before != after:
            self.viewport().update(before)
            self.viewport().update(after)

    def _row(self) -> QRect:
        """The rectangle of the row under the mouse, looked up because rows move below a mouse at
        rest; empty: it is on none.
        """
        index = self.indexAt(self._mouse) if self._mouse is not None else None
        if index is None or not index.isValid():
            return QRect()
        cell = self.visualRect(index)
        return QRect(0, cell.top(), self.viewport().width(), cell.height())

    def tint_row(self, painter: QPainter) -> None:
        """Tint the row under the mouse."""
        colour = QColor(self.palette().color(QPalette.ColorRole.Text))
        colour.setAlpha(_ON_DARK if colour.lightness() > 128 else _ON_LIGHT)
        painter.fillRect(self._row(), colour)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._mouse is not None:
            self.tint_row(QPainter(self.viewport()))

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Repaint the tint, since Qt moves the picture of the rows, including it."""
        super().scrollContentsBy(dx, dy)
        if self._mouse is not None:
            self.viewport().update()


class ItemTree(RowUnderMouse, QTreeWidget):
    """A tree of items. Lists and tables of them, which no start needs, are in item_views.py."""
