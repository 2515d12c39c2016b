"""The place of the list of saved messages: left of the panels, or hidden."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtGui import QShowEvent

from workbench.ui.widgets.late_part import LatePart

if TYPE_CHECKING:
    from PySide6.QtGui import QAction

    from workbench.qt.preferences import Preferences
    from workbench.ui.window.message_list import MessageList


class MessagePlace(LatePart["MessageList"]):
    """Holds the list, which is built when it is first shown."""

    def __init__(
        self, action: QAction, build: Callable[[], MessageList], preferences: Preferences
    ) -> None:
        """`action`: the menu entry, which says whether the list is shown."""
        super().__init__(build)
        self._action = action
        self._preferences = preferences
        self._presented = False
        action.setChecked(preferences.messages_shown)

    @Slot()
    def switch(self) -> None:
        """Show or hide it, from now on."""
        self._preferences.messages_shown = not self._preferences.messages_shown
        self.fit()

    @Slot()
    def open(self) -> None:
        """Show it, with the focus in it."""
        self._preferences.messages_shown = True
        self.fit()
        self.part.tree.setFocus()

    @Slot(bool)
    def give_way(self, presented: bool) -> None:
        """Hide it for a projector, which has no room for it."""
        self._presented = presented
        self.fit()

    def fit(self) -> None:
        """Show or hide it as it is wanted."""
        shown = self._preferences.messages_shown
        self._action.setChecked(shown)
        self.setVisible(shown and not self._presented)

    def showEvent(self, event: QShowEvent) -> None:
        """Read the file again, which may have changed meanwhile."""
        super().showEvent(event)
        self.part.refresh()
