"""Paints a state in a table: its word, a mark if something stalls, and as much of the reason as
fits.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPalette
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from workbench.qt.connection_model import SHORT_ROLE, WHY_ROLE
from workbench.ui.style import icons, theme

PAD: Final = 4


class StateDelegate(QStyledItemDelegate):
    """Paints the column of states."""

    _wordless = False

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().initStyleOption(option, index)
        if self._wordless:
            option.text = ""

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        why = str(index.data(WHY_ROLE) or "")
        if not why:
            super().paint(painter, option, index)
            return
        from PySide6.QtWidgets import QStyle  # importing its enumerations takes 10 ms of a start

        self._wordless = True  # by Qt's own painting: see dressing.repolish
        super().paint(painter, option, index)
        self._wordless = False
        shown = QStyleOptionViewItem(option)
        self.initStyleOption(shown, index)
        text = shown.text
        chosen = bool(shown.state & QStyle.StateFlag.State_Selected)
        role = QPalette.ColorRole.HighlightedText if chosen else QPalette.ColorRole.Text
        palette: QPalette = shown.palette
        painter.save()
        painter.setPen(palette.color(role))
        area: QRect = shown.rect.adjusted(PAD, 0, -PAD, 0)
        flags = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        painter.drawText(area, flags, text)
        mark = mark_of(shown.rect, painter.fontMetrics())
        colour = palette.color(role).name() if chosen else theme.current().busy.text
        painter.drawPixmap(mark.topLeft(), icons.pixmap("triangle-alert", colour))
        rest = QRect(QPoint(mark.right() + PAD, area.top()), area.bottomRight())
        for words in (why, str(index.data(SHORT_ROLE) or "")):
            if words and painter.fontMetrics().horizontalAdvance(words) <= rest.width():
                painter.drawText(rest, flags, words)
                break
        painter.restore()


def mark_of(cell: QRect, metrics: QFontMetrics) -> QRect:
    """Where the mark is: all are aligned, after the longest of the kernel's words."""
    side = theme.scaled(theme.ICON)  # as the icon is drawn: larger with the writing
    return QRect(
        cell.left() + metrics.horizontalAdvance("ESTABLISHED") + 3 * PAD,
        cell.top() + (cell.height() - side) // 2,
        side,
        side,
    )


def room(metrics: QFontMetrics) -> int:
    """The least width of a column of states, which does not change when a mark comes."""
    return mark_of(QRect(), metrics).right() + PAD
