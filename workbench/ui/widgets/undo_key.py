"""Who handles Ctrl+Z: the field, if it has something to undo, else the window."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtGui import QKeyEvent, QKeySequence


def is_for_the_window(event: QEvent, *, undoable: bool) -> bool:
    """Whether a field should leave this event to the window, which has the key as a shortcut.

    Qt's fields always take the key for themselves. `undoable`: the field has something to undo.
    """
    if undoable or event.type() != QEvent.Type.ShortcutOverride:
        return False
    return isinstance(event, QKeyEvent) and event.matches(QKeySequence.StandardKey.Undo)
