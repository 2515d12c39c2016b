"""Lookup: the row of a CSV file that a rule finds by a value taken from a message."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from workbench.frozen import dataclass

Rows = Mapping[str, Mapping[str, str]]
"""By the cell that is compared, the first row that has it: its cells by their heading."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """A lookup of a rule: the rule fits only if the file has such a row.

    Attributes:
        file: in CSV (RFC 4180), its first row the headings.
        by: the name of the taken value that is looked for.
        column: the heading of the cells that it is compared with; "": it equals `by`.
        take: names of values, and the headings of the cells that they come from.
        delimiter: between two cells.
    """

    file: str
    by: str
    column: str = ""
    take: tuple[tuple[str, str], ...] = ()
    delimiter: str = ","

    @property
    def compared(self) -> str:
        """The name of the column that is compared."""
        return self.column or self.by


class ReadRows(Protocol):
    """Reads a lookup's file, which the model itself does not touch."""

    def __call__(self, lookup: Lookup, /) -> Rows:
        """Raises Problem: the file cannot be read, or has no such column."""
