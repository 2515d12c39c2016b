"""FindText: a text that a person looks for in the rows of the log."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from workbench.journal.query import (
    PEER,
    About,
    Condition,
    Contains,
    Part,
    Plain,
    Term,
    containing,
)
from workbench.journal.reader import Row
from workbench.payload.notation import parse_hex, show
from workbench.texts import Problem
from workbench.viewmodel.log_columns import DATA, NUMBER, TIME, TOOK

LEAST_HEX: Final = 2
"""Bytes: a single pair of digits is looked for as text alone."""
_NOT_FOUND_IN: Final = frozenset({NUMBER, TIME, TOOK})
_CELLS: Final = ("p.name", "e.call", "e.errno", "e.error", "e.args")
_LIKE: Final = "LIKE ? ESCAPE '\\'"


class FindText:
    """Finds a text, or bytes where it can be read as hex, in calls and in what they carried."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._plain = re.compile(re.escape(text), re.IGNORECASE | re.ASCII)
        self._raw = b""
        try:
            raw = parse_hex(text)
        except Problem:
            raw = b""
        if len(raw) >= LEAST_HEX:
            self._raw = raw

    def __bool__(self) -> bool:
        return bool(self.text)

    def condition(self) -> Condition:
        """Rows that may contain it; none that does is left out."""
        pattern = "%" + re.sub(r"[\\%_]", r"\\\g<0>", self.text) + "%"
        shapes = " OR ".join(f"{column} {_LIKE}" for column in _CELLS)
        parts: list[Part] = [
            Plain(shapes, (pattern,) * len(_CELLS), About.SHAPE),
            Plain("e.kind IN ('note', 'command')", (), About.SHAPE),
            Plain(f"c.local {_LIKE}", (pattern,), About.CONNECTION),
            Plain(f"{PEER} {_LIKE}", (pattern,), About.PEER),
            # cells of calls without bytes show text that is not in the record
            Plain("coalesce(length(e.payload), 0) = 0", (), About.ENTRY),
            Plain("instr(lower(CAST(e.payload AS TEXT)), lower(?)) > 0", (self.text,), About.ENTRY),
            replace(containing(self.text), joined=False),
        ]
        if self._raw:
            parts.append(Contains(self._raw, joined=False))
        return Condition((Term(tuple(parts)),))

    def spots(self, column: int, cell: str) -> list[tuple[int, int]]:
        """Where it is in the text of a cell: first and last + 1."""
        if column in _NOT_FOUND_IN or not self.text:
            return []
        found = [match.span() for match in self._plain.finditer(cell)]
        if not found and self._raw and column == DATA:
            shown = show(self._raw)
            found = [match.span() for match in re.finditer(re.escape(shown), cell)]
        return found

    def in_bytes(self, row: Row) -> bool:
        """Whether the kept bytes of a row contain it, in sight or not."""
        payload = row.payload or b""
        return bool(self.text) and (
            self.text.encode().lower() in payload.lower()
            or (bool(self._raw) and self._raw in payload)
        )

    def holds(self, row: Row, cells: Sequence[str]) -> bool:
        """Whether a row contains it, in its cells or in the kept bytes."""
        return self.in_bytes(row) or any(
            self.spots(column, cell) for column, cell in enumerate(cells)
        )
