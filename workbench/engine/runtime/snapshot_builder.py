"""What a picture shows: an endpoint and its sockets at one moment, drawn on its own thread."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Final

from workbench.engine.model import options
from workbench.engine.model.address import format_address
from workbench.engine.model.snapshot import ConnectionSnapshot, EndpointSnapshot
from workbench.engine.sockets import kernel_readings

if TYPE_CHECKING:
    from workbench.engine.connection.connection import Connection
    from workbench.engine.endpoint.base import Endpoint
    from workbench.engine.model.settings import OptionValue

_AF_UNIX: Final = getattr(socket, "AF_UNIX", -1)
INTERNET: Final = (socket.AF_INET, socket.AF_INET6)
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
    """A snapshot of everything a panel shows.

    `watched`: connection ids whose kernel readings and options are read whole; `seen`: rows in
    sight, whose readings are.
    """
    detailed = watched | seen
    shown = list(endpoint.conversation_rows())
    first_looked = len(shown) - LOOKED_AT
    rows: list[ConnectionSnapshot] = [
        connection(
            channel,
            look=index >= first_looked or channel.traced.id in detailed,
            detail=channel.traced.id in detailed,
        )
        for index, channel in enumerate(shown)
    ]
    closed = [connection(channel, look=False, detail=False) for channel in endpoint.closed_rows()]
    own = endpoint.own_channel()
    into, out = endpoint.bytes_closed
    return EndpointSnapshot(
        name=endpoint.name,
        settings=endpoint.settings,
        phase=endpoint.phase,
        connection=own.traced.id if own is not None else None,
        local=_local(own) if own is not None else None,
        options=_effective(endpoint, watched),
        reading=kernel_readings.read(own.traced.raw)
        if own is not None and own.open and own.traced.id in watched
        else None,
        queue=kernel_readings.queue(own.traced.raw) if own is not None and own.open else None,
        accept=endpoint.gates.accept,
        receive=endpoint.gates.receive,
        send=endpoint.gates.send,
        calls=endpoint.assembly.pace,
        strip=endpoint.assembly.chips(),
        waiting=endpoint.waiting(),
        connections=tuple(closed + rows),
        open_count=len(rows),
        closed_count=endpoint.closed_count,
        peers=endpoint.peers(),
        counter=endpoint.counter.upcoming,
        drops=endpoint.drops(),
        no_room=endpoint.no_room,
        revision=revision,
        bytes_in=into + sum(row.bytes_in for row in rows),
        bytes_out=out + sum(row.bytes_out for row in rows),
    )


def _local(own: Connection) -> str | None:
    """A datagram socket that was never bound has a port from its first sendto() on."""
    traced = own.traced
    if traced.local is not None or not own.open or traced.family not in INTERNET:
        return traced.local
    try:
        name = traced.raw.getsockname()
    except OSError:
        return None
    return format_address(name, traced.family) if name[1] else None


def connection(channel: Connection, *, look: bool, detail: bool) -> ConnectionSnapshot:
    """A channel now; `look` asks the kernel, `detail` decodes its whole reading."""
    state, unread, unsent = (None, None, None)
    reading = None
    if channel.open and look:
        state, unread, unsent = kernel_readings.quick(channel.traced.raw)
        reading = kernel_readings.read(channel.traced.raw) if detail else None
    return ConnectionSnapshot(
        id=channel.traced.id,
        number=channel.number,
        passed_over=channel.passed_over,
        local=channel.traced.local,
        peer=channel.traced.peer,
        state=state or _own_state(channel),
        measured=state is not None,
        opened_ns=channel.opened_ns,
        connect_ns=channel.connect_ns,
        connected_ns=channel.connected_ns,
        closed_ns=channel.closed_ns,
        close_cause=channel.close_cause,
        errno=channel.errno,
        bytes_in=channel.bytes_in,
        bytes_out=channel.bytes_out,
        unread=unread,
        unsent=unsent,
        queued=channel.outbox.size,
        peer_finished=channel.peer_finished,
        waiting=channel.waiting() if channel.open else None,
        reading=reading,
        aborted_in=channel.aborted_in,
        delayed=len(channel.delayed),
        hold=channel.hold() if channel.open else None,
    )


def _own_state(channel: Connection) -> str:
    """The state as this program sees it, in the words of the states' table (RFC 9293)."""
    if not channel.open:
        return "CLOSED"
    if channel.connecting is not None:
        return "CONNECTING" if channel.traced.family == _AF_UNIX else "SYN_SENT"
    if channel.connected_ns is None:
        return "CLOSE"
    return "CLOSE_WAIT" if channel.peer_finished else "ESTABLISHED"


def _effective(endpoint: Endpoint, watched: frozenset[int]) -> tuple[tuple[str, OptionValue], ...]:
    channel = next(
        (
            channel
            for channel in endpoint.channels.values()
            if channel.traced.id in watched and channel.open
        ),
        None,
    )
    if channel is None:
        return ()
    asked = [name for name, _value in endpoint.settings.options]
    return options.effective(channel.traced.raw, dict.fromkeys((*asked, *ALWAYS)))
