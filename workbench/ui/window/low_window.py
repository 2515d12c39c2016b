"""Whether the window is low, counted in lines of text."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QFont, QFontInfo, QFontMetrics
from PySide6.QtWidgets import QApplication, QWidget

LOW_LINES: Final = 49
"""Lines of text that are fewer make a window low: a small screen, or large writing on a usual one.
At 100 % a window of 1280 × 752 has 50 of them, at 150 % 33.
"""


_USUAL: Final = 7 / 6
"""The height of a line as a part of the size of its letters, in a Latin font."""


def lines_of(height: int, font: QFont) -> float:
    """How many lines a height has. A Chinese font asks for half as much again as its letters, but
    buttons and fields are hardly higher with it, so its lines count as those of a Latin one.
    """
    usual = QFontInfo(font).pixelSize() * _USUAL
    return height / min(QFontMetrics(font).lineSpacing(), usual)


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
        low = lines_of(self._window.height(), QApplication.font()) < LOW_LINES
        if low != self.low:
            self.low = low
            self.changed.emit(low)
