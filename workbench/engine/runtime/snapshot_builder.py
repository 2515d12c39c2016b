"""Builds the snapshot of an endpoint and its sockets, on the endpoint's thread."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Final

from workbench.engine.model.snapshot import ConnectionSnapshot, EndpointSnapshot

if TYPE_CHECKING:
    from workbench.engine.connection.connection import Connection
    from workbench.engine.endpoint.base import Endpoint
    from workbench.engine.model.settings import OptionValue

_AF_UNIX: Final = getattr(socket, "AF_UNIX", -1)
LOOKED_AT: Final = 200
"""Newest open connections whose state is read from the kernel."""


ALWAYS: Final = (
    "SO_REUSEADDR",
    "SO_RCVBUF",
    "SO_SNDBUF",
    "SO_KEEPALIVE",
    "SO_LINGER",
    "TCP_NODELAY",
)
"""Options whose values are shown though nobody has set them."""


def build_snapshot(
    endpoint: Endpoint,
    watched: frozenset[int],
    seen: frozenset[int] = frozenset(),
    revision: int = 0,
) -> EndpointSnapshot:
    """A frozen copy of everything that a panel shows.

    `watched`: connection ids whose kernel readings and options are read in full; `seen`:
    connections in sight, whose readings are.
    """
    detailed = watched | seen
    shown = list(endpoint.conversation_rows())
    first_looked = len(shown) - LOOKED_AT
    rows: list[ConnectionSnapshot] = [
        connection_snapshot(
            connection,
            look=index >= first_looked or connection.traced.id in detailed,
            detail=connection.traced.id in detailed,
        )
        for index, connection in enumerate(shown)
    ]
    closed = [
        connection_snapshot(connection, look=False, detail=False)
        for connection in endpoint.closed_rows()
    ]
    own = endpoint.own_connection()
    into, out = endpoint.registry.bytes_closed
    reads, sends = endpoint.registry.calls_closed
    return EndpointSnapshot(
        name=endpoint.settings.name,
        settings=endpoint.settings,
        phase=endpoint.phase,
        connection=own.traced.id if own is not None else None,
        local=_local(own) if own is not None else None,
        options=_effective(endpoint, watched),
        reading=own.traced.reading()
        if own is not None and own.open and own.traced.id in watched
        else None,
        queue=own.traced.queue() if own is not None and own.open else None,
        accept=endpoint.gates.accept,
        receive=endpoint.gates.receive,
        send=endpoint.gates.send,
        calls=endpoint.setup.pace,
        strip=endpoint.setup.chips(),
        waiting=endpoint.waiting(),
        connections=tuple(closed + rows),
        open_count=len(rows),
        closed_count=endpoint.registry.closed_count,
        peers=endpoint.peers(),
        counter=endpoint.counter.upcoming,
        drops=endpoint.drops(),
        no_room=endpoint.no_room,
        reconnecting=endpoint.reconnecting(),
        repeated=endpoint.repeater.progress,
        revision=revision,
        bytes_in=into + sum(row.bytes_in for row in rows),
        bytes_out=out + sum(row.bytes_out for row in rows),
        reads=reads + sum(row.reads for row in rows),
        sends=sends + sum(row.sends for row in rows),
    )


def _local(own: Connection) -> str | None:
    """The local address; a datagram socket that was never bound gets a port with its first
    sendto().
    """
    return own.traced.own_name() if own.open else own.traced.local


def connection_snapshot(connection: Connection, *, look: bool, detail: bool) -> ConnectionSnapshot:
    """A connection as it is now. `look`: ask the kernel; `detail`: decode its whole reading."""
    state, unread, unsent = (None, None, None)
    reading = None
    if connection.open and look:
        state, unread, unsent = connection.traced.quick()
        reading = connection.traced.reading() if detail else None
    return ConnectionSnapshot(
        id=connection.traced.id,
        number=connection.number,
        passed_over=connection.passed_over,
        local=connection.traced.local,
        peer=connection.traced.peer,
        state=state or _own_state(connection),
        measured=state is not None,
        opened_ns=connection.opened_ns,
        connect_ns=connection.connect_ns,
        connected_ns=connection.connected_ns,
        closed_ns=connection.closed_ns,
        close_cause=connection.close_cause,
        errno=connection.errno,
        bytes_in=connection.bytes_in,
        bytes_out=connection.bytes_out,
        reads=connection.reads,
        sends=connection.sends,
        unread=unread,
        unsent=unsent,
        queued=connection.outbox.size,
        peer_finished=connection.peer_finished,
        deaf=connection.deaf,
        waiting=connection.waiting() if connection.open else None,
        reading=reading,
        aborted_in=connection.aborted_in,
        delayed=len(connection.delayed),
        hold=connection.hold() if connection.open else None,
        agreed=connection.agreed,
    )


def _own_state(connection: Connection) -> str:
    """The state as this program sees it, in the words of RFC 9293."""
    if not connection.open:
        return "CLOSED"
    if connection.connecting is not None:
        return "CONNECTING" if connection.traced.family == _AF_UNIX else "SYN_SENT"
    if connection.connected_ns is None:
        return "CLOSE"
    ended = connection.peer_finished and not connection.deaf
    return "CLOSE_WAIT" if ended else "ESTABLISHED"


def _effective(endpoint: Endpoint, watched: frozenset[int]) -> tuple[tuple[str, OptionValue], ...]:
    connection = next(
        (
            connection
            for connection in endpoint.registry.open.values()
            if connection.traced.id in watched and connection.open
        ),
        None,
    )
    if connection is None:
        return ()
    asked = [name for name, _value in endpoint.settings.options]
    return connection.traced.options(dict.fromkeys((*asked, *ALWAYS)))
