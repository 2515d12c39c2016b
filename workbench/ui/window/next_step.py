"""Chooses the primary button of the window: the next step, one at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

if TYPE_CHECKING:
    from workbench.ui.endpoint.endpoint_panel import EndpointPanel
    from workbench.ui.window.tab_area import TabArea


class NextStep(QObject):
    """Makes the next step of the endpoint that keys act on the window's; if it has none, that of
    the other panel in sight.
    """

    def __init__(self, area: TabArea) -> None:
        super().__init__()
        self._area = area
        area.targeted.connect(self.choose)
        area.entered.connect(self.choose)

    @Slot(object)
    def watch(self, panel: EndpointPanel) -> None:
        """Follow what is next in a panel, too."""
        panel.next_changed.connect(self.choose)

    @Slot()
    def choose(self) -> None:
        """Let the panel lead whose next step it is, and no other."""
        target = self._area.focused_panel()
        seen = sorted(self._area.fronts, key=lambda panel: panel is not target)
        leader = next((panel for panel in seen if panel.next_step is not None), None)
        for panel in sorted(self._area.panels(), key=lambda panel: panel is leader):
            panel.lead(panel is leader)  # the leader last: there are never two
