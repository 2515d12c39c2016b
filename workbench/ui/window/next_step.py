"""Chooses the primary button of the window: one at a time is the next step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

if TYPE_CHECKING:
    from workbench.ui.endpoint.endpoint_panel import EndpointPanel
    from workbench.ui.window.tab_area import TabArea


class NextStep(QObject):
    """The next step of the endpoint that keys act on is the window's; where that one has none, the
    next step of the other panel that is seen.
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
        """Have the panel lead whose next step it is, and no other one."""
        target = self._area.focused_panel()
        seen = sorted(self._area.fronts, key=lambda panel: panel is not target)
        leader = next((panel for panel in seen if panel.next_step is not None), None)
        for panel in sorted(self._area.panels(), key=lambda panel: panel is leader):
            panel.lead(panel is leader)  # the last one: there never are two
