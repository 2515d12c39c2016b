"""What the program can do about an explained event, if it fits the current state."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from workbench.engine.model.layer_fault import VERIFY_FAILED
from workbench.engine.model.snapshot import ConnectionSnapshot, EndpointSnapshot, Phase
from workbench.viewmodel.address_form import UNIX
from workbench.viewmodel.client_state import LinkState, way_to_link
from workbench.viewmodel.endpoint_status import OPEN

if TYPE_CHECKING:
    from workbench.journal.reader import Row

NO_DESCRIPTOR: Final = frozenset({"EMFILE", "ENFILE", "TimeoutError"})
TIMEOUTS: Final = frozenset({"TimeoutError", "ETIMEDOUT"})


def way_to_port(errno: str | None, family: str) -> str | None:
    """The remedy for a bind that failed: another port."""
    if family == UNIX:
        return None
    return {"EADDRINUSE": "next_port", "EACCES": "free_port"}.get(errno or "")


def server_remedies(row: Row, snapshot: EndpointSnapshot, family: str) -> Iterator[str]:
    """Keys of the remedies for an event of a listener or a bound datagram socket.

    `family`: that in its settings now.
    """
    trouble = row.errno or row.error
    if snapshot.phase not in OPEN and row.call == "bind":
        way = way_to_port(trouble, family)
        if way is not None:
            yield way
    if row.call == "accept" and trouble in NO_DESCRIPTOR and snapshot.phase is Phase.LISTENING:
        yield "accept_one_now"
    if row.call == "recvfrom" and trouble == "TimeoutError" and snapshot.phase in OPEN:
        yield "wait_again"
    if row.ends_stream and open_one(row, snapshot) is not None:
        yield "close_now"


def client_remedies(
    row: Row, snapshot: EndpointSnapshot, link: LinkState, *, datagram: bool
) -> Iterator[str]:
    """Keys of the remedies for an event of a stream that connects, or of an unbound datagram
    socket; `datagram`: it is chosen in the fields.
    """
    trouble = row.errno or row.error
    has_socket = snapshot.open_count > 0 or snapshot.phase in OPEN
    if row.ends_stream and open_one(row, snapshot) is not None:
        yield "close_now"
    if row.call == "recvfrom" and trouble == "TimeoutError" and has_socket:
        yield "wait_again"
    if snapshot.phase in OPEN or trouble is None or datagram:
        return
    listening = link.phase is Phase.LISTENING
    way = way_to_link(link, trouble, datagram=datagram)
    if way is not None and (not listening or trouble == VERIFY_FAILED):
        yield way
    if row.call == "connect" and trouble in TIMEOUTS and listening:
        yield "accept_one_there"
    yield "connect_again"


def open_one(row: Row, snapshot: EndpointSnapshot) -> ConnectionSnapshot | None:
    """The connection of an event, if it is open."""
    items = (item for item in snapshot.connections if item.id == row.connection)
    return next((item for item in items if item.closed_ns is None), None)
