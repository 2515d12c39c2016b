"""Commands on saved messages: send one by its endpoint, or put it into an editor."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from workbench.engine.model import address, web_address
from workbench.engine.model.settings import Role
from workbench.engine.model.tls_settings import TlsSettings
from workbench.qt.client_presenter import ClientPresenter
from workbench.texts import Problem
from workbench.ui.endpoint.client_panel import ClientPanel
from workbench.viewmodel import default_endpoints
from workbench.viewmodel.payload_form import compose, content, send_of

if TYPE_CHECKING:
    from workbench.engine.model.settings import EndpointSettings
    from workbench.qt.controller import Controller
    from workbench.qt.preferences import Preferences
    from workbench.ui.endpoint.panel_factory import Presenter
    from workbench.ui.window.endpoint_tabs import EndpointTabs
    from workbench.ui.window.message_list import MessageList
    from workbench.ui.window.tab_area import TabArea
    from workbench.viewmodel.messages_file import Saved
    from workbench.viewmodel.saved_messages import Messages


class MessageCommands(QObject):
    """Carries out what the list of saved messages asks for, and shows or hides the list.

    Signals:
        told(object): a Problem that somebody should read.
    """

    told = Signal(object)

    def __init__(
        self,
        tabs: EndpointTabs,
        area: TabArea,
        controller: Controller,
        messages: Messages,
        preferences: Preferences,
    ) -> None:
        super().__init__()
        self._tabs = tabs
        self._area = area
        self._controller = controller
        self._messages = messages
        self._preferences = preferences
        messages.told = self.told.emit
        messages.watch(self._remember)

    def make_list(self) -> MessageList:
        """The list, connected to what it asks for."""
        from workbench.ui.window.message_list import MessageList  # imported late: not at the start

        made = MessageList(self._messages)
        made.endpoints = lambda: list(self._controller.session.endpoints)
        made.send_wanted.connect(self.send)
        made.put_wanted.connect(self.put)
        return made

    @Slot()
    def _remember(self) -> None:
        """Remember which file the messages are in."""
        self._preferences.messages_file = str(self._messages.path)

    # -- sending --------------------------------------------------------------------------------

    @Slot(object)
    def send(self, message: Saved) -> None:
        """Send once, by the endpoint that the message names; what prevents it is reported in that
        panel.
        """
        presenter = self._presenter(message)
        if presenter is None:
            return
        known = self._controller.values.known
        if isinstance(presenter, ClientPresenter):
            presenter.send_once(compose(message.draft, presenter.snapshot.counter, known))
            return
        try:
            presenter.send(send_of(message.draft, content(message.draft, known)))
        except Problem as problem:
            presenter.refuse(problem)

    @Slot(object)
    def put(self, message: Saved) -> None:
        """Put the message into the editor of the endpoint that it names."""
        presenter = self._presenter(message)
        panel = self._area.panel(presenter.name) if presenter is not None else None
        if isinstance(panel, ClientPanel):
            panel.editor.put(message.draft)
            panel.editor.text.setFocus()
        elif panel is not None:
            self.told.emit(Problem("saved.no_editor", name=panel.name))

    def _presenter(self, message: Saved) -> Presenter | None:
        """The presenter of the endpoint that a message names, brought to the front; else that of
        the tab in front.
        """
        target = message.target
        if "://" in target:
            try:
                return self._of_address(target)
            except Problem as problem:
                self.told.emit(problem)
                return None
        panel = self._area.panel(target) if target else self._area.focused_panel()
        if panel is None:
            key = "saved.no_target" if target else "saved.no_panel"
            self.told.emit(Problem(key, name=target))
            return None
        if target:
            self._area.bring_to_front(panel)
        return self._tabs.presenter(panel.name)

    def _of_address(self, target: str) -> Presenter:
        """The client that connects to that address, which is created if there is none.

        Raises:
            Problem: it is not an address.
        """
        wanted = client_of(target)
        for presenter in self._tabs.presenters:
            if isinstance(presenter, ClientPresenter) and leads_there(presenter.settings, wanted):
                panel = self._area.panel(presenter.name)
                if panel is not None:
                    self._area.bring_to_front(panel)
                return presenter
        name = default_endpoints.free_name("client", self._controller.session.endpoints)
        made = self._tabs.restore(replace(wanted, name=name), server=False)
        self._area.bring_to_front(made)
        return self._tabs.presenter(name)


def client_of(target: str) -> EndpointSettings:
    """A client of tcp://host:port, udp://… or tls://…. Raises Problem: it is none of these."""
    usual = default_endpoints.client("client", None)
    web = web_address.parse_web(target)
    pasted = address.parse_pasted(target)
    if web is not None:
        place = address.parse_pasted(web.address)
        if place is None or web.layers != (web_address.TLS,):
            raise Problem("saved.bad_target", target=target)
        usual = replace(usual, layers=web.layers, tls=TlsSettings())
        pasted = place
    if pasted is None:
        raise Problem("saved.bad_target", target=target)
    host = f"[{pasted.host}]" if ":" in pasted.host else pasted.host
    datagram = pasted.type == "SOCK_DGRAM"
    return replace(
        usual,
        role=Role.DATAGRAM if datagram else Role.STREAM,
        type="SOCK_DGRAM" if datagram else "SOCK_STREAM",
        family=pasted.family or "AF_INET",
        address=f"{host}:{pasted.port}",
    )


def leads_there(settings: EndpointSettings, wanted: EndpointSettings) -> bool:
    """Whether an endpoint has the same other end, with the same layers."""
    return (settings.role, settings.address, settings.layers) == (
        wanted.role,
        wanted.address,
        wanted.layers,
    )
