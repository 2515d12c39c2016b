"""Keys of the window that belong to no menu entry: 1 to 3, Ctrl+1 to Ctrl+9, Esc. And those of its
menus that a text field would take for itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget
from shiboken6 import isValid

from workbench.ui.window.action_table import ACTIONS

_FIELDS_OWN: Final = frozenset({"Ctrl+Z"})
"""What a field takes back first, before the window does."""


def add_shortcuts(owner: QWidget, does: Mapping[str, Callable[[], object]]) -> None:
    """Bind the keys of the table's rows without a menu, throughout the window of `owner`.

    `does`: what each of them does, by the row's id.
    """
    for row in ACTIONS:
        if row.menu is None:
            for key in row.keys:
                QShortcut(QKeySequence.fromString(key), owner, does[row.id])


def leave_first(ways: Iterable[tuple[Callable[[], bool], Callable[[], object]]]) -> None:
    """Handle Esc: end the first thing, in this order, that is going on.

    `ways`: for each, whether it is going on, and what ends it.
    """
    for going_on, leave in ways:
        if going_on():
            leave()
            return


class KeysBeforeFields(QObject):
    """Leaves the window's Ctrl and a letter to the window while a field for one line has the focus.

    On X11 Qt's fields take Ctrl+E for the end of the line, and with Ctrl+U they delete all of it.
    """

    def __init__(self, owner: QWidget) -> None:
        super().__init__(owner)
        self._owner = owner
        self._field: QWidget | None = None
        self._keys = {key for row in ACTIONS for key in row.keys if _is_letter(key)} - _FIELDS_OWN

    def follow(self, focused: QWidget | None) -> None:
        """Watch the field that has the focus now, and no other."""
        if self._field is not None and isValid(self._field):
            self._field.removeEventFilter(self)
        ours = isinstance(focused, QLineEdit | QComboBox) and focused.window() is self._owner
        self._field = focused if ours else None
        if self._field is not None:
            self._field.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and QKeySequence(event.keyCombination()).toString() in self._keys
        ):
            event.ignore()
            return True
        return super().eventFilter(watched, event)


def _is_letter(key: str) -> bool:
    control, _, letter = key.rpartition("+")
    return control == "Ctrl" and len(letter) == 1 and letter.isalpha()
