"""How conversations show lines and times: one setting for a window, kept between runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from workbench.qt.preferences import Preferences


class ConversationOptions(QObject):
    """The options of one window.

    Signals:
        changed(): conversations have to be read anew.
    """

    changed = Signal()

    def __init__(self, preferences: Preferences) -> None:
        super().__init__()
        self._preferences = preferences

    @property
    def breaks(self) -> bool:
        """Whether a line feed in a message begins a new line."""
        return self._preferences.talk_breaks

    @breaks.setter
    def breaks(self, value: bool) -> None:
        if value != self.breaks:
            self._preferences.talk_breaks = value
            self.changed.emit()

    @property
    def times(self) -> str:
        """One of conversation_text.TIMES."""
        return self._preferences.talk_times

    @times.setter
    def times(self, value: str) -> None:
        if value != self.times:
            self._preferences.talk_times = value
            self.changed.emit()
