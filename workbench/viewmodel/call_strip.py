"""The chips of the call strip: which calls, in which order, with which words."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from workbench.engine.model.planned_calls import CALLS
from workbench.engine.model.settings import Role
from workbench.engine.model.snapshot import (
    Chip,
    ChipState,
    CloseCause,
    ConnectionSnapshot,
    EndpointSnapshot,
    Phase,
)
from workbench.texts import tr
from workbench.viewmodel.layer_chips import OPENINGS

MOST_CHIPS: Final = 24
SECOND: Final = 1_000_000_000
_WITH_FD: Final = frozenset({"socket", "accept"})
_WITH_BYTES: Final = frozenset({"send", "recv", "sendto", "recvfrom"})
_WITH_ARGUMENTS: Final = _WITH_BYTES | {"bind", "connect"}
"""Those that take some, also while nobody knows them."""
_UNDER_WAY: Final = frozenset({Phase.SETTING_UP, Phase.CONNECTING})


def chips_of(
    snapshot: EndpointSnapshot,
    planned: tuple[Chip, ...] = (),
    item: ConnectionSnapshot | None = None,
    recent: tuple[Chip, ...] = (),
    coming: Chip | None = None,
) -> tuple[Chip, ...]:
    """The calls to show, in order: made, under way, to come.

    Args:
        planned: the calls that a start will make, and what follows them.
        item: the connection in question; `recent`: its newest calls.
        coming: what Next call will do.
    """
    made = [_settled(chip, snapshot) for chip in snapshot.strip[-MOST_CHIPS:]]
    if not made and snapshot.phase is Phase.IDLE:
        return planned
    if item is not None and is_stream_of_another(snapshot, item):
        made = []  # of many, the endpoint's strip belongs to the newest one
    to_come = [chip for chip in made if chip.state is ChipState.PLANNED]
    begun = [chip for chip in made if chip.state is not ChipState.PLANNED]
    called = [chip for chip in recent if chip.state is not ChipState.WAITING]
    # calls made on a socket by hand may come between the calls of its set-up
    chips = [*sorted([*begun, *called], key=lambda chip: chip.t_ns or 0), *to_come]
    # a datagram socket is read from socket() on: nothing comes while it is being made
    if not to_come:
        chips += [chip for chip in recent if chip.state is ChipState.WAITING]
    waiting = item.waiting if item is not None else snapshot.waiting
    opening = any(
        chip.call in OPENINGS.values() and chip.state is ChipState.WAITING for chip in chips
    )  # what connect is still waiting for
    if (
        waiting is not None
        and not opening
        and all(chip.state is not ChipState.WAITING or chip.call != waiting.call for chip in chips)
    ):
        chips.append(
            Chip(
                waiting.call,
                "",
                ChipState.WAITING,
                waiting.since_ns,
                deadline_ns=waiting.deadline_ns,
            )
        )
    if snapshot.phase in _UNDER_WAY:
        chips += [chip for chip in planned if chip.call not in CALLS]
    elif coming is not None:
        chips.append(coming)
    return tuple(chips)


def is_stream_of_another(snapshot: EndpointSnapshot, item: ConnectionSnapshot) -> bool:
    """Whether the set-up that the endpoint shows belongs to another of its connections."""
    return snapshot.settings.role is Role.STREAM and any(
        chip.connection not in (None, item.id) for chip in snapshot.strip
    )


def _settled(chip: Chip, snapshot: EndpointSnapshot) -> Chip:
    """The outcome of a connect that had to wait: the connection knows it, the call did not."""
    newest = snapshot.connections[-1] if snapshot.connections else None
    if chip.call != "connect" or chip.state is not ChipState.DONE or newest is None:
        return chip
    if newest.connected_ns is not None:
        took = newest.connected_ns - (newest.connect_ns or newest.opened_ns)
        return replace(chip, took_ns=took)
    if chip.result is not None:
        return chip
    if newest.closed_ns is None:
        waiting = newest.waiting or snapshot.waiting
        return replace(
            chip,
            state=ChipState.WAITING,
            deadline_ns=waiting.deadline_ns if waiting is not None else None,
        )
    if newest.close_cause is CloseCause.TIMED_OUT:
        return replace(chip, state=ChipState.FAILED, errno=newest.errno or "TimeoutError")
    if newest.close_cause is CloseCause.FAILED:
        return replace(chip, state=ChipState.FAILED, errno=newest.errno)
    return chip


def label(chip: Chip, now_ns: int) -> str:
    """The shortest text of a chip."""
    match chip.state:
        case ChipState.FAILED if chip.errno:
            return f"{chip.call} {chip.errno}"
        case ChipState.DONE if chip.call in _WITH_FD and chip.result is not None:
            return f"{chip.call} fd {chip.result}"
        case ChipState.DONE if chip.call in _WITH_BYTES:
            return f"{chip.call} {chip.result} B"
        case ChipState.WAITING if chip.deadline_ns is not None:
            left = max(0.0, (chip.deadline_ns - now_ns) / SECOND)
            return tr("chip.left", call=chip.call, seconds=f"{left:.1f}")
        case ChipState.WAITING if chip.t_ns is not None:
            seconds = max(0, now_ns - chip.t_ns) // SECOND
            return tr("chip.since", call=chip.call, seconds=seconds)
    return chip.call


def bracketed(chip: Chip) -> str:
    """A planned call with its brackets; … stands for the arguments."""
    return f"{chip.call}({'…' if chip.args or chip.call in _WITH_ARGUMENTS else ''})"


def in_full(chip: Chip, short: str) -> str:
    """The longest text: the arguments of a planned call, and what a call was for or how long it
    took.
    """
    if chip.state is ChipState.PLANNED:
        return f"{chip.call}({chip.args})" if chip.args else bracketed(chip)
    if chip.state is not ChipState.DONE:
        return short
    if chip.call == "connect" and chip.took_ns is not None:
        return f"{short} {chip.took_ns / 1e6:.2f} ms"
    if chip.call == "listen":
        return f"listen({chip.args})"
    if chip.call == "bind":
        port = chip.args.rpartition(",")[2].strip(" )")
        return f"bind :{port}" if port.isdecimal() else short
    return short
