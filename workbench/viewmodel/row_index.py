"""RowIndex: which numbers of the record are shown, in a few bits per row."""

from __future__ import annotations

import bisect
from array import array
from collections.abc import Iterable, Sequence
from typing import Final

SPAN: Final = 1 << 16
"""Numbers of one stretch: their offsets have 16 bits."""


class Stretch:
    """The shown rows among at most SPAN numbers, those after `after` up to `upto`.

    It keeps the offsets of the shown rows or of the hidden ones, whichever are fewer: 10 million
    rows of which every second one is hidden take 10 MB; of which every hundredth is, 0.2 MB.
    """

    __slots__ = ("_hides", "_places", "after", "upto")

    def __init__(self, after: int, upto: int, seqs: Iterable[int], *, hidden: bool = False) -> None:
        """`seqs`, in order: those that are shown or, with `hidden`, those that are not."""
        self.after = after
        self.upto = upto
        self._hides = hidden
        first = after + 1
        self._places = array("H", [seq - first for seq in seqs])
        if 2 * len(self._places) > self.span:
            self._places = self._others()
            self._hides = not hidden

    @property
    def span(self) -> int:
        return self.upto - self.after

    def __len__(self) -> int:
        return self.span - len(self._places) if self._hides else len(self._places)

    def _others(self) -> array[int]:
        return array("H", sorted(set(range(self.span)).difference(self._places)))

    def at(self, row: int) -> int:
        """The number of the shown row at a position, 0 <= row < len()."""
        if not self._hides:
            return self.after + 1 + self._places[row]
        places = self._places
        before = bisect.bisect_right(range(len(places)), row, key=lambda at: places[at] - at)
        return self.after + 1 + row + before

    def run(self, row: int, count: int) -> list[int]:
        """The numbers of up to `count` shown rows from a position on."""
        first = self.after + 1
        if not self._hides:
            return [first + place for place in self._places[row : row + count]]
        seq = self.at(row)
        hidden = iter(self._places[bisect.bisect_left(self._places, seq - first) :])
        found: list[int] = []
        gap = next(hidden, self.span) + first
        while len(found) < count and seq <= self.upto:
            if seq < gap:
                found.append(seq)
            else:
                gap = next(hidden, self.span) + first
            seq += 1
        return found

    def before(self, seq: int) -> int:
        """How many shown rows have a smaller number."""
        offset = min(max(0, seq - self.after - 1), self.span)
        less = bisect.bisect_left(self._places, offset)
        return offset - less if self._hides else less

    def numbers(self) -> list[int]:
        """The numbers of all shown rows, in order."""
        places: Sequence[int] = self._others() if self._hides else self._places
        first = self.after + 1
        return [first + place for place in places]

    def put(self, seqs: Iterable[int], *, shown: bool) -> None:
        """Show these, or hide them; all are among its numbers."""
        first = self.after + 1
        places = {seq - first for seq in seqs}
        kept = set(self._places)
        self._places = array("H", sorted(kept - places if shown is self._hides else kept | places))

    def grow(self, other: Stretch) -> None:
        """Append the stretch that follows: the cost depends on that one, not on what is here
        already.
        """
        places = other._places if other._hides == self._hides else other._others()
        shift = self.span
        self._places.extend([place + shift for place in places])
        self.upto = other.upto
        if 2 * len(self._places) > self.span + SPAN // 16:
            self._places = self._others()
            self._hides = not self._hides


class RowIndex:
    """The shown rows among the numbers after `after` up to `upto`, found by position or by
    number.
    """

    def __init__(self, after: int) -> None:
        self.after = after
        self._stretches: list[Stretch] = []
        self._ends: list[int] = []  # for each stretch: the last number that it covers
        self._starts: list[int] = []  # for each stretch: how many rows are shown before it
        self._count = 0

    @property
    def upto(self) -> int:
        """The last number that was looked at."""
        return self._ends[-1] if self._ends else self.after

    def __len__(self) -> int:
        return self._count

    def append(self, stretch: Stretch) -> None:
        """Append the numbers that follow."""
        assert stretch.after == self.upto
        if not stretch.span:
            return
        self._count += len(stretch)
        last = self._stretches[-1] if self._stretches else None
        if last is not None and last.span + stretch.span <= SPAN:
            last.grow(stretch)
            self._ends[-1] = stretch.upto
            return
        self._starts.append(self._count - len(stretch))
        self._stretches.append(stretch)
        self._ends.append(stretch.upto)

    def extend(self, other: RowIndex) -> None:
        """Append everything that another one knows about the numbers that follow."""
        for stretch in other._stretches:
            self.append(stretch)

    def at(self, row: int) -> int:
        """The number of the shown row at a position. Raises IndexError."""
        if not 0 <= row < self._count:
            raise IndexError(row)
        place = bisect.bisect_right(self._starts, row) - 1
        return self._stretches[place].at(row - self._starts[place])

    def run(self, row: int, count: int) -> list[int]:
        """The numbers of up to `count` shown rows from a position on, such as those in sight."""
        found: list[int] = []
        while len(found) < count and row + len(found) < self._count:
            place = bisect.bisect_right(self._starts, row + len(found)) - 1
            within = row + len(found) - self._starts[place]
            found += self._stretches[place].run(within, count - len(found))
        return found

    def before(self, seq: int) -> int:
        """How many shown rows have a smaller number."""
        place = bisect.bisect_left(self._ends, seq)
        if place == len(self._stretches):
            return self._count
        return self._starts[place] + self._stretches[place].before(seq)

    def place_of(self, seq: int) -> int | None:
        """The position of a number; None: it is not shown."""
        row = self.before(seq)
        return row if row < self._count and self.at(row) == seq else None

    def between(self, first: int, last: int) -> list[int]:
        """The shown numbers from `first` to `last`."""
        row = self.before(first)
        return self.run(row, self.before(last + 1) - row)

    def put(self, seqs: Iterable[int], *, shown: bool) -> None:
        """Show these, or hide them; all have been looked at."""
        wanted: dict[int, set[int]] = {}
        for seq in seqs:
            wanted.setdefault(bisect.bisect_left(self._ends, seq), set()).add(seq)
        for place, changed in wanted.items():
            self._stretches[place].put(changed, shown=shown)
        self._count = 0
        for place, stretch in enumerate(self._stretches):
            self._starts[place] = self._count
            self._count += len(stretch)
