"""What a client's state and message say, from a snapshot alone."""

from __future__ import annotations

from collections.abc import Callable

from workbench.engine.family import SocketKind, error_stem, fitting, kind_of
from workbench.engine.settings import Role
from workbench.engine.snapshot import (
    ChipState,
    CloseCause,
    ConnectionSnapshot,
    EndpointSnapshot,
    Phase,
)
from workbench.silence import TWO_WAY
from workbench.ui.endpoint_status import (
    OPEN,
    Show,
    failed_before,
    newest_open,
    setting_up,
    was_reset,
)
from workbench.ui.outcomes import TROUBLE, newest_round, tally
from workbench.ui.panel_parts.lines import took_to_connect
from workbench.ui.panel_parts.message_line import Message, WayOut
from workbench.ui.wording import Sentence, say


def state_of(snapshot: EndpointSnapshot) -> str:
    """The word in the badge: the kernel's of the newest connection, where there is one."""
    if snapshot.phase is Phase.CONNECTING:
        return "SYN_SENT" if snapshot.settings.family != "AF_UNIX" else "CONNECTING"
    newest = newest_open(snapshot)
    if newest is not None and snapshot.settings.role is Role.STREAM:
        return newest.state
    return {
        Phase.OPEN: "OPEN", Phase.BOUND: "OPEN", Phase.SETTING_UP: "SETTING UP",
        Phase.FAILED: "FAILED",
    }.get(snapshot.phase, "CLOSED")


def status_of(snapshot: EndpointSnapshot, ready: Message, why: Show, again: Show,
              way_out: WayOut | None, chosen: int | None,
              abandoned_by: Callable[[ConnectionSnapshot], str | None] = lambda _item: None
              ) -> Message:
    """The message line from the first connect on.

    Args:
        ready: what it says while nothing is open.
        why: shows the event behind a failure. again: connects anew.
        way_out: of many that were refused. chosen: how many of many Send goes to; None: all.
        abandoned_by: the listener of ours in whose accept queue a connection was reset.
    """
    if snapshot.settings.role is Role.DATAGRAM:
        return _datagram(snapshot, ready, why)
    if snapshot.phase in (Phase.CONNECTING, Phase.SETTING_UP) and any(
        chip.state is ChipState.PLANNED for chip in snapshot.strip
    ):
        return setting_up(snapshot)
    if is_many(snapshot):
        return _many(snapshot, why, way_out, chosen)
    if snapshot.phase is Phase.CONNECTING:
        return Message("busy", say("message.connecting", peer=snapshot.settings.address))
    newest = newest_open(snapshot)
    if newest is not None:
        if newest.connected_ns is None and newest.errno is not None:
            return Message("bad", say("message.never_connected", errno=newest.errno), why=why)
        if newest.errno is not None and snapshot.open_count == 1:
            listener = abandoned_by(newest)
            text = say("message.broken", errno=newest.errno) if listener is None else say(
                "message.broken_abandoned", errno=newest.errno, name=listener)
            return Message("bad", text, why=why,
                           way_out=WayOut("connect_again", again))
        return _opened(snapshot, newest)
    last = snapshot.connections[-1] if snapshot.connections else None
    if last is not None:
        return _ended(last, why, kind_of(snapshot.settings), abandoned_by(last))
    if snapshot.phase is Phase.FAILED:
        return failed_before(why)
    return ready


def _datagram(snapshot: EndpointSnapshot, ready: Message, why: Show) -> Message:
    if snapshot.phase not in OPEN:
        return ready
    newest = newest_open(snapshot)
    kind = kind_of(snapshot.settings)
    if newest is not None and newest.errno is not None:
        what = say(fitting(f"{error_stem(newest.errno, None, kind)}.what", kind))
        return Message("bad", say("message.udp_failed", errno=newest.errno, what=what), why=why)
    if connected_datagram(snapshot):
        peer = newest.peer if newest is not None else None
        return Message("good", say("message.udp_connected", local=snapshot.local or "",
                                   peer=peer or ""))
    if snapshot.local is None:
        return Message("info", say(fitting("message.udp_open_unnamed", kind)))
    return Message("info", say("message.udp_open", local=snapshot.local))


def _many(snapshot: EndpointSnapshot, why: Show, way_out: WayOut | None,
          chosen: int | None) -> Message:
    """Of the last Connect: how many came out how; [Why?] where something went wrong."""
    parts, found = tally(newest_round(snapshot))
    open_ones = "connected" in found or "finished" in found
    if not open_ones:
        text = say("message.many", parts=parts)
    elif chosen == 0:
        text = say("message.many_nobody", parts=parts)
    elif chosen is None:
        text = say("message.many_send", parts=parts)
    else:
        text = say("message.many_chosen", parts=parts, count=chosen)
    trouble = found & TROUBLE
    if trouble:
        return Message("busy" if open_ones else "bad", text, why=why,
                       way_out=way_out if "refused" in found else None)
    if "waiting" in found:
        return Message("busy", text)
    return Message("good" if open_ones else "info", text)


def _opened(snapshot: EndpointSnapshot, newest: ConnectionSnapshot) -> Message:
    if newest.peer_finished:
        # our own direction may be closed too: then the kernel is past CLOSE_WAIT
        both = newest.measured and newest.state != "CLOSE_WAIT"
        return Message("busy", say("message.both_finished" if both else "message.peer_finished"))
    if newest.connected_ns is None:
        if snapshot.phase is Phase.OPEN:
            return Message("info", say("message.not_yet_connected"))
        return setting_up(snapshot)
    took = took_to_connect(newest)
    key = "message.connected_send" if not newest.bytes_out else "message.connected"
    if newest.local is None:  # AF_UNIX: a client seldom has a name
        key += "_unnamed"
    return Message("good", say(key, local=newest.local or "", took=took))


def _ended(last: ConnectionSnapshot, why: Show, kind: SocketKind, listener: str | None) -> Message:
    if listener is not None:
        text = say("message.closed_abandoned", errno=last.errno or "", name=listener)
        return Message("bad", text, why=why)
    if last.close_cause in (CloseCause.FAILED, CloseCause.TIMED_OUT, CloseCause.RESET):
        text = say(fitting(f"message.closed_{last.close_cause.name.lower()}", kind),
                   errno=last.errno or "")
        return Message("bad", text, why=why)
    cause = last.close_cause or CloseCause.LOCAL
    if cause is CloseCause.ABORTED:
        key = {True: "reset", False: "finished", None: "unknown"}[was_reset(last)]
        return Message("info", say(fitting(f"message.aborted_{key}", kind),
                                   state=last.aborted_in or ""))
    return Message("info", say(f"message.closed_{cause.name.lower()}"))


def is_open(snapshot: EndpointSnapshot) -> bool:
    """Whether at least one connection stands."""
    return any(x.closed_ns is None and x.connected_ns is not None and x.errno is None
               for x in snapshot.connections)


def is_many(snapshot: EndpointSnapshot) -> bool:
    """Several connections are meant or live; an earlier one that is gone does not count."""
    return len(snapshot.connections) > 1 and (
        snapshot.settings.count > 1 or snapshot.open_count > 1
    )


def why_not_connect(snapshot: EndpointSnapshot, *, datagram: bool) -> Sentence | None:
    """Why Connect is off; None where it can be pressed."""
    if snapshot.phase in (Phase.CONNECTING, Phase.SETTING_UP):
        return say("why.connecting")
    if datagram:
        return say("why.already_connected") if connected_datagram(snapshot) else None
    newest = newest_open(snapshot)
    if newest is not None and newest.peer_finished and newest.measured and (
        newest.state not in TWO_WAY
    ):
        return say("why.finished")
    return say("why.already_connected") if is_open(snapshot) else None


def connected_datagram(snapshot: EndpointSnapshot) -> bool:
    """Whether the socket has a fixed peer: connect() was called on it."""
    newest = newest_open(snapshot)
    return newest is not None and newest.peer is not None
