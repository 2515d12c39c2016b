"""Senders: caches what is the same in all rows of one sender of datagrams."""

from __future__ import annotations

from typing import Final

from workbench.engine.model.address import SockAddress, format_address
from workbench.engine.model.events import Shape

REMEMBERED: Final = 1_000
"""Senders whose shape is kept."""


class Senders:
    """The shapes of a socket's `recvfrom`, by the address that the call returned."""

    __slots__ = ("_connection", "_endpoint", "_family", "_shapes")

    def __init__(self, endpoint: int, connection: int, family: int) -> None:
        self._endpoint = endpoint
        self._connection = connection
        self._family = family
        self._shapes: dict[SockAddress, Shape] = {}

    def shape(self, address: SockAddress, args: str) -> Shape:
        """The shape of a read from `address`; its last item is the spelling of the address."""
        known = self._shapes.get(address)
        if known is not None and known[3] is args:
            return known
        peer = format_address(address, self._family)
        made = (self._endpoint, self._connection, "recvfrom", args, peer)
        scoped = isinstance(address, tuple) and len(address) > 3 and address[3]
        if not scoped:  # the name of an interface may change
            if len(self._shapes) >= REMEMBERED:
                self._shapes.clear()
            self._shapes[address] = made
        return made
