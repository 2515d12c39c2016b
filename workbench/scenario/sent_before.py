"""What was sent before a row of a record: an answer may repeat a part of it."""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Callable
from typing import Final

from workbench.journal.query import parse
from workbench.journal.reader import Reader, Row

REMEMBERED: Final = 1 << 16
"""Bytes of what was sent that are looked at, the last."""
CHUNK: Final = 500
"""Rows that are read at a time."""


class SentBefore:
    """The last bytes sent before a row; rows are asked for in order.

    Of millions of sends only those are read that make up the last bytes before such a row.
    """

    def __init__(self, reader: Reader, wanted: Callable[[Row], bool]) -> None:
        """`wanted`: whether a send counts."""
        self._reader = reader
        self._wanted = wanted
        condition = parse("call:send|sendto size>0")
        self._seqs = [seq for part in reader.select(condition, 0, reader.count()) for seq in part]
        self._looked_at = 0  # of the sends, this many
        self._kept: deque[bytes] = deque()
        self._size = 0

    def __call__(self, seq: int) -> bytes:
        """The last REMEMBERED bytes, with a line end before each send."""
        until = bisect_left(self._seqs, seq)
        found: list[bytes] = []
        size = 0
        while until > self._looked_at and size < REMEMBERED:
            start = max(self._looked_at, until - CHUNK)
            rows = self._reader.rows(self._seqs[start:until])
            part = [row.payload for row in rows if row.payload and self._wanted(row)]
            found += reversed(part)
            size += sum(len(payload) + 1 for payload in part)
            until = start
        self._looked_at = max(self._looked_at, bisect_left(self._seqs, seq))
        self._keep(found[::-1])
        return b"".join(b"\n" + payload for payload in self._kept)[-REMEMBERED:]

    def _keep(self, payloads: list[bytes]) -> None:
        self._kept += payloads
        self._size += sum(len(payload) + 1 for payload in payloads)
        while self._kept and self._size - len(self._kept[0]) - 1 >= REMEMBERED:
            self._size -= len(self._kept.popleft()) + 1
