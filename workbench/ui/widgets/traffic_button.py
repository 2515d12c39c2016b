"""A counter of bytes each way; a click resets it to zero."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QStyleOptionToolButton, QToolButton

from workbench.qt.tips import plain_tip
from workbench.texts import tr
from workbench.ui.style.retranslatable import Retranslatable
from workbench.viewmodel.traffic import NO_TRAFFIC, TrafficState, traffic_text, traffic_tip


class TrafficButton(Retranslatable, QToolButton):
    """As high as a line of text; without room it leaves out the rates.

    In a flood its text changes with each look: what cannot be seen (its tip, its size if that stays
    the same) is then not updated, nor is Qt's own text, which would have the whole line laid out
    anew.
    """

    def __init__(self) -> None:
        super().__init__()
        self._state: TrafficState = NO_TRAFFIC
        self._long = self._short = self._said = ""
        self._size = self._least = QSize()
        self.setAutoRaise(True)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.retranslate()

    def text(self) -> str:
        return self._said

    def initStyleOption(self, option: QStyleOptionToolButton) -> None:
        super().initStyleOption(option)
        option.text = self._said

    def sizeHint(self) -> QSize:
        return self._size

    def minimumSizeHint(self) -> QSize:
        """The size without rates."""
        return self._least

    def _size_of(self, text: str) -> QSize:
        metrics = self.fontMetrics()
        room = metrics.horizontalAdvance("n")
        return QSize(metrics.horizontalAdvance(text) + room, metrics.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._word()

    def event(self, event: QEvent) -> bool:
        """Make the tip when somebody asks for it."""
        if event.type() == QEvent.Type.ToolTip:
            self.setToolTip(plain_tip(traffic_tip(self._state)))
        return super().event(event)

    @Slot(object)
    def show_traffic(self, state: TrafficState) -> None:
        if state != self._state:
            self._state = state
            self._show()

    def retranslate(self) -> None:
        self._show()
        self.setToolTip(plain_tip(traffic_tip(self._state)))

    def _show(self) -> None:
        self._long = traffic_text(self._state)
        self._short = traffic_text(self._state, rates=False)
        before = self._size, self._least
        self._size, self._least = self._size_of(self._long), self._size_of(self._short)
        if before != (self._size, self._least):
            self.updateGeometry()
        self._word()
        self.setAccessibleName(f"{tr('name.traffic')}: {self._long}")

    def _word(self) -> None:
        said = self._long if self._size.width() <= self.width() else self._short
        if said != self._said:
            self._said = said
            self.update()
