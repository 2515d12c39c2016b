"""Writes events in bulk: few large INSERTs, with what many rows share stored only once (as a
shape).

A row is divided in two: its shape (whose call, which one, with what arguments, how it failed) is
one row of table `shape` for all that share it; the rest is its row of table `entry`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import chain
from operator import itemgetter
from typing import Final

from workbench.engine.model.events import CALL, Event, Shape, Transfer, is_own

SIZES: Final = (250, 50, 10, 1)
"""Rows of one statement. A few fixed sizes, so that every statement is prepared once and kept;
larger ones cost more (measured: 1.2 us a row at 200 to 500 rows, 1.5 us at 1 000)."""
SHARING: Final = 50
"""Rows from which on a value that all have is bound once: with fewer, that costs more than it
saves."""
STATEMENTS: Final = 128
"""Prepared statements that the connection should keep: sizes times usual patterns."""
REMEMBERED: Final = 5_000
"""Shapes whose ids are remembered, twice: a record may have as many as rows, and one that recurs
after so many others is written again.
"""

Execute = Callable[[str, Sequence[object]], object]
_Shape = tuple[object, ...]
_BOTH: Final = (1, 1, None)
"""`amount` is the result of the call and the size of what it carried; or there is neither."""
_RESULT: Final = (1, 0, None)
_SIZE: Final = (0, 1, None)
_VARIES: Final = object()
_CONNECTION: Final = itemgetter(1)
"""... of the shape of a transfer."""


class Rows:
    """Writes the events of one record, on the thread that has the connection."""

    def __init__(self, execute: Execute, last: int = 0) -> None:
        """`execute`: executes one statement in the open transaction; `last`: the highest number of
        a shape that the record may already have.
        """
        self._execute = execute
        self._known: dict[_Shape, int] = {}
        self._before: dict[_Shape, int] = {}
        self.last = last
        self._new: list[_Shape] = []  # rows of table `shape` still to be written
        self._by_varying: dict[_Shape, dict[_Shape, int]] = {}
        self._looked_up = 0  # emptied: it never has more than that
        self._of_transfers: dict[Shape, int] = {}

    def write(self, events: Sequence[Event], seq: int) -> None:
        """Write events numbered from `seq`, in order.

        The `Cause` of a command or step gets its number here; the rows that carry it are written
        with that number.

        Raises:
            sqlite3.Error: as the statements did.
        """
        for start, end in _parts(len(events)):
            self._insert(events[start:end], seq + start)

    def write_transfers(self, rows: Sequence[Transfer], seq: int) -> None:
        """Write transfers numbered from `seq`; their shapes have been made already."""
        for start, end in _parts(len(rows)):
            shapes, times, durations, amounts, payloads = zip(*rows[start:end], strict=True)
            known: list[int | None] = list(map(self._of_transfers.get, shapes))
            if None in known:
                known = list(map(self._of_transfer, shapes))
                self._write_shapes()
            columns: list[Sequence[object]] = [
                known, list(map(_CONNECTION, shapes)), times, durations, amounts, payloads,
                (None,) * len(shapes),
            ]  # fmt: skip
            self._execute(*_inserted(columns, seq + start))

    def _of_transfer(self, shape: Shape) -> int:
        """The position of a transfer in its table, which knows no connections."""
        found = self._of_transfers.get(shape)
        if found is None:
            if len(self._of_transfers) >= REMEMBERED:
                self._of_transfers.clear()
            endpoint, _, call, args, peer = shape
            found = self._id((endpoint, CALL, call, args, None, None, peer, _BOTH))
            self._of_transfers[shape] = found
        return found

    def _insert(self, events: Sequence[Event], seq: int) -> None:
        (
            times, durations, endpoints, connections, kinds, calls, args, results, errnos, errors,
            peers, sizes, payloads, causes,
        ) = zip(*events, strict=True)  # fmt: skip
        forms: Sequence[_Shape]
        amounts: Sequence[object] = results
        if results == sizes:
            forms = (_BOTH,) * len(events)
        else:
            forms = list(map(_form, results, sizes))
            amounts = [
                size if result is None else result
                for result, size in zip(results, sizes, strict=True)
            ]
        shapes = self._ids((endpoints, kinds, calls, args, errnos, errors, peers, forms))
        if causes.count(None) != len(events):
            causes = _numbers(events, seq)
        columns: list[Sequence[object]] = [
            shapes, connections, times, durations, amounts, payloads, causes,
        ]  # fmt: skip
        self._execute(*_inserted(columns, seq))

    def _ids(self, columns: tuple[Sequence[object], ...]) -> list[int | None]:
        """The ids of the rows' shapes; new shapes are inserted.

        Only what differs between these rows is looked up for each: usually a name or two.
        """
        size = len(columns[0])
        fixed = tuple(  # a list: no generator is resumed for each of them
            [column[0] if column.count(column[0]) == size else _VARIES for column in columns]
        )
        varying = [column for column, value in zip(columns, fixed, strict=True) if value is _VARIES]
        known = self._by_varying.get(fixed)
        if known is None:
            known = self._by_varying[fixed] = {}
        keys = list(zip(*varying, strict=True)) if varying else [()] * size
        found: list[int | None] = list(map(known.get, keys))
        if None in found:
            for place, key in enumerate(zip(*columns, strict=True)):
                if found[place] is None:
                    found[place] = known[keys[place]] = self._id(key)
                    self._looked_up += 1
            self._write_shapes()
            if self._looked_up > REMEMBERED:
                self._by_varying.clear()
                self._looked_up = 0
        return found

    def _id(self, key: _Shape) -> int:
        known = self._known
        if key in known:
            return known[key]
        number = self._before.get(key)
        if number is None:
            self.last = number = self.last + 1
            self._new.append((number, key[0] or None, *key[1:7], *key[7]))  # type: ignore[misc]  # key[7] is a tuple
        if len(known) >= REMEMBERED:
            self._before, self._known = known, {}
        self._known[key] = number
        return number

    def _write_shapes(self) -> None:
        """Insert new shapes together: in a script's record nearly every row has a shape of
        its own.
        """
        rows, self._new = self._new, []
        for start, end in _parts(len(rows)):
            self._execute(_shapes(end - start), list(chain.from_iterable(rows[start:end])))


def _parts(size: int) -> Iterator[tuple[int, int]]:
    """The rows divided into groups of one statement each."""
    start = 0
    for most in SIZES:
        while size - start >= most:
            yield start, start + most
            start += most


def _form(result: int | None, size: int | None) -> _Shape:
    """The meaning of column `amount`: the result, the size or both, and a size that differs."""
    if result == size:
        return _BOTH
    if size is None:
        return _RESULT
    return _SIZE if result is None else (1, 0, size)


def _numbers(events: Sequence[Event], seq: int) -> tuple[int | None, ...]:
    found: list[int | None] = []
    for number, event in enumerate(events, seq):
        cause = event.cause
        if cause is None:
            found.append(None)
            continue
        known = cause.seq
        if (known is None or known == number) and is_own(event):
            cause.seq = number
            found.append(cause.above.seq if cause.above is not None else None)
        else:
            found.append(known)
    return tuple(found)


def _inserted(columns: list[Sequence[object]], seq: int) -> tuple[str, list[object]]:
    """The INSERT for these rows and its parameters; of many rows, a value that is the same in all
    of them is bound once.
    """
    size = len(columns[0])
    if size < SHARING:
        rows = zip(range(seq, seq + size), *columns, strict=True)
        return _plain(size), list(chain.from_iterable(rows))
    once = tuple(  # the last row usually decides
        [column[0] == column[-1] and column.count(column[0]) == size for column in columns]
    )
    parameters: list[object] = []
    by_row = [column for column, equal in zip(columns, once, strict=True) if not equal]
    parameters += chain.from_iterable(zip(*by_row, strict=True))
    parameters.append(seq)
    parameters += [column[0] for column, equal in zip(columns, once, strict=True) if equal]
    return _sharing(size, once), parameters


@cache
def _shapes(size: int) -> str:
    """The INSERT of `size` shapes."""
    return f"INSERT INTO shape VALUES {','.join(['(?,?,?,?,?,?,?,?,?,?,?)'] * size)}"


@cache
def _plain(size: int) -> str:
    """The INSERT of `size` rows, cell by cell."""
    return f"INSERT INTO entry VALUES {','.join(['(?,?,?,?,?,?,?,?)'] * size)}"


@cache
def _sharing(size: int, once: tuple[bool, ...]) -> str:
    """The INSERT of `size` rows, cell by cell; then the first seq and what is bound once.

    No parameter has a number, though ?1 could be named in each row: Python looks up the name of
    each parameter from 3.12 on, SQLite goes through all of them to find it, and 3.12.0 to 3.12.3
    warn of each besides (gh-117995). That took ten times as long as the INSERT.
    """
    names = [f"c{place}" for place in range(len(once))]
    shared = [name for name, equal in zip(names, once, strict=True) if equal]
    free = [name for name, equal in zip(names, once, strict=True) if not equal]
    cells = ",?" * len(free)
    rows = ",".join([f"({row}{cells})" for row in range(size)])
    return (
        f"WITH r({','.join(['n', *free])}) AS (VALUES {rows}),"
        f" s({','.join(['seq', *shared])}) AS (VALUES (?{',?' * len(shared)}))"
        # CROSS: in this order, so that the rows are not copied to a table of their own first
        f" INSERT INTO entry SELECT seq + n,{','.join(names)} FROM r CROSS JOIN s"
    )
