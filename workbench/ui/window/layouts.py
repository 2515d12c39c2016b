"""The layouts of the window: both halves with the log, one of them, or the log alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal, Slot

if TYPE_CHECKING:
    from PySide6.QtGui import QAction

    from workbench.ui.window.tab_area import TabArea

BOTH: Final = "both"
LAYOUTS: Final = (BOTH, "server", "client", "log")
"""The left half, where servers are opened, is "server", the right one "client"."""


class Layouts(QObject):
    """Shows one of LAYOUTS; what is brought to the front in a hidden half brings both back.

    Attributes:
        name: the one that is shown, of LAYOUTS.

    Signals:
        changed(): another one is shown.
    """

    changed = Signal()

    def __init__(self, area: TabArea, actions: Mapping[str, QAction]) -> None:
        """`actions`: the menu entry of each layout, by its name."""
        super().__init__()
        self._area = area
        self._actions = actions
        self.name = BOTH
        actions[BOTH].setChecked(True)
        area.revealed.connect(self._on_revealed)

    def choose(self, name: str) -> None:
        """Show this layout; an unknown name changes nothing."""
        if name not in LAYOUTS:
            return
        area = self._area
        self.name = name
        self._actions[name].setChecked(True)
        area.left.setVisible(name != "client")
        area.right.setVisible(name != "server")
        area.setVisible(name != "log")
        area.tell_target()
        self.changed.emit()

    @Slot()
    def _on_revealed(self) -> None:
        self.choose(BOTH)
