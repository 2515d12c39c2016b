"""The main window: two slots above, the log and the inspector below."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, Qt, Slot
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QMainWindow, QSplitter, QVBoxLayout, QWidget

from workbench.engine import commands as c
from workbench.engine.settings import EndpointSettings, Role
from workbench.texts import Problem, language, set_language, tr
from workbench.ui import bindings, defaults
from workbench.ui.actions import Actions
from workbench.ui.client_panel import ClientPanel
from workbench.ui.demos import Demos
from workbench.ui.inspector import Inspector
from workbench.ui.log_panel import LogPanel
from workbench.ui.panel import EndpointPanel
from workbench.ui.server_panel import ServerPanel
from workbench.ui.slots import Slots
from workbench.ui.status import StatusBar

if TYPE_CHECKING:
    from workbench.qt.controller import Controller

CLOSE_BOUND: Final = 10.0
"""Seconds that leaving may take at most."""
OWNED_LOOK: Final = 500


class MainWindow(QMainWindow):
    """Owns the controller (and through it the session) until it is closed.

    Attributes:
        controller: between widgets and session.
        slots: the endpoints' panels.
    """

    def __init__(self, controller: Controller, *, live: bool = True) -> None:
        """`live` False: an old record is shown; there is nothing to act on."""
        super().__init__()
        self.controller = controller
        self._closed = False
        self._owners: dict[str, str] = {}
        self.setObjectName("main_window")
        self.slots_ = Slots()
        self.log = LogPanel(controller)
        self.inspector = Inspector(controller)
        self.demos = Demos(controller.session, self)
        self.actions_ = Actions(self)
        self.status = StatusBar(controller)
        self.setStatusBar(self.status)
        self._lay_out()
        self._wire()
        self.slots_.setVisible(live)
        self.actions_.set_live(live)
        self.retranslate()
        self.resize(1280, 800)

    def _lay_out(self) -> None:
        self.bottom = QSplitter(Qt.Orientation.Horizontal)
        self.bottom.setObjectName("bottom")
        self.bottom.addWidget(self.log)
        self.bottom.addWidget(self.inspector)
        self.bottom.setChildrenCollapsible(False)
        self.bottom.setStretchFactor(0, 3)
        self.bottom.setStretchFactor(1, 1)
        self.bottom.setSizes([930, 340])
        self.halves = QSplitter(Qt.Orientation.Vertical)
        self.halves.setObjectName("halves")
        self.halves.addWidget(self.slots_)
        self.halves.addWidget(self.bottom)
        self.halves.setChildrenCollapsible(False)
        self.halves.setStretchFactor(0, 3)
        self.halves.setStretchFactor(1, 2)
        self.halves.setSizes([430, 290])
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(2, 2, 2, 0)
        column.addWidget(self.halves)
        self.setCentralWidget(centre)

    def _wire(self) -> None:
        self.slots_.left.wanted.connect(self.new_server)
        self.slots_.right.wanted.connect(self.new_client)
        for slot in (self.slots_.left, self.slots_.right):
            slot.unwanted.connect(self.remove)
        self.slots_.entered.connect(self._on_entered)
        self.controller.snapshots_changed.connect(self._on_snapshots)
        self.controller.problem.connect(self._on_problem)
        self.demos.told.connect(self.status.tell)

    # -- endpoints ------------------------------------------------------------------------------

    def first_start(self) -> None:
        """Both panels filled and ready."""
        self.new_server()
        self.new_client()

    @Slot()
    def new_server(self) -> None:
        taken = self.controller.session.endpoints
        name = defaults.free_name("server", taken)
        number = int(name.rpartition("-")[2])
        self._add(defaults.server(name, defaults.FIRST_PORT + number - 1))

    @Slot()
    def new_client(self) -> None:
        session = self.controller.session
        name = defaults.free_name("client", session.endpoints)
        servers = [n for n in session.endpoints if session.settings(n).role is Role.LISTENER]
        self._add(defaults.client(name, servers[-1] if servers else None))

    def _add(self, settings: EndpointSettings) -> None:
        self.controller.session.add(settings)
        self._show_panel(settings)

    def _show_panel(self, settings: EndpointSettings) -> EndpointPanel:
        panel: EndpointPanel
        own = settings.address and not settings.address.startswith("@")
        if settings.role is Role.LISTENER or (settings.role is Role.DATAGRAM and own):
            panel = ServerPanel(self.controller, settings)
        else:
            client = ClientPanel(self.controller, settings)
            client.press_start = self._press_start
            panel = client
        panel.owner = self._owner
        self.slots_.add(panel)
        return panel

    @Slot(object)
    def remove(self, panel: EndpointPanel) -> None:
        """Stop an endpoint and take its tab away."""
        self.controller.session.remove(panel.name)
        self.slots_.remove(panel)

    def _press_start(self, name: str) -> None:
        panel = self.slots_.panel(name)
        if panel is not None:
            panel.start()

    def panel_in_front(self) -> EndpointPanel | None:
        """The panel that has the focus, else the client in front, else the server."""
        for panel in self.slots_.panels():
            if panel.isAncestorOf(self.focusWidget() or self):
                return panel
        for slot in (self.slots_.right, self.slots_.left):
            widget = slot.currentWidget()
            if isinstance(widget, EndpointPanel):
                return widget
        return None

    @Slot()
    def stop_all(self) -> None:
        """close() everything, in every endpoint."""
        for name in self.controller.session.endpoints:
            self.controller.perform(bindings.check("window.stop_all", c.Stop(name)))

    # -- showing --------------------------------------------------------------------------------

    def _owner(self, address: str | None) -> str | None:
        return self._owners.get(address or "")

    @Slot()
    def _on_snapshots(self) -> None:
        """Panels for endpoints that a scenario added; fresh state in those that can be seen."""
        if self._closed:
            return
        session = self.controller.session
        known = {panel.name: panel for panel in self.slots_.panels()}
        for name in session.endpoints:
            if name not in known:
                panel = self._show_panel(session.settings(name))
                known[name] = panel
                if self.demos.running:
                    self._bring_to_front(panel)
        for name, panel in known.items():
            if name not in session.endpoints:
                self.slots_.remove(panel)
        self._find_owners()
        for panel in self.slots_.panels():
            if panel.isVisible():
                panel.refresh()
        self.status.refresh()

    def _bring_to_front(self, panel: EndpointPanel) -> None:
        for slot in (self.slots_.left, self.slots_.right):
            if slot.indexOf(panel) >= 0:
                slot.setCurrentWidget(panel)

    def _find_owners(self) -> None:
        owners: dict[str, str] = {}
        for name in self.controller.session.endpoints:
            snapshot = self.controller.snapshot(name)
            if snapshot.settings.role is Role.DATAGRAM and snapshot.local:
                owners[snapshot.local] = name
            if snapshot.settings.role is not Role.STREAM:
                continue
            for item in snapshot.connections[-OWNED_LOOK:]:
                if item.local:
                    owners[item.local] = name
        self._owners = owners

    @Slot(object)
    def _on_entered(self, panel: object) -> None:
        if isinstance(panel, EndpointPanel) and not self._closed:
            panel.refresh()
            self.controller.select(endpoint=panel.name)

    @Slot(object)
    def _on_problem(self, problem: Problem) -> None:
        self.status.tell(problem.text)

    @Slot()
    def switch_language(self) -> None:
        """The other language, at once."""
        set_language("en" if language() != "en" else "zh_CN")
        self.retranslate()

    def retranslate(self) -> None:
        record = self.controller.session.record.stem
        self.setWindowTitle(tr("window.title_record", record=record))
        self.actions_.retranslate()
        self.slots_.retranslate()
        for panel in self.slots_.panels():
            panel.retranslate()
            panel.refresh()
        self.log.retranslate()
        self.inspector.retranslate()
        self.status.retranslate()

    # -- Qt -------------------------------------------------------------------------------------

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "actions_"):
            self.actions_.redraw()
            self.slots_.retranslate()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Close every socket and the record within a bound; nothing is asked."""
        if not self._closed:
            self._closed = True
            self.demos.stop()
            self.controller.close(CLOSE_BOUND)
        event.accept()
        super().closeEvent(event)
