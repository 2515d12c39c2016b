"""Reads the CSV file (RFC 4180) in which rules look up rows by a column."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from workbench.engine.model.endless_file import check_end
from workbench.engine.model.responders.lookup import Lookup, Rows
from workbench.texts import Problem, reason_of

LARGEST: Final = 16 * 2**20
"""Bytes of a file."""


def rows_of(lookup: Lookup) -> Rows:
    """The rows, by the compared cell; of several with the same cell, the first.

    Raises:
        Problem: the file cannot be read, is too large, is not text, or has no such column.
    """
    import csv  # imported late: no start of the program needs it

    path = Path(lookup.file).expanduser()
    try:
        check_end(path)
        if path.stat().st_size > LARGEST:
            raise Problem("engine.lookup_large", path=lookup.file, most=LARGEST >> 20)
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = [cells for cells in csv.reader(file, delimiter=lookup.delimiter) if cells]
    except UnicodeDecodeError as error:
        raise Problem("engine.lookup_no_text", path=lookup.file) from error
    except (OSError, ValueError, csv.Error) as error:
        reason = reason_of(error) if isinstance(error, OSError) else str(error)
        raise Problem("engine.lookup_unreadable", path=lookup.file, reason=reason) from error
    header = [cell.strip() for cell in lines[0]] if lines else []
    for column in (lookup.compared, *(column for _, column in lookup.take)):
        if column not in header:
            there = ", ".join(header) or "–"
            raise Problem("engine.lookup_column", path=lookup.file, column=column, there=there)
    found: dict[str, dict[str, str]] = {}
    for cells in lines[1:]:
        row = dict(zip(header, [*cells, *[""] * len(header)], strict=False))
        found.setdefault(row[lookup.compared], row)
    return found
