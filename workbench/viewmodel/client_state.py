"""The state of a client's panel, made from its snapshot and its fields."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Final

from workbench.engine.model import commands as c
from workbench.engine.model.layer_fault import VERIFY_FAILED
from workbench.engine.model.snapshot import Chip, ConnectionSnapshot, EndpointSnapshot, Phase
from workbench.frozen import dataclass
from workbench.texts import Problem, tr
from workbench.viewmodel.client_status import (
    is_many,
    is_open,
    repeating_status,
    state_of,
    status_of,
    why_not_connect,
)
from workbench.viewmodel.close_reasons import (
    Ask,
    abort_caption,
    why_no_abort,
    why_no_half_close,
)
from workbench.viewmodel.endpoint_status import newest_open
from workbench.viewmodel.host_suggestions import Offer
from workbench.viewmodel.layer_chips import told_by_layers
from workbench.viewmodel.message import Sentence, StatusMessage, msg
from workbench.viewmodel.panel_state import (
    Badge,
    Control,
    Look,
    PanelState,
    RowsState,
    calls_of,
    differences_of,
    gates_of,
    receive_once_of,
    rows_of,
)
from workbench.viewmodel.reconnect_form import show_times
from workbench.viewmodel.set_up_summary import client_summary
from workbench.viewmodel.setup_form import ClientForm

NAMED: Final = 8
"""Numbers that a tool tip spells out."""
NOBODY_THERE: Final = frozenset({"ECONNREFUSED", "ENOENT"})
"""Nobody has the address: over AF_UNIX there is no file of that name either."""


@dataclass(frozen=True, slots=True)
class LinkState:
    """Our endpoint that the host field names.

    Attributes:
        name: as typed, without the @; None: the field names a host.
        phase: its state; None: there is none of that name.
        port: its port, as the port field shows it.
        test_root: it shows a certificate that the root of those for tests has signed, and the
            client trusts what the system trusts.
        offers: hosts for the current family, our own servers first.
    """

    name: str | None = None
    phase: Phase | None = None
    port: str | None = None
    offers: tuple[Offer, ...] = ()
    test_root: bool = False


@dataclass(frozen=True, slots=True)
class Scope:
    """Which of many clients the actions act on: all open ones, or the chosen ones.

    Attributes:
        many: there are several; else None is who is meant.
        on_all: all are meant. open_ones, chosen: those that are still open.
        picked: numbers of the chosen rows, closed ones too.
    """

    many: bool = False
    on_all: bool = True
    open_ones: tuple[ConnectionSnapshot, ...] = ()
    chosen: tuple[ConnectionSnapshot, ...] = ()
    picked: tuple[int, ...] = ()

    @property
    def meant(self) -> tuple[ConnectionSnapshot, ...]:
        """The open connections that actions apply to."""
        return self.open_ones if self.on_all else self.chosen

    @property
    def all_words(self) -> str:
        return tr("scope.all", count=len(self.open_ones))

    @property
    def chosen_words(self) -> str | None:
        """The chosen ones, in the words of the choice; None: none is chosen."""
        if not self.picked:
            return None
        if len(self.picked) == 1:
            return tr("scope.one", number=self.picked[0])
        return tr("scope.chosen", count=len(self.picked))

    def targets(self, ask: Ask) -> list[c.Target]:
        """The connections that `ask` gives no reason against, as commands name them."""
        if not self.many:
            return [None]
        hit = [item for item in self.meant if ask(item) is None]
        if self.on_all and len(hit) == len(self.open_ones):
            return [c.ALL] if hit else []
        return [item.number for item in hit]

    @property
    def send_targets(self) -> list[c.Target]:
        if not self.many or self.on_all:
            return [None]
        return [item.number for item in self.chosen]

    @property
    def close_targets(self) -> list[c.Target]:
        """The connections one by one: "all" means those with a connection, but close() is for the
        others too.
        """
        return [item.number for item in self.meant] if self.many else [None]


def scope_of(look: Look, *, on_all: bool, datagram: bool) -> Scope:
    """The connections that actions apply to now; not closed ones."""
    snapshot = look.known
    open_ones = tuple(item for item in snapshot.connections if item.closed_ns is None)
    picked = tuple(key for key in look.chosen if isinstance(key, int))
    return Scope(
        is_many(snapshot) and not datagram,
        on_all or not picked,
        open_ones,
        tuple(item for item in open_ones if item.number in picked),
        picked,
    )


@dataclass(frozen=True, slots=True)
class ClientPanelState(PanelState):
    """Everything that a client's panel shows.

    Attributes:
        connect: the button, or why it is disabled. connect_next, send_next: it is the next step;
            neither is, if a server of ours has to be started first.
        count: the field for how many. counter: what {counter} is in the next message.
        can_send: there is a connection, or none is needed. send_to: whom Send goes to.
        host_offers: what the host field offers. port: that of the linked endpoint, else None.
    """

    connect: Control
    connect_next: bool
    count: Control
    half_close: Control
    abort: Control
    close: Control
    send: Control
    send_next: bool
    scope: Scope
    counter: int
    can_send: bool
    send_to: tuple[c.Target, ...]
    host_offers: tuple[Offer, ...]
    port: str | None
    tab: str


def ready_of(*, datagram: bool) -> StatusMessage:
    """What the message line says before a start."""
    return StatusMessage(
        "info", msg("message.udp_client_ready" if datagram else "message.client_ready")
    )


def way_to_link(link: LinkState, errno: str | None, *, datagram: bool) -> str | None:
    """The remedy for a linked server that did not answer, or whose certificate was not taken."""
    if errno in NOBODY_THERE and link.name is not None:
        return "bind_server" if datagram else "start_server"
    if errno == VERIFY_FAILED and link.test_root:
        return "trust_test_root"
    return None


def client_state(
    look: Look,
    form: ClientForm,
    link: LinkState,
    scope: Scope,
    *,
    repeating: bool = False,
    abandoned_by: Callable[[ConnectionSnapshot], str | None] = lambda _item: None,
) -> ClientPanelState:
    """The state of a client's panel.

    Args:
        repeating: a repeated Send is under way.
        abandoned_by: the listener of ours in whose accept queue a connection was reset.
    """
    snapshot = look.known
    datagram = form.set_up.datagram
    calls = calls_of(look, form.set_up.calls, server=False)
    ready = ready_of(datagram=datagram)
    said = _said(snapshot, ready, link, scope, abandoned_by, datagram=datagram)
    live = snapshot.open_count > 0 or look.live
    nobody = _nobody(scope)
    half_close, abort, close = _ends(snapshot, scope, live=live, datagram=datagram)
    caption = _connect_caption(form, datagram=datagram)
    server_first = link.phase is not None and link.phase not in {Phase.LISTENING, Phase.BOUND}
    differences = _differences(snapshot, form)
    return ClientPanelState(
        phase=snapshot.phase,
        encoding=snapshot.settings.encoding,
        live=look.live,
        datagram=datagram,
        badge=Badge() if look.fresh else badge_of(snapshot, calls.chips),
        message=look.trouble or calls.said or (ready if look.fresh else said),
        chips=calls.chips,
        by_hand=calls.by_hand,
        next_call=calls.reason,
        gates=gates_of(look),
        differences=differences,
        summary=client_summary(form, differences),
        receive_once=receive_once_of(form.set_up, None if live else msg("why.no_socket")),
        rows=rows_of(look, datagram=datagram, client=True) if scope.many else RowsState(),
        connect=Control(
            why_not_connect(snapshot, datagram=datagram), caption=caption, count=form.count.strip()
        ),
        connect_next=not (live or server_first),
        count=Control(msg("why.datagram") if datagram else msg("why.locked") if live else None),
        half_close=half_close,
        abort=abort,
        close=close,
        send=Control(
            nobody if is_open(snapshot) and not repeating else None,
            caption="stop_sending" if repeating else "send",
        ),
        send_next=is_open(snapshot) or repeating or (datagram and live),
        scope=scope,
        counter=snapshot.counter,
        can_send=datagram or is_open(snapshot),
        send_to=tuple(scope.send_targets),
        host_offers=link.offers,
        port=link.port,
        tab=tab_text(snapshot),
    )


def _said(
    snapshot: EndpointSnapshot,
    ready: StatusMessage,
    link: LinkState,
    scope: Scope,
    abandoned_by: Callable[[ConnectionSnapshot], str | None],
    *,
    datagram: bool,
) -> StatusMessage:
    """What the snapshot says, or the progress of a repeated Send if nothing is wrong."""
    listens = link.phase is Phase.LISTENING  # by now it does
    way = None if listens else way_to_link(link, "ECONNREFUSED", datagram=datagram)
    chosen_count = None if scope.on_all or not scope.many else len(scope.chosen)
    said = status_of(snapshot, ready, way, chosen_count, abandoned_by)
    if snapshot.repeated is not None and said.level in {"good", "info"}:
        queued = sum(item.queued for item in snapshot.connections)
        return repeating_status(*snapshot.repeated, queued)
    return said


def _nobody(scope: Scope) -> Sentence | None:
    """Why no action has a target: none of many clients is chosen."""
    none_chosen = scope.many and not scope.on_all and not scope.chosen
    return msg("why.nobody_chosen") if none_chosen else None


def _ends(
    snapshot: EndpointSnapshot, scope: Scope, *, live: bool, datagram: bool
) -> tuple[Control, Control, Control]:
    """The buttons Half-close, abort and close."""
    nobody = _nobody(scope)
    again = snapshot.reconnecting
    to_end = live or (again is not None and again.wait is not None)
    abort = _end(snapshot, scope, why_no_abort, nobody, shown=not datagram)
    return (
        _end(snapshot, scope, why_no_half_close, nobody, shown=not datagram),
        replace(abort, caption=abort_caption(snapshot)),
        Control(
            nobody or (None if to_end else msg("why.not_connected")),
            _hits(scope, lambda _item: None),
        ),
    )


def badge_of(snapshot: EndpointSnapshot, chips: tuple[Chip, ...] = ()) -> Badge:
    """The badge; with many connections, while one is open, it says how many are connected.

    `chips`: those of the call strip, which say what the layers agreed on.
    """
    if is_many(snapshot) and snapshot.open_count:
        connected = sum(
            1 for x in snapshot.connections if x.closed_ns is None and x.connected_ns is not None
        )
        return Badge("", connected, max(snapshot.settings.count, snapshot.open_count))
    return Badge(state_of(snapshot), layers=told_by_layers(chips) if is_open(snapshot) else ())


def tab_text(snapshot: EndpointSnapshot) -> str:
    """The text of the panel's tab: the name and, with many, how many are connected and waiting."""
    if not is_many(snapshot):
        return snapshot.name
    waiting = sum(1 for x in snapshot.connections if x.closed_ns is None and x.connected_ns is None)
    return tr(
        "panel.tab_many" if waiting else "panel.tab_many_settled",
        name=snapshot.name,
        count=snapshot.settings.count,
        open=snapshot.open_count - waiting,
        waiting=waiting,
    )


def _connect_caption(form: ClientForm, *, datagram: bool) -> str:
    """The caption of Connect, which says how many a press makes."""
    count = form.count.strip()
    many = count.isdecimal() and int(count) > 1 and not datagram
    return "connect_many" if many else "connect"


def _differences(snapshot: EndpointSnapshot, form: ClientForm) -> tuple[str, ...]:
    words = list(differences_of(snapshot, form.set_up))
    if form.local.strip():
        words.append(tr("chips.local", address=form.local.strip()))
    with suppress(Problem):
        again = form.reconnect
        if again is not None:
            times, seconds = show_times(again), f"{again.first:g}"
            words.append(tr("chips.again", times=times, seconds=seconds))
    return tuple(words)


def _end(
    snapshot: EndpointSnapshot, scope: Scope, ask: Ask, nobody: Sentence | None, *, shown: bool
) -> Control:
    meant: tuple[ConnectionSnapshot | None, ...] = (newest_open(snapshot),)
    if scope.many:
        meant = scope.meant or (None,)
    reasons = [ask(item) for item in meant]
    return Control(
        nobody or (None if None in reasons else reasons[0]), _hits(scope, ask), shown=shown
    )


def _hits(scope: Scope, ask: Ask) -> Sentence | None:
    """What a press would act on now, for the tool tip."""
    if not scope.many:
        return None
    hit = [item for item in scope.meant if ask(item) is None]
    if not hit:
        return None
    if scope.on_all or len(hit) > NAMED:
        return msg("tip.hits_all" if scope.on_all else "tip.hits_many", count=len(hit))
    return msg("tip.hits", which=", ".join(f"#{item.number}" for item in hit))
