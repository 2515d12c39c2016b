"""What the server and the client panel share: parts, settings, commands, and what came of them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from workbench.engine import commands as c
from workbench.engine.settings import EndpointSettings, GateMode, OptionValue, Pace
from workbench.engine.snapshot import Chip, ConnectionSnapshot, EndpointSnapshot, Phase
from workbench.texts import Problem, tr
from workbench.ui import fields
from workbench.ui.acting import Acting
from workbench.ui.draft import Where, join_address, role_of, split_address
from workbench.ui.panel_parts.address_line import AddressLine
from workbench.ui.panel_parts.call_strip import CallStrip
from workbench.ui.panel_parts.controls import NotedBox, badge
from workbench.ui.panel_parts.gate import GateBox
from workbench.ui.panel_parts.message_line import Message, WayOut
from workbench.ui.panel_parts.more import More
from workbench.ui.panel_parts.options_box import OptionsBox, show_value
from workbench.ui.panel_parts.pace import PaceBox
from workbench.ui.plan import plan_of
from workbench.ui.recent_calls import RecentCalls
from workbench.ui.talk import Talk
from workbench.ui.theme import GAP

if TYPE_CHECKING:
    from workbench.journal.reader import Row
    from workbench.qt.controller import Controller

OPEN: Final = frozenset(
    {Phase.SETTING_UP, Phase.BOUND, Phase.LISTENING, Phase.CONNECTING, Phase.OPEN}
)
TIMEOUTS: Final = (None, 0.0, 0.5, 1.0, 3.0, 10.0, 30.0)


class EndpointPanel(Acting):
    """One endpoint: its fields, its state, and the commands that its controls perform.

    Attributes:
        owner: names the endpoint of ours behind an address (set by the window).

    Signals:
        needs(): it needs another height than before.
    """

    needs = Signal()
    server: bool

    def __init__(self, controller: Controller, settings: EndpointSettings) -> None:
        super().__init__(controller, settings.name, "server" if self.server else "client")
        self.owner: Callable[[str | None], str | None] = lambda _address: None
        self._edited = False
        self._known = settings
        self._phase: Phase | None = None
        self._plan: tuple[Chip, ...] = ()
        self._planned_for: tuple[EndpointSettings, str | None] | None = None
        self.address_line = AddressLine(self.controls, server=self.server)
        self.strip = CallStrip(self.controls)
        self.pace = PaceBox(self.controls)
        self.receive_gate = GateBox(self.controls, "receive")
        self.send_gate = GateBox(self.controls, "send")
        self.options = OptionsBox(self.controls)
        self.more = More(self.controls)
        self.receive_once = self.controls.add(QPushButton(), "recvfrom_once")
        self.timeout = self.controls.add(NotedBox(6), "timeout")
        self.recent = RecentCalls(controller)
        self.talk = Talk(self.controls, controller, settings.name, self)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(GAP, GAP, GAP, GAP)
        self.column.setSpacing(GAP)
        self.call_row = QHBoxLayout()
        self.call_row.addWidget(self.strip, 1)
        self.call_row.addWidget(self.pace)
        self.build()
        self._fill_common(settings)
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

    def ready(self) -> Message:
        """What the message line says before a start."""
        raise NotImplementedError

    def status(self, snapshot: EndpointSnapshot) -> Message:
        """What it says from then on, while nothing is wrong."""
        raise NotImplementedError

    def show_parts(self, snapshot: EndpointSnapshot, now_ns: int) -> None:
        """Show a snapshot in the parts that only this kind has."""
        raise NotImplementedError

    def planned(self) -> tuple[Chip, ...]:
        """The calls to come, as shown before the first start; bad fields plan nothing new."""
        with suppress(Problem):
            draft = self.draft()
            where = self._where(draft.address[1:]) if draft.address.startswith("@") else None
            if (draft, where) != self._planned_for:
                self._planned_for = (draft, where)
                self._plan = plan_of(draft, server=self.server, where=self._where)
        return self._plan

    def _where(self, name: str) -> str | None:
        if name not in self.controller.session.endpoints:
            return None
        snapshot = self.controller.snapshot(name)
        return snapshot.local or snapshot.settings.address

    def in_question(self, snapshot: EndpointSnapshot) -> ConnectionSnapshot | None:
        """The connection that the strip goes on with: the chosen one; for a client that has none
        chosen, the newest open one.
        """
        number = self.chosen_number()
        if number is None and self.server:
            return None  # the listener's own accept() is in question
        if number is not None:
            return next((x for x in snapshot.connections if x.number == number), None)
        live = [item for item in snapshot.connections if item.closed_ns is None]
        found = live or snapshot.connections
        return found[-1] if found else None

    def chosen_number(self) -> int | None:
        """The connection that is meant: the chosen row of the table; None: none is chosen."""
        return None

    def ways(self, row: Row) -> tuple[WayOut, ...]:
        """What can be done about an event of this endpoint now."""
        return ()

    # -- settings -------------------------------------------------------------------------------

    def _fill_common(self, settings: EndpointSettings) -> None:
        host, port = split_address(settings.address)
        self.address_line.set_where(Where(settings.family, settings.type, host, port))
        self.timeout.setEditText(fields.show_timeout(settings.timeout))
        self.pace.pace.choose(settings.calls.value)
        self.receive_gate.mode.choose(settings.receive.value)
        self.send_gate.mode.choose(settings.send.value)
        self.options.show_options(settings.options)

    def draft(self) -> EndpointSettings:
        """The settings as the fields say.

        Raises:
            Problem: a field cannot be understood.
        """
        where = self.address_line.where
        known = self.settings
        settings = replace(
            known,
            role=role_of(where.type, server=self.server),
            family=where.family,
            type=where.type,
            address=join_address(where, bind=self.server),
            timeout=fields.parse_timeout(self.timeout.currentText()),
            receive=GateMode(self.receive_gate.mode.value()),
            send=GateMode(self.send_gate.mode.value()),
            calls=self.pace.value,
            options=self.options.options,
        )
        return self.complete(settings)

    @property
    def settings(self) -> EndpointSettings:
        return self.controller.session.settings(self.name)

    def wished(self) -> EndpointSettings:
        """The settings as the fields say; as they are where a field cannot be understood."""
        try:
            return self.draft()
        except Problem:
            return self.settings

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

    @Slot(object)
    def _select_chip(self, chip: Chip) -> None:
        self.focused.emit()
        if chip.t_ns is None:
            self.controller.select(endpoint=self.name)
            return
        self.controller.select(
            endpoint=self.name, seq=self.controller.seq_at(chip.t_ns, self.name), pinned=False
        )

    def press(self, name: str) -> bool:
        """What a menu entry or key does: its button, if it may be used; False: there is none."""
        control = {
            "start": self.address_line.primary.objectName().rpartition(".")[2],
            "close_connection": "close",
        }.get(name, name)
        button = self.findChild(QAbstractButton, f"{self.controls.prefix}.{control}")
        if button is None or button.isHidden():
            return False
        if button.isEnabled():
            button.click()
        return True

    def begin_anew(self) -> None:
        """The endpoint is a new one in another record: nothing of the old one is shown."""
        self._tickets.clear()
        self._trouble = None
        self._phase = None
        self._known = self.settings
        self.recent = RecentCalls(self.controller)
        self.refresh()

    # -- wiring ---------------------------------------------------------------------------------

    def _wire(self) -> None:
        line = self.address_line
        line.edited.connect(self.on_edited)
        for pressed in (line.submitted, line.primary.clicked):
            pressed.connect(self.start)
        edit = self.timeout.lineEdit()
        if edit is not None:
            edit.returnPressed.connect(self._on_timeout_entered)
            edit.editingFinished.connect(self._on_timeout)
        self.timeout.activated.connect(self._on_timeout)
        self.receive_gate.moded.connect(self._on_receive_mode)
        self.receive_gate.stepped.connect(self._on_receive_one)
        self.send_gate.moded.connect(self._on_send_mode)
        self.send_gate.stepped.connect(self._on_send_step)
        self.receive_once.clicked.connect(self._on_receive_once)
        self.pace.paced.connect(self._on_pace)
        self.pace.stepped.connect(self.next_call)
        self.options.wanted.connect(self._on_option)
        self.options.unwanted.connect(self._on_no_option)
        self.options.refused.connect(self.refuse)
        self.strip.chosen.connect(self._select_chip)
        self.strip.run_wanted.connect(self._run_calls)
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
    def _on_timeout_entered(self) -> None:
        if self._phase not in OPEN:
            self.start()

    @Slot(str)
    def _on_receive_mode(self, mode: str) -> None:
        self.switch_gate("receive_gate", c.Gate.RECEIVE, mode)

    @Slot()
    def _on_receive_one(self) -> None:
        self.act("receive_one", c.Step(self.name, c.Gate.RECEIVE, wait=False))

    @Slot(str)
    def _on_send_mode(self, mode: str) -> None:
        self.switch_gate("send_gate", c.Gate.SEND, mode)

    @Slot()
    def _on_send_step(self) -> None:
        self.act("send_one", c.Step(self.name, c.Gate.SEND, wait=False))

    @Slot()
    def _on_half_close(self) -> None:
        self.act("half_close", c.Shutdown(self.name, connection=self.chosen_number()))

    @Slot()
    def _on_abort(self) -> None:
        self.act("abort", c.Abort(self.name, connection=self.chosen_number()))

    @Slot()
    def _on_receive_once(self) -> None:
        """One recvfrom() that waits as the timeout says; the call strip counts down."""
        self.act("recvfrom_once", c.Recv(self.name, wait=False))

    @Slot(object)
    def _on_pace(self, pace: Pace) -> None:
        self.act("pace", c.SetPace(self.name, pace))

    @Slot()
    def next_call(self) -> None:
        """Make the next planned call of a set-up that goes call by call."""
        if self.pace.next.isEnabled():
            self.act("next_call", c.Step(self.name, c.Gate.CALLS, wait=False))

    @Slot(int)
    def _run_calls(self, count: int) -> None:
        """Make so many of the planned calls, and stop there."""
        if self.pace.value is not Pace.STEP:
            self.pace.pace.choose(Pace.STEP.value)
            self._on_pace(Pace.STEP)
        if self._phase not in OPEN:
            self.start()
        self.act("next_call", c.Step(self.name, c.Gate.CALLS, count, wait=False))

    @Slot(str, object)
    def _on_option(self, name: str, value: OptionValue) -> None:
        kept = [item for item in self.options.options if item[0] != name]
        self.options.show_options((*kept, (name, value)))
        if self.configured("option_set") and self._phase in OPEN:
            self.act("option_set", c.SetOption(self.name, name, value))
        self.refresh()

    @Slot(str)
    def _on_no_option(self, name: str) -> None:
        self.options.show_options(
            tuple(item for item in self.options.options if item[0] != name)
        )
        self.configured("options")
        self.refresh()

    def switch_gate(self, control: str, gate: c.Gate, mode: str) -> None:
        kind = c.Pause if mode == GateMode.PAUSED.value else c.Resume
        self.act(control, kind(self.name, gate))

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
        live = snapshot.phase in OPEN
        self.address_line.lock(live)
        fresh = snapshot.phase is Phase.IDLE or (self._edited and not live)
        self.address_line.state.set_state("CLOSED" if fresh else self.state_of(snapshot))
        self.strip.show_snapshot(
            snapshot, now_ns, self.planned() if snapshot.phase is Phase.IDLE else (),
            self.recent.after(snapshot, self.in_question(snapshot)),
        )
        has_socket = snapshot.open_count > 0 or live
        self.receive_gate.show_mode(snapshot.receive, live=has_socket)
        self.send_gate.show_mode(snapshot.send, live=has_socket)
        self.pace.show_pace(snapshot)
        self.more.show_differences(self.differences(snapshot))
        self.show_parts(snapshot, now_ns)
        self._fit_height()
        self.message.show_message(
            self._trouble or (self.ready() if fresh else self.status(snapshot))
        )

    def differences(self, snapshot: EndpointSnapshot) -> list[str]:
        """What differs from the default, in words."""
        words = [
            tr("chips.gate", gate=tr(f"caption.{gate}_gate"))
            for gate, mode in (("receive", snapshot.receive), ("send", snapshot.send))
            if mode is GateMode.PAUSED
        ]
        return words + [
            tr("chips.option", name=name, value=show_value(value))
            for name, value in self.options.options if name != "SO_REUSEADDR"
        ]

    def _show_foreign_settings(self) -> None:
        """A scenario has configured the endpoint: its fields follow."""
        settings = self.settings
        if settings is self._known:
            return
        self._known = settings
        try:
            ours = self.draft() == settings
        except Problem:
            ours = False
        if not ours:
            self._fill_common(settings)
            self.fill(settings)

    def fold(self, folded: bool) -> None:
        """Show or hide what is needed for setting up only: a projector has no room for it."""
        for widget in self.set_up_parts():
            widget.setVisible(not folded)
        if folded:
            self.more.button.setChecked(False)

    def redraw(self) -> None:
        """Everything that does not follow the application's font by itself."""
        self.strip.fit()
        self.more.redraw()

    def tab_text(self) -> str:
        """What the panel's tab says: the name, and what matters most while it is open."""
        return self.name

    def set_up_parts(self) -> list[QWidget]:
        """The widgets that a presentation folds away."""
        raise NotImplementedError

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
    def phase(self) -> Phase | None:
        return self._phase

    def retranslate(self) -> None:
        self.controls.retranslate()
        self.address_line.retranslate()
        self.options.retranslate()
        self.strip.retranslate()
        self.message.retranslate()
        timeouts = [fields.show_timeout(value) for value in TIMEOUTS]
        try:
            shown = fields.show_timeout(fields.parse_timeout(self.timeout.currentText()))
        except Problem:
            shown = self.timeout.currentText()
        if self.settings.timeout is None and shown not in timeouts:
            shown = fields.show_timeout(None)  # the wording of another language
        self.timeout.offer([(text, "") for text in timeouts])
        self.timeout.setEditText(shown)
