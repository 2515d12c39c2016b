"""Whether the tables show closed connections: one switch for all of them, kept between runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

if TYPE_CHECKING:
    from workbench.ui.endpoint.endpoint_panel import EndpointPanel
    from workbench.ui.window.window import MainWindow


class ClosedRowsOption(QObject):
    """What the entry in View does, and the same entry in the tables' own menus."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window

    def tell(self, panel: EndpointPanel) -> None:
        """A new panel."""
        panel.table.hide_closed = self._window.preferences.hide_closed
        panel.hide_closed = self._window.actions_.hide_closed

    @Slot()
    def switch(self) -> None:
        """Hide them, or show them again."""
        preferences = self._window.preferences
        preferences.hide_closed = not preferences.hide_closed
        self._window.actions_.hide_closed.setChecked(preferences.hide_closed)
        for panel in self._window.slots_.panels():
            self.tell(panel)
            panel.refresh()
