"""The switch *Show closed connections* for all tables, kept between runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

if TYPE_CHECKING:
    from PySide6.QtGui import QAction

    from workbench.qt.preferences import Preferences
    from workbench.ui.endpoint.endpoint_panel import EndpointPanel
    from workbench.ui.window.tab_area import TabArea


class ClosedRowsOption(QObject):
    """Applies the switch in *View* and in the tables' menus to every panel."""

    def __init__(self, action: QAction, area: TabArea, preferences: Preferences) -> None:
        super().__init__()
        self._action = action
        self._area = area
        self._preferences = preferences
        action.setChecked(preferences.hide_closed)

    @Slot(object)
    def apply(self, panel: EndpointPanel) -> None:
        """Have a panel hide or show closed connections according to the switch."""
        panel.hide_closed = self._action
        panel.closed_hidden.emit(self._preferences.hide_closed)

    @Slot()
    def switch(self) -> None:
        """Hide closed connections in every table, or show them again."""
        hide = self._preferences.hide_closed = not self._preferences.hide_closed
        self._action.setChecked(hide)
        for panel in self._area.panels():
            self.apply(panel)
