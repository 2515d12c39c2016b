"""A layout that wraps its row into further lines when the window is narrow.

A widget whose policy is Maximum gives way first: it gets what it asks for if there is room.
"""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QMargins, QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QSizePolicy, QSpacerItem, QWidget

from workbench.frozen import dataclass
from workbench.ui.style.theme import GAP


@dataclass(frozen=True, slots=True)
class _Asked:
    """The sizes that an item asks for.

    Attributes:
        need, high: pixels; for an item that grows or gives way, its minimum.
        wish: pixels that an item that gives way would like.
        grows: it shares what is left of its line.
    """

    item: QLayoutItem
    need: int
    high: int
    grows: bool
    wish: int

    @property
    def empty(self) -> bool:
        """Whether it is only empty room."""
        return self.grows and self.need == 0


class FlowLayout(QLayout):
    """Items from left to right, wrapped; expanding widgets share what is left of a line."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._heights: dict[int, int] = {}
        self._asked: list[_Asked] | None = None
        self._least: QSize | None = None
        self.setContentsMargins(QMargins(0, 0, 0, 0))
        self.setSpacing(GAP)

    def _asking(self) -> list[_Asked]:
        """The items that are shown; computed once until something changes."""
        if self._asked is None:
            self._asked = [_ask(item) for item in self._items if _counts(item)]
        return self._asked

    def _lines(self, width: int) -> list[list[_Asked]]:
        lines: list[list[_Asked]] = []
        room = 0
        for asked in self._asking():
            if not lines or asked.need > room:
                before = lines[-1] if lines else []
                # empty room belongs before what it pushes to the right, on whichever line
                lines.append([before.pop()] if len(before) > 1 and before[-1].empty else [])
                room = width
            lines[-1].append(asked)
            room -= asked.need + self.spacing()
        for line in lines:
            if len(line) == 1 and line[0].grows and line[0].item.hasHeightForWidth():
                high = line[0].item.heightForWidth(width)  # it wraps its contents
                line[0] = replace(line[0], high=high)
        return lines

    @property
    def line_width(self) -> int:
        """Pixels that all of it needs to stand in one line."""
        asked = self._asking()
        return sum(each.need for each in asked) + self.spacing() * max(0, len(asked) - 1)

    def _arrange(self, area: QRect, place: bool) -> int:
        top = area.top()
        pushed = False  # what follows empty room stays at the right, on each further line
        for line in self._lines(area.width()):
            height = max(asked.high for asked in line)
            if place:
                self._place(line, QRect(area.left(), top, area.width(), height), right=pushed)
            pushed = pushed or any(asked.empty for asked in line)
            top += height + self.spacing()
        return max(0, top - self.spacing() - area.top())

    def _place(self, line: list[_Asked], area: QRect, *, right: bool) -> None:
        used = sum(asked.need for asked in line) + self.spacing() * (len(line) - 1)
        growing = sum(asked.grows for asked in line)
        spare = max(0, area.width() - used)
        wider = {}
        for asked in line:
            wider[id(asked)] = min(spare, max(0, asked.wish - asked.need))
            spare -= wider[id(asked)]
        left = area.left() + (spare if right and not growing else 0)
        for asked in line:
            width = min(asked.need + wider[id(asked)], area.width())
            if asked.grows:
                width += spare // growing
            y = area.top() + (area.height() - asked.high) // 2
            asked.item.setGeometry(QRect(QPoint(left, y), QSize(width, asked.high)))
            left += width + self.spacing()

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def add_room(self) -> None:
        """Push what follows to the right."""
        policy = QSizePolicy.Policy
        self.addItem(QSpacerItem(0, 0, policy.Expanding, policy.Fixed))

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        """Computed once for each width: it is asked for many times while a window is laid out."""
        known = self._heights.get(width)
        if known is None:
            around = self.contentsMargins()
            inside = QRect(0, 0, width, 0).marginsRemoved(around)
            high = self._arrange(inside, place=False) + around.top() + around.bottom()
            known = self._heights[width] = high
        return known

    def invalidate(self) -> None:
        """Forget what was computed, since something in it has changed."""
        self._heights.clear()
        self._asked = self._least = None
        super().invalidate()

    def setGeometry(self, area: QRect) -> None:
        super().setGeometry(area)
        self._arrange(area.marginsRemoved(self.contentsMargins()), place=True)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        """Qt asks for it just as often, so it is computed once until something in it changes."""
        if self._least is None:
            self._least = self._worked_out()
        return self._least

    def _worked_out(self) -> QSize:
        items = [item for item in self._items if not item.isEmpty()]
        widths = [item.minimumSize().width() for item in items]
        heights = [item.sizeHint().height() for item in items]
        around = self.contentsMargins()
        return QSize(
            max(widths, default=0) + around.left() + around.right(),
            max(heights, default=0) + around.top() + around.bottom(),
        )


def _counts(item: QLayoutItem) -> bool:
    """Whether it takes part: it is shown, or empty room that no widget is needed for."""
    return not item.isEmpty() or item.spacerItem() is not None


def _ask(item: QLayoutItem) -> _Asked:
    hint = item.sizeHint()
    widget = item.widget()
    policy = widget.sizePolicy().horizontalPolicy() if widget is not None else None
    grows = policy == QSizePolicy.Policy.Expanding or item.spacerItem() is not None
    gives_way = policy == QSizePolicy.Policy.Maximum
    need = item.minimumSize().width() if grows or gives_way else hint.width()
    return _Asked(item, need, hint.height(), grows, hint.width() if gives_way else need)
