"""Why nothing happens on a connection: named from its readings alone, never guessed (DESIGN 7)."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Final

from workbench.engine.snapshot import ConnectionSnapshot
from workbench.texts import tr

AFTER: Final = 2.0
"""Seconds without an event after which a connection that waits or owes bytes counts as silent."""


def is_owing(item: ConnectionSnapshot) -> bool:
    """Whether there is something that should go on: a waiting call, or bytes not delivered."""
    if item.closed_ns is not None:
        return False
    return bool(item.waiting or item.queued or item.unsent or item.peer_finished
                or item.connected_ns is None)


def why_silent(item: ConnectionSnapshot, seconds: float) -> str | None:
    """A sentence for a connection that has been silent for so long; None where it owes nothing.

    The whole reading makes it more exact; without one only what the table shows is used.
    """
    if not is_owing(item):
        return None
    reading = item.reading
    shown = f"{seconds:.0f}"
    if item.state == "SYN_SENT":
        repeats = reading.retransmits if reading is not None else None
        key = "silence.syn" if repeats is not None else "silence.syn_unread"
        return tr(key, seconds=shown, count=(repeats or 0) + 1)
    if item.peer_finished:
        return tr("silence.peer_finished")
    if item.unsent or item.queued:
        queued = f" {tr('silence.queued', count=item.queued)}" if item.queued else ""
        return _unsent(item) + queued
    if item.waiting is not None:
        if reading is not None and reading.last_data_recv_ms is not None and item.bytes_in:
            shown = f"{reading.last_data_recv_ms / 1000:.0f}"
        return tr("silence.nothing_came", seconds=shown, call=item.waiting.call)
    return None


def _unsent(item: ConnectionSnapshot) -> str:
    """Why the bytes in the kernel's send buffer do not leave it."""
    reading, count = item.reading, item.unsent or 0
    if reading is not None and reading.snd_wnd == 0:
        return tr("silence.window", count=count)
    if reading is not None and reading.retransmits:
        return tr("silence.unanswered", count=count, times=reading.retransmits)
    return tr("silence.unsent", count=count)


class Silences:
    """Remembers since when each connection of an endpoint has been without an event."""

    def __init__(self) -> None:
        self._last: dict[int, tuple[tuple[object, ...], float]] = {}

    def look(self, items: Iterable[ConnectionSnapshot]) -> dict[int, str]:
        """By connection: why it is silent, for those that have been for AFTER seconds."""
        now = time.monotonic()
        last, self._last = self._last, {}
        found: dict[int, str] = {}
        for item in items:
            if not is_owing(item):
                continue
            activity = (item.bytes_in, item.bytes_out, item.state, item.waiting)
            before = last.get(item.id)
            since = before[1] if before is not None and before[0] == activity else now
            self._last[item.id] = (activity, since)
            why = why_silent(item, now - since) if now - since >= AFTER else None
            if why is not None:
                found[item.id] = why
        return found
