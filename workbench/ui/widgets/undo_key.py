"""Whose Ctrl+Z is: a field's with something to take back, else the window's."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtGui import QKeyEvent, QKeySequence


def is_for_the_window(event: QEvent, *, undoable: bool) -> bool:
    """Whether a field shall leave this event to the window, which has the key as a shortcut.

    Qt's fields take the key for themselves at all times. `undoable`: the field has what it could
    take back.
    """
    if undoable or event.type() != QEvent.Type.ShortcutOverride:
        return False
    return isinstance(event, QKeyEvent) and event.matches(QKeySequence.StandardKey.Undo)
