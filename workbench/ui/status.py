"""The status bar: record, events, lost, and a passing word."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QLabel, QStatusBar

from workbench.texts import tr

if TYPE_CHECKING:
    from workbench.qt.controller import Controller

SHOWN_MS: Final = 15_000


class StatusBar(QStatusBar):
    """What the record holds, always in sight."""

    def __init__(self, controller: Controller) -> None:
        super().__init__()
        self._controller = controller
        self.setObjectName("status")
        self.record = self._label("status.record")
        self.events = self._label("status.events")
        self.lost = self._label("status.lost")
        self.word = self._label("status.word")
        self.setSizeGripEnabled(False)

    def _label(self, name: str) -> QLabel:
        label = QLabel()
        label.setObjectName(name)
        label.setTextFormat(Qt.TextFormat.PlainText)
        self.addWidget(label)
        return label

    @Slot(str)
    def tell(self, text: str) -> None:
        """A word about something that has no line of its own."""
        self.word.setText(text)

    def hide_names(self, hidden: bool) -> None:
        """On a projector nobody needs to see names and paths of files."""
        self.record.setVisible(not hidden)

    def refresh(self) -> None:
        journal = self._controller.session.journal
        failed = journal.failed
        self.events.setText(tr("window.events", count=f"{journal.committed:,}"))
        if journal.not_recorded:
            self.lost.setText(tr("window.not_recorded", count=f"{journal.not_recorded:,}"))
        else:
            self.lost.setText(tr("window.lost", count=0))
        if failed is not None:
            self.word.setText(failed.text)

    def retranslate(self) -> None:
        record = self._controller.session.record
        self.record.setText(tr("window.record", name=record.stem))
        self.record.setToolTip(str(record))
        self.lost.setToolTip(tr("window.lost_tip"))
        self.refresh()
