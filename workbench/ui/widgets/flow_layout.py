"""A row that goes on in the next line where the window is too narrow for it."""

from __future__ import annotations

from PySide6.QtCore import QMargins, QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QSizePolicy, QWidget

from workbench.ui.style.theme import GAP


class FlowLayout(QLayout):
    """Items from left to right, wrapped; widgets with an expanding policy share what is left."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._heights: dict[int, int] = {}
        self.setContentsMargins(QMargins(0, 0, 0, 0))
        self.setSpacing(GAP)

    def _lines(self, width: int) -> list[list[QLayoutItem]]:
        lines: list[list[QLayoutItem]] = []
        room = 0
        for item in self._items:
            if item.isEmpty():
                continue
            need = _need(item)
            if not lines or need > room:
                before = lines[-1] if lines else []
                # empty room belongs before what it pushes to the right, in whichever line
                lines.append([before.pop()] if len(before) > 1 and _empty(before[-1]) else [])
                room = width
            lines[-1].append(item)
            room -= need + self.spacing()
        return lines

    def _arrange(self, area: QRect, place: bool) -> int:
        top = area.top()
        pushed = False  # what stands behind empty room stays at the right, in each further line
        for line in self._lines(area.width()):
            height = max(item.sizeHint().height() for item in line)
            if place:
                self._place(line, QRect(area.left(), top, area.width(), height), right=pushed)
            pushed = pushed or any(map(_empty, line))
            top += height + self.spacing()
        return max(0, top - self.spacing() - area.top())

    def _place(self, line: list[QLayoutItem], area: QRect, *, right: bool) -> None:
        used = sum(_need(item) for item in line) + self.spacing() * (len(line) - 1)
        growing = [_grows(item) for item in line]
        spare = max(0, area.width() - used)
        left = area.left() + (spare if right and not any(growing) else 0)
        for item, grows in zip(line, growing, strict=True):
            hint = item.sizeHint()
            width = min(_need(item), area.width())
            if grows:
                width += spare // sum(growing)
            y = area.top() + (area.height() - hint.height()) // 2
            item.setGeometry(QRect(QPoint(left, y), QSize(width, hint.height())))
            left += width + self.spacing()

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        """Asked for many times while a window is laid out: each width is worked out once."""
        known = self._heights.get(width)
        if known is None:
            known = self._heights[width] = self._arrange(QRect(0, 0, width, 0), place=False)
        return known

    def invalidate(self) -> None:
        """Something in it has changed."""
        self._heights.clear()
        super().invalidate()

    def setGeometry(self, area: QRect) -> None:
        super().setGeometry(area)
        self._arrange(area, place=True)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        widths = [item.minimumSize().width() for item in self._items if not item.isEmpty()]
        heights = [item.sizeHint().height() for item in self._items if not item.isEmpty()]
        return QSize(max(widths, default=0), max(heights, default=0))


def _need(item: QLayoutItem) -> int:
    """Pixels that an item asks for: one that grows can do with its minimum."""
    return item.minimumSize().width() if _grows(item) else item.sizeHint().width()


def _empty(item: QLayoutItem) -> bool:
    return _grows(item) and _need(item) == 0


def _grows(item: QLayoutItem) -> bool:
    widget = item.widget()
    if widget is None:
        return False
    policy = widget.sizePolicy().horizontalPolicy()
    return policy == QSizePolicy.Policy.Expanding
