"""Search: one expectation, looked for in each row once as the record grows.

Rows are judged by their stamps, not by when they are looked at: what came back after the deadline
does not count, and a match that could still grow is settled when nothing has come for PAUSE, or
when the stream ends. So the verdict does not depend on how fast the record is read. With `exact`,
one more match than is wanted is looked for until the deadline. With `next`, anything that would
have to be passed over in a connection ends the search there. With `each`, every connection has to
have as many. A connection has only one end (`closed`).
"""

from __future__ import annotations

import heapq
from bisect import bisect_right
from collections.abc import Callable, Iterable
from typing import Final

from workbench.engine.model.errors import PENDING, is_error
from workbench.engine.model.events import NOTE, OF_RUNS
from workbench.journal.reader import Row
from workbench.named_tuple import NamedTuple
from workbench.scenario.connections import RunConnection, SocketEnd, ended_ns, is_over
from workbench.scenario.cut_messages import may_have_met, meets
from workbench.scenario.finders import Finder, Hit, StreamPlace, Taken
from workbench.scenario.layer_rows import is_of_layer
from workbench.scenario.needle import Needle
from workbench.scenario.steps import ANY, Expect
from workbench.scenario.what_came import READS, WhatCame

PAUSE: Final = 100_000_000
"""Nanoseconds without bytes after which a match that could still grow is taken as it stands."""
FOR_EVER: Final = 2**62


class RowMatch(NamedTuple):
    """A match, by the row in which it ended.

    Attributes:
        seq, place: those of the row with which it was complete.
        part: the bytes of that row that it uses; None: all of it.
        passed: bytes (of a stream) or messages before it that are something else; `failed`: calls
            that failed.
        resumed: how a later search goes on there.
        taken: what the groups of its pattern took.
    """

    seq: int
    place: int
    part: int | None
    passed: int
    resumed: StreamPlace | None = None
    taken: Taken = ()
    failed: int = 0


class Passed(NamedTuple):
    """What an expectation passed over: other bytes, messages and failed calls.

    Attributes:
        paused: whether a pause ended its match.
    """

    bytes: int = 0
    rows: int = 0
    failed: int = 0
    paused: bool = False


class Search:
    """Looks for one expectation in the connections that it means."""

    def __init__(
        self,
        expect: Expect,
        needle: Callable[[RunConnection], Needle | None] | None,
        *,
        until_ns: int = FOR_EVER,
    ) -> None:
        """`needle`: what is looked for in a connection's bytes; None: no bytes are.

        `until_ns`: the deadline, on the record's clock.
        """
        self.expect = expect
        self._most = 1 if expect.closed is not None else expect.count + expect.exact
        self._needle = needle
        self.until_ns = until_ns
        self._parts: dict[RunConnection, _Part] = {}
        self._open: set[_Part] = set()  # those with a match that could still grow
        self._found = 0

    def advance(
        self, connections: Iterable[RunConnection], known_ns: int, *, begin: int | None = None
    ) -> None:
        """Look through the new rows of connections.

        `known_ns`: every row that ended before this moment has been read. `begin`: the place from
        which a new connection is looked through; None: from what is not used up.

        Raises:
            TooSlow: the pattern takes too long.
        """
        for connection in connections:
            part = self._parts.get(connection)
            if part is None:
                part = self._parts[connection] = self._begin(connection, begin)
            before = len(part.matches)
            part.advance(self.until_ns, self._most)
            self._count(part, before)
        for part in list(self._open):  # those that could grow have not, if nothing came
            before = len(part.matches)
            part.settle(min(known_ns, self.until_ns + PAUSE), self._most)
            self._count(part, before)

    def _count(self, part: _Part, before: int) -> None:
        self._found += len(part.matches) - before
        (self._open.discard if part.open is None else self._open.add)(part)

    def _begin(self, connection: RunConnection, begin: int | None) -> _Part:
        start = connection.used if begin is None else begin
        needle = self._needle(connection) if self._needle is not None else None
        return _Part(self.expect, connection, start, needle, bytes_wanted=self._needle is not None)

    @property
    def open(self) -> bool:
        """Whether a match could still grow."""
        return bool(self._open)

    @property
    def may_match(self) -> bool:
        """Whether there are as many as are wanted, on whichever connection."""
        return self._found + len(self._open) >= self.expect.count

    def matches(
        self, wanted: Callable[[RunConnection], bool], *, over: bool = True
    ) -> list[tuple[RunConnection, RowMatch]] | None:
        """The oldest `count` settled matches in wanted connections; None: there are not so many
        yet.

        `over`: the deadline has passed, and everything that came before it was looked through.
        """
        expect = self.expect
        if not self.may_match or (expect.exact and not over):
            return None
        found = self._oldest(wanted)
        if len(found) < expect.count or any(match is None for _, _, match in found):
            return None
        if expect.exact and len(found) > expect.count:
            return None
        return [(connection, match) for _, connection, match in found if match is not None]

    def in_each(
        self, connections: Iterable[RunConnection], *, over: bool
    ) -> list[tuple[RunConnection, RowMatch]] | None:
        """As `matches`, `count` in each of these connections; None also if there are no
        connections.
        """
        count, exact = self.expect.count, self.expect.exact
        found: list[tuple[RunConnection, RowMatch]] = []
        for connection in filter(one_of_each, connections):
            part = self._parts.get(connection)
            if part is None or len(part.matches) < count:
                return None
            if exact and (len(part.matches) > count or not over):
                return None
            found += ((connection, match) for match in part.matches[:count])
        return sorted(found, key=lambda item: item[1].seq) or None

    def stopped(self, connections: Iterable[RunConnection]) -> bool:
        """Whether in each of them (at least one) something came that `next` does not pass over."""
        parts = [self._parts.get(item) for item in connections]
        return bool(parts) and all(part is not None and part.stopped for part in parts)

    def untold(self, wanted: Callable[[RunConnection], bool]) -> Row | None:
        """The row of a message that was cut, of which nobody can tell whether it was the one."""
        parts = (part for connection, part in self._parts.items() if wanted(connection))
        return next((part.untold for part in parts if part.untold is not None), None)

    def too_many(self, wanted: Callable[[RunConnection], bool]) -> bool:
        """Whether more came than `exact` allows, which no deadline changes."""
        if not self.expect.exact or self._found <= self.expect.count:
            return False
        if self.expect.each:
            return any(
                len(part.matches) > self.expect.count and one_of_each(connection)
                for connection, part in self._parts.items()
                if wanted(connection)
            )
        return len(self._oldest(wanted)) > self.expect.count

    def looked_through(self) -> list[tuple[RunConnection, Needle | None]]:
        """Each connection searched, from where, and what was looked for in its bytes."""
        needle = self._needle or (lambda _connection: None)
        return [
            (connection.from_place(part.start), needle(connection))
            for connection, part in self._parts.items()
        ]

    def so_far(self, connection: RunConnection) -> int:
        """How many there are in one connection, of `count` in all."""
        part = self._parts.get(connection)
        return 0 if part is None else len(part.matches) + (part.open is not None)

    def so_far_in_all(self, wanted: Callable[[RunConnection], bool]) -> int:
        """How often it came so far, in all wanted connections."""
        return sum(map(self.so_far, filter(wanted, self._parts)))

    def _oldest(
        self, wanted: Callable[[RunConnection], bool]
    ) -> list[tuple[int, RunConnection, RowMatch | None]]:
        """The oldest matches by the row with which each was complete; None stands for one that
        could grow.
        """
        found: list[tuple[int, RunConnection, RowMatch | None]] = []
        for connection, part in self._parts.items():
            if wanted(connection):
                found += ((match.seq, connection, match) for match in part.matches)
                if part.open is not None:
                    found.append((part.open_seq, connection, None))
        most = self.expect.count + self.expect.exact
        return heapq.nsmallest(most, found, key=lambda item: item[0])

    def use_up(self, found: Iterable[tuple[RunConnection, RowMatch]]) -> Passed:
        """Use up what was found and everything before it in its connection, unless it is kept."""
        last: dict[RunConnection, RowMatch] = {}
        passed = Passed()
        for connection, match in found:
            last[connection] = match
            passed = self._with(passed, connection, match.passed, match.failed)
            if self._parts[connection].was_paused(match):
                passed = passed._replace(paused=True)
        for connection, match in last.items() if not self.expect.keep else ():
            connection.use_up(match.place, match.part, match.resumed)
        return passed

    def passed_over(self, connections: Iterable[RunConnection]) -> Passed:
        """What was passed over there so far, whether or not it has led to what is wanted."""
        passed = Passed()
        for connection in connections:
            part = self._parts.get(connection)
            for match in part.matches if part is not None else ():
                passed = self._with(passed, connection, match.passed, match.failed)
            if part is not None and not self._in_stream(connection):
                passed = self._with(passed, connection, part.passed, part.failed)
        return passed

    def _in_stream(self, connection: RunConnection) -> bool:
        return connection.stream and self._needle is not None

    def _with(self, passed: Passed, connection: RunConnection, more: int, failed: int) -> Passed:
        if self._in_stream(connection):
            return passed._replace(bytes=passed.bytes + more)
        return passed._replace(rows=passed.rows + more, failed=passed.failed + failed)


class _Part:
    """The search in one connection.

    Attributes:
        matches: the settled matches, in order.
        open: a match that could still grow; `open_seq`: the row with which it was first complete.
        passed, failed: messages and failed calls since the last match that are something else.
        start: the place from which it searches.
        stopped: something came first that must not be passed over.
        untold: the first message that was cut, so that nobody knows whether it was the one.
    """

    __slots__ = (
        "_bytes_wanted",
        "_connection",
        "_ended",
        "_expect",
        "_fed",
        "_finder",
        "_last_ns",
        "_late",
        "_looked",
        "_needle",
        "_next",
        "_paused",
        "_through",
        "failed",
        "matches",
        "open",
        "open_seq",
        "passed",
        "start",
        "stopped",
        "untold",
    )

    def __init__(
        self,
        expect: Expect,
        connection: RunConnection,
        start: int,
        needle: Needle | None,
        *,
        bytes_wanted: bool,
    ) -> None:
        self._expect = expect
        self._connection = connection
        self.start = self._next = start
        self._needle = needle
        self._bytes_wanted = bytes_wanted
        self._finder: Finder | None = None
        # the place of each row fed, and where its bytes begin
        self._fed: list[tuple[int, int]] = []
        self._through = 0  # bytes fed
        self._looked = -1  # how many of them the last look had
        self._ended = 0  # where the last match ended
        self._late = False  # the deadline has passed, by the stamps
        self.passed = self.failed = 0
        self._last_ns = 0
        self._paused: set[int] = set()
        self.matches: list[RowMatch] = []
        self.open: Hit | None = None
        self.open_seq = 0
        self.stopped = False
        self.untold: Row | None = None

    def was_paused(self, match: RowMatch) -> bool:
        """Whether a pause ended this match."""
        return match.seq in self._paused

    def advance(self, until_ns: int, count: int) -> None:
        """Look through the rows that are new."""
        connection = self._connection
        as_stream = self._bytes_wanted and connection.stream
        for place in range(self._next, connection.end):
            row = connection.row(place)
            if as_stream:
                self._take(row, place, until_ns, count)
            elif ended_ns(row) <= until_ns and len(self.matches) < count:
                self._judge(row, place)
        self._next = connection.end
        if as_stream:
            self._find(count)

    # -- single rows: calls, messages -------------------------------------------------------

    def _judge(self, row: Row, place: int) -> None:
        if self.stopped:
            return
        fit = self._fits(row)
        needle = self._needle if self._bytes_wanted else None
        if fit and (
            not self._bytes_wanted or (needle is not None and meets(self._expect, needle, row))
        ):
            taken = self._needle.taken(row.payload or b"") if self._needle is not None else ()
            match = RowMatch(row.seq, place, None, self.passed, taken=taken, failed=self.failed)
            self.matches.append(match)
            self.passed = self.failed = 0
        elif self._connection.came(row) and row.size:
            if fit and needle is not None and may_have_met(self._expect, needle, row):
                self.untold = self.untold or row
            self.passed += 1
            self.stopped = self._expect.next
        elif row.error is not None and row.errno not in PENDING:
            self.failed += 1
            self.stopped = self._expect.next

    def _fits(self, row: Row) -> bool:
        if self._expect.closed is None:
            return fits(self._expect, row, self._connection.came)
        ending = self._connection.ending(row)
        return ending is not None and ends_so(self._expect, ending)

    # -- streams ----------------------------------------------------------------------------

    def _take(self, row: Row, place: int, until_ns: int, count: int) -> None:
        if self._needle is None:
            return
        if not self._late and ended_ns(row) > until_ns:
            self._find(count)  # what had come by the deadline
            self._late = True
        if row.payload and fits(self._expect, row, self._connection.came):
            if self._fed and ended_ns(row) - self._last_ns >= PAUSE:
                self._pause(count, paused=True)
            if self._late and self.open is None:
                return
            if self._finder is None:
                self._finder = self._needle.finder(self._connection.place_of(row.call, self.start))
            data = self._connection.data(place, self.start)
            self._fed.append((place, self._through))
            self._through += len(data)
            self._last_ns = ended_ns(row)
            self._finder.feed(data)
        elif is_over(row) and self._expect.call in {None, row.call} and self._finder is not None:
            if not self._late:
                self._finder.finish()
                self._looked = -1
            self._pause(count, paused=False)
            if row.call == "close":
                self._finder = self._needle = None  # what the search has read need not be kept

    def _pause(self, count: int, *, paused: bool) -> None:
        """Settle a match that could still grow, since nothing has come for PAUSE or nothing more
        can come.
        """
        self._find(count)
        while self.open is not None:
            if paused:
                self._paused.add(self._row_of(self.open)[0].seq)
            self._accept(self.open)
            self._find(count)

    def settle(self, known_ns: int, count: int) -> None:
        """As `_pause`, when it is known that nothing has come for PAUSE."""
        if self.open is not None and known_ns - self._last_ns >= PAUSE:
            self._pause(count, paused=True)

    def _find(self, count: int) -> None:
        """Find all matches up to one that could grow.

        After the deadline only a match that was found before it may still grow, or be settled.
        """
        while self._finder is not None and len(self.matches) < count:
            if self._looked == self._through or (self._late and self.open is None):
                return
            self._looked = self._through
            hit = self._finder.find()
            if (
                self._late
                and self.open is not None
                and (hit is None or hit.start > self.open.start)
            ):
                return
            if hit is None or hit.grows:
                self.open_seq = (
                    self._row_of(hit)[0].seq
                    if hit is not None and (self.open is None)
                    else self.open_seq
                )
                self.open = hit
                return
            self._accept(hit)

    def _accept(self, hit: Hit) -> None:
        """Settle a match: it does not grow any more."""
        assert self._finder is not None
        if self._expect.next and hit.start > self._ended:
            self.open = self._finder = self._needle = None
            self.stopped = True
            return
        row, place, begin = self._row_of(hit)
        data = self._connection.data(place, self.start)
        cut = len(row.payload or b"") - len(data)  # what earlier steps used of this row
        used = hit.end - begin
        self.matches.append(
            RowMatch(
                row.seq,
                place,
                None if used >= len(data) else used + cut,
                hit.start - self._ended,
                StreamPlace(encoding=hit.encoding, state=hit.state, begin=False)
                if hit.encoding is not None
                else None,
                hit.taken,
            )
        )
        self._ended = hit.end
        self.open = None
        self._looked = -1
        self._finder.accept(hit)

    def _row_of(self, hit: Hit) -> tuple[Row, int, int]:
        """The row in which a match ends, its place, and where in the search its bytes begin."""
        index = bisect_right(self._fed, hit.end - 1, key=lambda fed: fed[1]) - 1
        place, begin = self._fed[max(index, 0)]
        return self._connection.row(place), place, begin


def one_of_each(connection: RunConnection) -> bool:
    """Whether `each` means it: not a listening socket, nor an address that failed."""
    return connection.number > 0 and not connection.passed_over


def ends_so(expect: Expect, ending: SocketEnd) -> bool:
    """Whether a connection ends in the expected way."""
    return expect.closed in {True, ending.how} and expect.by in {None, ending.by}


def fits(expect: Expect, row: Row, came: WhatCame) -> bool:
    """Whether a row has all the plain values of an expectation.

    `came`: which rows of its connection say what came.
    """
    if expect.kind is None and expect.errno in {None, ANY} and row.errno in PENDING:
        return False
    if row.kind == NOTE and row.call in OF_RUNS and expect.call != row.call:
        return False  # the run's own verdicts only if they are asked for
    if row.kind != expect.kind and (expect.kind is not None or row.kind == "command"):
        return False
    if expect.of_layer is not None:
        if not is_of_layer(expect, row, came.heads):
            return False
    elif expect.call is None:
        if expect.wants_bytes and not came(row):
            return False
        if came.layered and expect.kind is None and row.call in READS and row.result:
            return False  # what the kernel read is not what came
    if asks_for_end(expect) and not row.ends_stream:
        return False
    wanted = (
        (expect.call, row.call), (expect.result, row.result), (expect.errno, row.errno),
        (expect.peer, row.peer), (expect.size, row.size),
    )  # fmt: skip
    for value, got in wanted:
        if value is not None and value != got and (value != ANY or got is None):
            return False
    if expect.error is None:
        return True
    return row.error is not None and (expect.error == ANY or is_error(expect.error, row.error))


def asks_for_end(expect: Expect) -> bool:
    """Whether the end of a stream is expected: a recv() of 0 bytes.

    An empty message is not an end: `text = ""` or `size = 0` ask for one.
    """
    return (
        expect.call == "recv"
        and expect.result == 0
        and expect.size is None
        and not expect.wants_bytes
    )
