"""The field over a tab in which it is renamed."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QTabBar

from workbench.texts import tr

LEAST_WIDTH: Final = 12
"""Characters; a name that is longer than its tab is seen whole."""


class TabNameField(QLineEdit):
    """Enter or leaving it takes the name, Esc keeps the old one; then it deletes itself.

    Signals:
        named(str): another name is wanted.
    """

    named = Signal(str)

    def __init__(self, bar: QTabBar, place: int, name: str) -> None:
        super().__init__(name, bar)
        self.setObjectName("slots.tab_name")
        self.setAccessibleName(tr("name.tab_name", name=name))
        self._bar = bar
        self._left = False
        self._before = name
        tab = bar.tabRect(place)
        least = self.fontMetrics().averageCharWidth() * max(LEAST_WIDTH, len(name) + 2)
        width = min(bar.width(), max(tab.width(), least))
        self.setGeometry(min(tab.x(), bar.width() - width), tab.y(), width, tab.height())
        self.selectAll()
        self.show()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def event(self, event: QEvent) -> bool:
        """Handle Esc and Enter here, whatever the window does with them."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter)
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        leaves = event.key() == Qt.Key.Key_Escape
        if not leaves and event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)
            return
        self._leave(self._before if leaves else self.text())
        self._bar.setFocus(Qt.FocusReason.OtherFocusReason)  # keys act on its tab again

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() not in (
            Qt.FocusReason.PopupFocusReason,  # its own context menu
            Qt.FocusReason.ActiveWindowFocusReason,
        ):
            self._leave(self.text())

    def _leave(self, name: str) -> None:
        if self._left:
            return
        self._left = True
        self.hide()
        self.deleteLater()
        if name != self._before:
            self.named.emit(name)
