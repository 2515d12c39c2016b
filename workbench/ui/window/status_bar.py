"""The status bar: the record, its events, those lost, the traffic, and a passing sentence."""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtWidgets import QLabel, QSizePolicy, QStatusBar

from workbench.journal.records import KEPT_DAYS, folder
from workbench.qt.tips import plain_tip
from workbench.qt.traffic_counter import TrafficCounter
from workbench.texts import tr
from workbench.ui.style.retranslatable import Retranslatable
from workbench.ui.widgets.elided_label import ElidedLabel
from workbench.ui.widgets.steady_label import SteadyLabel
from workbench.ui.widgets.traffic_button import TrafficButton
from workbench.viewmodel.traffic import Traffic, traffic_of

if TYPE_CHECKING:
    from workbench.qt.controller import Controller
    from workbench.qt.log_model import LogModel

SHOWN_MS: Final = 30_000
FADES_MS: Final = 500
RATE_S: Final = 1.5
"""Seconds over which events a second are counted."""


class StatusBar(Retranslatable, QStatusBar):
    """What the record holds, always in sight."""

    def __init__(self, controller: Controller, model: LogModel) -> None:
        """`model` knows how many rows the log leaves out."""
        super().__init__()
        self._controller = controller
        self._model = model
        self.setObjectName("status")
        self.record = self._label("status.record")
        self.events = self._label("status.events")
        self.lost = self._label("status.lost")
        self.rate = self._label("status.rate")
        self.traffic = TrafficButton()
        self.traffic.setObjectName("status.traffic")
        self.addWidget(self.traffic)
        self._counter = TrafficCounter(self)
        self._counter.counted.connect(self.traffic.show_traffic)
        self.traffic.clicked.connect(self._counter.reset)
        self.target = self._label("status.target")
        self._target = ""
        self.word = ElidedLabel()
        self._name(self.word, "status.word", stretch=1)
        # a long sentence does not make the window wider: its tool tip has it whole
        self.word.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._looks: deque[tuple[float, int]] = deque()
        self._told: tuple[int, int, int, int] | None = None
        self.setSizeGripEnabled(False)
        self._forget = QTimer(self)
        self._forget.setSingleShot(True)
        self._forget.timeout.connect(self.word.clear)
        self._fading = QTimer(self)
        self._fading.setSingleShot(True)
        self._fading.timeout.connect(self.refresh)
        controller.snapshots_changed.connect(self.refresh)
        self.retranslate()

    def _label(self, name: str) -> QLabel:
        label = SteadyLabel()
        self._name(label, name)
        return label

    def _name(self, label: QLabel, name: str, stretch: int = 0) -> None:
        label.setObjectName(name)
        label.setTextFormat(Qt.TextFormat.PlainText)
        self.addWidget(label, stretch)

    @Slot(str)
    def tell(self, text: str) -> None:
        """A word about something that has no line of its own; it goes after a while."""
        self.word.setText(text)
        self._forget.start(SHOWN_MS)

    @Slot(str)
    def name_target(self, name: str) -> None:
        """Which endpoint keys act on; "": there is none."""
        self._target = name
        self.target.setText(tr("window.target", name=name) if name else "")

    @Slot()
    def refresh(self) -> None:
        """Count anew."""
        if self._controller.closed:
            return
        self._count()
        journal = self._controller.session.journal
        # a record begins with a note of its own: nobody has done anything yet
        count = journal.committed if journal.committed > 1 else 0
        shown = min(count, self._model.rowCount())
        told = (shown, count, round(self._rate(journal.committed)), journal.not_recorded)
        if told[2]:
            self._fading.start(FADES_MS)  # a rate falls by mere waiting
        if told == self._told:
            return
        self._told = told
        self.events.setText(tr("window.events_of", shown=f"{shown:,}", count=f"{count:,}"))
        self.rate.setText(tr("window.rate", count=f"{told[2]:,}"))
        if journal.not_recorded:
            self.lost.setText(tr("window.not_recorded", count=f"{journal.not_recorded:,}"))
        else:
            self.lost.setText(tr("window.lost", count=0))

    def _count(self) -> None:
        """What all endpoints together have moved."""
        total = Traffic()
        for snapshot in self._controller.snapshots():
            total = total.plus(traffic_of(snapshot))
        self._counter.look(total)

    def _rate(self, committed: int) -> float:
        """Events a second over the last looks."""
        now = time.monotonic()
        if self._looks and committed < self._looks[-1][1]:
            self._looks.clear()  # another record
        self._looks.append((now, committed))
        while len(self._looks) > 2 and self._looks[1][0] <= now - RATE_S:
            self._looks.popleft()
        then, before = self._looks[0]
        return (committed - before) / (now - then) if now > then else 0.0

    @Slot()
    def name_record(self) -> None:
        """Which file it is, and how long it is kept."""
        record = self._controller.session.record
        key = "window.record_listed" if record.parent == folder() else "window.record"
        if self._controller.session.passing is not None:
            key = "window.record_passing"
        self.record.setText(tr(key, name=record.stem, days=KEPT_DAYS))
        self.record.setToolTip(plain_tip(str(record)))

    def retranslate(self) -> None:
        self.setAccessibleName(tr("name.status_bar"))
        self.name_record()
        self.name_target(self._target)
        self.target.setToolTip(tr("window.target_tip"))
        self.lost.setToolTip(tr("window.lost_tip"))
        self.word.clear()  # it was said in another language
        self._told = None
        self.refresh()
