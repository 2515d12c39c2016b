"""Keys of the window that belong to no menu entry: 1 to 3, Ctrl+1 to Ctrl+9, Esc."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from workbench.ui.window.action_table import ACTIONS


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
