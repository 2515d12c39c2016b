"""What the program can do about an event that Explain shows: only what fits the present state."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Final

from workbench.engine.model import commands as c
from workbench.engine.model.snapshot import ConnectionSnapshot, EndpointSnapshot, Phase
from workbench.viewmodel.endpoint_status import OPEN
from workbench.viewmodel.message import Remedy

if TYPE_CHECKING:
    from workbench.journal.reader import Row
    from workbench.ui.endpoint.client_panel import ClientPanel
    from workbench.ui.endpoint.server_panel import ServerPanel

NO_DESCRIPTOR: Final = frozenset({"EMFILE", "ENFILE", "TimeoutError"})
TIMEOUTS: Final = frozenset({"TimeoutError", "ETIMEDOUT"})


def server_ways(panel: ServerPanel, row: Row) -> Iterator[Remedy]:
    """For an event of a listener or a bound datagram socket."""
    snapshot = panel.controller.snapshot(panel.name)
    trouble = row.errno or row.error
    if snapshot.phase not in OPEN and row.call == "bind":
        way = panel.way_out(c.Start(panel.name), trouble)
        if way is not None:
            yield way
    if row.call == "accept" and trouble in NO_DESCRIPTOR and snapshot.phase is Phase.LISTENING:
        yield Remedy("accept_one_now", panel.accept_gate.step)
    if row.call == "recvfrom" and trouble == "TimeoutError" and snapshot.phase in OPEN:
        yield Remedy("wait_again", panel.receive_once.click)
    item = _open_one(snapshot, row)
    if item is not None and _peer_finished(row):
        yield Remedy("close_now", partial(_close, panel, item.number))


def client_ways(panel: ClientPanel, row: Row) -> Iterator[Remedy]:
    """For an event of a stream that connects, or of an unbound datagram socket."""
    snapshot = panel.controller.snapshot(panel.name)
    trouble = row.errno or row.error
    if _open_one(snapshot, row) is not None and _peer_finished(row):
        yield Remedy("close_now", panel.ends.close.click)
    if row.call == "recvfrom" and trouble == "TimeoutError" and panel.receive_once.isEnabled():
        yield Remedy("wait_again", panel.receive_once.click)
    if snapshot.phase in OPEN or trouble is None or panel.address_line.datagram:
        return
    listening = panel.link.phase is Phase.LISTENING
    way = panel.way_out(c.Connect(panel.name), trouble)
    if way is not None and not listening:
        yield way
    if row.call == "connect" and trouble in TIMEOUTS and listening:
        yield Remedy("accept_one_there", panel.link.accept_one)
    yield Remedy("connect_again", panel.start)


def _peer_finished(row: Row) -> bool:
    return row.ends_stream


def _open_one(snapshot: EndpointSnapshot, row: Row) -> ConnectionSnapshot | None:
    return next(
        (
            item
            for item in snapshot.connections
            if item.id == row.connection and item.closed_ns is None
        ),
        None,
    )


def _close(panel: ServerPanel, number: int) -> None:
    panel.act("close", c.Close(panel.name, connection=number))
