"""The accept queue as cells: those asked for, and the one that the kernel adds."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from workbench.labs.backlog_data import ClientState, Picture, QueueSource
from workbench.texts import tr
from workbench.ui.style import theme

MOST_CELLS: Final = 16
"""Cells that are painted one by one; a longer queue is a bar and two numbers."""


class QueueCells(QWidget):
    """Paints the queue of a picture, and says where its numbers come from."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("lab.queue")
        self._picture: Picture | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_picture(self, picture: Picture | None) -> None:
        self._picture = picture
        self.setAccessibleName(self._headline())
        waiting = self._names() if picture is not None else []
        self.setAccessibleDescription(", ".join(f"{who} {port}".strip() for who, port in waiting))
        self.update()

    def _headline(self) -> str:
        picture = self._picture
        queue = picture.queue if picture is not None else None
        if picture is None or queue is None or queue.source is QueueSource.NONE:
            return tr("lab.queue_none")
        room = queue.limit + (1 if queue.measured else 0)
        key = "queue_full" if queue.now >= room else "queue"
        source = tr(f"lab.source_{queue.source.value}")
        text = tr(f"lab.{key}", now=queue.now, room=room, source=source)
        if not picture.running:
            return f"{text}   {tr('lab.at_the_end')}"
        return text if picture.accepting else f"{text}   {tr('lab.accept_paused')}"

    def sizeHint(self) -> QSize:
        line = self.fontMetrics().lineSpacing()
        return QSize(400, line * 4 + 22)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        colours = theme.current()
        line = self.fontMetrics().lineSpacing()
        painter.setPen(QColor(colours.text))
        bold = self.font()
        bold.setBold(True)
        painter.setFont(bold)
        painter.drawText(0, line - 3, self._headline())
        painter.setFont(self.font())
        picture = self._picture
        if picture is None or picture.queue is None:
            return
        area = QRect(0, line + 4, self.width() - 2, self.height() - line - 6)
        if picture.queue.limit + 1 > MOST_CELLS:
            self._paint_bar(painter, area)
        else:
            self._paint_cells(painter, area)

    def _paint_cells(self, painter: QPainter, area: QRect) -> None:
        assert self._picture is not None
        assert self._picture.queue is not None
        queue, line = self._picture.queue, self.fontMetrics().lineSpacing()
        extra = queue.measured
        cells = queue.limit + (1 if extra else 0)
        if not cells:
            return
        gap = 10 if extra else 0
        width = min(190, (area.width() - gap) // cells)
        names = self._names()
        painter.setPen(QColor(theme.current().muted))
        painter.drawText(
            area.left(),
            area.top() + line - 4,
            tr("lab.asked_for", limit=queue.limit) if queue.limit else "",
        )
        for index in range(cells):
            left = area.left() + index * width + (gap if extra and index == queue.limit else 0)
            box = QRect(left, area.top() + line, width - 4, area.height() - line - 2)
            if extra and index == queue.limit:
                painter.setPen(QColor(theme.current().muted))
                painter.drawText(left, area.top() + line - 4, tr("lab.plus_one"))
            self._paint_cell(
                painter, box, index < queue.now, names[index] if index < len(names) else ("", "")
            )

    def _paint_cell(
        self, painter: QPainter, box: QRect, taken: bool, name: tuple[str, str]
    ) -> None:
        colours = theme.current()
        tone = colours.good if taken else colours.idle
        painter.setPen(
            QPen(
                QColor(tone.edge),
                2 if taken else 1,
                Qt.PenStyle.SolidLine if taken else Qt.PenStyle.DashLine,
            )
        )
        painter.setBrush(QColor(tone.back) if taken else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box, 5, 5)
        if not taken:
            return
        painter.setPen(QColor(tone.text))
        flags = Qt.AlignmentFlag.AlignCenter
        text = "\n".join(part for part in name if part)
        painter.drawText(box, flags, text)

    def _paint_bar(self, painter: QPainter, area: QRect) -> None:
        assert self._picture is not None
        assert self._picture.queue is not None
        queue = self._picture.queue
        room = queue.limit + (1 if queue.measured else 0)
        box = QRect(area.left(), area.top() + 6, area.width(), 24)
        colours = theme.current()
        painter.setPen(QColor(colours.idle.edge))
        painter.drawRoundedRect(box, 5, 5)
        filled = QRect(box)
        filled.setWidth(int(box.width() * min(1.0, queue.now / max(1, room))))
        painter.setBrush(QColor(colours.good.back))
        painter.setPen(QColor(colours.good.edge))
        painter.drawRoundedRect(filled, 5, 5)
        painter.setPen(QColor(colours.text))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, f"{queue.now} / {room}")

    def _names(self) -> list[tuple[str, str]]:
        """Who waits, as read from the kernel; where it does not say, those that have connected."""
        picture = self._picture
        assert picture is not None
        if picture.peers:
            return [
                (
                    tr("lab.client", number=peer.client) if peer.client else tr("lab.foreign"),
                    ":"
                    + peer.address.rpartition(":")[2]
                    + (f" {tr('lab.gone')}" if peer.gone else ""),
                )
                for peer in picture.peers
            ]
        return [
            (tr("lab.client", number=view.number), f":{view.port}" if view.port else "")
            for view in picture.clients
            if view.state is ClientState.QUEUED
        ]
