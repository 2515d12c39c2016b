"""ShownRows: the rows that the log shows, found from both ends of the record towards the middle."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import Final

from workbench.journal.query import Condition, about_shapes
from workbench.journal.reader import ConnectRow, Reader
from workbench.named_tuple import NamedTuple
from workbench.viewmodel.pending_connects import ConnectRows
from workbench.viewmodel.row_index import SPAN, RowIndex, Stretch

_MAIN: Final = (
    "NOT (coalesce(e.errno, '') IN ('EINPROGRESS', 'EAGAIN') AND e.kind = 'call')"
    " AND e.call <> 'getsockopt' AND NOT (e.kind = 'note' AND e.call = 'record')"
    " AND NOT (e.kind = 'command' AND e.call IN ('configure', 'pace'))"
)
MAIN: Final = about_shapes(_MAIN)
"""What a person reads: no EAGAIN, no reading of options. A pending connect is looked at apart."""
_MAIN_AND_CONNECTS: Final = about_shapes(f"({_MAIN}) OR e.call = 'connect'")


class Looked(NamedTuple):
    """The result of a look at some numbers.

    Attributes:
        stretch: the shown rows, except connects.
        connects: those that began to wait and their ends, if the two are one row.
    """

    stretch: Stretch
    connects: tuple[ConnectRow, ...] = ()


class View(NamedTuple):
    """What the log is to show: rows after `after` that meet a condition (None: all).

    With `main_only`, what waiting adds is left out, and without a condition a pending connect and
    its end are one row.
    """

    condition: Condition | None = None
    main_only: bool = True
    after: int = 0

    @property
    def joins(self) -> bool:
        """Whether a pending connect and its end are one row."""
        return self.main_only and self.condition is None

    @property
    def all(self) -> bool:
        """Whether every row is shown, so that there is nothing to look at."""
        return not self.main_only and self.condition is None

    def narrowed(self, condition: Condition) -> Condition:
        """The rows of the view that meet one more condition, and both rows of each connect."""
        if self.condition is not None:
            condition = self.condition & condition
        if self.joins:
            return condition & _MAIN_AND_CONNECTS
        return condition & MAIN if self.main_only else condition

    def look(self, reader: Reader, after: int, upto: int) -> Looked:
        """Look at the rows after one number up to another, at most a CHUNK of them."""
        gone = list(chain.from_iterable(reader.gaps(after, upto)))
        if self.all:
            return Looked(Stretch(after, upto, gone, hidden=True))
        if self.joins:
            left, connects = reader.left_out(MAIN, after, upto)
            if gone:
                left = sorted({*left, *gone})
            return Looked(Stretch(after, upto, left, hidden=True), tuple(connects))
        condition = self.condition or MAIN
        if self.main_only:
            condition &= MAIN
        return Looked(Stretch(after, upto, next(reader.select(condition, after, upto), [])))


class _Part:
    """One end of the record, as far as it was looked at."""

    def __init__(self, after: int) -> None:
        self.index = RowIndex(after)
        self.connects = ConnectRows()
        self.seen: list[ConnectRow] = []

    def learn(self, looked: Looked) -> tuple[Stretch, list[int]]:
        """The rows to be added, and the numbers of those that have ended since."""
        shown, ended = self.connects.take(looked.connects)
        if shown:
            looked.stretch.put(shown, shown=True)
        return looked.stretch, ended


class ShownRows:
    """The rows of one view, in order.

    Of a long record its end and its beginning are looked at first. Between them there may be a gap,
    into which the beginning grows; new rows are added at the end meanwhile.

    Attributes:
        view: what is shown.
        folded: commands whose calls are hidden.
    """

    def __init__(self, view: View) -> None:
        self.view = view
        self.folded: set[int] = set()
        self._head = _Part(view.after)
        self._tail: _Part | None = None

    def __len__(self) -> int:
        return len(self._head.index) + (len(self._tail.index) if self._tail is not None else 0)

    @property
    def head_upto(self) -> int:
        """How far the beginning was looked at."""
        return self._head.index.upto

    @property
    def upto(self) -> int:
        """The newest number that was looked at."""
        return self._tail.index.upto if self._tail is not None else self.head_upto

    @property
    def gap_upto(self) -> int | None:
        """The last number of the gap, which begins after `head_upto`; None: there is none."""
        return self._tail.index.after if self._tail is not None else None

    @property
    def looked_at(self) -> int:
        """How many rows were looked at."""
        tail = self._tail.index if self._tail is not None else None
        return self.head_upto - self.view.after + (tail.upto - tail.after if tail else 0)

    def leave_gap(self, upto: int) -> None:
        """Continue with the numbers after `upto`, and with those before them later."""
        assert self._tail is None
        assert upto > self.head_upto
        self._tail = _Part(upto)

    # -- learning -----------------------------------------------------------------------------

    def learn(self, looked: Looked) -> tuple[int, Stretch, list[int]] | None:
        """Where rows are to be added, which ones, and the numbers of rows that have ended since;
        `add` adds them.

        None: they do not follow what is known.
        """
        part = self._part_after(looked.stretch.after)
        if part is None:
            return None
        place = len(self._head.index) if part is self._head else len(self)
        stretch, ended = part.learn(looked)
        if part is self._tail:
            part.seen += looked.connects
        return place, stretch, ended

    def add(self, stretch: Stretch) -> None:
        """Add the rows returned by `learn`."""
        part = self._part_after(stretch.after)
        assert part is not None
        part.index.append(stretch)

    def _part_after(self, after: int) -> _Part | None:
        """The part that continues after this number."""
        if self._tail is not None and after == self._tail.index.upto:
            return self._tail
        return self._head if after == self._head.index.upto else None

    def closing(self) -> tuple[list[int], list[int]] | None:
        """If the gap has just closed: the numbers of rows that are removed, since a connect that
        began in the gap shows them, and of rows that have ended; `close` applies it. None: it has
        not.
        """
        head, tail = self._head, self._tail
        if tail is None or head.index.upto < tail.index.after:
            return None
        shown, ended = head.connects.take(tail.seen)
        gone = {row.seq for row in tail.seen}.difference(shown)
        return sorted(seq for seq in gone if tail.index.place_of(seq) is not None), ended

    def close(self) -> None:
        """Join beginning and end, from now on."""
        assert self._tail is not None
        self._head.index.extend(self._tail.index)
        self._tail = None

    # -- rows ---------------------------------------------------------------------------------

    def at(self, row: int) -> int:
        """The number of the row at a position. Raises IndexError."""
        head = len(self._head.index)
        if self._tail is not None and row >= head:
            return self._tail.index.at(row - head)
        return self._head.index.at(row)

    def run(self, row: int, count: int) -> list[int]:
        """The numbers of up to `count` rows from a position on."""
        head = self._head.index
        found = head.run(row, count) if row < len(head) else []
        if self._tail is not None and len(found) < count:
            found += self._tail.index.run(max(0, row - len(head)), count - len(found))
        return found

    def before(self, seq: int) -> int:
        """How many shown rows have a smaller number."""
        found = self._head.index.before(seq)
        return found if self._tail is None else found + self._tail.index.before(seq)

    def place_of(self, seq: int) -> int | None:
        """The row in which an event is shown: a connect's end in that of its beginning."""
        number = self._head.connects.shown_as(seq)
        if number == seq and self._tail is not None:
            number = self._tail.connects.shown_as(seq)
        row = self.before(number)
        return row if row < len(self) and self.at(row) == number else None

    def end_of(self, seq: int) -> int | None:
        """The number of the end of a connect that began in this row; None: it is waiting."""
        found = self._head.connects.end_of(seq)
        return self._tail.connects.end_of(seq) if found is None and self._tail else found

    def between(self, first: int, last: int) -> list[int]:
        """The shown numbers from `first` to `last`."""
        row = self.before(first)
        return self.run(row, self.before(last + 1) - row)

    def hide(self, seqs: Iterable[int]) -> None:
        """Hide rows."""
        self._put(seqs, shown=False)

    def show_again(self, reader: Reader, seqs: Iterable[int], after: int, upto: int) -> None:
        """Show those of these rows again that the view shows; all are after `after` up to
        `upto`.
        """
        upto = min(upto, self.head_upto if after < self.head_upto else self.upto)
        looked = self.view.look(reader, after, upto)
        # what is known about connects is kept: those looked at before give the same result
        stretch, _ = (self._head if after < self.head_upto else self._tail or self._head).learn(
            looked
        )
        self._put(set(stretch.numbers()).intersection(seqs), shown=True)

    def _put(self, seqs: Iterable[int], *, shown: bool) -> None:
        parts = [part.index for part in (self._head, self._tail) if part is not None]
        numbers = list(seqs)
        for index in parts:
            index.put((seq for seq in numbers if index.after < seq <= index.upto), shown=shown)


def whole_spans(after: int, upto: int) -> list[tuple[int, int]]:
    """The numbers after one up to another, in spans that a Stretch can hold."""
    return [(first, min(first + SPAN, upto)) for first in range(after, upto, SPAN)]
