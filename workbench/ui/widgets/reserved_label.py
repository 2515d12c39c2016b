"""A label with room for a fixed number of lines, so that nothing below it moves."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import (
    QFontMetrics,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QLabel, QSizePolicy

from workbench.qt.tips import plain_tip

HIGH: Final = "国"
"""Chinese lines are higher: they come from another font."""


class ReservedLabel(QLabel):
    """Plain text, wrapped; what does not fit ends in …, and the tool tip has all of it."""

    def __init__(self, lines: int) -> None:
        super().__init__()
        self._lines = lines
        self._sparing = False
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._fit()

    def setText(self, text: str) -> None:
        super().setText(text)
        self.setToolTip(plain_tip(text))
        self.setAccessibleName(text)
        if self._sparing:
            self._fit()

    def spare_height(self, sparing: bool) -> None:
        """If there is little room, take only the lines that the text needs."""
        self._sparing = sparing
        self._fit()

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()

    def minimumSizeHint(self) -> QSize:
        return QSize(60, self.minimumHeight())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._sparing and event.size().width() != event.oldSize().width():
            self._fit()

    def _fit(self) -> None:
        lines = self._lines
        if self._sparing:
            lines = len(self._wrapped(self.contentsRect().width())) if self.text() else 0
        self.setFixedHeight(lines * _line_height(self.fontMetrics()))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint as many lines as there is room for, the last of them shortened."""
        painter = QPainter(self)
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        metrics, room = self.fontMetrics(), self.contentsRect()
        step, top = _line_height(metrics), room.top()
        for line in self._wrapped(room.width()):
            painter.drawText(
                QRect(room.left(), top, room.width(), step),
                Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft,
                metrics.elidedText(line, Qt.TextElideMode.ElideRight, room.width()),
            )
            top += step

    def _wrapped(self, width: int) -> list[str]:
        """The lines; the last one that there is room for continues with the rest."""
        found: list[str] = []
        for part in self.text().split("\n"):
            layout = QTextLayout(part, self.font())
            option = QTextOption()
            option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
            layout.setTextOption(option)
            layout.beginLayout()
            while (line := layout.createLine()).isValid():
                line.setLineWidth(width)
                found.append(part[line.textStart() : line.textStart() + line.textLength()])
            layout.endLayout()
        kept = found[: self._lines]
        if len(found) > self._lines:
            kept[-1] += " ".join(["", *found[self._lines :]])
        return kept


def _line_height(metrics: QFontMetrics) -> int:
    high = metrics.boundingRect(QRect(0, 0, 1000, 1000), 0, HIGH).height()
    return max(metrics.lineSpacing(), high)
