"""A table for a spreadsheet (RFC 4180)."""

from __future__ import annotations

import csv
import re
from typing import Final, TextIO

from workbench.journal.exports.rows import missing_bytes, rows_of, wall_time
from workbench.journal.query import Condition
from workbench.journal.reader import Reader, Row

_FORMULA: Final = re.compile(r"'*[=+\-@\t\r]")
_NUMBER: Final = re.compile(r"-\d+\Z", re.ASCII)
"""listen(-1): a number is no formula."""


def to_csv(reader: Reader, out: TextIO, condition: Condition | None) -> None:
    """A table with a header; begins with a byte order mark, without which Excel guesses.

    A text that a spreadsheet would run as a formula gets an apostrophe in front; to read it back,
    take one from every text that has apostrophes followed by one of `= + - @ TAB CR`.
    """
    out.write("\ufeff")
    writer = csv.writer(out)
    writer.writerow([*Row._fields[:2], "time", *Row._fields[2:], "not_kept"])
    for row in rows_of(reader, condition):
        values: list[object] = list(row)
        values[Row._fields.index("payload")] = (
            row.payload.hex() if row.payload is not None else None
        )
        values.insert(2, wall_time(reader, row.t_ns))
        values = [_no_formula(value) if isinstance(value, str) else value for value in values]
        writer.writerow([*values, missing_bytes(row) or None])


def _no_formula(text: str) -> str:
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.match(text) else text
