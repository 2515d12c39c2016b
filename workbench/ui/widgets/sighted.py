"""Sighted: a widget that reports whether it is in sight, since nothing need be read for a hidden
one.
"""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QWidget


class Sighted(QWidget):
    """Signals when it comes into sight or leaves it, also behind another tab.

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
