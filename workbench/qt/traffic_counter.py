"""Counts bytes each way, and their rates; can be set to zero."""

from __future__ import annotations

import time
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from workbench.viewmodel.traffic import NO_TRAFFIC, Meter, Traffic

FADES_MS: Final = 500
"""While something moved a moment ago it is looked at again after so long."""


class TrafficCounter(QObject):
    """The counter of an endpoint, of one connection, or of all endpoints.

    Signals:
        counted(object): the new TrafficState.
    """

    counted = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._meter = Meter()
        self._total = Traffic()
        self._number: int | None = None
        self._state = NO_TRAFFIC
        self._fading = QTimer(self)
        self._fading.setSingleShot(True)
        self._fading.setInterval(FADES_MS)
        self._fading.timeout.connect(self._look)

    def look(self, total: Traffic, number: int | None = None) -> None:
        """Take the counts so far. `number`: those of this connection."""
        self._total, self._number = total, number
        self._look()

    @Slot()
    def reset(self) -> None:
        """Count from zero from now on."""
        self._meter.reset()
        self._look()

    @Slot()
    def _look(self) -> None:
        state = self._meter.look(self._total, time.monotonic(), self._number)
        if state.moving:
            self._fading.start()
        if state != self._state:
            self._state = state
            self.counted.emit(state)
