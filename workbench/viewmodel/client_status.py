"""State and message of a client, derived only from a snapshot."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from workbench.engine.model.family import SocketKind, error_stem, fitting, kind_of
from workbench.engine.model.settings import Role
from workbench.engine.model.snapshot import (
    ChipState,
    CloseCause,
    ConnectionSnapshot,
    EndpointSnapshot,
    Phase,
)
from workbench.viewmodel.address_form import UNIX
from workbench.viewmodel.connect_outcomes import TROUBLE, newest_round, tally
from workbench.viewmodel.connection_rows import took_to_connect
from workbench.viewmodel.endpoint_status import (
    OPEN,
    failed_before,
    newest_open,
    setting_up,
    was_reset,
)
from workbench.viewmodel.message import Sentence, StatusMessage, msg
from workbench.viewmodel.reconnect_form import reconnect_status
from workbench.viewmodel.silence import TWO_WAY

BEHIND: Final = 256 * 1024
"""Bytes of a repeated Send that wait here from which on the peer is said to be too slow: a peer
that keeps up lets less than that gather.
"""


def _broken(snapshot: EndpointSnapshot, errno: str) -> str:
    """The key of what is said about a connection with this error; ECONNRESET depends on who ended
    it.
    """
    if errno != "ECONNRESET":
        return "message.broken"
    unix = snapshot.settings.family == UNIX  # has no RST: unix(7), af_unix.c of Linux
    return "message.broken_reset_unix" if unix else "message.broken_reset"


def state_of(snapshot: EndpointSnapshot) -> str:
    """The word in the badge: the kernel's for the newest connection, if there is one."""
    if snapshot.phase is Phase.CONNECTING:
        return "SYN_SENT" if snapshot.settings.family != "AF_UNIX" else "CONNECTING"
    newest = newest_open(snapshot)
    if newest is not None and snapshot.settings.role is Role.STREAM:
        return newest.state
    return {
        Phase.OPEN: "OPEN",
        Phase.BOUND: "OPEN",
        Phase.SETTING_UP: "SETTING UP",
        Phase.FAILED: "FAILED",
    }.get(snapshot.phase, "CLOSED")


def status_of(
    snapshot: EndpointSnapshot,
    ready: StatusMessage,
    way_out: str | None,
    chosen: int | None,
    abandoned_by: Callable[[ConnectionSnapshot], str | None] = lambda _item: None,
) -> StatusMessage:
    """The message line from the first connect on.

    Args:
        ready: what it says while nothing is open.
        way_out: the remedy if many were refused. chosen: how many of many Send goes to; None: all.
        abandoned_by: the listener of ours in whose accept queue a connection was reset.
    """
    if snapshot.settings.role is Role.DATAGRAM:
        return _datagram(snapshot, ready)
    if snapshot.phase in (Phase.CONNECTING, Phase.SETTING_UP) and any(
        chip.state is ChipState.PLANNED for chip in snapshot.strip
    ):
        return setting_up(snapshot)
    if snapshot.reconnecting is not None:
        return reconnect_status(snapshot.reconnecting)
    if is_many(snapshot):
        return _many(snapshot, way_out, chosen)
    if snapshot.phase is Phase.CONNECTING:
        return StatusMessage("busy", msg("message.connecting", peer=snapshot.settings.address))
    newest = newest_open(snapshot)
    if newest is not None:
        if newest.connected_ns is None and newest.errno is not None:
            return StatusMessage(
                "bad", msg("message.never_connected", errno=newest.errno), why=True
            )
        if newest.errno is not None and snapshot.open_count == 1:
            listener = abandoned_by(newest)
            text = (
                msg(_broken(snapshot, newest.errno), errno=newest.errno)
                if listener is None
                else msg("message.broken_abandoned", errno=newest.errno, name=listener)
            )
            return StatusMessage("bad", text, why=True, way_out="connect_again")
        return _opened(snapshot, newest)
    last = snapshot.connections[-1] if snapshot.connections else None
    if last is not None:
        return _ended(last, kind_of(snapshot.settings), abandoned_by(last))
    if snapshot.phase is Phase.FAILED:
        return failed_before()
    return ready


def repeating_status(made: int, of: int, queued: int) -> StatusMessage:
    """The progress of a repeated Send; `of` 0: it goes on until it is stopped.

    `queued`: bytes that this program still holds, since the kernel takes no more.
    """
    key = "message.sending_of" if of else "message.sending_on"
    numbers = {"made": f"{made:,}", "of": f"{of:,}"}
    if queued >= BEHIND:
        return StatusMessage("busy", msg(f"{key}_behind", **numbers, queued=f"{queued:,}"))
    return StatusMessage("info", msg(key, **numbers))


def _datagram(snapshot: EndpointSnapshot, ready: StatusMessage) -> StatusMessage:
    if snapshot.phase not in OPEN:
        return ready
    newest = newest_open(snapshot)
    kind = kind_of(snapshot.settings)
    if newest is not None and newest.errno is not None:
        what = msg(fitting(f"{error_stem(newest.errno, None, kind)}.what", kind))
        return StatusMessage(
            "bad", msg("message.udp_failed", errno=newest.errno, what=what), why=True
        )
    if connected_datagram(snapshot):
        peer = newest.peer if newest is not None else None
        return StatusMessage(
            "good", msg("message.udp_connected", local=snapshot.local or "", peer=peer or "")
        )
    if snapshot.local is None:
        return StatusMessage("info", msg(fitting("message.udp_open_unnamed", kind)))
    return StatusMessage("info", msg("message.udp_open", local=snapshot.local))


def _many(snapshot: EndpointSnapshot, way_out: str | None, chosen: int | None) -> StatusMessage:
    """How the connections of the last Connect ended, in numbers; with [Why?] if something went
    wrong.
    """
    parts, found = tally(newest_round(snapshot))
    open_ones = "connected" in found or "finished" in found
    if not open_ones:
        text = msg("message.many", parts=parts)
    elif chosen == 0:
        text = msg("message.many_nobody", parts=parts)
    elif chosen is None:
        text = msg("message.many_send", parts=parts)
    else:
        text = msg("message.many_chosen", parts=parts, count=chosen)
    trouble = found & TROUBLE
    if trouble:
        return StatusMessage(
            "busy" if open_ones else "bad",
            text,
            why=True,
            way_out=way_out if "refused" in found else None,
        )
    if "waiting" in found:
        return StatusMessage("busy", text)
    return StatusMessage("good" if open_ones else "info", text)


def _opened(snapshot: EndpointSnapshot, newest: ConnectionSnapshot) -> StatusMessage:
    if newest.peer_finished and newest.deaf:
        return StatusMessage("busy", msg("message.deaf"))
    if newest.peer_finished:
        # our own direction may be closed too: then the kernel is past CLOSE_WAIT
        both = newest.measured and newest.state != "CLOSE_WAIT"
        key = "message.both_finished" if both else "message.peer_finished"
        return StatusMessage("busy", msg(fitting(key, kind_of(snapshot.settings))))
    if newest.connected_ns is None:
        if snapshot.phase is Phase.OPEN:
            return StatusMessage("info", msg("message.not_yet_connected"))
        return setting_up(snapshot)
    took = took_to_connect(newest)
    key = "message.connected_send" if not newest.bytes_out else "message.connected"
    if newest.local is None:  # AF_UNIX: a client seldom has a name
        key += "_unnamed"
    return StatusMessage("good", msg(key, local=newest.local or "", took=took))


def _ended(last: ConnectionSnapshot, kind: SocketKind, listener: str | None) -> StatusMessage:
    if listener is not None:
        text = msg("message.closed_abandoned", errno=last.errno or "", name=listener)
        return StatusMessage("bad", text, why=True)
    if last.close_cause in (CloseCause.FAILED, CloseCause.TIMED_OUT, CloseCause.RESET):
        text = msg(
            fitting(f"message.closed_{last.close_cause.name.lower()}", kind), errno=last.errno or ""
        )
        return StatusMessage("bad", text, why=True)
    cause = last.close_cause or CloseCause.LOCAL
    if cause is CloseCause.ABORTED:
        key = {True: "reset", False: "finished", None: "unknown"}[was_reset(last)]
        return StatusMessage(
            "info", msg(fitting(f"message.aborted_{key}", kind), state=last.aborted_in or "")
        )
    return StatusMessage("info", msg(f"message.closed_{cause.name.lower()}"))


def is_open(snapshot: EndpointSnapshot) -> bool:
    """Whether at least one connection exists."""
    return any(
        x.closed_ns is None and x.connected_ns is not None and x.errno is None
        for x in snapshot.connections
    )


def is_many(snapshot: EndpointSnapshot) -> bool:
    """Whether several connections are meant or alive; an earlier one that is gone does not
    count.
    """
    return len(snapshot.connections) > 1 and (
        snapshot.settings.count > 1 or snapshot.open_count > 1
    )


def why_not_connect(snapshot: EndpointSnapshot, *, datagram: bool) -> Sentence | None:
    """Why Connect is disabled; None: it can be pressed."""
    if snapshot.phase in (Phase.CONNECTING, Phase.SETTING_UP):
        return msg("why.connecting")
    if datagram:
        return msg("why.already_connected") if connected_datagram(snapshot) else None
    newest = newest_open(snapshot)
    if (
        newest is not None
        and newest.peer_finished
        and newest.measured
        and (newest.state not in TWO_WAY)
    ):
        return msg("why.finished")
    return msg("why.already_connected") if is_open(snapshot) else None


def connected_datagram(snapshot: EndpointSnapshot) -> bool:
    """Whether the socket has a fixed peer: connect() was called on it."""
    newest = newest_open(snapshot)
    return newest is not None and newest.peer is not None
