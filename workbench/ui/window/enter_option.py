"""The switch *Enter sends* of all editors, kept between runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from workbench.ui.endpoint.client_panel import ClientPanel

if TYPE_CHECKING:
    from workbench.qt.preferences import Preferences
    from workbench.ui.endpoint.endpoint_panel import EndpointPanel
    from workbench.ui.window.tab_area import TabArea


class EnterOption(QObject):
    """Keeps the switches of all editors equal."""

    def __init__(self, area: TabArea, preferences: Preferences) -> None:
        super().__init__()
        self._area = area
        self._preferences = preferences

    @Slot(object)
    def apply(self, panel: EndpointPanel) -> None:
        """Give a new panel the switch as it is in the others."""
        if isinstance(panel, ClientPanel):
            panel.editor.enter_sends.setChecked(self._preferences.enter_sends)
            panel.editor.enter_switched.connect(self.switch)

    @Slot(bool)
    def switch(self, sends: bool) -> None:
        """Set the switch everywhere, from now on."""
        self._preferences.enter_sends = sends
        for panel in self._area.panels():
            if isinstance(panel, ClientPanel):
                panel.editor.enter_sends.setChecked(sends)
