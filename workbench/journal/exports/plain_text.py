"""Lines for a person: what happened, one event a line."""

from __future__ import annotations

from typing import TextIO

from workbench.engine.model.events import NOTE
from workbench.journal.exports.rows import missing_bytes, rows_of, wall_time
from workbench.journal.notes import note_text
from workbench.journal.query import Condition
from workbench.journal.reader import Reader, Row
from workbench.journal.streams import Streams
from workbench.printable import escape
from workbench.texts import tr


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
