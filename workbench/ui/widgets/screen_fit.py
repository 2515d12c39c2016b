"""Keeps a window, with its frame, on its screen."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, QSize, QTimer, Slot
from PySide6.QtWidgets import QWidget

from workbench.ui.style import theme

FRAME: Final = QSize(4, 40)
"""Room for a window manager's borders and title bar: what they really take is not known before the
window is shown, and one whose last line lies below the screen is seen too late."""

TURNS: Final = 20
"""Turns of the event loop after which all layouts have come to rest."""


def fit(window: QWidget, beside: QWidget | None = None) -> None:
    """Make a window that is about to be shown no larger than there is room on its screen.

    `beside`: a window on the same screen; it may always be as large as that one.
    """
    room = window.screen().availableGeometry().size() - FRAME
    if beside is not None:
        room = room.expandedTo(beside.size())
    window.resize(window.size().boundedTo(room))


def open_at(window: QWidget, width: int, height: int) -> None:
    """Set the size of a new window, in pixels at 100 per cent: in larger writing it is larger, as
    far as there is room on its screen.
    """
    window.resize(theme.scaled(width), theme.scaled(height))
    fit(window)


class WishedSize(QObject):
    """Gives a window back its previous size, when larger text had made it larger than its screen
    and smaller text fits again.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._wished = window.size()
        self._grown = window.size()
        self._left = 0
        self._turn = QTimer(self)
        self._turn.setInterval(0)
        self._turn.timeout.connect(self._on_turn)

    @Slot()
    def look(self) -> None:
        """React to another text size: layouts ask for their room in the next turns."""
        window = self._window
        if window.isMaximized() or window.isFullScreen():
            return
        if window.size() != self._grown:  # a person, or the window manager, chose this size
            self._wished = window.size()
        self._left = TURNS
        self._turn.start()

    def _on_turn(self) -> None:
        window, size = self._window, self._window.size()
        if size not in (self._grown, self._wished.expandedTo(window.minimumSizeHint())):
            self._turn.stop()  # a person, or the window manager, has chosen this size meanwhile
            return
        self._left -= 1
        if not self._left:
            self._turn.stop()
        window.resize(self._wished)  # Qt makes it no smaller than its contents
        self._grown = self._window.size()
