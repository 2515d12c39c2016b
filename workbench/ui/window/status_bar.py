"""The status bar: record, events, losses, traffic, and passing messages."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import QCoreApplication, QEvent, Qt, QTimer, Slot
from PySide6.QtWidgets import QLabel, QSizePolicy, QStatusBar

from workbench.journal.records import KEPT_DAYS, folder
from workbench.qt.tips import plain_tip
from workbench.texts import tr
from workbench.ui.style.retranslatable import Retranslatable
from workbench.ui.widgets.elided_label import ElidedLabel
from workbench.ui.widgets.fitting_label import FittingLabel
from workbench.ui.widgets.steady_label import SteadyLabel
from workbench.ui.widgets.traffic_button import TrafficButton
from workbench.viewmodel.record_count import RecordCount

SHOWN_MS: Final = 30_000


class StatusBar(Retranslatable, QStatusBar):
    """The labels of the status bar, always in sight."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("status")
        self.record = FittingLabel()  # a narrow window shows its name only in the title
        self._name(self.record, "status.record")
        self.events = self._label("status.events")
        self.lost = self._label("status.lost")
        self.rate = self._label("status.rate")
        self.traffic = TrafficButton()
        self.traffic.setObjectName("status.traffic")
        self.addWidget(self.traffic)
        self.target = self._label("status.target")
        self._target = ""
        self.word = ElidedLabel()
        self._name(self.word, "status.word", stretch=1)
        # a long sentence does not make the window wider: its tool tip has all of it
        self.word.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._count = RecordCount()
        self._record: tuple[Path, bool] | None = None
        self.setSizeGripEnabled(False)
        self._forget = QTimer(self)
        self._forget.setSingleShot(True)
        self._forget.timeout.connect(self.word.clear)
        self.retranslate()

    def _label(self, name: str) -> QLabel:
        label = SteadyLabel()
        self._name(label, name)
        return label

    def _name(self, label: QLabel, name: str, stretch: int = 0) -> None:
        label.setObjectName(name)
        label.setTextFormat(Qt.TextFormat.PlainText)
        self.addWidget(label, stretch)

    def measure(self) -> None:
        """Take the height that its labels have by now: Qt does so once it is shown, and lays out
        everything in the window again.
        """
        QCoreApplication.sendEvent(self, QEvent(QEvent.Type.LayoutRequest))

    @Slot(str)
    def tell(self, text: str) -> None:
        """Show a message about something that has no line of its own; it disappears after a
        while.
        """
        self.word.setText(text)
        self._forget.start(SHOWN_MS)

    @Slot(str)
    def name_target(self, name: str) -> None:
        """Show which endpoint keys act on; "": none."""
        self._target = name
        self.target.setText(tr("window.target", name=name) if name else "")

    @Slot(object)
    def show_count(self, count: RecordCount) -> None:
        """Show how much the record contains now."""
        self._count = count
        self.events.setText(count.events_text)
        self.rate.setText(count.rate_text)
        self.lost.setText(count.lost_text)

    def name_record(self, record: Path, *, passing: bool) -> None:
        """Show which file it is, and how long it is kept; `passing`: until the program ends."""
        self._record = record, passing
        keys = ("window.record_listed",) if record.parent == folder() else ()
        keys = (*keys, "window.record")
        if passing:
            keys = ("window.record_passing",)
        self.record.offer([tr(key, name=record.stem, days=KEPT_DAYS) for key in keys] + [""])
        self.record.setToolTip(plain_tip(str(record)))

    def retranslate(self) -> None:
        self.setAccessibleName(tr("name.status_bar"))
        if self._record is not None:
            record, passing = self._record
            self.name_record(record, passing=passing)
        self.name_target(self._target)
        self.target.setToolTip(tr("window.target_tip"))
        self.lost.setToolTip(tr("window.lost_tip"))
        self.word.clear()  # that was worded in another language
        self.show_count(self._count)
