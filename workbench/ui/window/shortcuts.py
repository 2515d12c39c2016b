"""Keys of the whole window that no menu entry has: 1 to 3, Ctrl+1 to Ctrl+9, Esc."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractButton

from workbench.ui.endpoint.client_panel import ClientPanel

if TYPE_CHECKING:
    from workbench.ui.window.window import MainWindow

STEPS: Final = (("1", "server.listen"), ("2", "client.connect"), ("3", "client.send"))
"""The numbers that a first start shows on these buttons."""


def add_keys(window: MainWindow) -> None:
    """Bind them to a window."""
    for key, control in STEPS:
        QShortcut(QKeySequence(key), window, partial(press, window, control))
    QShortcut(QKeySequence(Qt.Key.Key_Escape), window, partial(escape, window))
    for number in range(1, 10):
        QShortcut(QKeySequence(f"Ctrl+{number}"), window, partial(_put_saved, window, number))


def press(window: MainWindow, control: str) -> None:
    """Press the button of this object name in whichever panel it can be pressed."""
    for button in window.findChildren(QAbstractButton, control):  # one a panel
        if button.isVisible() and button.isEnabled():
            button.click()
            return


def escape(window: MainWindow) -> None:
    """Leave what is going on: Watch it, a mark, a presentation, a pinned row."""
    if window.watch.running:
        window.watch.stop()
    elif window.mark.isVisible():
        window.mark.give_up()
    elif window.presentation.on:
        window.presentation.switch()
    else:
        window.log.follow.setChecked(True)


def _put_saved(window: MainWindow, number: int) -> None:
    panel = window.panels.in_front()
    if isinstance(panel, ClientPanel):
        panel.editor.saved.choose(number)
