"""The connections of a run, as its record shows them: their rows, and how far these are used up."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from workbench.engine.model.errors import PENDING
from workbench.engine.model.events import END
from workbench.engine.protocol.messages_layer import RECV
from workbench.journal.reader import Row
from workbench.payload.characters import LONGEST_MARK
from workbench.scenario.needle import StreamPlace

READS: Final = frozenset({"recv", "recvfrom"})
MESSAGES: Final = frozenset({RECV})
_COMPACT: Final = 512
"""Used rows that are let go together."""


@dataclass(slots=True, eq=False)
class RunConnection:
    """One connection's rows of the run.

    Rows have places: 0 is the first of the run, and what is used up keeps its place.

    Attributes:
        endpoint: the name of its endpoint.
        id: of the record; None holds what an endpoint did without a socket.
        number: 1 = first of its endpoint; 0 = the listener itself, or no connection.
        stream: bytes are one stream, not messages.
        reads: the rows that say what came; of messages in a stream those of the layer.
        opened_by: the row of the command that made it or had it connect, 0 for none.
        closed_by_step: a command closed it.
        passed_over: its connect failed, and the next address of the name was tried.
        used: the place of the first row that is not used up.
        part: how many bytes of that row are.
        resumed: where the decoder of the last search stood, as `StreamPlace` says.
        used_bytes, used_reads: what earlier steps have used of what was received.
    """

    endpoint: str
    id: int | None
    number: int
    stream: bool
    reads: frozenset[str] = READS
    opened_by: int = 0
    closed_by_step: bool = False
    passed_over: bool = False
    used: int = 0
    part: int = 0
    resumed: StreamPlace | None = None
    used_bytes: int = 0
    used_reads: int = 0
    _rows: list[Row] = field(default_factory=list)
    _gone: int = 0
    _heads: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    _last_read: bytes | None = None

    @property
    def end(self) -> int:
        """The place behind the newest row."""
        return self._gone + len(self._rows)

    def add(self, row: Row) -> None:
        """Add the next row of the record."""
        if self.reads is not READS:
            row = self._with_bytes(row)
        if row.payload:
            first, head = self._heads.get(row.call, (self.end, b""))
            if len(head) < LONGEST_MARK:
                self._heads[row.call] = first, (head + row.payload[:LONGEST_MARK])[:LONGEST_MARK]
        self._rows.append(row)

    def _with_bytes(self, row: Row) -> Row:
        """A message that was just what one call read has no bytes of its own in the record."""
        if row.call in READS:
            self._last_read = row.payload
        elif row.call in self.reads and row.payload is None:
            return row._replace(payload=self._last_read)
        return row

    def forget(self) -> None:
        """Let its rows go: no step will ask for them."""
        self.used = self._gone = self.end
        self.part = 0
        self._rows.clear()

    def row(self, place: int) -> Row:
        """The row at a place that is not used up."""
        return self._rows[place - self._gone]

    def rows(self, place: int | None = None) -> list[Row]:
        """All rows from a place on; None: all that are not used up."""
        return self._rows[(self.used if place is None else place) - self._gone :]

    def all_rows(self) -> list[Row]:
        """The rows that are still at hand: those not used up, and some that are."""
        return self._rows

    def data(self, place: int, start: int) -> bytes:
        """The bytes of a row for a search that began at place `start`: what is left of it."""
        payload = self.row(place).payload or b""
        return payload[self.part :] if place == self.used == start and self.part else payload

    def place_of(self, call: str, start: int) -> StreamPlace:
        """Where in one direction's bytes a search from row `start` on begins."""
        first, head = self._heads.get(call, (start, b""))
        if start == self.used and self.resumed is not None:
            return self.resumed._replace(head=head)
        return StreamPlace(head, start < first or (start == first and not self.part))

    def use_up(self, place: int, part: int | None, resumed: StreamPlace | None = None) -> None:
        """Rows before this place are used, and `part` bytes of this one; None: it wholly."""
        for at in range(self.used, place + 1):
            row = self.row(at)
            if row.call in self.reads and row.size:
                before = self.part if at == self.used else 0
                upto = row.size if at < place or part is None else part
                self.used_bytes += upto - before
                self.used_reads += not before
        self.used, self.part = (place + 1, 0) if part is None else (place, part)
        self.resumed = resumed
        done = self.used - self._gone
        if done > _COMPACT and done * 2 > len(self._rows):
            del self._rows[:done]
            self._gone = self.used


def is_over(row: Row) -> bool:
    """Whether nothing more is read after this row: end of stream, a failure, or close()."""
    if row.call == "close" and row.kind == "call":
        return True
    return row.call in READS and (
        row.result == 0
        or (row.error is not None and row.errno not in PENDING and row.error != "TimeoutError")
    )


def ended_ns(row: Row) -> int:
    """When a call came back, on the record's clock.

    How a call that had to wait came out is stamped with that moment; its duration is the wait.
    """
    return row.t_ns if row.kind == END else row.t_ns + row.duration_ns
