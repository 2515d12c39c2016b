"""The rows that an export takes, and what all forms write about them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Final, TextIO

from workbench.engine.model.events import Clock
from workbench.journal.masked import Masked
from workbench.journal.query import Condition
from workbench.journal.reader import CHUNK, Reader, Row
from workbench.journal.streams import not_kept

PAGE: Final = 500
"""Rows of one read: if payloads are kept whole, they take 64 KiB each."""
REMEMBERED: Final = 4_096
"""Texts whose spelling in a form is cached."""
SHORT: Final = 200
"""Characters of a text that may be cached: longer ones hardly recur."""


Looked = Callable[[float], object]
"""Told, before each page, the share of the record that was looked through, from 0 to 1; what it
raises ends the export.
"""


def untold(_share: float) -> None:
    """Nobody wants to know how far an export is."""


def pages_of(
    reader: Reader, condition: Condition | None, looked: Looked = untold
) -> Iterator[list[Row]]:
    """The rows that meet a condition, masked, in order, page by page: memory use stays flat."""
    begin, last = reader.first_seq, reader.count()
    total = max(1, last - begin + 1)
    masked = Masked(reader)
    if condition is None:
        for first in range(begin, last + 1, PAGE):
            looked((first - begin) / total)
            yield masked.rows(reader.page(first, PAGE))
        return
    looked(0.0)
    for number, seqs in enumerate(reader.select(condition, 0, last), 1):
        for start in range(0, len(seqs), PAGE):
            looked((seqs[start] - begin) / total)
            yield masked.rows(reader.rows(seqs[start : start + PAGE]))
        looked(min(1.0, number * CHUNK / total))


def write_pages(
    out: TextIO,
    lines: Callable[[list[Row]], str],
    reader: Reader,
    condition: Condition | None,
    looked: Looked = untold,
) -> int:
    """Write the lines of the rows that meet a condition, and return the number of rows."""
    count = 0
    for page in pages_of(reader, condition, looked):
        out.write(lines(page))
        count += len(page)
    return count


def rows_of(reader: Reader, condition: Condition | None, looked: Looked = untold) -> Iterator[Row]:
    """The rows of `pages_of`, one by one."""
    return chain.from_iterable(pages_of(reader, condition, looked))


def missing_bytes(row: Row) -> int:
    """How many bytes of the call the record did not keep."""
    return not_kept(row) if row.payload is not None else 0


class WallTimes:
    """Stamps of a record as local time with date, microseconds and zone.

    The text of a second is made once, since the rows of a flood share it.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._second = -1
        self._before = self._after = ""

    def __call__(self, t_ns: int) -> str:
        second, rest = divmod(self._clock.wall_ns + t_ns, 10**9)
        if second != self._second:
            whole = self._clock.moment(t_ns).isoformat(sep=" ", timespec="microseconds")
            self._second = second
            self._before, self._after = whole[:20], whole[26:]
        return f"{self._before}{rest // 1000:06}{self._after}"


class Spelled(dict[str | None, str]):
    """Caches the way in which a form writes texts that occur again and again."""

    def __init__(self, spell: Callable[[str], str], none: str) -> None:
        """`spell`: how the form writes a text. `none`: what is written if there is none."""
        super().__init__()
        self._spell = spell
        self._none = none

    def __missing__(self, text: str | None) -> str:
        spelled = self._none if text is None else self._spell(text)
        if text is None or len(text) <= SHORT:
            if len(self) >= REMEMBERED:
                self.clear()
            self[text] = spelled
        return spelled
