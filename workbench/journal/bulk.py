"""Rows of table `event` as few large INSERTs: what is equal in all of them is bound only once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum
from functools import cache
from itertools import chain, count
from typing import Final

from workbench.engine.model.events import COMMAND, Event

SIZES: Final = (250, 50, 10, 1)
"""Rows of one statement. A few fixed sizes, so that every statement is prepared once and kept;
larger ones cost more (measured: 1.2 us a row at 200 to 500 rows, 1.5 us at 1 000)."""
STATEMENTS: Final = 128
"""Prepared statements that the connection should keep: sizes times usual patterns."""
_ENDPOINT, _RESULT, _SIZE, _CAUSE = (
    Event._fields.index(name) for name in ("endpoint", "result", "size", "cause")
)


class _Bound(Enum):
    """How a column of a statement gets its values."""

    ONCE = 1  # equal in all rows
    LIKE_RESULT = 2  # a recv or send: size is the result
    BY_ROW = 3


def inserts(events: Sequence[Event], seq: int) -> Iterator[tuple[str, list[object]]]:
    """Statements and their parameters for events numbered from `seq`, in order.

    A command's `Cause` learns its number here; the others are written as that number.
    """
    start = 0
    for size in SIZES:
        while len(events) - start >= size:
            yield _insert(events[start : start + size], seq + start)
            start += size


def _insert(events: Sequence[Event], seq: int) -> tuple[str, list[object]]:
    columns: list[Sequence[object]] = list(zip(*events, strict=True))
    size = len(events)
    if columns[_CAUSE].count(None) != size:
        columns[_CAUSE] = _causes(events, seq)
    if 0 in columns[_ENDPOINT]:  # the session itself
        columns[_ENDPOINT] = [number or None for number in columns[_ENDPOINT]]
    bound = [
        _Bound.ONCE if column.count(column[0]) == size else _Bound.BY_ROW for column in columns
    ]
    if bound[_SIZE] is _Bound.BY_ROW and columns[_SIZE] == columns[_RESULT]:
        bound[_SIZE] = _Bound.LIKE_RESULT
    parameters: list[object] = [seq]
    parameters += [
        column[0] for column, how in zip(columns, bound, strict=True) if how is _Bound.ONCE
    ]
    by_row = [column for column, how in zip(columns, bound, strict=True) if how is _Bound.BY_ROW]
    parameters += chain.from_iterable(zip(*by_row, strict=True))
    return _statement(size, tuple(bound)), parameters


def _causes(events: Sequence[Event], seq: int) -> list[int | None]:
    found: list[int | None] = []
    for number, event in enumerate(events, seq):
        cause = event.cause
        if cause is not None and event.kind == COMMAND:
            cause.seq = number
            cause = None
        found.append(cause.seq if cause is not None else None)
    return found


@cache
def _statement(size: int, bound: tuple[_Bound, ...]) -> str:
    """INSERT of `size` rows: ?1 is the first seq, then what is bound once, then cell by cell."""
    once, free = count(2), count(2 + bound.count(_Bound.ONCE))
    names = [next(once) if how is _Bound.ONCE else 0 for how in bound]
    rows = []
    for row in range(size):
        numbers = [
            name or (0 if how is _Bound.LIKE_RESULT else next(free))
            for name, how in zip(names, bound, strict=True)
        ]
        if bound[_SIZE] is _Bound.LIKE_RESULT:
            numbers[_SIZE] = numbers[_RESULT]
        rows.append(f"(?1+{row},{','.join(f'?{number}' for number in numbers)})")
    return f"INSERT INTO event VALUES {','.join(rows)}"
