"""*Call by call* after the set-up: which call a script would make next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.engine.model import commands as c
from workbench.engine.model.settings import GateMode, Role
from workbench.engine.model.snapshot import (
    Chip,
    ChipState,
    ConnectionSnapshot,
    EndpointSnapshot,
    Phase,
)
from workbench.frozen import dataclass
from workbench.viewmodel.message import msg

if TYPE_CHECKING:
    from workbench.viewmodel.message import Sentence

_SET_UP = frozenset({Phase.LISTENING, Phase.OPEN, Phase.CONNECTING})


@dataclass(frozen=True, slots=True)
class NextCall:
    """A call that can be made now, and its chip."""

    command: c.Command
    chip: Chip


def next_call(snapshot: EndpointSnapshot, item: ConnectionSnapshot | None) -> NextCall | Sentence:
    """What Next call does; if there is nothing to do, why.

    A server answers first (what waits to be sent, then to be read), then it accepts; with no peer
    it waits in accept(), and with an idle peer in recv(), as a script would.

    Args:
        item: the connection that is chosen, or the newest.
    """
    planned = next((x for x in snapshot.strip if x.state is ChipState.PLANNED), None)
    if planned is not None:
        return NextCall(c.Step(snapshot.name, c.Gate.CALLS, wait=False), planned)
    if snapshot.phase not in _SET_UP:
        return msg("why.nothing_planned")
    still = [x for x in snapshot.connections if x.closed_ns is None and x.connected_ns is not None]
    held = snapshot.send is GateMode.PAUSED and any(x.queued for x in still)
    if held:
        count = sum(x.queued for x in still)
        return NextCall(
            c.Step(snapshot.name, c.Gate.SEND, wait=False),
            Chip("send", f"{count} B", ChipState.PLANNED),
        )
    listener = snapshot.settings.role is Role.LISTENER
    readable = [x for x in still if x.unread and x.waiting is None]
    if snapshot.receive is GateMode.PAUSED and readable:
        return _read(snapshot, _preferred(readable, item))
    if (
        listener
        and snapshot.accept is GateMode.PAUSED
        and (not still or (snapshot.queue is not None and snapshot.queue[0]))
    ):
        if snapshot.waiting is not None:
            return msg("why.waits", call=snapshot.waiting.call)
        return NextCall(
            c.Step(snapshot.name, c.Gate.ACCEPT, wait=False), Chip("accept", "", ChipState.PLANNED)
        )
    waits = next((x.waiting for x in still if x.waiting is not None), snapshot.waiting)
    if waits is not None:
        return msg("why.waits", call=waits.call)
    idle = [x for x in still if not x.peer_finished and x.errno is None]
    if snapshot.receive is GateMode.PAUSED and idle:
        return _read(snapshot, _preferred(idle, item))
    return msg("why.nothing_planned")


def _preferred(
    found: list[ConnectionSnapshot], item: ConnectionSnapshot | None
) -> ConnectionSnapshot:
    """The connection in question if it is among these, else the newest."""
    return next((x for x in found if item is not None and x.id == item.id), found[-1])


def _read(snapshot: EndpointSnapshot, item: ConnectionSnapshot) -> NextCall:
    datagram = snapshot.settings.role is Role.DATAGRAM
    return NextCall(
        c.Recv(snapshot.name, connection=None if datagram else item.number, wait=False),
        Chip("recvfrom" if datagram else "recv", str(snapshot.settings.bufsize), ChipState.PLANNED),
    )
