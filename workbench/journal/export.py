"""A record in other forms: JSON lines, CSV, plain text. Every form marks a gap in the bytes."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final, TextIO

from workbench.engine.model.events import NOTE
from workbench.journal.notes import note_text
from workbench.journal.query import Condition
from workbench.journal.reader import Reader, Row, row_json
from workbench.journal.streams import Streams, piece_of
from workbench.printable import escape
from workbench.texts import tr

PAGE: Final = 2_000
_FORMULA: Final = re.compile(r"'*[=+\-@\t\r]")
_NUMBER: Final = re.compile(r"-\d+\Z", re.ASCII)
"""listen(-1): a number is no formula."""


def rows_of(reader: Reader, condition: Condition | None) -> Iterator[Row]:
    """The rows that meet a condition, in order, page by page: memory stays flat."""
    last = reader.count()
    if condition is None:
        for first in range(1, last + 1, PAGE):
            yield from reader.page(first, PAGE)
        return
    for seqs in reader.select(condition, 0, last):
        for start in range(0, len(seqs), 500):
            yield from reader.rows(seqs[start : start + 500])


def missing_bytes(row: Row) -> int:
    """Bytes of the call that the record did not keep."""
    return piece_of(row).missing if row.payload is not None else 0


def wall_time(reader: Reader, t_ns: int) -> str:
    """A row's moment as local time with date, microseconds and zone."""
    return reader.clock.moment(t_ns).isoformat(sep=" ", timespec="microseconds")


def to_jsonl(reader: Reader, out: TextIO, condition: Condition | None) -> None:
    """The promised JSON lines; a gap shows as a payload shorter than `size`."""
    out.writelines(row_json(row) + "\n" for row in rows_of(reader, condition))


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


def text_line(reader: Reader, row: Row, streams: Streams) -> str:
    """One event for a person: time, who, call, result, bytes."""
    clock = wall_time(reader, row.t_ns)[11:26]
    who = row.endpoint or "-"
    if row.number is not None:
        who += f" #{row.number}"
    outcome = row.errno or row.error or ("" if row.result is None else f"= {row.result}")
    what = note_text(row) if row.kind == NOTE else f"{row.call}({row.args})"
    line = f"{row.seq:>6}  {clock}  {who:<14} {row.kind:<7} {what} {outcome}"
    if row.payload:
        line += f"  {streams.show(row).text}"
    missing = missing_bytes(row)
    if missing:
        line += "  " + tr("export.gap", missing=missing, size=row.size)
    # one line stays one line, and a terminal gets no commands from a note or a name
    return escape(line.rstrip())


def to_text(reader: Reader, out: TextIO, condition: Condition | None) -> None:
    """Lines for a person; the first one says when and by what."""
    out.write(tr("export.head", time=wall_time(reader, 0), count=reader.count()) + "\n")
    streams = Streams(reader, every_row=condition is None)
    out.writelines(text_line(reader, row, streams) + "\n" for row in rows_of(reader, condition))


FORMATS: Final[Mapping[str, Callable[[Reader, TextIO, Condition | None], None]]] = {
    "jsonl": to_jsonl,
    "csv": to_csv,
    "text": to_text,
}
