"""PanelState: everything that a panel shows of its endpoint, as frozen data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import field, fields
from typing import Final

from workbench.engine.model import commands as c
from workbench.engine.model.family import TCP, SocketKind, kind_of
from workbench.engine.model.settings import GateMode, Pace
from workbench.engine.model.snapshot import (
    Chip,
    ConnectionSnapshot,
    EndpointSnapshot,
    Phase,
)
from workbench.engine.model.web_address import TLS, WEBSOCKET
from workbench.engine.protocol.stack import layer_names
from workbench.frozen import dataclass
from workbench.texts import tr
from workbench.viewmodel.call_strip import chips_of
from workbench.viewmodel.connection_rows import (
    CLIENT,
    DATAGRAM,
    LAYERED,
    STREAM,
    Columns,
    ConnectionRow,
    Told,
    line_of,
    peer_line,
)
from workbench.viewmodel.endpoint_status import OPEN, PLANNING, held, in_question
from workbench.viewmodel.message import Sentence, StatusMessage, msg
from workbench.viewmodel.messages_form import READS, MessagesForm
from workbench.viewmodel.next_call import NextCall, next_call
from workbench.viewmodel.option_text import show_value
from workbench.viewmodel.setup_form import SetUpForm

Key = int | str


@dataclass(frozen=True, slots=True)
class Control:
    """The state of a button or field.

    Attributes:
        reason: why it is disabled; None: it can be used.
        note: what its tool tip adds: what a press would act on now.
        shown: whether it is visible.
        caption: the key of its words, if they change; `count` fills a gap in them.
    """

    reason: Sentence | None = None
    note: Sentence | None = None
    shown: bool = True
    caption: str = ""
    count: str = ""


@dataclass(frozen=True, slots=True)
class Badge:
    """The state at the right of the address line: a word, or "n of m connected".

    Attributes:
        layers: what the layers of the connection agreed on.
    """

    word: str = "CLOSED"
    connected: int = 0
    of: int = 0
    layers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GateState:
    """A gate's mode, and why no single call can be let through."""

    mode: GateMode
    one: Sentence | None


@dataclass(frozen=True, slots=True)
class RowsState:
    """The table of connections or peers.

    Attributes:
        hidden: how many closed connections are left out.
        measured: the states come from the kernel; else the header says whose they are.
        kind: the kind of socket, for the words about silence.
        chosen: the keys of the chosen rows.
        told: what the words of the rows need besides the rows.
    """

    rows: tuple[ConnectionRow, ...] = ()
    columns: Columns = STREAM
    hidden: int = 0
    measured: bool = True
    kind: SocketKind = TCP
    chosen: tuple[Key, ...] = ()
    told: Told = field(default_factory=Told)


@dataclass(frozen=True, slots=True)
class Look:
    """What an EndpointPresenter makes a PanelState from.

    Attributes:
        known: the snapshot.
        edited: fields were changed since the last start.
        trouble: the error of an action, shown until the next one.
        gates: modes that were asked for and that the snapshot does not show yet.
        chosen: the keys of the chosen rows. current: of several, the one chosen last.
        planned: the calls that a start would make. recent: the newest calls of the connection in
            question.
        hide_closed: the table shows only open connections.
    """

    known: EndpointSnapshot
    edited: bool = False
    trouble: StatusMessage | None = None
    gates: Mapping[c.Gate, GateMode] | None = None
    chosen: tuple[Key, ...] = ()
    current: Key | None = None
    planned: tuple[Chip, ...] = ()
    recent: Callable[[ConnectionSnapshot | None], tuple[Chip, ...]] = lambda _item: ()
    hide_closed: bool = False
    told: Told = field(default_factory=Told)

    @property
    def live(self) -> bool:
        """Whether a socket is open, or will be in a moment."""
        return self.known.phase in OPEN

    @property
    def fresh(self) -> bool:
        """Whether this is about the next start, not about the last one's result."""
        return self.known.phase is Phase.IDLE or (self.edited and not self.live)

    @property
    def chosen_items(self) -> list[ConnectionSnapshot]:
        """The chosen connections, in the order of their numbers."""
        chosen = set(self.chosen)
        found = [item for item in self.known.connections if item.number in chosen]
        return sorted(found, key=lambda item: item.number)


@dataclass(frozen=True, slots=True)
class PanelState:
    """What the panels of servers and clients both show.

    Attributes:
        live: a socket is open, or will be in a moment, so its address cannot change.
        chips: the call strip.
        by_hand: calls are made one by one, with Next call. next_call: why that is disabled.
        gates: those of accept, receive and send.
        differences: what differs from the default, in words.
        summary: the set-up, as parts of one line.
        receive_once: the button for one recvfrom().
        encoding: that of the endpoint, in which its conversation is shown.
    """

    phase: Phase
    live: bool
    datagram: bool
    badge: Badge
    message: StatusMessage
    chips: tuple[Chip, ...]
    by_hand: bool
    next_call: Sentence | None
    gates: Mapping[c.Gate, GateState]
    differences: tuple[str, ...]
    summary: tuple[str, ...]
    receive_once: Control
    rows: RowsState
    encoding: str


_FLOWING: Final = frozenset({"chips", "rows", "queue", "targets", "chosen"})
"""What changes all the time while rows flow by."""
_still_of: dict[type, list[str]] = {}
"""The other fields of each kind of state."""


def is_alike(before: PanelState, state: PanelState) -> bool:
    """Whether nothing but that differs."""
    if type(before) is not type(state):
        return False
    names = _still_of.get(type(state))
    if names is None:
        names = [item.name for item in fields(state) if item.name not in _FLOWING]
        _still_of[type(state)] = names
    return all(getattr(before, name) == getattr(state, name) for name in names)


@dataclass(frozen=True, slots=True)
class Calls:
    """The call strip, and what *Next call* does."""

    chips: tuple[Chip, ...]
    by_hand: bool
    reason: Sentence | None
    said: StatusMessage | None


def calls_of(look: Look, pace: Pace, *, server: bool) -> Calls:
    """The calls of a snapshot: made, under way, to come.

    `pace`: as chosen in the field; the endpoint may not have it yet.
    """
    snapshot = look.known
    number = look.current if isinstance(look.current, int) else None
    item = in_question(snapshot, number, server=server)
    coming, reason = None, None
    by_hand = pace is Pace.STEP
    if by_hand:
        found = next_call(snapshot, item)
        if not isinstance(found, NextCall):
            reason = found
        elif found.chip not in snapshot.strip:
            coming = found.chip
    planned = look.planned if snapshot.phase in PLANNING else ()
    if reason is not None and planned and not look.live:
        reason = None  # it begins with the first of them
    chips = chips_of(snapshot, planned, item, look.recent(item), coming)
    return Calls(chips, by_hand, reason, held(coming))


def gates_of(look: Look) -> dict[c.Gate, GateState]:
    """The gates of accept, receive and send, as they were asked to be."""
    snapshot = look.known
    asked = look.gates or {}
    result = {}
    for gate, mode in (
        (c.Gate.ACCEPT, snapshot.accept),
        (c.Gate.RECEIVE, snapshot.receive),
        (c.Gate.SEND, snapshot.send),
    ):
        has_socket = look.live or (gate is not c.Gate.ACCEPT and snapshot.open_count > 0)
        reason = None if has_socket else msg("why.no_socket")
        one = msg("why.gate_auto") if mode is GateMode.AUTO else reason
        result[gate] = GateState(asked.get(gate, mode), one)
    return result


def rows_of(look: Look, *, datagram: bool, client: bool) -> RowsState:
    """The table's rows. `datagram`: it is chosen in the fields, whose columns take precedence."""
    snapshot = look.known
    items = () if datagram else sorted(snapshot.connections, key=lambda item: item.number)
    every = tuple(map(peer_line, snapshot.peers)) if datagram else tuple(map(line_of, items))
    rows = tuple(row for row in every if not (look.hide_closed and row.closed))
    return RowsState(
        rows,
        DATAGRAM if datagram else CLIENT if client else _stream_columns(look.known),
        len(every) - len(rows),
        all(item.measured for item in items if item.closed_ns is None),
        kind_of(snapshot.settings),
        look.chosen,
        look.told,
    )


def _stream_columns(snapshot: EndpointSnapshot) -> Columns:
    """The columns, including what was agreed on if layers agree on something, or one was begun
    later.
    """
    names = {*layer_names(snapshot.settings)}
    layered = TLS in names or WEBSOCKET in names or any(x.agreed for x in snapshot.connections)
    return LAYERED if layered else STREAM


def keys_of(snapshot: EndpointSnapshot, *, hide_closed: bool) -> set[Key]:
    """The keys of what can be chosen in the table."""
    shown = (x for x in snapshot.connections if not (hide_closed and x.closed_ns is not None))
    return {item.number for item in shown} | {peer.address for peer in snapshot.peers}


def is_outdated(
    rows: Iterable[ConnectionRow], chosen_open: frozenset[Key], chosen: Iterable[Key]
) -> bool:
    """Whether everything that is chosen has closed since it was chosen.

    `chosen_open`: those that were open then. A closed row that is clicked stays chosen: somebody
    wants to look at the past.
    """
    keys = frozenset(chosen)
    if not keys or not keys <= chosen_open:
        return False
    return all(row.closed for row in rows if row.key in keys)


def differences_of(snapshot: EndpointSnapshot, form: SetUpForm) -> tuple[str, ...]:
    """What differs from the default in the fields that both kinds have, in words."""
    held_gates = [
        tr("chips.gate", gate=tr(f"caption.{gate}_gate"))
        for gate, mode in (("receive", snapshot.receive), ("send", snapshot.send))
        if mode is GateMode.PAUSED and snapshot.calls is not Pace.STEP
    ]
    asked = [
        tr("chips.option", name=name, value=show_value(value))
        for name, value in form.options
        if name != "SO_REUSEADDR"
    ]
    messages = form.messages
    divided = [] if messages.kind == READS or form.datagram else [_divided(messages)]
    over = [] if form.where.type != "SOCK_STREAM" else form.layers.differences()
    return (*over, *held_gates, *divided, *asked)


def _divided(form: MessagesForm) -> str:
    return tr("chips.messages", how=tr(f"messages.{form.kind}"), value=form.value).rstrip()


def receive_once_of(form: SetUpForm, reason: Sentence | None) -> Control:
    """The button for one recvfrom(), for datagrams only: streams have recv() by a gate."""
    return Control(reason, shown=form.datagram)
