"""When a panel has to be drawn again although no call was made: a queue fills, time passes."""

from __future__ import annotations

from typing import Final

from workbench.engine.model.settings import GateMode
from workbench.engine.model.snapshot import ChipState, ConnectionSnapshot, EndpointSnapshot, Phase
from workbench.viewmodel.endpoint_status import OPEN
from workbench.viewmodel.panel_state import PanelState
from workbench.viewmodel.silence import is_owing

SECOND: Final = 1_000_000_000
TENTH_MS: Final = 100
"""Milliseconds between two looks at a clock that shows tenths of a second."""


def is_restless(snapshot: EndpointSnapshot) -> bool:
    """Whether the kernel may change what is shown without a call of ours: a queue that fills."""
    if snapshot.phase in (Phase.SETTING_UP, Phase.CONNECTING):
        return True
    gates = (snapshot.accept, snapshot.receive, snapshot.send)
    if GateMode.PAUSED in gates and snapshot.phase in OPEN:
        return True
    return any(item.unread or item.unsent or item.queued for item in snapshot.connections)


def next_tick(state: PanelState, now_ns: int) -> int | None:
    """Milliseconds until a displayed running time changes; None: none is displayed."""
    waiting = [chip for chip in state.chips if chip.state is ChipState.WAITING]
    rows = [row.item for row in state.rows.rows if isinstance(row.item, ConnectionSnapshot)]
    if any(chip.deadline_ns is not None for chip in waiting) or any(
        item.waiting is not None and item.connected_ns is None and item.closed_ns is None
        for item in rows
    ):
        return TENTH_MS
    since = [chip.t_ns for chip in waiting if chip.t_ns is not None]
    rests = [SECOND - (now_ns - t_ns) % SECOND for t_ns in since]
    if any(is_owing(item) for item in rows):
        rests.append(SECOND // 2)
    return min(rests) // 1_000_000 + 1 if rests else None
