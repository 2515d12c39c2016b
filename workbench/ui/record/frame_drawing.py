"""A WebSocket frame's header drawn as in RFC 6455 5.2, with its bits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from workbench.texts import tr
from workbench.ui.style import theme
from workbench.ui.style.retranslatable import Retranslatable
from workbench.viewmodel.ws_frame import Field

WIDE: Final = 32
"""Bits of a line in the RFC's drawing."""
NARROW: Final = 16
"""Bits of a line where a bit would have too little room for its name."""
_BIT: Final = "M1"
"""What has to fit above a bit."""


class FrameDrawing(Retranslatable, QWidget):
    """The drawing; the table beside it says the same for screen readers.

    Signals:
        pointed(int): the mouse is on this field; -1: on none.
    """

    pointed = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("frame.drawing")
        self.setMouseTracking(True)
        self._fields: tuple[Field, ...] = ()
        self._bits = ""
        self._lit = -1
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_fields(self, fields: tuple[Field, ...], header: bytes) -> None:
        """Draw these fields of a header."""
        self._fields = fields
        self._bits = "".join(f"{byte:08b}" for byte in header)
        self.retranslate()
        self.updateGeometry()
        self.update()

    def retranslate(self) -> None:
        """Say each field with its bits, for people who cannot see them."""
        self.setAccessibleDescription(
            "; ".join(
                f"{tr(f'frame.{field.key}')} {self._bits[field.first : field.first + field.bits]}"
                for field in self._fields
            )
        )

    def light(self, field: int) -> None:
        """Highlight a field; -1: none."""
        if field != self._lit:
            self._lit = field
            self.update()

    # -- where things are -------------------------------------------------------------------------

    @property
    def _per_line(self) -> int:
        return self._bits_a_line(self.width())

    def _bits_a_line(self, width: int) -> int:
        room = self.fontMetrics().horizontalAdvance(_BIT) + 4
        return WIDE if width >= WIDE * room else NARROW

    @property
    def _line_height(self) -> int:
        return 2 * self.fontMetrics().lineSpacing() + 4

    def sizeHint(self) -> QSize:
        return QSize(280, self.heightForWidth(self.width()))

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        lines = max(1, -(-len(self._bits) // self._bits_a_line(width)))
        return lines * self._line_height + 2

    def _boxes(self) -> Iterator[tuple[int, int, QRect]]:
        """Each part of a field that is on one line: the field's index, its first bit, a box."""
        per_line, height = self._per_line, self._line_height
        bit = self.width() / per_line
        for place, field in enumerate(self._fields):
            at, end = field.first, field.first + field.bits
            while at < end:
                line, column = divmod(at, per_line)
                upto = min(end, (line + 1) * per_line)
                left = round(column * bit)
                right = round((column + upto - at) * bit)
                yield place, at, QRect(left, line * height, right - left, height)
                at = upto

    # -- Qt ---------------------------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        spot = event.position().toPoint()
        found = (place for place, _, box in self._boxes() if box.contains(spot))
        self.pointed.emit(next(found, -1))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.pointed.emit(-1)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        colours = theme.current()
        metrics = self.fontMetrics()
        bit = self.width() / self._per_line
        for place, first, box in self._boxes():
            lit = place == self._lit
            tone = colours.info if lit else None
            painter.setPen(QPen(QColor(colours.muted), 1))
            painter.setBrush(QColor(tone.back if tone else colours.base))
            painter.drawRect(box.adjusted(0, 0, -1, -1))
            top = box.adjusted(1, 1, -1, -box.height() // 2)
            painter.setPen(QColor(tone.text if tone else colours.muted))
            name = tr(f"frame.{self._fields[place].key}")
            if metrics.horizontalAdvance(name) > top.width():
                name = _short(name)
            painter.drawText(top, Qt.AlignmentFlag.AlignCenter, name)
            painter.setPen(QColor(tone.text if tone else colours.text))
            width = box.width() / bit
            for offset in range(round(width)):
                left = box.left() + round(offset * bit)
                spot = QRect(left, box.center().y(), round(bit), box.height() // 2)
                at = first + offset
                painter.drawText(spot, Qt.AlignmentFlag.AlignCenter, self._bits[at : at + 1])


def _short(name: str) -> str:
    """What fits above a single bit: F for FIN, R1 for RSV1."""
    return name[:1] + (name[-1] if name[-1].isdecimal() else "")
