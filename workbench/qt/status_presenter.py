"""Presents the size and growth of the record for the status bar."""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from workbench.qt.traffic_counter import TrafficCounter
from workbench.viewmodel.record_count import RecordCount
from workbench.viewmodel.traffic import Traffic, traffic_of

if TYPE_CHECKING:
    from workbench.qt.controller import Controller
    from workbench.qt.log_model import LogModel

FADES_MS: Final = 500
RATE_S: Final = 1.5
"""Seconds over which events a second are counted."""


class StatusPresenter(QObject):
    """Counts events, and the bytes of all endpoints together.

    Attributes:
        counter: counts the traffic.

    Signals:
        changed(RecordCount): the record has grown, or grows at another rate.
    """

    changed = Signal(object)

    def __init__(self, controller: Controller, model: LogModel, parent: QObject) -> None:
        """`model` knows how many rows the log leaves out."""
        super().__init__(parent)
        self._controller = controller
        self._model = model
        self.counter = TrafficCounter(self)
        self._looks: deque[tuple[float, int]] = deque()
        self._told: RecordCount | None = None
        self._fading = QTimer(self)
        self._fading.setSingleShot(True)
        self._fading.timeout.connect(self.look)
        controller.panels_shown.connect(self.look)
        model.counted.connect(self._on_counted)

    @Slot()
    def _on_counted(self) -> None:
        """Other rows are shown though none have come: the filter is another one."""
        known = self._told
        if known is not None and known.recorded == self._controller.session.journal.committed:
            self.look()

    @Slot()
    def look(self) -> None:
        """Count again."""
        if self._controller.closed:
            return
        total = Traffic()
        for snapshot in self._controller.snapshots():
            total = total.plus(traffic_of(snapshot))
        self.counter.look(total)
        journal = self._controller.session.journal
        # a record begins with a note of the program: nobody has done anything yet
        count = journal.committed if journal.committed > 1 else 0
        shown = min(count, self._model.rowCount())
        rate = round(self._rate(journal.committed))
        if rate:
            self._fading.start(FADES_MS)  # the rate falls by mere waiting
        told = RecordCount(shown, count, rate, journal.not_recorded)
        if told != self._told:
            self._told = told
            self.changed.emit(told)

    def _rate(self, committed: int) -> float:
        """Events a second, over the last looks."""
        now = time.monotonic()
        if self._looks and committed < self._looks[-1][1]:
            self._looks.clear()  # another record
        self._looks.append((now, committed))
        while len(self._looks) > 2 and self._looks[1][0] <= now - RATE_S:
            self._looks.popleft()
        then, before = self._looks[0]
        return (committed - before) / (now - then) if now > then else 0.0
