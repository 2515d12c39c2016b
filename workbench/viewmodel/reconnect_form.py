"""The fields of connecting again, and the message while it is under way."""

from __future__ import annotations

from typing import Final

from workbench.engine.model.settings import Reconnect
from workbench.engine.model.snapshot import Reconnecting
from workbench.viewmodel import parse_fields
from workbench.viewmodel.message import StatusMessage, msg

TIMES_MOST: Final = 100_000
NO_LIMIT: Final = "∞"
_AS_TYPED: Final = frozenset({NO_LIMIT, "*", "inf"})


def show_times(reconnect: Reconnect | None) -> str:
    """How often, as the field spells it."""
    if reconnect is None:
        return "0"
    return str(reconnect.times or NO_LIMIT)


def parse_reconnect(times: str, first: str, most: str) -> Reconnect | None:
    """The setting in three fields; None: never. Raises Problem: they cannot be understood."""
    shown = times.strip()
    if shown in _AS_TYPED:
        count = 0
    else:
        count = parse_fields.parse_whole(shown or "0", least=0, most=TIMES_MOST)
        if not count:
            return None
    return Reconnect(parse_fields.parse_seconds(first), parse_fields.parse_seconds(most), count)


def reconnect_status(state: Reconnecting) -> StatusMessage:
    """What is to come, or that nothing is any more."""
    if state.wait is None:
        over = msg("message.again_over", times=state.attempt)
        return StatusMessage("bad", over, way_out="connect_again")
    key = "message.again" if state.lost else "message.again_nothing"
    return StatusMessage("busy", msg(key, seconds=f"{state.wait:g}", attempt=state.attempt))
