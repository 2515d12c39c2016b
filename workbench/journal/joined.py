"""Joined: a folder of segments read as one record, each row from the segment that has it."""

from __future__ import annotations

import re
import sqlite3
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from itertools import chain, islice
from pathlib import Path
from typing import Final, TypeVar

from workbench.journal.occurring import Occurring, together
from workbench.journal.query import Condition
from workbench.journal.reader import (
    FAR,
    LED_TO,
    LOOK_BACK,
    ConnectRow,
    EndpointRow,
    Reader,
    Row,
    SampleRow,
    SocketRow,
)
from workbench.named_tuple import NamedTuple
from workbench.texts import Problem, reason_of

OPEN: Final = 3
"""Segments that are open at once besides the newest: each takes up to three descriptors, and what
is open cannot be sealed.
"""
Found = TypeVar("Found")


Before = Callable[[int, Sequence[str], int], tuple[int, bytes, int] | None]


class _Segment(Reader):
    """A reader of one segment; a text that ends in it may have begun in earlier segments."""

    def __init__(self, path: Path, before: Before, *, lenient: bool) -> None:
        """`before`: what a connection carried last before a row, in whichever segment."""
        self._look_back = before
        super().__init__(path, lenient=lenient)

    def _before(
        self, connection: int, calls: Sequence[str], seq: int
    ) -> tuple[int, bytes, int] | None:
        return self._look_back(connection, calls, seq)


class _Span(NamedTuple):
    """The rows of a segment; for the newest, `last` is how far it had got when it was looked at."""

    path: Path
    first: int
    last: int


def open_record(
    path: Path, follow: Callable[[], Path] | None = None, *, lenient: bool = False
) -> Reader:
    """The reader of a record, which is a file or a folder of segments.

    Raises:
        Problem: as `Reader` does.
    """
    if path.is_dir() and any(whole_of(item) == path for item in path.glob("*.swb")):
        return Joined(path, lenient=lenient)
    return Reader(path, follow, lenient=lenient)


def whole_of(path: Path) -> Path:
    """The record's folder if the file is one of its segments, else the file."""
    is_segment = path.suffix == ".swb" and re.fullmatch(r"\d{6}", path.stem, re.ASCII)
    return path.parent if is_segment else path


class Joined(Reader):
    """The reader of a folder of segments, also while they are written and old ones go.

    A question about a row goes to the segment that has it. A connection that was open when a
    segment began is in that segment too, so the latest facts about it are in the newest segment
    that has it.
    """

    def __init__(self, folder: Path, *, lenient: bool = False) -> None:
        """Open the folder.

        Raises:
            Problem: a segment is no record, or cannot be read.
        """
        self.path = folder
        self._lenient = lenient
        self._damage: Problem | None = None
        self._closed = False
        self._searching = False
        self._spans: list[_Span] = []
        self._open_ones: OrderedDict[Path, Reader] = OrderedDict()
        self._changed = 0
        self.first_seq = 1
        self._list()
        if not self._spans:
            raise Problem("journal.not_a_record", path=str(folder))
        newest = self._newest
        self.clock = newest.clock
        self.crashed = newest.crashed
        self.not_recorded = newest.not_recorded

    # -- which segments there are -------------------------------------------------------------

    def _look(self) -> None:
        """Notice new segments and removed ones, but not in the middle of a search."""
        if self._searching:
            return
        try:
            changed = self.path.stat().st_mtime_ns
        except OSError:
            return  # removed with its folder: what is open can still be read
        if changed != self._changed:
            self._list()

    def _list(self) -> None:
        try:
            self._changed = self.path.stat().st_mtime_ns
            paths = set(self.path.glob("*.swb"))
        except OSError as error:
            raise Problem(
                "journal.unreadable", path=str(self.path), reason=reason_of(error)
            ) from error
        newest = self._spans[-1].path if self._spans else None
        known = {span.path: span for span in self._spans if span.path != newest}
        for path in set(self._open_ones).difference(paths):
            self._give_up(path)
        spans = [known.get(path) or self._span(path) for path in sorted(paths)]
        self._spans = sorted(filter(None, spans), key=lambda span: (span.first, span.path))
        self.first_seq = self._spans[0].first if self._spans else 1
        newest = self._spans[-1].path if self._spans else None
        for path in set(self._open_ones).difference({newest}):
            self._give_up(path)  # a segment that is not open can be sealed

    def _give_up(self, path: Path) -> None:
        gone = self._open_ones.pop(path)
        self._damage = self._damage or gone.damage
        gone.close()

    def _span(self, path: Path) -> _Span | None:
        """The rows of a segment; None: it has just been removed, or is not complete yet."""
        try:
            reader = self._opened(path)
            return _Span(path, reader.first_seq, max(reader.count(), reader.first_seq - 1))
        except Problem:
            self._changed = 0
            if path.exists() and not self._spans and not self._lenient:
                raise
            return None

    def _opened(self, path: Path) -> Reader:
        found = self._open_ones.get(path)
        if found is None:
            found = self._open_ones[path] = _Segment(path, self._before, lenient=self._lenient)
        self._open_ones.move_to_end(path)
        newest = self._spans[-1].path if self._spans else path
        for other in list(self._open_ones):
            if len(self._open_ones) <= OPEN + 1 or self._searching:
                break
            if other not in {path, newest}:
                self._give_up(other)
        return found

    @property
    def _newest(self) -> Reader:
        return self._opened(self._spans[-1].path)

    def _readers(self, *, newest_first: bool = True) -> Iterator[Reader]:
        """All segments, one after the other; those removed meanwhile are left out."""
        if self._closed:
            raise sqlite3.ProgrammingError("Cannot operate on a closed database.")
        self._look()
        for span in reversed(self._spans) if newest_first else list(self._spans):
            reader = self._there(span)
            if reader is not None:
                yield reader

    def _there(self, span: _Span) -> Reader | None:
        try:
            return self._opened(span.path)
        except Problem:
            if span.path.exists():
                raise
            return None

    def _parts(
        self, first: int, last: int, *, backwards: bool = False
    ) -> Iterator[tuple[Reader, int, int]]:
        """The segments that have rows from `first` to `last`, and which of them; each must be read
        before the next one is asked for.
        """
        if self._closed:
            raise sqlite3.ProgrammingError("Cannot operate on a closed database.")
        self._look()
        spans = list(self._spans)
        newest = spans[-1]
        for span in reversed(spans) if backwards else spans:
            upto = last if span is newest else min(last, span.last)
            since = max(first, span.first)
            if since > upto:
                continue
            reader = self._there(span)
            if reader is not None:
                yield reader, since, upto

    def _of(self, seq: int) -> Reader | None:
        """The segment that contains this row."""
        return next((part[0] for part in self._parts(seq, seq)), None)

    def _first(self, ask: Callable[[Reader], Found | None]) -> Found | None:
        """The first answer, from the newest segment on."""
        found = map(ask, self._readers())
        return next((answer for answer in found if answer is not None), None)

    def gaps(self, after: int, upto: int) -> list[range]:
        """The numbers after one up to another whose rows were removed with their segment."""
        self._look()
        there = [(span.first, span.last) for span in self._spans]
        there[-1:] = [(there[-1][0], max(upto, there[-1][1]))] if there else []
        found = []
        seq = after + 1
        for first, last in there:
            found.append(range(seq, min(first, upto + 1)))
            seq = max(seq, last + 1)
        return [gap for gap in found if gap]

    @property
    def damage(self) -> Problem | None:
        """What could not be read, in any segment."""
        found = (reader.damage for reader in self._open_ones.values())
        return self._damage or next(filter(None, found), None)

    @damage.setter
    def damage(self, problem: Problem | None) -> None:
        self._damage = problem

    # -- rows ---------------------------------------------------------------------------------

    def count(self) -> int:
        """The number of the newest row."""
        self._look()
        return max(self._newest.count(), self._spans[-1].first - 1)

    def page(self, first: int, limit: int) -> list[Row]:
        parts = self._parts(first, first + limit - 1)
        return [
            row for reader, since, upto in parts for row in reader.page(since, upto - since + 1)
        ]

    def rows(self, seqs: list[int]) -> list[Row]:
        if not seqs:
            return []
        parts = self._parts(min(seqs), max(seqs))
        return [
            row
            for reader, since, upto in parts
            for row in reader.rows([seq for seq in seqs if since <= seq <= upto])
        ]

    def _select_chunk(self, condition: Condition, first: int, last: int) -> list[int]:
        found = (
            reader.select(condition, since - 1, upto)
            for reader, since, upto in self._parts(first, last)
        )
        return [seq for parts in found for part in parts for seq in part]

    def select(self, condition: Condition | None, after: int, upto: int) -> Iterator[list[int]]:
        """As for one record; without a condition, the rows that still exist."""
        if condition is not None:
            yield from super().select(condition, max(after, self.first_seq - 1), upto)
            return
        for reader, since, last in self._parts(after + 1, upto):
            yield from reader.select(None, since - 1, last)

    def nearest(
        self, condition: Condition, after: int, upto: int, most: int, *, backwards: bool = False
    ) -> list[int]:
        found: list[int] = []
        for reader, since, last in self._parts(after + 1, upto, backwards=backwards):
            left = most - len(found)
            found += reader.nearest(condition, since - 1, last, left, backwards=backwards)
            if len(found) >= most:
                break
        return found

    def left_out(
        self, condition: Condition, after: int, upto: int
    ) -> tuple[list[int], list[ConnectRow]]:
        left: list[int] = []
        connects: list[ConnectRow] = []
        for reader, since, last in self._parts(after + 1, upto):
            of_it = reader.left_out(condition, since - 1, last)
            left += of_it[0]
            connects += of_it[1]
        return left, connects

    def may_meet(self, condition: Condition, after: int, upto: int) -> bool:
        parts = self._parts(after + 1, upto)
        return any(reader.may_meet(condition, since - 1, last) for reader, since, last in parts)

    def tally(self, condition: Condition, after: int, upto: int) -> int:
        parts = self._parts(after + 1, upto)
        return sum(reader.tally(condition, since - 1, last) for reader, since, last in parts)

    def before(self, connection: int, seq: int, limit: int = 200) -> list[Row]:
        found: list[Row] = []
        for reader, _, _ in self._parts(self.first_seq, seq - 1, backwards=True):
            found = reader.before(connection, seq, limit - len(found)) + found
            if len(found) >= limit:
                break
        return found

    def carried_before(
        self, connection: int, calls: Collection[str], seq: int, limit: int, within: int = LOOK_BACK
    ) -> list[tuple[int, bytes, int]]:
        found: list[tuple[int, bytes, int]] = []
        for reader, _, _ in self._parts(max(1, seq - within), seq - 1, backwards=True):
            found += reader.carried_before(connection, calls, seq, limit - len(found), within)
            if len(found) >= limit:
                break
        return found

    def carried_bytes(self, connection: int, calls: Collection[str], seq: int) -> int:
        parts = self._parts(max(1, seq - FAR), seq - 1)
        return sum(reader.carried_bytes(connection, calls, seq) for reader, _, _ in parts)

    def carried_after(
        self, connection: int, calls: Collection[str], seq: int, limit: int
    ) -> list[tuple[int, bytes, int]]:
        found: list[tuple[int, bytes, int]] = []
        for reader, _, _ in self._parts(seq + 1, seq + LOOK_BACK):
            found += reader.carried_after(connection, calls, seq, limit - len(found))
            if len(found) >= limit:
                break
        return found

    def kept(self, key: str) -> str:
        return self._newest.kept(key)

    def _before(
        self, connection: int, calls: Sequence[str], seq: int
    ) -> tuple[int, bytes, int] | None:
        """What a connection carried before a row; asked by a segment in the middle of its search,
        which stays open meanwhile.
        """
        self._searching = True
        try:
            return super()._before(connection, calls, seq)
        finally:
            self._searching = False

    def seq_at(self, t_ns: int, endpoint: str) -> int | None:
        return self._first(lambda reader: reader.seq_at(t_ns, endpoint))

    def calls_of(self, seq: int) -> int:
        return sum(reader.calls_of(seq) for reader, _, _ in self._after(seq))

    def led_to(self, seq: int, call: str) -> bool:
        return any(reader.led_to(seq, call) for reader, _, _ in self._after(seq))

    def caused_by(self, seq: int) -> list[int]:
        return list(chain.from_iterable(reader.caused_by(seq) for reader, _, _ in self._after(seq)))

    def _after(self, seq: int) -> Iterator[tuple[Reader, int, int]]:
        """The segments in which the results of a command are looked for."""
        return self._parts(seq + 1, seq + LED_TO)

    # -- endpoints and connections ------------------------------------------------------------

    def endpoints(self) -> list[EndpointRow]:
        return self._newest.endpoints()

    def occurring(self) -> Occurring:
        """The values that occur in the newest segments."""
        return together(reader.occurring() for reader in islice(self._readers(), OPEN))

    def roles(self) -> dict[str, str]:
        return self._newest.roles()

    def connections(self) -> list[SocketRow]:
        found = chain.from_iterable(
            reader.connections() for reader in self._readers(newest_first=False)
        )
        known = {row.id: row for row in found}
        return [known[number] for number in sorted(known)]

    def connection(self, number: int) -> SocketRow | None:
        return self._first(lambda reader: reader.connection(number))

    def number_of(self, connection: int | None) -> int | None:
        return self._first(lambda reader: reader.number_of(connection))

    def socket_kind(self, connection: int) -> tuple[str, str]:
        having = self._having(connection)
        return (having or self._newest).socket_kind(connection)

    def _having(self, connection: int) -> Reader | None:
        """The newest segment that knows this connection."""
        return self._first(
            lambda reader: reader if reader.connection(connection) is not None else None
        )

    def is_accepted(self, listener: SocketRow, client: SocketRow, connected: int) -> bool:
        return any(reader.is_accepted(listener, client, connected) for reader in self._readers())

    def listeners_at(self, address: str) -> list[tuple[int, str]]:
        found = chain.from_iterable(reader.listeners_at(address) for reader in self._readers())
        return list(dict.fromkeys(found))

    def holder_of(self, address: str, seq: int, besides: int) -> str | None:
        reader = self._of(seq)
        return reader.holder_of(address, seq, besides) if reader is not None else None

    def note_after(self, connection: int, notes: Collection[str], seq: int) -> Row | None:
        reader = self._of(seq)
        return reader.note_after(connection, notes, seq) if reader is not None else None

    def accept_of(self, connection: int) -> Row | None:
        return self._first(lambda reader: reader.accept_of(connection))

    def accepted(self, row: Row) -> tuple[int, str | None] | None:
        reader = self._of(row.seq)
        return reader.accepted(row) if reader is not None else None

    def samples(self, connection: int) -> list[SampleRow]:
        readers = self._readers(newest_first=False)
        return list(chain.from_iterable(reader.samples(connection) for reader in readers))

    def sample_near(self, connection: int, t_ns: int) -> SampleRow | None:
        found = [reader.sample_near(connection, t_ns) for reader in self._readers()]
        there = [sample for sample in found if sample is not None]
        return min(there, key=lambda sample: abs(sample.t_ns - t_ns), default=None)

    # -- the end ------------------------------------------------------------------------------

    def interrupt(self) -> None:
        """Give up the search that is running. Callable from any thread."""
        for reader in list(self._open_ones.values()):
            with suppress(sqlite3.ProgrammingError):
                reader.interrupt()

    def close(self) -> None:
        """Close all segments. Idempotent."""
        self._closed = True
        while self._open_ones:
            self._open_ones.popitem()[1].close()
