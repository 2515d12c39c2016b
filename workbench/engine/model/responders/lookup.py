"""Lookup: a row of a CSV file, found by what a rule has taken of a message."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from workbench.frozen import dataclass

Rows = Mapping[str, Mapping[str, str]]
"""By the cell that is compared, the first row that has it: its cells by their heading."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """A rule with one fits where there is such a row.

    Attributes:
        file: in CSV (RFC 4180), its first row the headings.
        by: the name of what was taken and is looked for.
        column: the heading of the cells that are compared; "": it is called as `by`.
        take: names of values, and the headings of the cells that they are.
        delimiter: between two cells.
    """

    file: str
    by: str
    column: str = ""
    take: tuple[tuple[str, str], ...] = ()
    delimiter: str = ","

    @property
    def compared(self) -> str:
        """The heading of the cells that are compared."""
        return self.column or self.by


class ReadRows(Protocol):
    """Reads the file of a lookup, which is no business of the model."""

    def __call__(self, lookup: Lookup, /) -> Rows:
        """Raises Problem: it cannot be read, or has no such column."""
