"""The rows that an export takes, and what every form says of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from workbench.journal.query import Condition
from workbench.journal.reader import Reader, Row
from workbench.journal.streams import piece_of

PAGE: Final = 2_000


def rows_of(reader: Reader, condition: Condition | None) -> Iterator[Row]:
    """The rows that meet a condition, in order, page by page: memory stays flat."""
    last = reader.count()
    if condition is None:
        for first in range(1, last + 1, PAGE):
            yield from reader.page(first, PAGE)
        return
    for seqs in reader.select(condition, 0, last):
        for start in range(0, len(seqs), 500):
            yield from reader.rows(seqs[start : start + 500])


def missing_bytes(row: Row) -> int:
    """Bytes of the call that the record did not keep."""
    return piece_of(row).missing if row.payload is not None else 0


def wall_time(reader: Reader, t_ns: int) -> str:
    """A row's moment as local time with date, microseconds and zone."""
    return reader.clock.moment(t_ns).isoformat(sep=" ", timespec="microseconds")
