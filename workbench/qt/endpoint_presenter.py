"""EndpointPresenter: takes an endpoint's snapshots and a person's input, and emits what its panel
shows.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Generic, TypeVar

from PySide6.QtCore import QObject, Signal, Slot

from workbench.engine.model import commands as c
from workbench.engine.model.family import kind_of
from workbench.engine.model.settings import EndpointSettings, GateMode, OptionValue, Pace
from workbench.engine.model.snapshot import Chip, ConnectionSnapshot, EndpointSnapshot, Phase
from workbench.qt.conversation_reader import ConversationReader
from workbench.qt.event_guide import EventGuide
from workbench.qt.key_passwords import KeyPasswords, KeyQuestion
from workbench.qt.single_shot import single_shot
from workbench.qt.traffic_counter import TrafficCounter
from workbench.texts import Problem
from workbench.viewmodel import control_commands
from workbench.viewmodel.asked_commands import AskedCommands
from workbench.viewmodel.asked_gates import AskedGates, is_told
from workbench.viewmodel.call_history import RecentCalls
from workbench.viewmodel.chosen_rows import ChosenRows
from workbench.viewmodel.command_outcome import has_not_started, is_start, outcome_message
from workbench.viewmodel.connection_rows import Owner, Told
from workbench.viewmodel.endpoint_status import OPEN, in_question
from workbench.viewmodel.message import ErrorMessage, Level, Sentence, StatusMessage, msg
from workbench.viewmodel.next_call import NextCall, next_call
from workbench.viewmodel.next_look import is_restless, next_tick
from workbench.viewmodel.panel_state import Key, Look, PanelState
from workbench.viewmodel.setup_form import EndpointForm
from workbench.viewmodel.silence import is_owing
from workbench.viewmodel.traffic import traffic_of

if TYPE_CHECKING:
    from workbench.engine.model.ticket import Ticket
    from workbench.journal.reader import Row
    from workbench.qt.controller import Committed, Controller

log = logging.getLogger(__name__)

Form = TypeVar("Form", bound=EndpointForm)


class EndpointPresenter(QObject, Generic[Form]):
    """Owns what is typed into, chosen in and asked of one endpoint's panel, in sight or not.

    A state is made only when what it depends on has changed, and while the panel is in sight.

    Attributes:
        name: of the endpoint.
        form: the set-up fields as typed.
        state: what the panel shows; None: it was never in sight.
        commands: what was asked for, and is not shown as done yet.
        owner: names the endpoint of ours that an address belongs to.
        conversation: reads what was sent and received.
        guide: leads to the events behind what its panel shows.
        counter: counts the bytes each way.
        keys: asks for the password of an encrypted key.

    Signals:
        changed(PanelState): show this state.
        filled(object): show this form in the fields.
        ticked(object): nanoseconds since the record began: shown running times are out of date.
        focused(): something was chosen or pressed.
        started(): Listen, Bind or Connect is under way.
        not_started(): it has failed.
        tab_changed(str): the new text of the panel's tab.
    """

    changed = Signal(object)
    filled = Signal(object)
    ticked = Signal(object)
    focused = Signal()
    started = Signal()
    not_started = Signal()
    tab_changed = Signal(str)
    server: bool

    def __init__(self, controller: Controller, settings: EndpointSettings, parent: QObject) -> None:
        super().__init__(parent)
        self.controller = controller
        self.name = settings.name
        self.form: Form = self.form_of(settings, None)
        self.state: PanelState | None = None
        self.owner: Owner = lambda _address: None
        self.conversation = ConversationReader(controller, settings.name, self)
        self.conversation.wanted = not self.server
        self.guide = EventGuide(controller, settings.name, self)
        self.guide.pressed.connect(self.focused)
        self.guide.told.connect(partial(self.tell, "busy"))
        self.keys = KeyPasswords(controller.session.holds_key, self)
        self.counter = TrafficCounter(self)
        self._prefix = "server" if self.server else "client"
        self._in_sight = False
        self._gone = False
        self._tab = settings.name
        self._hide_closed = False
        self._clock = single_shot(self, self._on_clock)
        self._soon = single_shot(self, self.look)
        self._forget(settings)
        controller.ticket_done.connect(self._on_ticket_done)
        controller.committed.connect(self._on_committed)

    def _forget(self, settings: EndpointSettings) -> None:
        """Reset: nothing was asked for yet, and nothing is chosen."""
        self._known = settings
        self._configuring: Ticket | None = None
        self._wished: EndpointSettings | None = None  # the settings it was last given
        self._snapshot: EndpointSnapshot = self.controller.snapshot(self.name)
        self._phase: Phase | None = None
        self._edited = False
        self._trouble: StatusMessage | None = None
        self._unstarted: StatusMessage | None = None
        self.commands = AskedCommands()
        self._asked_gates = AskedGates()
        self._chosen = ChosenRows()
        self._history = RecentCalls()
        self._recent: tuple[Chip, ...] = ()
        self._restless = False
        self._dirty = True

    # -- for the two kinds ----------------------------------------------------------------------

    def form_of(self, settings: EndpointSettings, before: Form | None) -> Form:
        """The form that shows these settings."""
        raise NotImplementedError

    def make_state(self, look: Look) -> PanelState:
        """The state for what is known now."""
        raise NotImplementedError

    @Slot()
    def start(self) -> None:
        """Listen, Bind or Connect, once the key that the fields name can be used."""
        self.unlocked(self.begin)

    def begin(self) -> None:
        """Listen, Bind or Connect."""
        raise NotImplementedError

    def remedies(self, row: Row) -> tuple[str, ...]:
        """The keys of what can be done about an event of this endpoint now."""
        raise NotImplementedError

    def apply(self, remedy: str, row: Row | None = None) -> None:
        """Do what a remedy's button promises; `row`: the event that it was offered for."""
        raise NotImplementedError

    def way_out(self, command: c.Command, errno: str | None) -> str | None:
        """The remedy for a failure; None: there is none."""
        raise NotImplementedError

    def planned(self) -> tuple[Chip, ...]:
        """The calls that a start would make."""
        raise NotImplementedError

    @property
    def tab_text(self) -> str:
        """The text of the panel's tab."""
        raise NotImplementedError

    def taken(self, snapshot: EndpointSnapshot) -> None:
        """React to a new snapshot."""

    # -- settings -------------------------------------------------------------------------------

    @property
    def settings(self) -> EndpointSettings:
        """The settings that the endpoint has."""
        return self.controller.session.settings(self.name)

    @property
    def snapshot(self) -> EndpointSnapshot:
        """The newest snapshot that this presenter has taken."""
        return self._snapshot

    @property
    def phase(self) -> Phase:
        return self._snapshot.phase

    def draft(self) -> EndpointSettings:
        """The settings that the fields describe.

        Raises:
            Problem: a field cannot be understood.
        """
        return self.form.read(self.settings)

    def understood(self) -> EndpointSettings | None:
        """The draft; None: a field cannot be understood."""
        try:
            return self.draft()
        except Problem:
            return None

    def wished(self) -> EndpointSettings:
        """The settings that the fields describe; the current ones if a field is not understood."""
        return self.understood() or self.settings

    def fill(self, form: Form) -> None:
        """Have the fields show another form."""
        self.form = form
        self._dirty = True
        self.filled.emit(form)

    @Slot(object)
    def edit(self, form: Form) -> None:
        """Note that a field is being edited, and may not be left yet."""
        if form != self.form:
            self.form = form
            self.refresh()

    @Slot(str)
    def settle(self, field: str) -> None:
        """Report what is wrong with an address field when it is left."""
        if self.phase in OPEN:
            return
        self._edited = True
        self._trouble = None
        try:
            self.draft()
        except Problem as problem:
            self.refuse(problem)
            return
        self.refresh()

    @Slot(str)
    def change_live(self, control: str) -> None:
        """Apply a setting that open sockets can take: at once, or with the next start."""
        try:
            self.draft()
        except Problem as problem:
            self.refuse(problem)
            return
        self._trouble = None
        if self.phase in OPEN:
            self.configured(control)
        self.refresh()

    def configured(self, control: str) -> bool:
        """Give the endpoint the settings of the fields; False and a message: they are bad."""
        try:
            wished = self.draft()
            # settings that were refused the last time are replaced, whatever the endpoint has
            if wished != self.settings or self._wished not in (None, wished):
                self._wished = wished
                # known since they were asked for: an older snapshot may be looked at meanwhile
                ticket = self.act(control, c.Configure(self.name, wished))
                self._known, self._configuring = wished, ticket
        except Problem as problem:
            self.refuse(problem)
            return False
        return True

    @Slot(str, object)
    def set_option(self, name: str, value: OptionValue) -> None:
        """Ask for a socket option, for new sockets and at once for an open one."""
        if self.configured("option_set") and self.phase in OPEN:
            self.act("option_set", c.SetOption(self.name, name, value))

    @Slot()
    def drop_option(self) -> None:
        """Ask for a socket option no longer."""
        self.configured("options")

    # -- the password of a key ------------------------------------------------------------------

    def unlocked(self, then: Callable[[], None]) -> None:
        """Do this once the key that the fields name can be used; asks for its password."""
        if self.phase in OPEN:
            then()
        else:
            self.keys.unlock(self.wished(), then)

    def take_password(self, password: str) -> None:
        """A password was typed for the key of the fields."""
        set_up = self.form.set_up.with_key_password(password)
        self.fill(replace(self.form, set_up=set_up))
        self.keys.answer(self.wished())

    def leave_locked(self, question: KeyQuestion) -> None:
        """Note that the question for a password was dismissed."""
        self.keys.give_up()
        self.tell("busy", msg("message.key_locked", path=question.path))
        self.not_started.emit()

    # -- commands -------------------------------------------------------------------------------

    def act(self, control: str, *commands: c.Command) -> Ticket | None:
        """Perform what a control asks for, then show it; the last ticket, None: it was refused."""
        self._trouble, ticket = None, None
        try:
            for command in commands:
                ticket = self.controller.perform(
                    control_commands.check(f"{self._prefix}.{control}", command)
                )
                self.commands.ask(ticket)
        except Problem as problem:
            self.focused.emit()
            self.refuse(problem)
            return None
        self.focused.emit()
        if any(map(is_start, commands)):
            self.started.emit()
        self.refresh()
        return ticket

    @Slot()
    def start_if_closed(self) -> None:
        """Start if nothing is open: Enter was pressed in a set-up field."""
        if self.phase not in OPEN:
            self.start()

    @Slot()
    def receive_once(self) -> None:
        """One recvfrom() that waits as the timeout says."""
        self.act("recvfrom_once", c.Recv(self.name, wait=False))

    @Slot(object)
    def ask(self, asked: control_commands.FrameCommand | Problem) -> None:
        """Send a frame by hand, for which no endpoint is set yet, or say why that is impossible."""
        if isinstance(asked, Problem):
            self.refuse(asked)
            return
        to = self.frame_targets(asked.connection)
        made = (replace(asked, endpoint=self.name, connection=target) for target in to)
        self.act(control_commands.FRAME_BUTTONS[type(asked)], *made)

    def frame_targets(self, target: c.Target) -> Sequence[c.Target]:
        """The connections that a frame with this target goes to."""
        return (target,)

    @Slot(object, object)
    def set_gate(self, gate: c.Gate, mode: GateMode) -> None:
        """Hold the calls of a gate, or let them run freely."""
        kind = c.Pause if mode is GateMode.PAUSED else c.Resume
        self._asked_gates.ask({gate: mode}, self.act(f"{gate}_gate", kind(self.name, gate)))
        self.refresh()

    @Slot(object)
    def step(self, gate: c.Gate) -> None:
        """Let one call through a gate."""
        self.act(f"{gate}_one", c.Step(self.name, gate, wait=False))

    @Slot(object)
    def set_pace(self, pace: Pace) -> None:
        """Set the pace; call by call holds the gates too, so that no call is made by itself."""
        modes = self._asked_gates.modes(self._snapshot)
        held = self._asked_gates.for_pace(pace, {gate: modes[gate] for gate in self._gates})
        self.act("pace", c.SetPace(self.name, pace))
        set_up = replace(self.form.set_up, calls=pace)
        self.form = replace(self.form, set_up=set_up).with_gates(modes | held)
        if self.configured("pace"):
            self._asked_gates.ask(held, self._configuring)
        self.refresh()

    @property
    def _gates(self) -> tuple[c.Gate, ...]:
        gates = (c.Gate.RECEIVE, c.Gate.SEND)
        return (c.Gate.ACCEPT, *gates) if self.server else gates

    @Slot()
    def make_next(self) -> None:
        """Make the call that comes next; if nothing has begun, begin with the first one."""
        snapshot = self.controller.snapshot(self.name)
        found = next_call(snapshot, self._item(snapshot))
        if isinstance(found, NextCall):
            self.act("next_call", found.command)
            return
        if snapshot.phase in OPEN or self.commands.starting:
            self.make_planned(1)
            return
        self.unlocked(partial(self._begin_with, 1))

    def _begin_with(self, count: int) -> None:
        self.begin()
        self.make_planned(count)

    def make_planned(self, count: int) -> None:
        """Make that many of the planned calls."""
        self.act("next_call", c.Step(self.name, c.Gate.CALLS, count, wait=False))

    @Slot(int)
    def run_to(self, count: int) -> None:
        """Make that many of the planned calls from here, and stop there."""
        if self.form.set_up.calls is not Pace.STEP:
            self.fill(replace(self.form, set_up=replace(self.form.set_up, calls=Pace.STEP)))
            self.set_pace(Pace.STEP)
        if self.phase in OPEN:
            self.make_planned(count)
        else:
            self.unlocked(partial(self._begin_with, count))

    # -- what came of them ----------------------------------------------------------------------

    def refuse(self, problem: Problem, way_out: str | None = None) -> None:
        """Report what is wrong with what was typed or asked for."""
        self._trouble = StatusMessage("bad", ErrorMessage(problem), way_out=way_out)
        self.refresh()

    def tell(
        self,
        level: Level,
        text: Sentence,
        way_out: str | None = None,
        other_way: str | None = None,
    ) -> None:
        """Show a message that stays until the next action or change of state."""
        self._trouble = StatusMessage(level, text, way_out=way_out, other_way=other_way)
        self.refresh()

    @Slot(str)
    def withdraw(self, key: str) -> None:
        """Remove a message by its key."""
        text = self._trouble.text if self._trouble is not None else None
        if key == (text.problem.key if isinstance(text, ErrorMessage) else text and text.key):
            self._trouble = None
            self.refresh()

    @Slot(object)
    def _on_ticket_done(self, ticket: Ticket) -> None:
        if self.commands.end(ticket):
            self._dirty = True
            self._soon.start()  # one look shows all of hundreds that end together

    def ended(self, ticket: Ticket) -> None:
        """Note that a command has ended and the snapshot shows its effect."""
        session = self.controller.session
        kind = kind_of(session.settings(self.name), session.settings)
        said = outcome_message(ticket, self._snapshot, kind, self.way_out, server=self.server)
        if said is not None:
            self._trouble = said
            if is_start(ticket.command) and said.why:
                self._unstarted = said
            self.refresh()
        if has_not_started(ticket):
            self.refresh()  # what leads on is there when somebody is told
            self.not_started.emit()

    # -- what is chosen -------------------------------------------------------------------------

    @Slot(object, object)
    def choose(self, keys: tuple[Key, ...], current: Key | None) -> None:
        """Choose rows of the table, or none: the window's selection follows."""
        before = self._chosen.current_id(self._snapshot)
        self._choose(keys, current)
        chosen = self._chosen.current_id(self._snapshot)
        selection = self.controller.selection
        if current is not None:
            self.controller.select(endpoint=self.name, connection=chosen)
        elif before is not None and selection.connection == before and not selection.pinned:
            self.controller.select(endpoint=self.name)
        self.refresh()

    def _choose(self, keys: tuple[Key, ...], current: Key | None) -> None:
        self._chosen.choose(keys, current, self._snapshot)
        self._aim_conversation()
        self._dirty = True

    @property
    def has_table(self) -> bool:
        """Whether connections are chosen in a table."""
        return True

    def follow(self, connection: int | None) -> None:
        """Choose the row of a connection because an event of it was chosen elsewhere."""
        self.look()
        item = next((x for x in self._snapshot.connections if x.id == connection), None)
        self._chosen.awaited = None if item else connection  # the log has its rows a bit earlier
        if item is None or not self.has_table or item.number == self._chosen.current:
            return
        if self._hide_closed and item.closed_ns is not None:
            return
        self._choose((item.number,), item.number)
        self.refresh()

    @Slot()
    def explain_chosen(self) -> None:
        """Explain the chosen row: [Why?]."""
        if isinstance(self._chosen.current, int):
            self.guide.explain_stall(self._chosen.current)

    # -- the conversation -----------------------------------------------------------------------

    def _aim_conversation(self) -> None:
        """Show the conversation of the chosen rows or of all; of a datagram socket, of one peer."""
        datagram = self.form.set_up.datagram
        self.conversation.follow(self._chosen, self._snapshot, datagram=datagram)

    def _read_on(self) -> None:
        snapshot = self._snapshot
        known = self.server or snapshot.connections or snapshot.connection is not None
        self.conversation.read_on(silent=not known)

    # -- showing --------------------------------------------------------------------------------

    @Slot(bool)
    def set_in_sight(self, shown: bool) -> None:
        """Note that the panel came into sight, or left it."""
        self._in_sight = shown
        if shown and not self._gone and not self.controller.closed:
            self._dirty = True
            self._read_on()
            self.look()
        else:
            self._clock.stop()

    @Slot(object)
    def see(self, connections: frozenset[int]) -> None:
        """Note which rows of the table are in sight: their readings are worth the time."""
        self.controller.see(self.name, connections)

    @Slot(bool)
    def hide_closed(self, hidden: bool) -> None:
        """Show open connections only, or all."""
        if hidden != self._hide_closed:
            self._hide_closed = hidden
            self.refresh()

    def refresh(self) -> None:
        """Note that something the state depends on has changed."""
        self._dirty = True
        self.look()

    def look(self) -> None:
        """Take the newest snapshot and show it, if anything has changed."""
        # a field may lose the focus while the window is being destroyed
        if self.controller.closed or self._gone:
            return
        snapshot = self.controller.snapshot(self.name)
        # for a socket whose thread has just begun, a snapshot may know more than its revision says
        if snapshot.revision != self._snapshot.revision or snapshot.phase is not self._phase:
            self._take(snapshot)
        self._snapshot = snapshot  # the same one, with newer kernel readings
        if is_told(self._configuring, snapshot.revision):
            self._configuring = None  # its settings may contain the password of a key
        if self._restless:
            self.controller.wake()
        if self._in_sight:
            self._read_on()
        for ticket in self.commands.take_shown(snapshot.revision):
            self.ended(ticket)
        if self._dirty and self._in_sight:
            self._show()

    def _take(self, snapshot: EndpointSnapshot) -> None:
        self._snapshot = snapshot
        self._dirty = True
        self._restless = is_restless(snapshot)
        self.controller.wake()
        if snapshot.phase is not self._phase:
            # why a start failed is kept when its socket is closed after the ticket has ended
            kept = self._unstarted is not None and self._trouble is self._unstarted
            ended = snapshot.phase is Phase.CLOSED and kept
            if self._phase is not None and snapshot.phase is not Phase.FAILED and not ended:
                self._trouble = None
            self._phase = snapshot.phase
            self._edited = False
        if snapshot.settings is not self._known and is_told(self._configuring, snapshot.revision):
            self._follow_settings(snapshot.settings)
        stays = self._chosen.kept_in(snapshot, hide_closed=self._hide_closed)
        if stays is not None:
            self.choose(*stays)
        come = self._chosen.awaited_in(snapshot)
        if come is not None and self.has_table:
            self._choose((come.number,), come.number)
        self._aim_conversation()
        self._tell_tab()
        self.taken(snapshot)

    def _tell_tab(self) -> None:
        text = self.tab_text
        if text != self._tab:
            self._tab = text
            self.tab_changed.emit(text)

    def rename(self, name: str) -> None:
        """Take another name; the rows have it once that is in the record."""
        self.name = name
        self._known = replace(self._known, name=name)  # no form is made anew because of that
        self._wished = self._wished and replace(self._wished, name=name)
        self.conversation.rename(name)
        self.guide.rename(name)
        self.controller.after_commit(self, self.retranslate)

    def leave(self) -> None:
        """Clean up: the endpoint was removed."""
        self._gone = True
        self._clock.stop()
        self.deleteLater()

    def _follow_settings(self, settings: EndpointSettings) -> None:
        """Make the fields follow when a scenario has configured the endpoint."""
        foreign = settings != self._known and self.understood() != settings
        self._known = settings
        if foreign:
            self._wished = self._configuring = None
            self.fill(self.form_of(settings, self.form))

    def _item(self, snapshot: EndpointSnapshot) -> ConnectionSnapshot | None:
        """The connection that the call strip continues with."""
        current = self._chosen.current
        number = current if isinstance(current, int) and self.has_table else None
        return in_question(snapshot, number, server=self.server)

    def _look(self) -> Look:
        return Look(
            self._snapshot,
            self._edited,
            self._trouble,
            self._asked_gates.pending(self._snapshot.revision),
            self._chosen.keys,
            self._chosen.current if self.has_table else None,
            self.planned(),
            self._calls_of,
            self._hide_closed,
            Told(self.owner, self.controller.clock_text),
        )

    def _count(self) -> None:
        """Count the chosen connection's traffic, or the endpoint's if not exactly one is chosen."""
        item = self._chosen.only_in(self._snapshot)
        number = item.number if item is not None else None
        self.counter.look(traffic_of(item or self._snapshot), number)

    def _calls_of(self, item: ConnectionSnapshot | None) -> tuple[Chip, ...]:
        controller = self.controller
        committed = controller.session.journal.committed
        self._recent = self._history.after(self._snapshot, item, controller.reader, committed)
        return self._recent

    def _take_gates(self) -> None:
        """Set the gates in the form to those that are shown."""
        modes = self._asked_gates.modes(self._snapshot)
        self.form = self.form.with_gates(modes)

    def _show(self) -> None:
        self._dirty = False
        self._take_gates()
        state = self.make_state(self._look())
        if state != self.state:
            self.state = state
            log.debug("%s: its panel shows another state", self.name)
            self.changed.emit(state)
        self._count()
        self._tick()

    @Slot(object)
    def _on_committed(self, _committed: Committed) -> None:
        """New rows: those of this endpoint are shown in the conversation and the call strip."""
        if not self._in_sight or self._gone or self.controller.closed:
            return
        self._read_on()
        before = self._recent
        if self._calls_of(self._item(self._snapshot)) != before:
            self.refresh()

    @Slot()
    def _on_clock(self) -> None:
        """Show silent connections with their newest readings, and running times as of now."""
        if self.controller.closed or self._gone or self.state is None:
            return
        if any(is_owing(item) for item in self._snapshot.connections):
            self.state = self.make_state(self._look())
            self.changed.emit(self.state)
        self._tick()

    def _tick(self) -> None:
        """Emit that displays of running time are out of date, and when they will be again."""
        if self.controller.closed or self._gone or self.state is None:
            return
        now_ns = self.controller.now_ns()
        self.ticked.emit(now_ns)
        wait = next_tick(self.state, now_ns)
        if wait is not None:
            self._clock.start(wait)
        else:
            self._clock.stop()

    @Slot()
    def retranslate(self) -> None:
        """Word every sentence again, because the language has changed."""
        if self.controller.closed or self._gone:
            return
        self.state = None
        self._tell_tab()
        self.conversation.again()
        self.refresh()

    def reset_session(self) -> None:
        """Forget the old record: the endpoint is a new one in another record."""
        self._forget(self.settings)
        self.refresh()
