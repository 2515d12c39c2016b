"""A chart with a bar for each client on a common time axis: connected, silent, SYNs, its end."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from workbench.labs.backlog_data import ClientState, ClientView, Picture
from workbench.labs.backlog_settings import BacklogSettings
from workbench.labs.backlog_words import outcome
from workbench.texts import tr
from workbench.ui.style import theme

_TONES: Final = {
    ClientState.QUEUED: "good",
    ClientState.ACCEPTED: "good",
    ClientState.SILENT: "busy",
    ClientState.UNFINISHED: "busy",
    ClientState.TIMED_OUT: "bad",
    ClientState.REFUSED: "bad",
    ClientState.RESET: "bad",
    ClientState.AGAIN: "bad",
    ClientState.ERROR: "bad",
}
_ENDED: Final = frozenset(
    {
        ClientState.TIMED_OUT,
        ClientState.REFUSED,
        ClientState.RESET,
        ClientState.AGAIN,
        ClientState.ERROR,
    }
)


_HIGHEST: Final = 3
"""The largest height of a bar's row, in lines of text."""
_AIR: Final = 6
"""The share of a row that is free above its bar, and below it."""


class ClientChart(QWidget):
    """Paints the bars. It is as high as all of them, and is placed in a scroll area."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("lab.chart")
        self._picture: Picture | None = None
        self._settings = BacklogSettings()

    def show_picture(self, picture: Picture | None, settings: BacklogSettings) -> None:
        count = len(picture.clients) if picture is not None else 0
        before = len(self._picture.clients) if self._picture is not None else 0
        self._picture, self._settings = picture, settings
        if count != before:
            self.setMinimumHeight(self.sizeHint().height())
            self.updateGeometry()
        self.setAccessibleName(tr("lab.chart"))
        self.setAccessibleDescription(
            "; ".join(
                f"{tr('lab.client', number=view.number)}: {self._word(view)}"
                for view in (picture.clients[:20] if picture is not None else ())
            )
        )
        self.update()

    def _word(self, view: ClientView) -> str:
        now = self._picture.time if self._picture is not None else 0.0
        return outcome(view, self._settings, now)

    @property
    def _lines(self) -> int:
        """The number of lines: one for each client, the axis and the legend."""
        return (len(self._picture.clients) if self._picture is not None else 0) + 2

    @property
    def _least(self) -> int:
        return self.fontMetrics().lineSpacing() + 5

    @property
    def _row(self) -> int:
        """The height of a row: the bars of few clients share the height there is, up to a bar's
        maximum.
        """
        return max(self._least, min((self.height() - 6) // self._lines, _HIGHEST * self._least))

    def sizeHint(self) -> QSize:
        return QSize(500, self._lines * self._least + 6)

    def paintEvent(self, event: QPaintEvent) -> None:
        picture = self._picture
        painter = QPainter(self)
        if picture is None:
            painter.setPen(QColor(theme.current().muted))
            area = self.rect().adjusted(24, 24, -24, -24)
            painter.drawText(
                area, Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap, tr("lab.intro")
            )
            return
        metrics, row = self.fontMetrics(), self._row
        name = metrics.horizontalAdvance(tr("lab.client", number=len(picture.clients)) + "  ")
        words = max(
            (metrics.horizontalAdvance(self._word(view)) for view in picture.clients[:60]),
            default=0,
        )
        words = min(words + 10, int(self.width() * 0.62))
        axis = QRect(name, 0, max(40, self.width() - name - words - 8), row)
        longest = max(1.0, self._settings.bound)
        self._paint_axis(painter, axis, longest, (len(picture.clients) + 1) * row)
        first = max(0, event.rect().top() // row - 1)
        last = min(len(picture.clients), event.rect().bottom() // row + 1)
        self._paint_legend(painter, (len(picture.clients) + 1) * row)
        for index in range(first, last):
            view = picture.clients[index]
            top = (index + 1) * row
            painter.setPen(QColor(theme.current().text))
            painter.drawText(
                QRect(0, top, name, row),
                Qt.AlignmentFlag.AlignVCenter,
                tr("lab.client", number=view.number),
            )
            air = max(3, row // _AIR)
            bar = QRect(axis.left(), top + air, axis.width(), row - 2 * air)
            self._paint_bar(painter, view, bar, longest)
            text = metrics.elidedText(self._word(view), Qt.TextElideMode.ElideRight, words)
            painter.setPen(QColor(getattr(theme.current(), _TONES[view.state]).text))
            painter.drawText(
                QRect(axis.right() + 8, top, words, row), Qt.AlignmentFlag.AlignVCenter, text
            )

    def _paint_legend(self, painter: QPainter, top: int) -> None:
        painter.setPen(QColor(theme.current().muted))
        text = self.fontMetrics().elidedText(
            tr("lab.legend"), Qt.TextElideMode.ElideRight, self.width()
        )
        area = QRect(0, top, self.width(), self._row)
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, text)

    def _paint_axis(self, painter: QPainter, axis: QRect, longest: float, bottom: int) -> None:
        """The seconds, each with a line down to `bottom` behind the bars."""
        colours = theme.current()
        step = next((s for s in (0.5, 1, 2, 5, 10, 20, 50) if longest / s <= 8), 50)
        moment = 0.0
        while moment <= longest:
            x = axis.left() + int(axis.width() * moment / longest)
            painter.setPen(QPen(QColor(colours.edge), 1, Qt.PenStyle.DotLine))
            painter.drawLine(x, axis.height(), x, bottom)
            painter.setPen(QColor(colours.muted))
            painter.drawText(
                QRect(x - 20, 0, 40, axis.height()), Qt.AlignmentFlag.AlignCenter, f"{moment:g}"
            )
            moment += step
        painter.setPen(QColor(colours.edge))
        painter.drawLine(axis.left(), axis.height() - 1, axis.right(), axis.height() - 1)

    def _paint_bar(self, painter: QPainter, view: ClientView, area: QRect, longest: float) -> None:
        assert self._picture is not None
        tone = getattr(theme.current(), _TONES[view.state])
        end = view.ended if view.ended is not None else self._picture.time

        def x(moment: float) -> int:
            return area.left() + int(area.width() * min(1.0, moment / longest))

        # dashed while nobody has answered, filled from the answer on
        answered = end if view.connected is None else view.connected
        asked_twice = len(view.syns) > 1
        begin = answered if asked_twice and view.connected is not None else view.began
        painter.setPen(QPen(QColor(tone.edge), 1, Qt.PenStyle.DashLine))
        if view.connected is None or asked_twice:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(
                QRect(
                    x(view.began), area.top(), max(3, x(answered) - x(view.began)), area.height()
                ),
                3,
                3,
            )
        if view.connected is not None:
            painter.setPen(QPen(QColor(tone.edge), 1))
            painter.setBrush(QColor(tone.back))
            painter.drawRoundedRect(
                QRect(x(begin), area.top(), max(3, x(end) - x(begin)), area.height()), 3, 3
            )
        painter.setPen(QColor(tone.text))
        for moment in view.syns if view.connected is None or asked_twice else ():
            left = max(x(moment) - 6, x(view.began) + 2)  # beside the edge, not on it
            painter.drawText(
                QRect(left, area.top(), 14, area.height()), Qt.AlignmentFlag.AlignCenter, "S"
            )
        if view.accepted is not None:
            painter.drawText(
                QRect(x(view.accepted) - 6, area.top(), 14, area.height()),
                Qt.AlignmentFlag.AlignCenter,
                "A",
            )
        if view.state in _ENDED:
            side = min(area.height(), self._least - 6) - 4
            left, top = x(end) - side // 2, area.top() + (area.height() - side) // 2
            painter.setPen(QPen(QColor(tone.text), 2))
            painter.drawLine(left, top, left + side, top + side)
            painter.drawLine(left, top + side, left + side, top)
