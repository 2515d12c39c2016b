"""Plain pages of a record as lines of JSON, made column by column.

In a flood nearly every page holds nothing but calls that carried bytes. Whatever has to be checked
is checked for all rows of the page at once, and no row object is made, which takes half the time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from workbench.engine.model.events import CALL
from workbench.journal.cell_types import LAST_NS
from workbench.journal.exports.jsonl import JsonLines
from workbench.journal.log_rows import LogRows, Values
from workbench.journal.masked import Masked
from workbench.journal.reader import Reader
from workbench.journal.streams import READS, SENDS

LEAST: Final = 30
"""Rows of a page: with fewer, trying costs more than it saves."""
PASSED_OVER: Final = 4
"""Pages that are not tried after one that was not plain."""
_CARRY: Final = READS | SENDS
_Pair = tuple[int, int]
"""The position of a row's shape, and its connection."""


class PlainPages:
    """Tries the pages of one record in order."""

    def __init__(self, reader: Reader, masked: Masked, lines: JsonLines) -> None:
        """`masked` and `lines`: those that make the other pages, in turn with these."""
        self._reader = reader
        self._masked = masked
        self._lines = lines
        self._left_out = 0

    def page(self, first: int, limit: int) -> tuple[int, str] | None:
        """How many rows there are from seq `first` on, at most `limit`, and their lines; None: they
        need a closer look, and nothing was noted.
        """
        rows = self._reader.log_rows
        if rows is None or limit < LEAST or self._reader.shows_secrets:
            return None
        if self._left_out:
            self._left_out -= 1
            return None
        cells = rows.cells(first, limit)
        text = self._text(rows, cells, first) if len(cells) >= LEAST else None
        if text is None:
            self._left_out = PASSED_OVER
            return None
        return len(cells), text

    def _text(self, rows: LogRows, cells: Sequence[Values], first: int) -> str | None:
        seqs, times, durations, connections, amounts, payloads, causes, shapes = zip(
            *cells, strict=True
        )
        numbers = (seqs, times, durations, connections, amounts, shapes)
        if not (
            all(set(map(type, column)) == {int} for column in numbers)
            and set(map(type, payloads)) == {bytes}
            and causes.count(None) == len(cells)
            and seqs[0] == first
            and seqs[-1] - first == len(cells) - 1
            and all(min(column) >= 0 and max(column) < LAST_NS for column in (times, durations))
            and min(amounts) > 0
            and all(payloads)
        ):
            return None
        pairs: list[_Pair] = list(zip(shapes, connections, strict=True))
        newest = dict(zip(pairs, payloads, strict=True))
        around = self._around(rows, cells, newest, payloads)
        if around is None:
            return None
        end = self._lines.end
        return "".join([
            f'{{"seq":{seq},"t_ns":{t_ns},"duration_ns":{took},{before}{amount},{after}{amount},'
            f'"payload":"{payload.hex()}","cause":null{end}'
            for (seq, t_ns, took, _, amount, payload, _, _), (before, after) in zip(
                cells, map(around.__getitem__, pairs), strict=True
            )
        ])  # fmt: skip

    def _around(
        self,
        rows: LogRows,
        cells: Sequence[Values],
        newest: dict[_Pair, bytes],
        payloads: Sequence[bytes],
    ) -> dict[_Pair, tuple[str, str]] | None:
        """The text around the amounts of each kind of row; None: one of them needs a closer
        look.
        """
        found = {}
        streams = {}
        texts = set()
        known = rows.sound(cells)
        for pair, payload in newest.items():
            shape, connection = known[0].get(pair[0]), known[1].get(pair[1])
            if shape is None or connection is None:
                return None
            endpoint, kind, call, args, errno, error, own_peer, resulted, sized, size = shape
            local, peer, number = connection
            stream = (pair[1], call in READS)
            carries = kind == CALL and call in _CARRY and errno is None and error is None
            amount = resulted and sized and size is None
            if not (carries and amount) or stream in streams:
                return None
            streams[stream] = payload
            texts.add(args)
            found[pair] = self._lines.around((
                kind, endpoint, pair[1], number, call, args, None, None, local,
                peer if own_peer is None else own_peer,
            ))  # fmt: skip
        first, last = cells[0][0], cells[-1][0]
        return found if self._masked.goes_on(payloads, streams, texts, first, last) else None
