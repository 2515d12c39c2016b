"""A widget that tells whether it is in sight: what nobody sees need not be read."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QWidget


class Sighted(QWidget):
    """A widget that tells when it comes into sight or goes, also behind another tab.

    Signals:
        seen(bool): it has come into sight, or gone.
    """

    seen = Signal(bool)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.seen.emit(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.seen.emit(False)
