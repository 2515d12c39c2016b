"""Keeps a window, with its frame, on its screen."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

FRAME: Final = QSize(4, 40)
"""Room for a window manager's borders and title bar: what they really take is not known before the
window is shown, and one whose last line lies below the screen is seen too late."""


def fit(window: QWidget, beside: QWidget | None = None) -> None:
    """Make a window that is about to be shown no larger than there is room on its screen.

    `beside`: a window on the same screen; as large as that one it may be in any case.
    """
    room = window.screen().availableGeometry().size() - FRAME
    if beside is not None:
        room = room.expandedTo(beside.size())
    window.resize(window.size().boundedTo(room))
