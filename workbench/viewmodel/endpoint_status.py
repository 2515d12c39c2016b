"""Questions about an endpoint's snapshot: whether it is open, and which connection is meant."""

from __future__ import annotations

from typing import Final

from workbench.engine.model.settings import Pace, Role
from workbench.engine.model.snapshot import (
    Chip,
    ChipState,
    ConnectionSnapshot,
    EndpointSnapshot,
    Phase,
)
from workbench.viewmodel.message import StatusMessage, msg

OPEN: Final = frozenset(
    {Phase.SETTING_UP, Phase.BOUND, Phase.LISTENING, Phase.CONNECTING, Phase.OPEN}
)
"""Phases in which there is a socket, or will be in a moment."""
PLANNING: Final = frozenset({Phase.IDLE, Phase.SETTING_UP, Phase.CONNECTING})
"""Phases in which calls are to come that follow from the settings."""
RESETTABLE: Final = frozenset({"SYN_RECV", "ESTABLISHED", "FIN_WAIT1", "FIN_WAIT2", "CLOSE_WAIT"})


def was_reset(item: ConnectionSnapshot) -> bool | None:
    """Whether our abort reset the connection, as it does in the states that RFC 9293 (3.10.5)
    names.

    False: both directions were finished, and nothing was left to reset. None: its state is unknown.
    """
    return None if item.aborted_in is None else item.aborted_in in RESETTABLE


def is_full(snapshot: EndpointSnapshot) -> bool:
    """Whether the accept queue was seen to be full: the kernel admits one more than the limit."""
    return snapshot.queue is not None and snapshot.queue[0] > snapshot.queue[1]


def newest_open(snapshot: EndpointSnapshot) -> ConnectionSnapshot | None:
    """The newest connection that is not closed."""
    return next((x for x in reversed(snapshot.connections) if x.closed_ns is None), None)


def in_question(
    snapshot: EndpointSnapshot, number: int | None, *, server: bool
) -> ConnectionSnapshot | None:
    """The connection that the call strip continues with: the chosen one; if none is chosen, the
    newest open one of a client, or of a server whose calls are made one by one.

    Args:
        number: of the chosen connection; None: none is chosen.
    """
    chosen = next((x for x in snapshot.connections if x.number == number), None)
    if chosen is not None and not (server and _before(chosen, snapshot)):
        return chosen
    by_hand = snapshot.calls is Pace.STEP
    if server and snapshot.settings.role is not Role.DATAGRAM and not by_hand:
        return None  # the listener's own accept() is in question
    last = snapshot.connections[-1] if snapshot.connections and not server else None
    return newest_open(snapshot) or last


def _before(item: ConnectionSnapshot, snapshot: EndpointSnapshot) -> bool:
    """Whether it belongs to an earlier listening socket, whose calls are history."""
    return item.closed_ns is not None and item.id < (snapshot.connection or 0)


def setting_up(snapshot: EndpointSnapshot) -> StatusMessage:
    """Whether a set-up is under way that is made by hand, so that it says which call is next."""
    planned = next((chip for chip in snapshot.strip if chip.state is ChipState.PLANNED), None)
    if planned is None or snapshot.calls is not Pace.STEP:
        return StatusMessage("busy", msg("message.setting_up"))
    return StatusMessage("busy", msg("message.next_call", call=f"{planned.call}({planned.args})"))


def held(coming: Chip | None) -> StatusMessage | None:
    """Whether what was to be sent waits for Next call, which Send itself does not show."""
    if coming is None or coming.call != "send":
        return None
    return StatusMessage("busy", msg("message.next_call", call=f"{coming.call}({coming.args})"))


def failed_before() -> StatusMessage:
    """Whether the endpoint failed and has nothing open."""
    return StatusMessage("bad", msg("message.failed_before"), why=True)
