"""Registry: the sockets of one endpoint, and which of them a command means."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final, Protocol

from workbench.engine.model import commands as c
from workbench.texts import Problem

if TYPE_CHECKING:
    from workbench.engine.connection.connection import Connection
    from workbench.engine.connection.context import EngineContext
    from workbench.engine.model.ticket import Ticket

KEPT_CLOSED: Final = 200
"""Closed connections that are still shown: the newest."""


class Meaning(Protocol):
    """What a kind of endpoint means by its connections."""

    def conversations(self) -> Iterable[Connection]:
        """The open ones that carry data."""

    def current(self) -> list[Connection]:
        """Those of a command that names none."""

    def own_connection(self) -> Connection | None:
        """The endpoint's own socket, where it has one beside its conversations."""


class Registry:
    """Every socket of an endpoint, open and lately closed; all on its thread.

    Attributes:
        open: those that are, by their id in the record.
        closed: the newest closed ones; closed_count: how many there were.
        bytes_closed, calls_closed: received and sent by those, and in how many calls.
        numbered: how many have had a number.
    """

    def __init__(self, context: EngineContext, meaning: Meaning) -> None:
        self._context = context
        self._meaning = meaning
        self.open: dict[int, Connection] = {}
        self.closed: deque[Connection] = deque(maxlen=KEPT_CLOSED)
        self.closed_count = 0
        self.bytes_closed = self.calls_closed = (0, 0)
        self.numbered = 0

    def next_number(self) -> int:
        """What the next connection is called."""
        self.numbered += 1
        return self.numbered

    def add(self, connection: Connection) -> None:
        """It is open."""
        self.open[connection.traced.id] = connection

    def retire(self, connection: Connection) -> None:
        """It is closed: only what it came to is kept."""
        self.open.pop(connection.traced.id, None)
        self.closed.append(connection)
        self.closed_count += 1
        into, out = self.bytes_closed
        self.bytes_closed = (into + connection.bytes_in, out + connection.bytes_out)
        into, out = self.calls_closed
        self.calls_closed = (into + connection.reads, out + connection.sends)

    def refresh(self) -> None:
        """Have each look anew what it waits for."""
        for connection in list(self.open.values()):
            connection.refresh()

    # -- what a command means -----------------------------------------------------------------

    def numbered_as(self, number: int) -> list[Connection]:
        """The open one of this number, or none."""
        return [item for item in self.open.values() if item.number == number]

    def targets(self, target: c.Target) -> list[Connection]:
        """The open connections that a command means. Raises Problem when there is none."""
        if target is None:
            found = self._meaning.current()
        elif isinstance(target, int):
            found = self.numbered_as(target)
        else:
            found = list(self._meaning.conversations())
        found = [item for item in found if item.open]  # close() may still wait, in C
        if not found:
            raise Problem(
                "engine.no_connection" if target in {None, c.ALL} else "engine.no_such_connection",
                number=str(target),
            )
        return found

    def each(
        self,
        target: c.Target,
        ticket: Ticket,
        work: Callable[[Connection], object],
        *,
        own_first: bool = False,
        closed_is_fine: bool = False,
    ) -> None:
        """Do `work` on every meant connection; the first error ends it and fails the ticket.

        `own_first`: without a target the endpoint's own socket is meant where it has one.
        `closed_is_fine`: what is closed already is noted, not refused.
        """
        own = self._meaning.own_connection() if own_first and target is None else None
        try:
            found = [own] if own is not None else self.targets(target)
        except Problem:
            if closed_is_fine and self._was_closed(target):
                self._context.note("already_closed", "", None, ticket)
                ticket.finish()
                return
            raise
        for connection in found:
            work(connection)
        ticket.finish()

    def _was_closed(self, target: c.Target) -> bool:
        """True where the meant connection existed and is closed: close() may be called again."""
        if target in {None, c.ALL}:
            return self.closed_count > 0
        return isinstance(target, int) and 0 < target <= self.numbered
