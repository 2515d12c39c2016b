"""The Kernel tab's painted parts: the TCP state diagram and small plots."""

from __future__ import annotations

from collections import deque
from typing import Final

from PySide6.QtCore import QPointF, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from workbench.texts import tr
from workbench.ui.style import theme
from workbench.ui.style.retranslatable import Retranslatable

KEPT: Final = 150
"""Readings of a plot: 15 s at ten a second."""
NARROWEST: Final = 60
"""The width of letters as a percentage of the usual one, below which nobody could read them."""
# RFC 9293, figure 5, as far as it can be seen from one end; (column, row) in the diagram.
DIAGRAM: Final = {
    "LISTEN": (0, 0),
    "SYN_SENT": (1, 0),
    "SYN_RECV": (0, 1),
    "ESTABLISHED": (1, 1),
    "FIN_WAIT1": (0, 2),
    "CLOSE_WAIT": (2, 2),
    "FIN_WAIT2": (0, 3),
    "CLOSING": (1, 3),
    "LAST_ACK": (2, 3),
    "TIME_WAIT": (0, 4),
    "CLOSE": (2, 4),
}
ARROWS: Final = (
    ("LISTEN", "SYN_RECV"),
    ("SYN_SENT", "ESTABLISHED"),
    ("SYN_RECV", "ESTABLISHED"),
    ("ESTABLISHED", "FIN_WAIT1"),
    ("ESTABLISHED", "CLOSE_WAIT"),
    ("FIN_WAIT1", "FIN_WAIT2"),
    ("FIN_WAIT1", "CLOSING"),
    ("FIN_WAIT2", "TIME_WAIT"),
    ("CLOSING", "TIME_WAIT"),
    ("CLOSE_WAIT", "LAST_ACK"),
    ("LAST_ACK", "CLOSE"),
)


class StateDiagram(Retranslatable, QWidget):
    """TCP's states; the current one is lit, and those seen before are outlined."""

    def __init__(self) -> None:
        super().__init__()
        self._state = ""
        self._seen: set[str] = set()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_state(self, state: str, *, anew: bool) -> None:
        if state == self._state and not anew:
            return  # most looks find the state that is drawn already
        if anew:
            self._seen.clear()
        if state in DIAGRAM:
            self._seen.add(state)
        self._state = state
        self.retranslate()
        self.update()

    def retranslate(self) -> None:
        """The state, and the way to it."""
        self.setAccessibleName(tr("kernel.diagram"))
        seen = ", ".join(state for state in DIAGRAM if state in self._seen)
        self.setAccessibleDescription(tr("kernel.diagram_says", state=self._state, seen=seen))

    def sizeHint(self) -> QSize:
        return QSize(220, 5 * (self.fontMetrics().lineSpacing() + 5) + 2)

    def _box(self, state: str) -> QRect:
        column, row = DIAGRAM[state]
        width, height = self.width() // 3, self.height() // 5
        return QRect(column * width + 2, row * height + 2, width - 6, height - 7)

    def _lettering(self) -> QFont:
        """The font of the states; narrower where the longest has no room in its box."""
        font = self.font()
        font.setPointSizeF(font.pointSizeF() * theme.SMALLER)
        wide = max(map(QFontMetrics(font).horizontalAdvance, DIAGRAM))
        room = self._box("LISTEN").width() - 2 * theme.HAIR
        if wide > room:
            font.setStretch(max(NARROWEST, 100 * room // wide))
        return font

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = theme.current()
        painter.setFont(self._lettering())
        painter.setPen(QPen(QColor(colours.edge), 1))
        for start, end in ARROWS:
            painter.drawLine(self._box(start).center(), self._box(end).center())
        for state in DIAGRAM:
            box = self._box(state)
            lit, seen = state == self._state, state in self._seen
            tone = colours.good if lit else colours.idle
            painter.setBrush(QColor(tone.back if lit or seen else colours.base))
            painter.setPen(
                QPen(
                    QColor(tone.edge),
                    2 if lit else 1,
                    Qt.PenStyle.SolidLine if lit or seen else Qt.PenStyle.DotLine,
                )
            )
            painter.drawRoundedRect(box, 4, 4)
            painter.setPen(QColor(tone.text if lit else colours.muted))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, state)


class Plot(Retranslatable, QWidget):
    """The course of one reading over the last seconds."""

    def __init__(self, key: str) -> None:
        super().__init__()
        self._key = key
        self.values: deque[int] = deque(maxlen=KEPT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.retranslate()

    def add(self, value: int, times: int) -> None:
        """Add what was read now, and so at each of the last `times` looks."""
        flat = len(self.values) == KEPT and min(self.values) == max(self.values) == value
        self.values.extend([value] * min(times, KEPT))
        if not flat:
            self.retranslate()
            self.update()

    def retranslate(self) -> None:
        """Put what it has drawn into words."""
        self.setAccessibleName(tr(f"kernel.plot_{self._key}"))
        said = ""
        if self.values:
            least, most, now = min(self.values), max(self.values), self.values[-1]
            said = tr("kernel.plot_says", now=f"{now:,}", least=f"{least:,}", most=f"{most:,}")
        self.setAccessibleDescription(said)

    def clear(self) -> None:
        """Start anew for another socket, or for none."""
        self.values.clear()
        self.retranslate()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(70, 2 * self.fontMetrics().lineSpacing() + 26)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = theme.current()
        line = self.fontMetrics().lineSpacing()
        top = max(self.values, default=0)
        painter.setPen(QColor(colours.muted))
        painter.drawText(0, line - 3, tr(f"kernel.plot_{self._key}"))
        if self.values:
            painter.drawText(0, 2 * line - 3, f"≤ {top:,}")
        area = QRect(0, 2 * line + 2, self.width() - 2, self.height() - 2 * line - 4)
        painter.setPen(QPen(QColor(colours.edge), 1))
        painter.drawRect(area)
        if len(self.values) < 2:
            return
        step = area.width() / (KEPT - 1)
        left = area.right() - step * (len(self.values) - 1)
        points = [
            QPointF(
                left + index * step, area.bottom() - 2 - (area.height() - 4) * value / max(1, top)
            )
            for index, value in enumerate(self.values)
        ]
        painter.setPen(QPen(QColor(colours.link), 1.5))
        painter.drawPolyline(QPolygonF(points))
