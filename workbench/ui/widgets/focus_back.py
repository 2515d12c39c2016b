"""Returns the focus to where it was before a line asked for something."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid


def focus_back(line: QWidget) -> Callable[[], None]:
    """For a line that is about to take the focus: a function that gives it back, to be called
    before the line is hidden.

    Qt itself gives the focus of a hidden widget to whatever comes next in its window.
    """
    focused: QWidget | None = line.window().focusWidget()
    within = focused is not None and (focused is line or line.isAncestorOf(focused))
    found = None if within else focused

    def go_back() -> None:
        if found is not None and isValid(found) and found.isVisible() and found.isEnabled():
            found.setFocus(Qt.FocusReason.OtherFocusReason)

    return go_back
