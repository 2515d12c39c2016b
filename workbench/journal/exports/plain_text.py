"""Export as lines for a person: one event a line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TextIO

from workbench.engine.model.events import NOTE
from workbench.journal.exports.rows import (
    REMEMBERED,
    SHORT,
    Looked,
    WallTimes,
    missing_bytes,
    untold,
    write_pages,
)
from workbench.journal.notes import note_text
from workbench.journal.query import Condition
from workbench.journal.reader import Reader, Row
from workbench.journal.streams import Streams
from workbench.printable import escape
from workbench.texts import tr


def to_text(
    reader: Reader, out: TextIO, condition: Condition | None, looked: Looked = untold
) -> int:
    """Write lines for a person, and return their number; the first line says when and by what."""
    begun = WallTimes(reader.clock)(0)
    out.write(tr("export.head", time=begun, count=reader.count()) + "\n")
    lines = TextLines(reader, every_row=condition is None)
    return write_pages(out, lines.of, reader, condition, looked)


class TextLines:
    """Makes the lines: time, who, call, result, bytes."""

    def __init__(self, reader: Reader, *, every_row: bool) -> None:
        """`every_row`: all rows will be asked for, in order."""
        self._time = WallTimes(reader.clock)
        self._show = Streams(reader, every_row=every_row).show
        self._kept: dict[tuple[object, ...], str] = {}

    def of(self, rows: Iterable[Row]) -> str:
        """The lines of some rows."""
        return "".join([f"{self.line(row)}\n" for row in rows])

    def line(self, row: Row) -> str:
        """One row, on one line whatever it contains."""
        line = f"{row.seq:>6}  {self._time(row.t_ns)[11:26]}  {self._said(row)}"
        payload = row.payload
        if payload:
            line = f"{line}  {self._show(row).text}"
        if payload is not None and len(payload) != row.size:
            missing = missing_bytes(row)
            if missing:
                line += "  " + tr("export.gap", missing=missing, size=row.size)
        return line.rstrip()

    def _said(self, row: Row) -> str:
        """Who, call and result: in a flood the same again and again, so it is cached.

        No note or name can send commands to a terminal.
        """
        if row.kind == NOTE:
            note = f"{_who(row):<14} {row.kind:<7} {note_text(row)} {_outcome(row)}"
            return escape(note.rstrip() if row.payload is None else note)
        key = (row.kind, row.endpoint, row.number, row.call, row.args, row.result, row.errno,
               row.error)  # fmt: skip
        said = self._kept.get(key)
        if said is None:
            what = f"{row.call}({row.args})"
            said = escape(f"{_who(row):<14} {row.kind:<7} {what} {_outcome(row)}")
            if len(said) <= SHORT:
                if len(self._kept) >= REMEMBERED:
                    self._kept.clear()
                self._kept[key] = said
        return said


def _who(row: Row) -> str:
    who = row.endpoint or "-"
    return who if row.number is None else f"{who} #{row.number}"


def _outcome(row: Row) -> str:
    return row.errno or row.error or ("" if row.result is None else f"= {row.result}")
