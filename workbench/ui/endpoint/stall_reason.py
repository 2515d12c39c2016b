"""Why a connection of a table stands still: said on the message line, and its event selected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from workbench.engine.model.errors import PENDING
from workbench.engine.model.family import kind_of
from workbench.viewmodel.message import msg
from workbench.viewmodel.silence import reason

if TYPE_CHECKING:
    from workbench.engine.model.snapshot import ConnectionSnapshot
    from workbench.journal.reader import Row
    from workbench.ui.endpoint.endpoint_panel import EndpointPanel

FLUSH_BOUND: Final = 0.5
"""Seconds; what the kernel just told stands in the record after a few milliseconds."""


def explain(panel: EndpointPanel, number: int) -> None:
    """Say it, and lead to the event behind it: end of stream, a failure, else the newest."""
    controller = panel.controller
    item = next(
        (item for item in controller.snapshot(panel.name).connections if item.number == number),
        None,
    )
    if item is None:
        return
    controller.session.journal.flush(FLUSH_BOUND)
    rows = controller.reader.before(item.id, controller.session.journal.committed + 1)
    seq = _telling(rows)
    controller.select(endpoint=panel.name, connection=item.id, seq=seq, pinned=False)
    _say(panel, item)


def _telling(rows: list[Row]) -> int | None:
    newest: int | None = None
    for row in sorted(rows, key=lambda row: row.seq, reverse=True):
        newest = newest or row.seq
        if row.ends_stream or (row.error is not None and row.errno not in PENDING):
            return row.seq
    return newest


def _say(panel: EndpointPanel, item: ConnectionSnapshot) -> None:
    since = item.waiting.since_ns if item.waiting is not None else item.opened_ns
    found = reason(item, (panel.controller.now_ns() - since) / 1e9, kind_of(panel.settings))
    if found is not None:
        panel.tell("busy", msg(found[0], **found[1]))
