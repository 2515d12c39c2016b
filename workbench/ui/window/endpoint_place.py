"""The place of the list of endpoints: at the left of a wide window, or as the user chooses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Slot

from workbench.ui.widgets.late_part import LatePart

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.ui.window.endpoint_list import EndpointList

WIDE: Final = 1500
"""Pixels of window width from which on it is open by itself."""


class EndpointPlace(LatePart["EndpointList"]):
    """Holds the list, which is built when it is first shown."""

    def __init__(self, build: Callable[[], EndpointList]) -> None:
        super().__init__(build)
        self._by_hand = False

    @Slot()
    def switch(self) -> None:
        """Show or hide it, from now on as the person chooses."""
        self._by_hand = True
        self.setVisible(not self.isVisible())

    @Slot(bool)
    def give_way(self, presented: bool) -> None:
        """Hide it for a projector, which has no room for it."""
        if presented:
            self.hide()

    def show_where_wide(self, width: int, scale: int) -> None:
        """Open it automatically in a wide window, in pixels at `scale` per cent, else not."""
        wide = width >= WIDE * scale / 100
        if not self._by_hand and wide != self.isVisible():
            self.setVisible(wide)
