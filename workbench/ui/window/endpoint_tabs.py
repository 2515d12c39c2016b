"""The panels of the window: which there are, which is in front, how they know of each other."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from workbench.engine.model import commands as c
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.ui.endpoint.client_panel import ClientPanel
from workbench.ui.endpoint.endpoint_panel import EndpointPanel
from workbench.ui.endpoint.server_panel import ServerPanel
from workbench.ui.window.closed_rows_option import ClosedRowsOption
from workbench.viewmodel import control_commands, default_endpoints
from workbench.viewmodel.host_suggestions import every

if TYPE_CHECKING:
    from workbench.journal.reader import Row
    from workbench.ui.window.window import MainWindow
    from workbench.viewmodel.message import Remedy

OWNED_LOOK: Final = 500
"""Newest connections of a client whose addresses are known as its own."""


class EndpointTabs(QObject):
    """Makes a panel for each endpoint of the session, whoever added it.

    Signals:
        told(object): a Problem that somebody should read.
    """

    told = Signal(object)

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._slots = window.slots_
        self._owners: dict[str, str] = {}
        self.closed_rows = ClosedRowsOption(window)
        self._slots.left.wanted.connect(self.new_server)
        self._slots.right.wanted.connect(self.new_client)
        for slot in (self._slots.left, self._slots.right):
            slot.unwanted.connect(self.remove)
        self._slots.entered.connect(self._on_entered)
        self._following = False  # a tab that comes to the front by itself chooses nothing
        window.controller.selection_changed.connect(self._follow)

    @Slot()
    def new_server(self) -> None:
        taken = self._window.controller.session.endpoints
        name = default_endpoints.free_name("server", taken)
        number = int(name.rpartition("-")[2])
        self._add(default_endpoints.server(name, default_endpoints.FIRST_PORT + number - 1))

    @Slot()
    def new_client(self) -> None:
        session = self._window.controller.session
        name = default_endpoints.free_name("client", session.endpoints)
        servers = [
            settings for settings in session.settings_of_all() if settings.role is Role.LISTENER
        ]
        link = servers[-1] if servers else None
        made = default_endpoints.client(name, link.name if link is not None else None)
        if link is not None:  # of the same kind, else it could never connect
            made = replace(made, family=link.family, type=link.type)
        self._add(made)

    def _add(self, settings: EndpointSettings) -> None:
        self._window.controller.session.add(settings)
        self._bring_to_front(self._show_panel(settings))

    def _show_panel(self, settings: EndpointSettings) -> EndpointPanel:
        panel: EndpointPanel
        own = settings.address and not settings.address.startswith("@")
        if settings.role is Role.LISTENER or (settings.role is Role.DATAGRAM and own):
            panel = ServerPanel(self._window.controller, settings)
        else:
            client = ClientPanel(self._window.controller, settings)
            client.link.press_start = self._press_start
            client.link.press_accept = self._press_accept
            client.editor.saved.messages = self._window.messages
            client.editor.saved.told.connect(self.told)
            panel = client
        panel.owner = self.owner
        self.closed_rows.tell(panel)
        panel.focused.connect(partial(self._on_focused, panel.name))
        panel.started.connect(partial(self._on_started, panel))
        panel.not_started.connect(partial(self._on_not_started, panel))
        panel.number_steps(self._window.first_steps.isVisibleTo(self._window))
        panel.talk.save_wanted.connect(self._window.files.save_talk)
        self._slots.add(panel)
        return panel

    @Slot(object)
    def remove(self, panel: EndpointPanel) -> None:
        """Stop an endpoint and take its tab away."""
        controller = self._window.controller
        controller.session.remove(panel.name)
        self._slots.remove(panel)
        front = self.in_front()
        if controller.selection.endpoint == panel.name and front is not None:
            controller.select(endpoint=front.name)

    def _press_start(self, name: str) -> None:
        panel = self._slots.panel(name)
        if panel is not None:
            if not panel.isVisible() and not self._beside(panel, self.in_front()):
                self._bring_to_front(panel)
            panel.start()

    def _press_accept(self, name: str) -> None:
        panel = self._slots.panel(name)
        if isinstance(panel, ServerPanel):
            panel.accept_gate.step()

    def ways(self, row: Row) -> tuple[Remedy, ...]:
        """What can be done about an event: its panel knows."""
        panel = self._slots.panel(row.endpoint) if row.endpoint is not None else None
        return panel.ways(row) if panel is not None and self._window.live else ()

    def in_front(self) -> EndpointPanel | None:
        """The panel that has the focus, else the client in front, else the server."""
        for panel in self._slots.panels():
            if panel.isAncestorOf(self._window.focusWidget() or self._window):
                return panel
        for slot in (self._slots.right, self._slots.left):
            if slot.in_front is not None:
                return slot.in_front
        return None

    @Slot()
    def stop_all(self) -> None:
        """close() everything, in every endpoint."""
        for name in self._window.controller.session.endpoints:
            self._window.controller.perform(control_commands.check("window.stop_all", c.Stop(name)))

    def owner(self, address: str | None) -> str | None:
        """The endpoint of ours behind an address."""
        return self._owners.get(address or "") or self._owners.get(every(address or ""))

    def refresh(self) -> None:
        """Panels for endpoints that a scenario added; fresh state in those that can be seen."""
        session = self._window.controller.session
        known = {panel.name: panel for panel in self._slots.panels()}
        for name in session.endpoints:
            if name not in known and not name.startswith(default_endpoints.LAB_PREFIX):
                panel = self._show_panel(session.settings(name))
                known[name] = panel
                if name in self._window.demos.shown:
                    self._bring_to_front(panel)
        for name, panel in known.items():
            if name not in session.endpoints:
                self._slots.remove(panel)
        self._find_owners()
        for panel in self._slots.panels():
            if panel.isVisible():
                panel.refresh()
        self._slots.word_tabs()

    @Slot(str)
    def bring(self, name: str) -> None:
        """The panel of this endpoint to the front."""
        panel = self._slots.panel(name)
        if panel is not None:
            self._bring_to_front(panel)

    def _bring_to_front(self, panel: EndpointPanel) -> None:
        for slot in (self._slots.left, self._slots.right):
            if slot.place_of(panel) >= 0:
                slot.setCurrentIndex(slot.place_of(panel))

    def _beside(self, panel: EndpointPanel, other: EndpointPanel | None) -> bool:
        """Whether two panels share one half of the window: one would hide the other."""
        return other is not None and any(
            slot.place_of(panel) >= 0 and slot.place_of(other) >= 0
            for slot in (self._slots.left, self._slots.right)
        )

    def _find_owners(self) -> None:
        owners: dict[str, str] = {}
        for snapshot in self._window.controller.snapshots():
            if snapshot.settings.role is Role.DATAGRAM and snapshot.local:
                owners[snapshot.local] = snapshot.name
            if snapshot.settings.role is not Role.STREAM:
                continue
            for item in snapshot.connections[-OWNED_LOOK:]:
                if item.local:
                    owners[item.local] = snapshot.name
        self._owners = owners

    @Slot(object)
    def _on_entered(self, panel: object) -> None:
        if isinstance(panel, EndpointPanel) and not self._window.controller.closed:
            panel.refresh()
            if not self._following:
                self._window.controller.select(endpoint=panel.name)

    @Slot()
    def _follow(self) -> None:
        """An event was chosen: the tab of its endpoint and the row of its connection with it."""
        selection = self._window.controller.selection
        panel = self._slots.panel(selection.endpoint) if selection.endpoint is not None else None
        if selection.seq is None or panel is None or self._following:
            return
        self._following = True
        try:
            if not panel.isVisible():
                self._bring_to_front(panel)
            panel.choice.follow(selection.connection)
        finally:
            self._following = False

    def _on_focused(self, name: str) -> None:
        """Something was pressed in a panel: Explain follows its endpoint, if nothing is pinned."""
        selection = self._window.controller.selection
        if (
            not self._window.controller.closed
            and not selection.pinned
            and (selection.endpoint != name or selection.seq is not None)
        ):
            self._window.controller.select(endpoint=name)

    def _on_started(self, panel: EndpointPanel) -> None:
        """What was pressed goes grey: the focus goes to what comes next, not into a field."""
        if not panel.isAncestorOf(self._window.focusWidget() or self._window):
            return
        after = self._after(panel)
        # Qt would go on to the next field: what is typed then would become a backlog
        (after if after is not None and after.isEnabled() else panel.table).setFocus()

    def _on_not_started(self, panel: EndpointPanel) -> None:
        """The focus goes back to where it can be tried again, unless a person has moved it."""
        if self._window.focusWidget() is self._after(panel):
            panel.address_line.primary.setFocus()

    def _after(self, panel: EndpointPanel) -> QWidget | None:
        """What a person presses next when this panel's socket is there."""
        if isinstance(panel, ClientPanel):
            return panel.editor.send
        other = self._slots.right.in_front
        return other.address_line.primary if isinstance(other, ClientPanel) else None
