"""A counter of bytes each way; pressed, it counts from zero."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QToolButton

from workbench.qt.tips import plain_tip
from workbench.texts import tr
from workbench.viewmodel.traffic import NO_TRAFFIC, TrafficState, traffic_text, traffic_tip


class TrafficButton(QToolButton):
    """As high as its words: it stands in lines of text."""

    def __init__(self) -> None:
        super().__init__()
        self._state: TrafficState = NO_TRAFFIC
        self.setAutoRaise(True)

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        room = metrics.horizontalAdvance("n")
        return QSize(metrics.horizontalAdvance(self.text()) + room, metrics.height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def show_traffic(self, state: TrafficState) -> None:
        if state != self._state:
            self._state = state
            self.retranslate()

    def retranslate(self) -> None:
        said = traffic_text(self._state)
        if said != self.text():
            self.setText(said)
            self.setAccessibleName(f"{tr('name.traffic')}: {said}")
        self.setToolTip(plain_tip(traffic_tip(self._state)))
