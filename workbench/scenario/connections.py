"""The connections of a run: their rows, and which of them steps have used up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

from workbench.engine.model.errors import PENDING
from workbench.engine.model.events import END, LAYER, NOTE
from workbench.journal.reader import Row
from workbench.named_tuple import NamedTuple
from workbench.payload.characters import LONGEST_MARK
from workbench.scenario.finders import StreamPlace
from workbench.scenario.layer_rows import says_end
from workbench.scenario.steps import FIN, PEER, RESET, US
from workbench.scenario.what_came import READS, WhatCame

SENDS: Final = frozenset({"send", "sendto"})
_COMPACT: Final = 512
"""Used rows that are let go together."""
_RESETS: Final = frozenset({"ECONNRESET", "ECONNABORTED"})
_LOST: Final = _RESETS | {"ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH"}
_LINGERS_NOT: Final = "SO_LINGER, (1, 0)"
"""With it close() sends RST in place of FIN (socket(7), SO_LINGER)."""


class SocketEnd(NamedTuple):
    """How one direction ended (FIN or RESET), and by whom (PEER or US)."""

    how: str
    by: str


class Since(NamedTuple):
    """The moment from which a time is counted, on the record's clock.

    Attributes:
        what: "send", "connect", "accept", or "begin" if there was none of these.
        seq: that of its row; 0: it is not at hand any more.
    """

    ns: int
    what: str
    seq: int = 0


@dataclass(slots=True, eq=False)
class RunConnection:
    """The rows of one connection of the run.

    Each row has a place: 0 is the first of the run, and used rows keep their places.

    Attributes:
        endpoint: the name of its endpoint.
        id: of the record; None holds what an endpoint did without a socket.
        number: 1 = first of its endpoint; 0 = the listener itself, or no connection.
        stream: bytes are one stream, not messages.
        came: which rows say what came; with layers, those of the topmost one.
        opened_by: the row of the command that made it or had it connect; 0: none.
        closed_by_step: a command closed it.
        passed_over: its connect failed, and the next address of the name was tried.
        used: the place of the first row that is not used up.
        part: how many bytes of that row are used up.
        resumed: the state of the last search's decoder, as in `StreamPlace`.
        used_bytes, used_reads: what earlier steps have used of what was received.
        ignores: whether a row is hidden from expectations; None: none is. Raises TooSlow.
        ignored: how many were.
        opened: when it was connected or accepted; None: that was not seen.
        over: it was reset, lost or closed, so that its peer's FIN can come no more.
        deaf: reading was shut down here, so that recv() reports an end that the peer has not sent.
    """

    endpoint: str
    id: int | None
    number: int
    stream: bool
    came: WhatCame = field(default_factory=WhatCame)
    opened_by: int = 0
    closed_by_step: bool = False
    passed_over: bool = False
    used: int = 0
    part: int = 0
    resumed: StreamPlace | None = None
    used_bytes: int = 0
    used_reads: int = 0
    ignores: Callable[[Row], bool] | None = None
    ignored: int = 0
    opened: Since | None = None
    over: bool = False
    deaf: bool = False
    _rows: list[Row] = field(default_factory=list)
    _gone: int = 0
    _heads: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    _endings: dict[int, SocketEnd] = field(default_factory=dict)
    _aborts: bool = False
    _sent_before: Since | None = None

    def handshakes(self, *, head: bool = False) -> bool:
        """Whether data (`head`: a head of HTTP) can come only when a handshake has ended, which it
        may still do.
        """
        of = self.came.handshakes
        return of.awaits(head=head) and not (of.failed or self.over)

    def disagreed(self, *, head: bool = False) -> bool:
        """Whether these cannot come, since a handshake failed or was not brought to its end."""
        of = self.came.handshakes
        return of.awaits(head=head) and (of.failed or self.over)

    @property
    def end(self) -> int:
        """The place after the newest row."""
        return self._gone + len(self._rows)

    def add(self, row: Row) -> None:
        """Add the next row of the record."""
        row = self.came.note(row)
        if row.kind == LAYER:
            self.came.handshakes.note(row)
        if self.ignores is not None and self.ignores(row):
            self.ignored += 1
            return
        if row.payload:
            first, head = self._heads.get(row.call, (self.end, b""))
            if len(head) < LONGEST_MARK:
                self._heads[row.call] = first, (head + row.payload[:LONGEST_MARK])[:LONGEST_MARK]
        if row.result == 0 or row.errno in _LOST or says_end(row):
            self._note_end(row)
        self._rows.append(row)

    def _note_end(self, row: Row) -> None:
        """Note how it ends; an end that is reported again, as by close() after shutdown(), does not
        count.
        """
        if row.kind == "call":
            self._note_call(row)
        if says_end(row):
            ending = SocketEnd(FIN, PEER)
        elif tells_reset(row):
            ending = SocketEnd(RESET, PEER)
        elif row.kind not in {"call", "end"}:
            return
        elif row.errno in _RESETS:
            ending = SocketEnd(RESET, PEER)
        elif row.ends_stream and not (self.deaf or self._is_lost()):
            ending = SocketEnd(FIN, PEER)
        elif row.call == "setsockopt":
            self._aborts = self._aborts or _LINGERS_NOT in row.args
            return
        elif row.call == "connect" and row.error is None:
            self.opened = Since(ended_ns(row), "connect", row.seq)
            return
        elif row.call == "close" and not self._has_ended(SocketEnd(RESET, PEER)):
            ending = SocketEnd(RESET if self._aborts else FIN, US)
        elif row.call == "shutdown" and row.args != "SHUT_RD":
            ending = SocketEnd(FIN, US)
        else:
            return
        if self.number and not self._has_ended(ending):  # a listening socket is not a connection
            self._endings[row.seq] = ending

    def _note_call(self, row: Row) -> None:
        self.over |= row.call == "close" or (row.call in READS and row.errno is not None)
        self.deaf |= row.call == "shutdown" and row.args != "SHUT_WR"

    def _is_lost(self) -> bool:
        """Whether an error has ended it: recv() then returns b"", which does not mean a FIN."""
        return self.over or self._has_ended(SocketEnd(RESET, PEER))

    def _has_ended(self, ending: SocketEnd) -> bool:
        return ending in self._endings.values()

    def ending(self, row: Row) -> SocketEnd | None:
        """How this row ends the connection; None: it does not."""
        return self._endings.get(row.seq)

    def since(self, place: int) -> Since:
        """The moment from which the time of the row at this place is counted: the beginning of the
        last send before it (the other side may have everything before the call comes back), else
        when it was connected or accepted, else its first row.
        """
        for at in range(place - 1, self._gone - 1, -1):
            row = self.row(at)
            if is_sent(row):
                return Since(row.t_ns, "send", row.seq)
        if self._sent_before is not None:
            return self._sent_before
        # it has no connect of its own
        if self.opened is not None and self.opened.seq < self.row(place).seq:
            return self.opened
        first = self.row(max(self._gone, 0))
        return Since(ended_ns(first), "begin", first.seq)

    def forget(self, but: int = 0) -> None:
        """Drop its rows except for the newest, `but` of them: no step will ask for the others."""
        done = max(0, len(self._rows) - but)
        self.used = self._gone = self._gone + done
        self.part = 0
        if done:
            self.came.forget(self._rows[done - 1].seq + 1)
        del self._rows[:done]

    def row(self, place: int) -> Row:
        """The row at a place that is not used up; if it is not at hand any more, the oldest that
        is.
        """
        return self._rows[max(place - self._gone, 0)]

    def rows(self, place: int | None = None) -> list[Row]:
        """All rows from a place on; None: all that are not used up."""
        return self._rows[(self.used if place is None else place) - self._gone :]

    def from_place(self, place: int) -> RunConnection:
        """The same rows with nothing used from a place on, to see what steps use up."""
        return replace(self, used=max(place, self._gone), part=0, resumed=None, used_bytes=0)

    def all_rows(self) -> list[Row]:
        """The rows that are still at hand: those not used up, and some that are."""
        return self._rows

    def data(self, place: int, start: int) -> bytes:
        """The bytes of a row for a search that began at place `start`: those that are left."""
        payload = self.row(place).payload or b""
        return payload[self.part :] if place == self.used == start and self.part else payload

    def place_of(self, call: str, start: int) -> StreamPlace:
        """The position in one direction's bytes at which a search from row `start` on begins."""
        first, head = self._heads.get(call, (start, b""))
        if start == self.used and self.resumed is not None:
            return self.resumed._replace(head=head)
        return StreamPlace(head, start < first or (start == first and not self.part))

    def use_up(self, place: int, part: int | None, resumed: StreamPlace | None = None) -> None:
        """Mark rows before this place as used, and `part` bytes of this one; None: all of it."""
        for at in range(self.used, place + 1):
            row = self.row(at)
            if self.came(row) and row.size:
                before = self.part if at == self.used else 0
                upto = row.size if at < place or part is None else part
                self.used_bytes += upto - before
                self.used_reads += not before
        self.used, self.part = (place + 1, 0) if part is None else (place, part)
        self.resumed = resumed
        done = self.used - self._gone
        if done > _COMPACT and done * 2 > len(self._rows):
            sent = next((row for row in reversed(self._rows[:done]) if is_sent(row)), None)
            if sent is not None:
                self._sent_before = Since(sent.t_ns, "send", sent.seq)
            if self.opened is None:
                self.opened = Since(ended_ns(self._rows[0]), "begin", self._rows[0].seq)
            self.came.forget(self._rows[done - 1].seq + 1)
            del self._rows[:done]
            self._gone = self.used


def is_sent(row: Row) -> bool:
    """Whether a call has handed bytes, or a message, to the kernel."""
    return row.call in SENDS and row.kind == "call" and row.error is None


def tells_reset(row: Row) -> bool:
    """Whether a note reports that the peer reset a stream that was read to its end, which no call
    returns.
    """
    return row.kind == NOTE and row.call in {"reset_after_fin", "reset_when_deaf"}


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

    The outcome of a call that had to wait is stamped with that moment, and its duration is the
    wait. A call that read something did not wait: the data was there when it began, and its
    duration is time of this machine.
    """
    if row.kind == END or row.call in READS or row.call == "accept":
        return row.t_ns
    return row.t_ns + row.duration_ns
