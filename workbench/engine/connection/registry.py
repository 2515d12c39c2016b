"""Registry: the sockets of one endpoint, open and lately closed."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from workbench.engine.connection.connection import Connection

KEPT_CLOSED: Final = 200
"""Closed connections that are still shown: the newest."""


class Registry:
    """Every socket of an endpoint, open and lately closed; all on its thread.

    Attributes:
        open: the open ones, by their id in the record.
        closed: the newest closed ones; closed_count: how many there were in all.
        bytes_closed, calls_closed: what those received and sent, and in how many calls.
        numbered: how many have been given a number.
    """

    def __init__(self) -> None:
        self.open: dict[int, Connection] = {}
        self.closed: deque[Connection] = deque(maxlen=KEPT_CLOSED)
        self.closed_count = 0
        self.bytes_closed = self.calls_closed = (0, 0)
        self.numbered = 0

    def next_number(self) -> int:
        """The number for the next connection."""
        self.numbered += 1
        return self.numbered

    def add(self, connection: Connection) -> None:
        """Note a connection that was opened."""
        self.open[connection.traced.id] = connection

    def retire(self, connection: Connection) -> None:
        """Note a connection that was closed; its counts are kept."""
        self.open.pop(connection.traced.id, None)
        self.closed.append(connection)
        self.closed_count += 1
        into, out = self.bytes_closed
        self.bytes_closed = (into + connection.bytes_in, out + connection.bytes_out)
        into, out = self.calls_closed
        self.calls_closed = (into + connection.reads, out + connection.sends)

    def refresh(self) -> None:
        """Have every connection check anew which events it waits for."""
        for connection in list(self.open.values()):
            connection.refresh()

    def numbered_as(self, number: int) -> list[Connection]:
        """The open connection of this number in a list, which is empty when there is none."""
        return [item for item in self.open.values() if item.number == number]

    def was_closed(self, number: int | None) -> bool:
        """Whether the connection of this number existed and is closed; None: whether any is."""
        return self.closed_count > 0 if number is None else 0 < number <= self.numbered
