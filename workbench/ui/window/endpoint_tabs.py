"""The panels of all endpoints, and how they know about each other."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QWidget
from shiboken6 import isValid

from workbench.engine.model import commands as c
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.model.snapshot import Phase
from workbench.engine.model.web_address import WEBSOCKET
from workbench.engine.protocol.stack import layer_names
from workbench.qt.client_presenter import ClientPresenter
from workbench.qt.server_presenter import ServerPresenter
from workbench.texts import Problem
from workbench.ui.endpoint.client_panel import ClientPanel
from workbench.ui.endpoint.endpoint_panel import EndpointPanel
from workbench.ui.endpoint.panel_factory import Presenter, panel_of
from workbench.ui.endpoint.server_panel import ServerPanel
from workbench.viewmodel import control_commands, default_endpoints
from workbench.viewmodel.host_suggestions import every
from workbench.viewmodel.layer_form import layer_form, spoken_with
from workbench.viewmodel.message import ErrorMessage, Remedy, Sentence, msg
from workbench.viewmodel.setup_form import ClientForm
from workbench.viewmodel.undo import Deed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from workbench.engine.model.events import EndpointIdentity
    from workbench.journal.reader import Row
    from workbench.qt.controller import Controller
    from workbench.qt.conversation_options import ConversationOptions
    from workbench.qt.scenario_player import ScenarioPlayer
    from workbench.ui.window.tab_area import TabArea
    from workbench.viewmodel.saved_messages import Messages

NOT_OF_TARGET: Final = "problem.not_of_target"
OWN_CONNECTIONS: Final = 500
"""Newest connections of a client whose local addresses are known as its own."""


class EndpointTabs(QObject):
    """Keeps a panel in the tab area for each endpoint of the session.

    Signals:
        added(object): a panel was added, and is not shown yet.
        told(object): a Problem that somebody should read.
        list_wanted(): show the list of saved messages.
        save_wanted(object): write a conversation to a file; the ConversationRequest.
        undoable(object): a person has replaced something of a panel; the Deed.
    """

    added = Signal(object)
    told = Signal(object)
    list_wanted = Signal()
    save_wanted = Signal(object)
    undoable = Signal(object)

    def __init__(
        self,
        area: TabArea,
        controller: Controller,
        player: ScenarioPlayer,
        messages: Messages,
        talk: ConversationOptions,
    ) -> None:
        """`messages`: the saved ones, which every client's editor offers; `talk`: how conversations
        are shown.
        """
        super().__init__()
        self._area = area
        self._controller = controller
        self._player = player
        self._messages = messages
        self._talk = talk
        self._owners: dict[str, str] = {}
        # the revisions from which they are known
        self._owners_of: tuple[Path, dict[str, int]] | None = None
        self._presenters: dict[str, Presenter] = {}
        # the panel that has reported that it has nothing for a key
        self._refused: Presenter | None = None
        self._following = False  # a tab that comes to the front by itself selects nothing
        area.left.wanted.connect(self.new_server)
        area.right.wanted.connect(self.new_client)
        area.entered.connect(self._on_entered)
        area.targeted.connect(self._withdraw)
        controller.selection_changed.connect(self._follow)
        controller.snapshots_changed.connect(self._on_snapshots)

    # -- which there are ------------------------------------------------------------------------

    @Slot()
    def new_server(self) -> None:
        """Add a listener with the defaults, on the next port."""
        name = default_endpoints.free_name("server", self._controller.session.endpoints)
        number = int(name.rpartition("-")[2])
        self._add(default_endpoints.server(name, default_endpoints.FIRST_PORT + number - 1))

    @Slot()
    def new_client(self) -> None:
        """Add a client with the defaults, linked to the newest listener."""
        session = self._controller.session
        name = default_endpoints.free_name("client", session.endpoints)
        servers = [
            settings for settings in session.settings_of_all() if settings.role is Role.LISTENER
        ]
        link = servers[-1] if servers else None
        made = default_endpoints.client(name, link.name if link is not None else None)
        if link is not None:  # of the same kind, otherwise it could never connect
            made = replace(made, family=link.family, type=link.type)
            made = spoken_with(layer_form(made), link).put_in(made)
        self._add(made)

    def _add(self, settings: EndpointSettings) -> None:
        self._controller.session.add(settings)
        panel = self._show_panel(settings)
        self._area.bring_to_front(panel)
        # keys act on it from now on, and one sees where they go
        panel.address_line.primary.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def identity(self, name: str) -> EndpointIdentity:
        """The endpoint that has this name now. Raises Problem for an unknown name."""
        return self._controller.session.identity(name)

    def restore(
        self,
        settings: EndpointSettings,
        *,
        server: bool,
        again: EndpointIdentity | None = None,
    ) -> EndpointPanel:
        """Add an endpoint as it was left; `server`: it had a server's panel.

        `again`: restores the endpoint that was removed, with its conversation.

        Raises:
            Problem: the name is taken.
        """
        controller = self._controller
        controller.session.add(settings, again=again)
        if self.identity(settings.name) == again:  # its rows may be under another name
            controller.after_commit(controller, controller.renamed.emit)
        return self._show_panel(settings, server=server)

    def rename(self, panel: EndpointPanel, name: str) -> None:
        """Rename the endpoint of a panel. Raises Problem: the name is taken."""
        before = panel.name
        self._controller.rename(before, name)
        panel.name = name
        known = self._presenters.items()
        self._presenters = {name if key == before else key: item for key, item in known}
        self._presenters[name].rename(name)
        for presenter in self._presenters.values():
            if isinstance(presenter, ClientPresenter):
                presenter.relink(before, name)
        self._area.name_anew(panel)
        if self._controller.selection.endpoint == before:
            self._controller.select(endpoint=name)

    def _show_panel(
        self, settings: EndpointSettings, *, server: bool | None = None
    ) -> EndpointPanel:
        """`server` None: the settings decide which panel it gets."""
        if server is None or settings.role is not Role.DATAGRAM:
            own = settings.address and not settings.address.startswith("@")
            bound = settings.role is Role.DATAGRAM and bool(own)
            server = settings.role is Role.LISTENER or bound
        if server:
            presenter: Presenter = ServerPresenter(self._controller, settings, self)
        else:
            presenter = self._present_client(settings)
        self._presenters[settings.name] = presenter
        presenter.owner = self.owner
        panel = panel_of(presenter)
        panel.undoable.connect(self.undoable)
        if isinstance(panel, ClientPanel):
            panel.editor.saved.messages = self._messages
            panel.editor.saved.told.connect(self.told)
            panel.editor.saved.list_wanted.connect(self.list_wanted)
            panel.editor.replaced.connect(partial(self._on_replaced, panel))
        if isinstance(panel, ServerPanel):
            panel.reply.replaced.connect(partial(self._on_replaced, panel))
        presenter.focused.connect(partial(self._on_focused, panel))
        presenter.started.connect(partial(self._on_started, panel))
        presenter.not_started.connect(partial(self._on_not_started, panel))
        presenter.conversation.save_wanted.connect(self.save_wanted)
        presenter.conversation.heed(self._talk)
        panel.talk.heed(self._talk)
        self.added.emit(panel)
        self._area.add(panel)
        return panel

    def _present_client(self, settings: EndpointSettings) -> ClientPresenter:
        presenter = ClientPresenter(self._controller, settings, self)
        presenter.start_wanted.connect(self._press_start)
        presenter.accept_wanted.connect(self._press_accept)
        presenter.sent.connect(self._messages.sent)
        return presenter

    @property
    def presenters(self) -> tuple[Presenter, ...]:
        """The presenters of all endpoints that have a panel."""
        return tuple(self._presenters.values())

    def presenter(self, name: str) -> Presenter:
        """The presenter of an endpoint that has a panel. Raises KeyError."""
        return self._presenters[name]

    def _drop(self, panel: EndpointPanel) -> None:
        """Drop the presenter of an endpoint that is gone."""
        self._presenters.pop(panel.name).leave()
        self._area.remove(panel)

    @Slot(object)
    def remove(self, panel: EndpointPanel) -> None:
        """Stop an endpoint and take its tab away."""
        controller = self._controller
        controller.session.remove(panel.name)
        self._drop(panel)
        front = self._area.focused_panel()
        if controller.selection.endpoint == panel.name and front is not None:
            controller.select(endpoint=front.name)

    @Slot()
    def _on_snapshots(self) -> None:
        """Update each panel in a turn of its own, so that a key never waits for all of them."""
        self._controller.in_turns(*self._match_panels())

    def refresh(self) -> None:
        """Add panels for endpoints that a scenario added, and show fresh state in those in
        sight.
        """
        for update in self._match_panels():
            update()

    def _match_panels(self) -> list[Callable[[], None]]:
        """Add and drop panels so that they are those of the session's endpoints; returns what
        updates each.
        """
        if self._controller.closed:
            return []
        session = self._controller.session
        known = {panel.name: panel for panel in self._area.panels()}
        for name in session.endpoints:
            if name not in known and not name.startswith(default_endpoints.LAB_PREFIX):
                panel = self._show_panel(session.settings(name))
                known[name] = panel
                if name in self._player.shown:
                    self._area.bring_to_front(panel)
        for name, panel in known.items():
            if name not in session.endpoints:
                self._drop(panel)
        owners = self._owners
        self._note_owners()
        return [
            presenter.refresh if owners != self._owners else presenter.look
            for presenter in self._presenters.values()
        ]

    # -- what is done for all, or for the one in front ------------------------------------------

    @Slot()
    def stop_all(self) -> None:
        """close() everything, in every endpoint."""
        for name in self._controller.session.endpoints:
            self._controller.perform(control_commands.check("window.stop_all", c.Stop(name)))

    def press(self, control: str) -> None:
        """Press a control of the panel that keys act on, and of no other.

        `control`: its object name without the prefix; "primary" is Listen, Bind or Connect. With
        the prefix, it is pressed in the first panel where it is in sight and enabled.
        """
        if "." in control:
            for panel in self._area.panels():
                button = panel.findChild(QAbstractButton, control)
                if button is not None and button.isVisible() and button.isEnabled():
                    button.click()
                    return
            return
        target = self._area.focused_panel()
        if target is None:
            return
        self._withdraw()
        _settle(target)
        button = _button_of(target, control)
        if button is None:
            if not target.enter(control):  # while nothing is open, no button unfolds its fields
                self._say_nothing_for_key(target)
        elif button.isEnabled():
            button.click()
            if button.isChecked():
                target.enter(control)
        else:
            self._say_why_off(target, button)

    @Slot()
    def go_to_address(self) -> None:
        """Focus the address with all of it selected, so that another one can be typed."""
        target = self._area.focused_panel()
        if target is not None:
            reason = None if target.address_line.host.isEnabled() else msg("why.locked")
            self._go(target, target.address_line.host, reason)

    @Slot()
    def go_to_message(self) -> None:
        """Focus the field in which a message is typed."""
        target = self._area.focused_panel()
        if target is not None:
            self._go(target, target.message_field, None)

    def go_on(self, by: int) -> None:
        """Have keys act on the next endpoint, whichever half it is in; after the last, on the
        first.

        The focus goes to a button or a table, where a digit is not text.
        """
        panels = [panel for panel in self._area.panels() if self._area.shows(panel)]
        target = self._area.focused_panel()
        if target not in panels or len(panels) < 2:
            return
        panel = panels[(panels.index(target) + by) % len(panels)]
        self._area.bring_to_front(panel)
        send = panel.editor.send if isinstance(panel, ClientPanel) else panel.table
        ready = [x for x in (panel.address_line.primary, send) if x.isVisible() and x.isEnabled()]
        (ready or [panel.table])[0].setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _go(self, panel: EndpointPanel, field: QWidget, reason: Sentence | None) -> None:
        self._withdraw()
        if field.isVisible() and field.isEnabled():
            field.setFocus(Qt.FocusReason.ShortcutFocusReason)
            line = field.lineEdit() if isinstance(field, QComboBox) else field
            if isinstance(line, QLineEdit):
                line.selectAll()
            return
        if reason is not None:
            self.presenter(panel.name).tell("busy", reason)
        else:
            self._say_nothing_for_key(panel)

    def _say_why_off(self, panel: EndpointPanel, button: QAbstractButton) -> None:
        """Say why the button of a key that was pressed is disabled, as its tool tip says it to the
        mouse.
        """
        reason = panel.controls.why_off(button)
        if reason is not None and panel.isVisible():
            self.presenter(panel.name).tell("busy", reason)

    def _say_nothing_for_key(self, panel: EndpointPanel) -> None:
        problem = Problem(NOT_OF_TARGET, name=panel.name)
        if panel.isVisible():
            self._refused = self.presenter(panel.name)
            self._refused.tell("busy", ErrorMessage(problem))
        else:
            self.told.emit(problem)

    @Slot()
    def _withdraw(self) -> None:
        """Withdraw that message: another key was pressed, or keys act on another endpoint."""
        refused, self._refused = self._refused, None
        if refused is not None and refused in self._presenters.values():
            refused.withdraw(NOT_OF_TARGET)

    def to_check(self) -> EndpointSettings:
        """The settings of the WebSocket in the panel in front, with an address of its own.

        Raises:
            Problem: it is none, or leads to a server that has no port yet.
        """
        panel = self._area.focused_panel() or self._area.right.in_front
        if panel is None:
            raise Problem("checkup.needs_web")
        presenter = self._presenters[panel.name]
        settings = presenter.wished()
        if WEBSOCKET not in layer_names(settings):
            raise Problem("checkup.needs_web")
        if settings.address.startswith("@"):
            linked = self._controller.session.link(settings.address[1:])
            settings = replace(settings, address=linked)
        if settings.role is Role.LISTENER and presenter.phase is not Phase.IDLE:
            host = settings.address.rpartition(":")[0]
            settings = replace(settings, address=f"{host}:0")  # its own port is taken, by itself
        return settings

    def put_saved(self, number: int) -> None:
        """Put a saved message into the editor of the client in front; `number` from 1."""
        panel = self._area.focused_panel()
        if isinstance(panel, ClientPanel):
            panel.editor.saved.choose(number)

    # -- how they know of each other ------------------------------------------------------------

    def _press_start(self, name: str, asker: str) -> None:
        """Start an endpoint, out of sight if its panel would hide the one that asks."""
        panel = self._area.panel(name)
        if panel is not None:
            asking = self._area.panel(asker)
            if not panel.isVisible() and not self._area.same_group(panel, asking):
                self._area.bring_to_front(panel)
            self._presenters[name].start()

    def _press_accept(self, name: str) -> None:
        presenter = self._presenters.get(name)
        if isinstance(presenter, ServerPresenter):
            presenter.accept_one()

    def remedies(self, row: Row) -> tuple[Remedy, ...]:
        """What can be done about an event of an endpoint that has a panel."""
        presenter = self._presenters.get(row.endpoint or "")
        if presenter is None:
            return ()
        return tuple(
            Remedy(key, partial(presenter.apply, key, row)) for key in presenter.remedies(row)
        )

    def owner(self, address: str | None) -> str | None:
        """The endpoint of ours that an address belongs to."""
        return self._owners.get(address or "") or self._owners.get(every(address or ""))

    def _note_owners(self) -> None:
        snapshots = self._controller.snapshots()
        record = self._controller.session.record
        known = (record, {snapshot.name: snapshot.revision for snapshot in snapshots})
        if known == self._owners_of:
            return
        self._owners_of = known
        owners: dict[str, str] = {}
        for snapshot in snapshots:
            if snapshot.settings.role is Role.DATAGRAM and snapshot.local:
                owners[snapshot.local] = snapshot.name
            if snapshot.settings.role is not Role.STREAM:
                continue
            for item in snapshot.connections[-OWN_CONNECTIONS:]:
                if item.local:
                    owners[item.local] = snapshot.name
        self._owners = owners

    def _on_replaced(self, panel: EndpointPanel, key: str, back: Callable[[], None]) -> None:
        """Offer to undo the replacement of a panel's rule, reply or message; `back` restores it."""
        self.undoable.emit(Deed(key, panel.name, back, partial(isValid, panel)))

    # -- selection and focus --------------------------------------------------------------------

    @Slot(object)
    def _on_entered(self, panel: object) -> None:
        closed = self._controller.closed
        if isinstance(panel, EndpointPanel) and not closed and not self._following:
            self._controller.select(endpoint=panel.name)

    @Slot()
    def _follow(self) -> None:
        """Follow a chosen event with the tab of its endpoint and the row of its connection."""
        selection = self._controller.selection
        panel = self._area.panel(selection.endpoint) if selection.endpoint is not None else None
        if selection.seq is None or panel is None or self._following:
            return
        self._following = True
        try:
            if not panel.isVisible() and self._area.shows(panel):
                self._area.bring_to_front(panel)
            self._presenters[panel.name].follow(selection.connection)
        finally:
            self._following = False

    def _on_focused(self, panel: EndpointPanel) -> None:
        """Let Explain follow the endpoint of a panel in which something was pressed, if nothing is
        pinned.
        """
        selection = self._controller.selection
        if (
            not self._controller.closed
            and not selection.pinned
            and (selection.endpoint != panel.name or selection.seq is not None)
        ):
            self._controller.select(endpoint=panel.name)

    def _on_started(self, panel: EndpointPanel) -> None:
        """Move the focus to what comes next, not into a field, since what was pressed is greyed
        out.
        """
        focus = panel.window().focusWidget()
        if focus is None or not panel.isAncestorOf(focus):
            return
        following = self._following_control(panel)
        # Qt would move on to the next field: what is typed then would become a backlog
        ready = following is not None and following.isEnabled()
        (following if ready and following is not None else panel.table).setFocus()

    def focus_first(self) -> None:
        """Focus where one starts: the button that opens the socket of the panel in front."""
        panel = self._area.left.in_front or self._area.right.in_front
        if panel is not None:
            panel.address_line.primary.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_not_started(self, panel: EndpointPanel) -> None:
        """Move the focus to the way out, else to where one can try again, unless a person has moved
        it.
        """
        if panel.window().focusWidget() is self._following_control(panel):
            way_out = panel.message.way_out
            helps = way_out if way_out.isVisible() else panel.address_line.primary
            helps.setFocus(Qt.FocusReason.OtherFocusReason)

    def _following_control(self, panel: EndpointPanel) -> QWidget | None:
        """What a person presses next when this panel's socket exists."""
        if isinstance(panel, ClientPanel):
            return panel.editor.send
        other = self._area.right.in_front
        if not isinstance(other, ClientPanel):
            return None
        form = self._presenters[other.name].form
        leads_here = isinstance(form, ClientForm) and form.link == panel.name
        return other.address_line.primary if leads_here else None


def _settle(panel: QWidget) -> None:
    """Take in what is being typed, as when its field is left: a key does not leave it."""
    focused = panel.window().focusWidget()
    field = focused.lineEdit() if isinstance(focused, QComboBox) else focused
    if isinstance(field, QLineEdit) and panel.isAncestorOf(field):
        field.editingFinished.emit()
    if isinstance(panel, ServerPanel):
        panel.reply.rules.take()


def _button_of(panel: EndpointPanel, control: str) -> QAbstractButton | None:
    """A panel's button, enabled or not; None: the panel has none in sight."""
    button: QAbstractButton | None = panel.address_line.primary
    if control != "primary":
        name = f"{panel.controls.prefix}.{control}"
        button = panel.findChild(QAbstractButton, name)
        if button is None and panel.more.built is None:
            button = panel.more.part.findChild(QAbstractButton, name)
    return None if button is None or button.isHidden() else button
