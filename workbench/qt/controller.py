"""Controller: the window's access to a session: commits and tickets in, commands out."""

from __future__ import annotations

import datetime
import logging
import time
from collections.abc import Callable
from dataclasses import replace
from math import ceil
from typing import Final

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot
from shiboken6 import isValid

from workbench.engine.model.commands import Command
from workbench.engine.model.family import SocketKind
from workbench.engine.model.snapshot import EndpointSnapshot
from workbench.engine.model.ticket import Ticket
from workbench.explain.evidence import Hollow, hollow_end, kind_of_row
from workbench.frozen import dataclass
from workbench.journal.reader import Reader, Row
from workbench.journal.streams import Manner, Recorded
from workbench.qt.background_reader import BackgroundReader
from workbench.qt.refresh_pace import Flow, RefreshPace
from workbench.qt.single_shot import single_shot
from workbench.qt.turn_by_turn import TurnByTurn
from workbench.qt.window_values import WindowValues
from workbench.session import Session
from workbench.texts import Problem
from workbench.viewmodel.log_cells import Accepted

log = logging.getLogger(__name__)

TICK: Final = 100
"""Milliseconds between two looks at the endpoints, and at least between two repaints."""
RESTING: Final = 1000
"""The same while nothing happens: what only the kernel knows is looked for that often."""
WATCHING: Final = 600
"""The same where somebody looks at what only the kernel knows."""
AWAKE: Final = 1.0
"""Seconds without anything new after which nothing is expected to happen by itself."""
SETTLED: Final = 2_000_000_000
"""Nanoseconds after an accept() in which the other end, if it is ours, has a name."""
FLOOD: Final = 200
"""Rows since they were shown last: nobody reads them all."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The one selection of the window: endpoint ⊃ connection ⊃ event.

    Attributes:
        pinned: the event was chosen in the log, and stays chosen until a person releases it. One
            that [Why?] or a chip led to is released by the next action.
    """

    endpoint: str | None = None
    connection: int | None = None
    seq: int | None = None
    pinned: bool = False


@dataclass(frozen=True, slots=True)
class Committed:
    """Rows up to `seq` are in the record. An object, since a Signal(int) has only 32 bits."""

    seq: int


class Controller(QObject):
    """Owns a session for the GUI thread.

    Attributes:
        session: the endpoints and their record.
        reader: pages of the record, for the GUI thread only.
        background: reads it on a thread of its own.
        selection: what is chosen.
        values: what messages may name, of all endpoints.

    Signals:
        committed(Committed): new rows are readable; coalesced, never one per event.
        snapshots_changed(): time to look at the endpoints again: ten times a second, three times
            while rows flow by, and once while nothing happens.
        panels_shown(): the panels are up to date, so what surrounds them may update too. It comes
            one turn of the event loop later, and `committed` another turn later: the user's next
            key has to wait for only one of these.
        selection_changed(): the selection has changed.
        ticket_done(Ticket): a command ended.
        problem(Problem): something a person should read.
        renamed(): an endpoint has another name, and so have all of its rows that are read from now
            on.
        session_reset(): another session and record have replaced the old ones.
    """

    committed = Signal(object)
    snapshots_changed = Signal()
    panels_shown = Signal()
    selection_changed = Signal()
    ticket_done = Signal(object)
    problem = Signal(object)
    renamed = Signal()
    session_reset = Signal()
    _woken = Signal()
    _ended = Signal(object)
    _written = Signal(object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.reader: Reader = session.journal.reader(lenient=True)
        self.background = self._read_beside()
        self.selection = Selection()
        self.values = WindowValues(self)
        self.renamed.connect(self._on_renamed)
        self._watched: frozenset[int] = frozenset()
        self._seen: dict[str, frozenset[int]] = {}
        self._wake_pending = False
        self._closed = False
        self._accepted: dict[int, Accepted] = {}
        self._hollow: dict[int, Hollow | None] = {}
        self._roles: dict[str, str] = {}
        self._places: dict[str, int] = {}
        self._recorded = Recorded(self.reader)
        self._told = 0
        self._turns = TurnByTurn(self)
        self._pump = single_shot(self, self._flush)
        self._painted = single_shot(self, self._on_painted)
        self._posted = False
        self._shows, self._looks = RefreshPace(TICK / 1000), RefreshPace()
        self._flood, self._flow = False, Flow()
        self._woken.connect(self._on_woken)
        # always queued: a ticket that ended before perform() returned is reported afterwards too
        self._ended.connect(self._on_ended, Qt.ConnectionType.QueuedConnection)
        self._written.connect(self._on_written, Qt.ConnectionType.QueuedConnection)
        self._end_subscription: Callable[[], None] = session.journal.subscribe(self._on_commit)
        self._timer = QTimer(self)
        self._timer.setInterval(TICK)
        self._timer.timeout.connect(self._on_tick)
        self._awake_until = time.monotonic() + AWAKE
        self._timer.start()

    def _read_beside(self) -> BackgroundReader:
        made = BackgroundReader(self.session.journal.reader, self)
        made.failed.connect(self.problem)
        made.damaged.connect(self._on_damaged)
        return made

    @Slot(object)
    def _on_damaged(self, damage: Problem) -> None:
        """Report what another thread had to pass over in the same way as what this one had to."""
        self.reader.damage = self.reader.damage or damage

    @property
    def closed(self) -> bool:
        """Whether the record is closed, so that nothing can be read."""
        return self._closed

    # -- commands -----------------------------------------------------------------------------

    def perform(self, command: Command) -> Ticket:
        """Hand a command to the session; `ticket_done` reports its end on the GUI thread.

        Raises:
            Problem: an unknown endpoint, or a closed session.
        """
        if self.values.rows:
            self.values.keep_secrets(self.session.journal)
        ticket = self.session.perform(command)
        self.attend()
        ticket.add_callback(self._ended.emit)
        return ticket

    def wake(self) -> None:
        """Note that something happens or may at any moment: look often for a while."""
        self._awake_until = time.monotonic() + AWAKE
        if self._timer.interval() != TICK and not self._closed:
            self._timer.setInterval(TICK)

    def attend(self) -> None:
        """The user did something: show its effect at once, even under a flood of rows."""
        self._flow.begin_anew()
        self.wake()

    @property
    def flowing(self) -> bool:
        """Whether rows arrive steadily while nobody has asked for anything."""
        return self._flow.steady

    @Slot()
    def _on_tick(self) -> None:
        if self._wake_pending or self._turns.busy:
            return  # rows and endpoints are shown together
        if not (self.flowing or self._flood) or self._rested:
            self._turns.take(self._look, self._look_around, self._on_woken)

    @property
    def _rested(self) -> bool:
        """Whether it is time to look at the endpoints while rows flow by."""
        return self._looks.rest_s(flood=self._flood, flow=self.flowing) <= 0

    def _look(self) -> None:
        """Have presenters take their snapshots, and ask for newer ones."""
        self._looks.begin()
        for name in self.session.endpoints:
            try:
                self.session.refresh(name, self._watched, self._seen.get(name, frozenset()))
            except Problem:  # removed meanwhile, on a thread of its own
                continue
        self.snapshots_changed.emit()

    def in_turns(self, *things: Callable[[], object]) -> None:
        """Do each of these in a turn of its own, before anything else that is still to be shown."""
        self._turns.take_next(*things)

    def _look_around(self) -> None:
        """Let what surrounds the panels update."""
        self.panels_shown.emit()
        self._looks.end()
        if time.monotonic() > self._awake_until:
            rest = WATCHING if self._watched else RESTING
            if self._timer.interval() != rest:
                self._timer.setInterval(rest)

    def snapshot(self, name: str) -> EndpointSnapshot:
        """The newest snapshot of an endpoint; never waits. Each tick asks for the next one."""
        return self.session.snapshot(name)

    def address_of(self, name: str) -> str | None:
        """The address of an endpoint, or the one it asks for; None: there is no such endpoint."""
        try:
            snapshot = self.snapshot(name)
        except Problem:
            return None
        return snapshot.local or snapshot.settings.address

    def snapshots(self) -> list[EndpointSnapshot]:
        """The newest snapshot of each endpoint; a lab or demonstration may remove one on a thread
        of its own meanwhile.
        """
        found = []
        for name in self.session.endpoints:
            try:
                found.append(self.snapshot(name))
            except Problem:
                continue
        return found

    def watch(self, connections: frozenset[int]) -> None:
        """Include the full kernel readings of these connections in the coming snapshots.

        Whoever watches calls `wake` when the choice changes.
        """
        if connections != self._watched:
            self._watched = connections
            self.wake()

    def see(self, name: str, connections: frozenset[int]) -> None:
        """Include the readings of these connections, which are in sight, in the coming
        snapshots.
        """
        self._seen[name] = connections

    def say(self, problem: Problem) -> None:
        """Show a problem."""
        self.problem.emit(problem)

    def after_commit(self, owner: QObject, then: Callable[[], None]) -> None:
        """Call `then` on this thread once everything that has happened can be read.

        It is not called after its `owner` is destroyed or the record closed.
        """
        self.session.journal.when_written(lambda: self._written.emit((owner, then)))

    @Slot(object)
    def _on_written(self, asked: tuple[QObject, Callable[[], None]]) -> None:
        owner, then = asked
        if not self._closed and isValid(owner):
            then()

    def rename(self, name: str, wished: str) -> None:
        """Rename an endpoint. Raises Problem: the name is taken."""
        self.session.rename(name, wished)
        self.after_commit(self, self.renamed.emit)

    # -- selection ----------------------------------------------------------------------------

    def select(
        self,
        *,
        endpoint: str | None = None,
        connection: int | None = None,
        seq: int | None = None,
        pinned: bool | None = None,
    ) -> None:
        """Select an endpoint, a connection of it, or an event, which is then pinned."""
        wished = Selection(
            endpoint if endpoint is not None else self.selection.endpoint,
            connection,
            seq,
            seq is not None if pinned is None else pinned,
        )
        if wished != self.selection:
            self.attend()
            self.selection = wished
            self.selection_changed.emit()

    def unpin(self) -> None:
        """Release the pinned event: the newest one is shown again."""
        if self.selection.seq is not None:
            self.selection = replace(self.selection, seq=None, pinned=False)
            self.selection_changed.emit()

    # -- time ---------------------------------------------------------------------------------

    def now_ns(self) -> int:
        """Nanoseconds since the record began."""
        return self.session.journal.clock.now()

    def moment(self, t_ns: int) -> datetime.datetime:
        """Local time of a stamp of this record."""
        return self.session.journal.clock.moment(t_ns)

    def clock_text(self, t_ns: int) -> str:
        """The clock with milliseconds: 12:00:03.511."""
        return (
            self.moment(t_ns).time().isoformat("milliseconds")
        )  # strftime takes five times as long

    def seq_at(self, t_ns: int | None, endpoint: str) -> int | None:
        """The row of an endpoint's event with this stamp; None: there is none."""
        return None if t_ns is None else self.reader.seq_at(t_ns, endpoint)

    def number_of(self, connection: int | None) -> int | None:
        """The number that panels show for a connection of the record; None: it has none."""
        return self.reader.number_of(connection)

    def role_of(self, endpoint: str | None) -> str | None:
        """The current role of an endpoint; None: there is no such endpoint."""
        if endpoint is not None and endpoint in self.session.endpoints:
            return self.session.settings(endpoint).role.value
        if endpoint is not None and endpoint not in self._roles:
            self._roles = self.reader.roles()
        return self._roles.get(endpoint or "")

    def endpoint_place(self, endpoint: str) -> int:
        """An endpoint's place in the order in which the record got them, from 0 on; of several that
        had this name, that of the first.
        """
        if endpoint not in self._places:
            ids = sorted((item.id, item.name) for item in self.reader.endpoints())
            self._places = {name: number - 1 for number, name in reversed(ids)}
        return self._places.setdefault(endpoint, 0)

    @Slot()
    def _on_renamed(self) -> None:
        self._places = {}  # another one may get the former name

    def manner_of(self, endpoint: str | None) -> Manner:
        """How an endpoint's bytes read as text: by its current settings, else by the record's."""
        if endpoint is not None and endpoint in self.session.endpoints:
            settings = self.session.settings(endpoint)
            return Manner(settings.type, settings.encoding, settings.family)
        return self._recorded(endpoint)

    def kind_of(self, row: Row) -> SocketKind:
        """The kind of socket of an event."""
        manner = self.manner_of(row.endpoint)
        return kind_of_row(row, manner.family, manner.type)

    def accepted(self, row: Row) -> Accepted | None:
        """What an accept() led to; None for every other row, and while that is not yet recorded."""
        if row.call != "accept" or row.error is not None or row.result is None:
            return None
        known = self._accepted.get(row.seq)
        if known is not None:
            return known
        found = self.reader.accepted(row)
        number = self.number_of(found[0]) if found is not None else None
        if found is None or number is None:
            return None
        told = Accepted(number, found[1])
        if told.owner is not None or self.now_ns() - row.t_ns > SETTLED:
            self._accepted[row.seq] = told  # whose the other end is may become known a little later
        return told

    def hollow(self, row: Row) -> Hollow | None:
        """Why a row's end of the stream is not the peer's; None: it is, or the row reads no end."""
        if not row.ends_stream:
            return None
        if row.seq not in self._hollow:  # a row is painted often, and what came before is settled
            self._hollow[row.seq] = hollow_end(self.reader, row)
        return self._hollow[row.seq]

    def reset_session(self, session: Session, timeout: float = 10.0) -> None:
        """Close the session and its record, and go on with another one."""
        old = self.session
        self._end_subscription()
        self.background.stop()
        self.reader.close()
        self.session = session
        self.reader = session.journal.reader(lenient=True)
        self.background.deleteLater()
        self.background = self._read_beside()
        self.selection = Selection()
        self._seen = {}
        self._accepted = {}
        self._hollow = {}
        self._roles = {}
        self._places = {}
        self._recorded = Recorded(self.reader)
        self._told = 0
        self._turns.drop()
        self._on_woken()
        self._end_subscription = session.journal.subscribe(self._on_commit)
        old.close(timeout)
        self.session_reset.emit()

    # -- the end ------------------------------------------------------------------------------

    def close(self, timeout: float = 10.0) -> None:
        """Stop everything and close the record; bounded. Idempotent."""
        if self._closed:
            return
        self._closed = True
        self._timer.stop()
        self._turns.drop()
        self._end_subscription()
        self.background.stop()
        self.reader.close()
        self.session.close(timeout)

    # -- from other threads -------------------------------------------------------------------

    def _on_commit(self, _seq: int) -> None:
        """Called on the recorder's thread: queue a single wake-up, however many commits there
        are.
        """
        if not self._wake_pending and not self._closed:
            self._wake_pending = True
            self._woken.emit()

    @Slot()
    def _on_woken(self) -> None:
        busy = self._turns.busy or self._pump.isActive() or self._painted.isActive()
        if self._wake_pending and not self._closed and not busy:
            self._pump.start(ceil(self._rest_s() * 1000))

    def _rest_s(self) -> float:
        return self._shows.rest_s(flood=self._flood, flow=self.flowing)

    @Slot()
    def _flush(self) -> None:
        """Report all commits since the last time: at once after a pause, else at a steady pace."""
        if self._closed:
            return
        if self._rest_s() > 0:
            self._on_woken()  # more was done meanwhile than was planned for
            return
        self._wake_pending = False
        self._shows.begin()
        seq = self.session.journal.committed
        self._flood = seq - self._told > FLOOD
        self._flow.add(seq - self._told)
        # the panels first, so that the rows do not make them show the same again
        looks = (self._look, self._look_around) if self._rested else ()
        self._turns.take(*looks, lambda: self._tell_rows(seq))

    def _tell_rows(self, seq: int) -> None:
        """Announce the rows up to `seq`, and report what fails."""
        if seq != self._told:
            self._told = seq
            self.wake()
            self.committed.emit(Committed(seq))
            log.debug("rows up to %d are told to the window", seq)
        failed = self.session.journal.failed
        if failed is not None:
            self.problem.emit(failed)
        self._posted = False
        self._painted.start(0)  # runs after the timers that the views have set for themselves

    @Slot()
    def _on_painted(self) -> None:
        if not self._posted:
            self._posted = True
            self._painted.start(0)  # the next turn runs after the painting that they have posted
            return
        self._shows.end()
        self._on_woken()

    @Slot(object)
    def _on_ended(self, ticket: Ticket) -> None:
        if not self._closed:
            self.ticket_done.emit(ticket)
