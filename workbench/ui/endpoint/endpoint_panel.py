"""What the server and the client panel share: parts, settings, commands, and what came of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, Signal, Slot
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from workbench.engine.model import commands as c
from workbench.engine.model.settings import EndpointSettings, OptionValue
from workbench.engine.model.snapshot import Chip, EndpointSnapshot, Phase
from workbench.texts import Problem
from workbench.ui.endpoint.call_strip_row import CallStripRow
from workbench.ui.endpoint.close_buttons import CloseButtons
from workbench.ui.endpoint.command_runner import CommandRunner
from workbench.ui.endpoint.connection_selection import ConnectionSelection
from workbench.ui.endpoint.conversation_pane import ConversationPane
from workbench.ui.endpoint.endpoint_link import address_of
from workbench.ui.endpoint.gate_control import GateControl
from workbench.ui.endpoint.more_options import MoreOptions
from workbench.ui.endpoint.receive_once import ReceiveOnce
from workbench.ui.endpoint.settings_form import SettingsForm
from workbench.ui.style.retranslatable import Retranslatable
from workbench.ui.style.theme import GAP
from workbench.ui.widgets.named_controls import badge
from workbench.viewmodel.connection_rows import ConnectionRow
from workbench.viewmodel.endpoint_status import OPEN, PLANNING, held, in_question
from workbench.viewmodel.message import Remedy, StatusMessage
from workbench.viewmodel.planned_strip import PlannedStrip

if TYPE_CHECKING:
    from workbench.journal.reader import Row
    from workbench.qt.controller import Controller


class EndpointPanel(Retranslatable, CommandRunner):
    """One endpoint: its fields, its state, and the commands that its controls perform.

    Attributes:
        owner: names the endpoint of ours behind an address (set by the window).
        hide_closed: the window's entry that hides closed connections (set by the window).

    Signals:
        needs(): it needs another height than before.
    """

    needs = Signal()
    server: bool

    def __init__(self, controller: Controller, settings: EndpointSettings) -> None:
        super().__init__(controller, settings.name, "server" if self.server else "client")
        self.owner: Callable[[str | None], str | None] = lambda _address: None
        self.hide_closed: QAction | None = None
        self._edited = False
        self._known = settings
        self._phase: Phase | None = None
        self._plan = PlannedStrip(partial(address_of, controller), server=self.server)
        self.calls = CallStripRow(self)
        self.shared = SettingsForm(self, self.calls.pace, server=self.server)
        self.address_line = self.shared.address_line
        self.more = MoreOptions(self.controls)
        self.receive_once = ReceiveOnce(self)
        self.talk = ConversationPane(self.controls, controller, settings.name, self)
        self.choice = ConnectionSelection(self)
        self.table = self.choice.table
        self.ends = CloseButtons(self, self.half_targets, self.abort_targets)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(GAP, GAP, GAP, GAP)
        self.column.setSpacing(GAP)
        self.build()
        self.shared.fill(settings)
        self.fill(settings)
        self._wire()
        self.retranslate()

    # -- for the two kinds of panel -------------------------------------------------------------

    def build(self) -> None:
        """Lay the lines out."""
        raise NotImplementedError

    def fill(self, settings: EndpointSettings) -> None:
        """Show settings in the fields that only this kind has."""
        raise NotImplementedError

    def complete(self, settings: EndpointSettings) -> EndpointSettings:
        """The settings with what stands in the fields that only this kind has."""
        raise NotImplementedError

    def start(self) -> None:
        """Listen, Bind or Connect."""
        raise NotImplementedError

    def state_of(self, snapshot: EndpointSnapshot) -> str:
        """The word in the badge."""
        raise NotImplementedError

    def show_state(self, snapshot: EndpointSnapshot) -> None:
        """Show it in the badge."""
        self.address_line.state.set_state(self.state_of(snapshot))

    def ready(self) -> StatusMessage:
        """What the message line says before a start."""
        raise NotImplementedError

    def status(self, snapshot: EndpointSnapshot) -> StatusMessage:
        """What it says from then on, while nothing is wrong."""
        raise NotImplementedError

    def show_parts(self, snapshot: EndpointSnapshot, now_ns: int) -> None:
        """Show a snapshot in the parts that only this kind has."""
        raise NotImplementedError

    def on_choice(self, line: ConnectionRow | None) -> None:
        """Another row of the table is chosen; None: none any more."""

    def on_menu(self, where: QPoint) -> None:
        """What can be done with the chosen rows, as a menu at a point of the screen."""

    def half_targets(self) -> list[c.Target]:
        """Whom Half-close hits."""
        raise NotImplementedError

    def abort_targets(self) -> list[c.Target]:
        """Whom Abort hits."""
        raise NotImplementedError

    def gates(self) -> list[GateControl]:
        """What can hold the calls of an open socket."""
        return [self.shared.receive_gate, self.shared.send_gate]

    def planned(self) -> tuple[Chip, ...]:
        """The calls to come, as shown before the first start; bad fields plan nothing new."""
        return self._plan.chips(self._understood())

    def ways(self, row: Row) -> tuple[Remedy, ...]:
        """What can be done about an event of this endpoint now."""
        return ()

    # -- settings -------------------------------------------------------------------------------

    def draft(self) -> EndpointSettings:
        """The settings as the fields say.

        Raises:
            Problem: a field cannot be understood.
        """
        return self.complete(self.shared.read(self.settings))

    @property
    def settings(self) -> EndpointSettings:
        return self.controller.session.settings(self.name)

    def wished(self) -> EndpointSettings:
        """The settings as the fields say; as they are where a field cannot be understood."""
        return self._understood() or self.settings

    def _understood(self) -> EndpointSettings | None:
        """The draft; None where a field cannot be understood."""
        try:
            return self.draft()
        except Problem:
            return None

    def number_steps(self, shown: bool) -> None:
        """The numbers of the first steps on this panel's buttons, or none."""
        badge(self.address_line.primary, (1 if self.server else 2) if shown else None)

    def configured(self, control: str) -> bool:
        """Give the endpoint the settings of the fields; False and a message if they are bad."""
        try:
            wished = self.draft()
            if wished != self.settings:
                self.act(control, c.Configure(self.name, wished))
        except Problem as problem:
            self.refuse(problem)
            return False
        return True

    def reset_session(self) -> None:
        """The endpoint is a new one in another record: nothing of the old one is shown."""
        self.forget()
        self._phase = None
        self._known = self.settings
        self.calls.reset_session()
        self.refresh()

    # -- wiring ---------------------------------------------------------------------------------

    def _wire(self) -> None:
        line = self.address_line
        line.edited.connect(self.on_edited)
        for pressed in (line.submitted, line.primary.clicked):
            pressed.connect(self.start)
        self.shared.timeout.submitted.connect(self.start_if_closed)
        self.shared.timeout.settled.connect(self._on_timeout)
        self.calls.start_wanted.connect(self.start)
        self.shared.options.wanted.connect(self._on_option)
        self.shared.options.unwanted.connect(self._on_no_option)
        self.shared.options.refused.connect(self.refuse)
        self.choice.made.connect(self.on_choice)
        self.table.menu_wanted.connect(self.on_menu)
        self.controller.ticket_done.connect(self._on_ticket_done)
        self.wire()

    def wire(self) -> None:
        """Connect the parts that only this kind has."""

    @Slot(str)
    def on_edited(self, field: str) -> None:
        """A field of the address line has its new value: say at once what is wrong with it."""
        if self._phase in OPEN:
            return
        self._edited = True
        self._trouble = None
        try:
            self.draft()
        except Problem as problem:
            self.refuse(problem)
            return
        self.refresh()

    def live_change(self, control: str) -> None:
        """A setting that may change while a socket is open: at once if so, else with the start."""
        try:
            self.draft()
        except Problem as problem:
            self.refuse(problem)
            return
        self._trouble = None
        if self._phase in OPEN:
            self.configured(control)

    @Slot()
    def _on_timeout(self) -> None:
        self.live_change("timeout")

    @Slot()
    def start_if_closed(self) -> None:
        """Enter in a set-up field."""
        if self._phase not in OPEN:
            self.start()

    @Slot(str, object)
    def _on_option(self, name: str, value: OptionValue) -> None:
        if self.configured("option_set") and self._phase in OPEN:
            self.act("option_set", c.SetOption(self.name, name, value))
        self.refresh()

    @Slot()
    def _on_no_option(self) -> None:
        self.configured("options")
        self.refresh()

    # -- showing --------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Show the newest snapshot; about ten times a second while the panel is visible."""
        if self.controller.closed:  # a field that loses the focus while the window goes
            return
        snapshot = self.controller.snapshot(self.name)
        now_ns = self.controller.now_ns()
        if snapshot.phase is not self._phase:
            if self._phase is not None and snapshot.phase is not Phase.FAILED:
                self._trouble = None
            self._phase = snapshot.phase
            self._edited = False
        self._show_foreign_settings()
        self.ends.show_family(self.settings.family)
        self.talk.follow(self.settings.encoding)
        live = snapshot.phase in OPEN
        self.shared.show_snapshot(snapshot, live=live)
        fresh = snapshot.phase is Phase.IDLE or (self._edited and not live)
        if fresh:
            self.address_line.state.set_state("CLOSED")
        else:
            self.show_state(snapshot)
        self.calls.show_snapshot(
            snapshot,
            now_ns,
            self.planned() if snapshot.phase in PLANNING else (),
            in_question(snapshot, self.choice.number, server=self.server),
        )
        self.more.show_differences(self.differences(snapshot))
        self.show_parts(snapshot, now_ns)
        self._fit_height()
        self.message.show_message(
            self._trouble
            or held(self.calls.coming)
            or (self.ready() if fresh else self.status(snapshot))
        )

    def several(self, snapshot: EndpointSnapshot) -> bool:
        """Whether a line of the conversation has to say whose it is."""
        return len(snapshot.connections) > 1 and not self.address_line.datagram

    def differences(self, snapshot: EndpointSnapshot) -> list[str]:
        """What differs from the default, in words."""
        return self.shared.differences(snapshot)

    def _show_foreign_settings(self) -> None:
        """A scenario has configured the endpoint: its fields follow."""
        settings = self.settings
        if settings is self._known:
            return
        self._known = settings
        if self._understood() != settings:
            self.shared.fill(settings)
            self.fill(settings)

    def fold(self, folded: bool) -> None:
        """Show or hide what is needed for setting up only: a projector has no room for it."""
        for widget in self.set_up_parts():
            widget.setVisible(not folded)
        if folded:
            self.more.button.setChecked(False)

    def redraw(self) -> None:
        """Everything that does not follow the application's font by itself."""
        self.calls.strip.fit()
        self.more.redraw()
        self.table.fit()
        self.talk.view.redraw()
        self.retranslate()
        self.refresh()

    def tab_text(self) -> str:
        """What the panel's tab says: the name, and what matters most while it is open."""
        return self.name

    def set_up_parts(self) -> list[QWidget]:
        """The widgets that a presentation folds away: what is left of the set-up is one line."""
        return [self.address_line.family, self.address_line.type]

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.refresh()  # and the words that depend on its state

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Rows that wrap need more height: a splitter asks for the minimum, not for the width."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit_height()

    def heightForWidth(self, width: int) -> int:
        """The least: a panel that has to scroll shall not ask for all that its papers could use."""
        return self.column.minimumHeightForWidth(width)

    def _fit_height(self) -> None:
        """As high as its rows need now: some wrap, and some come and go."""
        needed = self.column.minimumHeightForWidth(self.width())
        if needed != self.minimumHeight():
            self.setMinimumHeight(needed)
            self.needs.emit()

    @property
    def wished_height(self) -> int:
        """What it would have where the record can spare it; at least it needs its minimum."""
        return self.minimumHeight()

    @property
    def phase(self) -> Phase | None:
        return self._phase

    def retranslate(self) -> None:
        self.controls.retranslate()
        self.shared.retranslate(self.settings)
        self.calls.strip.retranslate()
        self.message.retranslate()
        self.table.retranslate()
        self.talk.retranslate()
