"""Why a connection makes no progress: the sentence, and the row of the record that shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.engine.model.errors import PENDING
from workbench.engine.model.family import kind_of
from workbench.viewmodel.message import Message, msg
from workbench.viewmodel.silence import reason

if TYPE_CHECKING:
    from collections.abc import Iterable

    from workbench.engine.model.settings import EndpointSettings
    from workbench.engine.model.snapshot import ConnectionSnapshot
    from workbench.journal.reader import Row


def telling_row(rows: Iterable[Row]) -> int | None:
    """The number of the most telling row of a connection: the newest end of stream or failure, else
    the newest of all. None: there is no row.
    """
    newest: int | None = None
    for row in sorted(rows, key=lambda row: row.seq, reverse=True):
        newest = newest or row.seq
        if row.ends_stream or (row.error is not None and row.errno not in PENDING):
            return row.seq
    return newest


def stall_reason(
    item: ConnectionSnapshot, settings: EndpointSettings, now_ns: int
) -> Message | None:
    """Why nothing happens on it, from its readings alone; None: nothing is due.

    `now_ns`: the time in nanoseconds since the record began.
    """
    since = item.waiting.since_ns if item.waiting is not None else item.opened_ns
    found = reason(item, (now_ns - since) / 1e9, kind_of(settings))
    return msg(found[0], **found[1]) if found is not None else None
