"""Why nothing happens on a connection, derived from its readings and never guessed."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Final

from workbench.engine.model.family import TCP, SocketKind, fitting
from workbench.engine.model.snapshot import ConnectionSnapshot, Hold
from workbench.texts import sentences, tr

AFTER: Final = 2.0
"""Seconds without an event after which a connection that waits or owes bytes counts as silent."""


PEER_FINISHED: Final = "CLOSE_WAIT"
"""The kernel's state once the peer's FIN is in, whether recv() has told of it or not."""
CONNECTING: Final = frozenset({"SYN_SENT", "CONNECTING"})
"""A connect() that has no answer yet; the second word is this program's, for AF_UNIX."""
TWO_WAY: Final = frozenset({"ESTABLISHED", PEER_FINISHED, "SYN_RECV"})
"""Measured states in which this end can still send."""


def is_owing(item: ConnectionSnapshot) -> bool:
    """Whether something should be going on: a waiting call, or undelivered bytes."""
    if item.closed_ns is not None:
        return False
    return bool(
        item.waiting
        or item.queued
        or item.unsent
        or item.delayed
        or is_left_to_us(item)
        or why_held(item) is not None
        or item.connected_ns is None
    )


def why_held(item: ConnectionSnapshot) -> str | None:
    """The key of the sentence for an open connection that is not read automatically, though there
    is something to read, or may be.
    """
    match item.hold if item.closed_ns is None and not item.peer_finished else None:
        case Hold.ANSWERS:
            return "silence.held_answers"
        case Hold.RECORD:
            return "silence.held_record"
        case Hold.GATE if item.unread and item.waiting is None:
            return "silence.held_gate"
    return None


def is_left_to_us(item: ConnectionSnapshot) -> bool:
    """Whether the next call is up to us: the peer has finished, or the connection is broken."""
    if item.closed_ns is not None:
        return False
    broken = item.errno is not None and item.connected_ns is not None
    return item.peer_finished or broken or (item.measured and item.state == PEER_FINISHED)


def why_left_to_us(item: ConnectionSnapshot) -> str:
    """The key of the sentence for a connection on which only we can continue."""
    if item.errno is not None:
        return "silence.broken"
    if not item.peer_finished:
        return "silence.fin_unread"
    if item.deaf:
        return "silence.deaf"
    both = item.measured and item.state not in TWO_WAY
    return "silence.both_finished" if both else "silence.peer_finished"


def reason(
    item: ConnectionSnapshot, seconds: float, kind: SocketKind = TCP
) -> tuple[str, dict[str, object]] | None:
    """Key and gaps of the sentence for a connection that has been silent for that long; None:
    nothing is due.

    The full reading makes it more exact; without one, only what the table shows is used.
    """
    if not is_owing(item):
        return None
    reading = item.reading
    if item.state in CONNECTING:
        repeats = reading.retransmits if reading is not None else None
        key = "silence.syn" if repeats is not None else fitting("silence.syn_unread", kind)
        return key, {"seconds": f"{seconds:.0f}", "count": (repeats or 0) + 1}
    if is_left_to_us(item):
        return why_left_to_us(item), {"errno": item.errno or ""}
    held = why_held(item)
    if held is not None:
        return held, {"count": item.queued if item.hold is Hold.ANSWERS else item.unread or 0}
    if item.unsent or item.queued:
        key, values = _unsent(item)
        return fitting(key, kind), values
    if item.delayed:
        return "silence.delayed", {"count": item.delayed}
    if item.waiting is not None:
        if reading is not None and reading.last_data_recv_ms is not None and item.bytes_in:
            seconds = reading.last_data_recv_ms / 1000
        return "silence.nothing_came", {"seconds": f"{seconds:.0f}", "call": item.waiting.call}
    return None


def why_silent(item: ConnectionSnapshot, seconds: float, kind: SocketKind = TCP) -> str | None:
    """`reason` in words, and what else waits in this program."""
    found = reason(item, seconds, kind)
    if found is None:
        return None
    key, gaps = found
    told = not item.queued or key == "silence.held_answers"
    counts = {name: f"{gap:,}" if isinstance(gap, int) else gap for name, gap in gaps.items()}
    queued = "" if told else tr("silence.queued", count=f"{item.queued:,}")
    return sentences(tr(key, **counts), queued)


def _unsent(item: ConnectionSnapshot) -> tuple[str, dict[str, object]]:
    """Why the bytes in the kernel's send buffer do not leave it."""
    reading, count = item.reading, item.unsent or 0
    if reading is not None and reading.snd_wnd == 0:
        return "silence.window", {"count": count}
    if reading is not None and reading.retransmits:
        return "silence.unanswered", {"count": count, "times": reading.retransmits}
    return "silence.unsent", {"count": count}


class Silences:
    """How long each connection of an endpoint has had no event."""

    def __init__(self) -> None:
        self._last: dict[int, tuple[tuple[object, ...], float]] = {}

    def track(self, items: Iterable[ConnectionSnapshot]) -> None:
        """Look at all of them, ten times a second."""
        now = time.monotonic()
        last, self._last = self._last, {}
        for item in items:
            if not is_owing(item):
                continue
            activity = (item.bytes_in, item.bytes_out, item.state, item.waiting)
            before = last.get(item.id)
            since = before[1] if before is not None and before[0] == activity else now
            self._last[item.id] = (activity, since)

    def why(self, item: ConnectionSnapshot, kind: SocketKind = TCP) -> tuple[str, str]:
        """Why nothing happens on one of them, as a sentence and in a few words; "": something does.
        That the next call is up to us, or what holds it, does not depend on time.
        """
        since = self._last.get(item.id)
        seconds = time.monotonic() - since[1] if since is not None else 0.0
        at_once = why_left_to_us(item) if is_left_to_us(item) else why_held(item)
        if at_once is not None:
            return why_silent(item, seconds, kind) or "", tr(f"{at_once}_short")
        if seconds < AFTER:
            return "", ""
        return why_silent(item, seconds, kind) or "", ""
