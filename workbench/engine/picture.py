"""The picture of an endpoint: its state, drawn on its own thread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from workbench.engine import kernel, options
from workbench.engine.snapshot import ConnectionSnapshot, EndpointSnapshot

if TYPE_CHECKING:
    from workbench.engine.endpoint import Endpoint
    from workbench.engine.settings import OptionValue

LOOKED_AT: Final = 200
"""Newest open connections whose state is read from the kernel."""


ALWAYS: Final = ("SO_REUSEADDR", "SO_RCVBUF", "SO_SNDBUF", "SO_KEEPALIVE", "SO_LINGER",
                 "TCP_NODELAY")
"""Options whose values are shown though nobody has set them."""


def _effective(endpoint: Endpoint, watched: frozenset[int]) -> tuple[tuple[str, OptionValue], ...]:
    channel = next((channel for channel in endpoint.channels.values()
                    if channel.traced.id in watched and channel.open), None)
    if channel is None:
        return ()
    asked = [name for name, _value in endpoint.settings.options]
    return options.effective(channel.traced.raw, dict.fromkeys((*asked, *ALWAYS)))


def draw(endpoint: Endpoint, watched: frozenset[int]) -> EndpointSnapshot:
    """A snapshot of everything a panel shows.

    `watched`: connection ids whose kernel readings are decoded whole.
    """
    shown = list(endpoint.conversation_rows())
    first_looked = len(shown) - LOOKED_AT
    rows: list[ConnectionSnapshot] = [
        channel.snapshot(
            look=index >= first_looked or channel.traced.id in watched,
            detail=channel.traced.id in watched,
        )
        for index, channel in enumerate(shown)
    ]
    closed = [channel.snapshot(look=False, detail=False) for channel in endpoint.closed_rows()]
    own = endpoint.own_channel()
    into, out = endpoint.bytes_closed
    return EndpointSnapshot(
        name=endpoint.name,
        settings=endpoint.settings,
        phase=endpoint.phase,
        connection=own.traced.id if own is not None else None,
        local=own.traced.local if own is not None else None,
        options=_effective(endpoint, watched),
        reading=kernel.read(own.traced.raw) if own is not None and own.open
        and own.traced.id in watched else None,
        queue=kernel.queue(own.traced.raw) if own is not None and own.open else None,
        accept=endpoint.accept,
        receive=endpoint.receive,
        send=endpoint.sending,
        calls=endpoint.assembly.pace,
        strip=endpoint.assembly.chips(),
        waiting=endpoint.waiting(),
        connections=tuple(closed + rows),
        open_count=len(rows),
        closed_count=endpoint.closed_count,
        peers=endpoint.peers(),
        drops=endpoint.drops(),
        bytes_in=into + sum(row.bytes_in for row in rows),
        bytes_out=out + sum(row.bytes_out for row in rows),
    )
