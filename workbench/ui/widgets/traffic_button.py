"""A counter of bytes each way; pressed, it counts from zero."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QToolButton

from workbench.qt.tips import plain_tip
from workbench.texts import tr
from workbench.viewmodel.traffic import NO_TRAFFIC, TrafficState, traffic_text, traffic_tip


class TrafficButton(QToolButton):
    """As high as its words: it stands in lines of text. Where there is no room, without rates."""

    def __init__(self) -> None:
        super().__init__()
        self._state: TrafficState = NO_TRAFFIC
        self.setAutoRaise(True)

    def sizeHint(self) -> QSize:
        return self._size_of(traffic_text(self._state))

    def minimumSizeHint(self) -> QSize:
        """Without rates."""
        return self._size_of(traffic_text(self._state, rates=False))

    def _size_of(self, text: str) -> QSize:
        metrics = self.fontMetrics()
        room = metrics.horizontalAdvance("n")
        return QSize(metrics.horizontalAdvance(text) + room, metrics.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._word()

    def show_traffic(self, state: TrafficState) -> None:
        if state != self._state:
            self._state = state
            self.retranslate()

    def retranslate(self) -> None:
        self.updateGeometry()
        self._word()
        self.setAccessibleName(f"{tr('name.traffic')}: {traffic_text(self._state)}")
        self.setToolTip(plain_tip(traffic_tip(self._state)))

    def _word(self) -> None:
        said = traffic_text(self._state)
        if self._size_of(said).width() > self.width():
            said = traffic_text(self._state, rates=False)
        if said != self.text():
            self.setText(said)
