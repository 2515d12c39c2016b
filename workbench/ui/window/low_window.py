"""Whether the window is low, counted in lines of text."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication, QWidget

LOW_LINES: Final = 49
"""Lines of text that are fewer make a window low: a small screen, or large writing on a usual one.
At 100 % a window of 1280 × 752 has 50 of them, at 150 % 33.
"""


class LowWindow(QObject):
    """Decides it once, and tells the parts of the window.

    Attributes:
        low: there is little height, so what frames the content takes less of it.

    Signals:
        changed(bool): whether the window is low from now on.
    """

    changed = Signal(bool)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self.low = False

    @Slot()
    def look(self) -> None:
        """Decide again, because the window's height or the text size has changed."""
        lines = self._window.height() / QFontMetrics(QApplication.font()).lineSpacing()
        low = lines < LOW_LINES
        if low != self.low:
            self.low = low
            self.changed.emit(low)
