"""Export as CSV for a spreadsheet (RFC 4180)."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from typing import Final, TextIO

from workbench.journal.exports.rows import (
    Looked,
    Spelled,
    WallTimes,
    missing_bytes,
    untold,
    write_pages,
)
from workbench.journal.query import Condition
from workbench.journal.reader import Reader, Row

_FORMULA: Final = re.compile(r"'*[=+\-@\t\r]")
_NUMBER: Final = re.compile(r"-\d+\Z", re.ASCII)
"""listen(-1): a number is not a formula."""
_HEADER: Final = (*Row._fields[:2], "time", *Row._fields[2:], "not_kept")
_LINE: Final = ",".join(["%s"] * len(_HEADER)) + "\r\n"


def to_csv(
    reader: Reader, out: TextIO, condition: Condition | None, looked: Looked = untold
) -> int:
    """A table with a header; begins with a byte order mark, without which Excel guesses.

    A text that a spreadsheet would run as a formula gets an apostrophe in front; to read it back,
    remove one from every text that begins with apostrophes followed by one of `= + - @ TAB CR`.
    Returns the number of rows.
    """
    out.write("\ufeff" + ",".join(_HEADER) + "\r\n")
    return write_pages(out, _Table(reader).lines, reader, condition, looked)


class _Table:
    """Makes the lines; each distinct text is quoted by csv.writer only once."""

    def __init__(self, reader: Reader) -> None:
        self._time = WallTimes(reader.clock)
        self._beside = io.StringIO(newline="")
        self._writer = csv.writer(self._beside)
        self._cell = Spelled(self._spelled, "")

    def lines(self, rows: Iterable[Row]) -> str:
        cell, time = self._cell, self._time
        return "".join([
            _LINE % (
                row.seq, row.t_ns, time(row.t_ns), row.duration_ns, cell[row.kind],
                cell[row.endpoint], "" if row.connection is None else row.connection,
                cell[row.call], cell[row.args], "" if row.result is None else row.result,
                cell[row.errno], cell[row.error], cell[row.local], cell[row.peer],
                "" if row.size is None else row.size,
                "" if row.payload is None else row.payload.hex(),
                "" if row.cause is None else row.cause, "" if row.number is None else row.number,
                missing_bytes(row) or "",
            )
            for row in rows
        ])  # fmt: skip

    def _spelled(self, text: str) -> str:
        if _FORMULA.match(text) and not _NUMBER.match(text):
            text = f"'{text}"
        self._writer.writerow([text, ""])
        spelled = self._beside.getvalue().removesuffix(",\r\n")
        self._beside.seek(0)
        self._beside.truncate()
        return spelled
