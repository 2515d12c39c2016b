"""Lines for a person: what happened, one event a line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TextIO

from workbench.engine.model.events import NOTE
from workbench.journal.exports.rows import WallTimes, missing_bytes, pages_of
from workbench.journal.notes import note_text
from workbench.journal.query import Condition
from workbench.journal.reader import Reader, Row
from workbench.journal.streams import Streams
from workbench.printable import escape
from workbench.texts import tr


def to_text(reader: Reader, out: TextIO, condition: Condition | None) -> None:
    """Lines for a person; the first one says when and by what."""
    begun = WallTimes(reader.clock)(0)
    out.write(tr("export.head", time=begun, count=reader.count()) + "\n")
    lines = TextLines(reader, every_row=condition is None)
    out.writelines(map(lines.of, pages_of(reader, condition)))


class TextLines:
    """Makes the lines: time, who, call, result, bytes."""

    def __init__(self, reader: Reader, *, every_row: bool) -> None:
        """`every_row`: all rows will be asked for, in their order."""
        self._time = WallTimes(reader.clock)
        self._show = Streams(reader, every_row=every_row).show

    def of(self, rows: Iterable[Row]) -> str:
        """The lines of some rows."""
        return "".join([f"{self.line(row)}\n" for row in rows])

    def line(self, row: Row) -> str:
        """One row, on one line whatever is in it."""
        who = row.endpoint or "-"
        if row.number is not None:
            who = f"{who} #{row.number}"
        outcome = row.errno or row.error or ("" if row.result is None else f"= {row.result}")
        what = note_text(row) if row.kind == NOTE else f"{row.call}({row.args})"
        clock = self._time(row.t_ns)[11:26]
        line = f"{row.seq:>6}  {clock}  {who:<14} {row.kind:<7} {what} {outcome}"
        if row.payload:
            line = f"{line}  {self._show(row).text}"
        missing = missing_bytes(row)
        if missing:
            line += "  " + tr("export.gap", missing=missing, size=row.size)
        # one line stays one line, and a terminal gets no commands from a note or a name
        return escape(line.rstrip())
