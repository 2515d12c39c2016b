"""The state of a server's panel, made from its snapshot and its fields."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from workbench.engine.model import commands as c
from workbench.engine.model.responders.reply import OnPeerClose
from workbench.engine.model.snapshot import ConnectionSnapshot, EndpointSnapshot, Phase
from workbench.frozen import dataclass
from workbench.texts import tr
from workbench.viewmodel.close_reasons import (
    Ask,
    abort_caption,
    why_no_abort,
    why_no_half_close,
)
from workbench.viewmodel.connection_rows import ConnectionRow, Owner, named
from workbench.viewmodel.endpoint_status import OPEN, is_full
from workbench.viewmodel.message import Sentence, StatusMessage, msg
from workbench.viewmodel.panel_state import (
    Badge,
    Control,
    Look,
    PanelState,
    calls_of,
    differences_of,
    gates_of,
    receive_once_of,
    rows_of,
)
from workbench.viewmodel.server_status import state_of, status_of
from workbench.viewmodel.set_up_summary import server_summary
from workbench.viewmodel.setup_form import ReplyForm, ServerForm

MOST_TARGETS: Final = 200
"""Connections that one can choose to send to: the newest."""
NEWEST: Final = ""
"""The choice of whom to send to that means the newest."""


@dataclass(frozen=True, slots=True)
class QueueState:
    """The accept queue or, for datagrams, how many the kernel dropped.

    Attributes:
        words: the numbers. filled, room: those of the bar; room 0: it shows nothing.
        usual: the widest that the numbers usually are.
    """

    words: str = ""
    filled: int = 0
    room: int = 0
    usual: str = ""


@dataclass(frozen=True, slots=True)
class ChosenState:
    """What can be done with the chosen rows.

    Attributes:
        label: what is chosen, or how to choose.
        some: something is chosen, so that its actions are shown.
        one: it is a single row, which the conversation and the send line name too.
    """

    label: str
    some: bool
    one: bool
    reply: Control
    half_close: Control
    abort: Control
    close: Control


@dataclass(frozen=True, slots=True)
class ServerPanelState(PanelState):
    """Everything that a server's panel shows.

    Attributes:
        listen: the primary button. port: the one that replaced a default port that was taken.
        send: why the button is disabled; targets: words and value for each choice of whom to send
            to.
    """

    listen: Control
    stop: Control
    backlog: Control
    at_end: Control
    queue: QueueState
    chosen: ChosenState
    send: Control
    targets: tuple[tuple[str, int | str], ...]
    port: str | None
    tab: str


def ready_of(*, datagram: bool) -> StatusMessage:
    """What the message line says before a start."""
    return StatusMessage("info", msg("message.udp_ready" if datagram else "message.server_ready"))


def server_state(look: Look, form: ServerForm) -> ServerPanelState:
    """The state of a server's panel."""
    snapshot = look.known
    datagram = form.set_up.datagram
    live = look.live
    calls = calls_of(look, form.set_up.calls, server=True)
    ready = ready_of(datagram=datagram)
    resumable = snapshot.phase is Phase.BOUND and not datagram
    no_stream = msg("why.datagram") if datagram else None
    rows = rows_of(look, datagram=datagram, client=False)
    keys = frozenset(look.chosen)
    return ServerPanelState(
        phase=snapshot.phase,
        encoding=snapshot.settings.encoding,
        live=live,
        datagram=datagram,
        badge=Badge() if look.fresh else Badge(state_of(snapshot)),
        message=look.trouble or calls.said or (ready if look.fresh else status_of(snapshot)),
        chips=calls.chips,
        by_hand=calls.by_hand,
        next_call=calls.reason,
        gates=gates_of(look),
        differences=(
            *differences_of(snapshot, form.set_up),
            *_end_differences(form.reply, datagram=datagram),
        ),
        summary=server_summary(form),
        receive_once=receive_once_of(form.set_up, None if live else msg("why.not_started")),
        rows=rows,
        listen=Control(
            msg("why.already_open") if live and not resumable else None,
            caption="bind" if datagram else "listen",
        ),
        stop=Control(None if live or snapshot.open_count else msg("why.not_started")),
        backlog=Control(no_stream),
        at_end=Control(no_stream),
        queue=queue_of(snapshot, datagram=datagram),
        chosen=chosen_of(
            look.chosen_items,
            [row for row in rows.rows if row.key in keys],
            hidden=rows.hidden,
            datagram=datagram,
            abort=abort_caption(snapshot),
        ),
        send=_send(snapshot, datagram=datagram),
        targets=targets_of(snapshot, look.told.owner, datagram=datagram),
        port=_moved_port(snapshot, form),
        tab=tab_text(snapshot),
    )


def tab_text(snapshot: EndpointSnapshot) -> str:
    """The text of the panel's tab: the name, and its port while it is open."""
    port = (snapshot.local or "").rpartition(":")[2]
    if snapshot.phase in OPEN and port.isdecimal():
        return f"{snapshot.name} :{port}"
    return snapshot.name


def queue_of(snapshot: EndpointSnapshot, *, datagram: bool) -> QueueState:
    """How full the accept queue is: the kernel admits one more than the limit."""
    if datagram:
        drops = snapshot.drops
        return QueueState("" if drops is None else tr("panel.drops", count=drops))
    if snapshot.queue is None:
        return QueueState("-")
    waiting, limit = snapshot.queue
    room = limit + 1
    key = "panel.queue_full" if is_full(snapshot) else "panel.queue"
    return QueueState(
        tr(key, waiting=waiting, room=room),
        min(waiting, room),
        room,
        tr("panel.queue", waiting=room, room=room),
    )


def chosen_of(
    items: Sequence[ConnectionSnapshot],
    rows: Sequence[ConnectionRow],
    *,
    hidden: int,
    datagram: bool,
    abort: str,
) -> ChosenState:
    """What can be done with the chosen rows, and why not.

    Args:
        items: the chosen connections; empty for peers.
        rows: the chosen rows.
        hidden: closed ones that are not shown.
        datagram: peers have nothing that could be ended.
        abort: key of the words on Abort.
    """
    none: Sentence | None = msg("why.choose_row")
    label = _label(rows, hidden)
    if datagram:
        gone = msg("why.peer_gone") if any(row.closed for row in rows) else None
        off = Control(msg("why.datagram"), shown=False)
        off_abort = replace(off, caption=abort)
        reply = Control(gone or (None if len(rows) == 1 else none))
        return ChosenState(label, bool(rows), len(rows) == 1, reply, off, off_abort, off)
    open_ones = [item for item in items if item.closed_ns is None]
    end = none if not items else None if open_ones else msg("why.closed")
    return ChosenState(
        label,
        bool(rows),
        len(rows) == 1,
        Control(end or (None if len(open_ones) == 1 else msg("why.one_only"))),
        _end(open_ones, end, why_no_half_close),
        replace(_end(open_ones, end, why_no_abort), caption=abort),
        Control(end),
    )


def _end(open_ones: Sequence[ConnectionSnapshot], end: Sentence | None, ask: Ask) -> Control:
    reasons = [ask(item) for item in open_ones]
    return Control(end or (None if None in reasons else reasons[0]))


def _label(rows: Sequence[ConnectionRow], hidden: int) -> str:
    if len(rows) > 1:
        return tr("panel.chosen_many", count=len(rows))
    if rows:
        number = rows[0].key
        return tr("panel.chosen", number=number) if isinstance(number, int) else ""
    return tr("panel.hidden", count=hidden) if hidden else tr("panel.choose_row")


def _end_differences(reply: ReplyForm, *, datagram: bool) -> tuple[str, ...]:
    """What follows when a peer ends, if that is not what the reply suggests."""
    if datagram:
        return ()
    if reply.at_end is OnPeerClose.KEEP:
        return (tr("chips.end_keep"),)
    return (tr("chips.end_close"),) if reply.kind == "nothing" else ()


def _send(snapshot: EndpointSnapshot, *, datagram: bool) -> Control:
    someone = any(not peer.gone for peer in snapshot.peers) if datagram else snapshot.open_count > 0
    return Control(None if someone else msg("why.no_peer"))


def targets_of(
    snapshot: EndpointSnapshot, owner: Owner, *, datagram: bool
) -> tuple[tuple[str, int | str], ...]:
    """Whom the server can send to: words and value for each choice.

    `owner` names the endpoint of ours that an address belongs to.
    """
    if datagram:
        return (
            (tr("panel.newest_peer"), NEWEST),
            *((named(p.address, owner), p.address) for p in snapshot.peers if not p.gone),
        )
    still = [item for item in snapshot.connections if item.closed_ns is None]
    return (
        (tr("panel.newest"), NEWEST),
        (tr("panel.all"), c.ALL),
        *(
            (f"#{item.number} {named(item.peer, owner)}", item.number)
            for item in still[-MOST_TARGETS:]
        ),
    )


def _moved_port(snapshot: EndpointSnapshot, form: ServerForm) -> str | None:
    """The port that replaced a default port that was taken, for the field."""
    port = (snapshot.local or "").rpartition(":")[2]
    moved = snapshot.phase in OPEN and form.port_untouched and port.isdecimal()
    return port if moved and form.set_up.where.port != port else None
