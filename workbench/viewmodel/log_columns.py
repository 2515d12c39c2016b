"""The columns of the log, a line each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from workbench.engine.model.events import COMMAND, NOTE
from workbench.frozen import dataclass
from workbench.journal.reader import Row
from workbench.printable import escape
from workbench.viewmodel.log_cells import PREVIEW, call_text, result_text, took_text, who_text


@dataclass(frozen=True, slots=True)
class LogLine:
    """A row of the record with what its cells need besides.

    Attributes:
        time: in the chosen form. said: a command's sentence. data: bytes, or what the program
            concludes.
    """

    event: Row
    time: str = ""
    said: str = ""
    data: str = ""


@dataclass(frozen=True, slots=True)
class LogColumn:
    """One column.

    Attributes:
        key: how it is remembered; its title is the text `log.column_KEY`.
        value: the text of its cell.
        sample: what must fit; "": it shares the remaining width.
        right: whether its texts are right-aligned.
        extra: only shown on request.
    """

    key: str
    value: Callable[[LogLine], str]
    sample: str = ""
    right: bool = False
    extra: bool = False


def _called(text: Callable[[Row], str]) -> Callable[[LogLine], str]:
    """The value, but "" for a command, which calls nothing itself."""
    return lambda line: "" if line.event.kind == COMMAND else text(line.event)


def _call(line: LogLine) -> str:
    if line.event.kind == COMMAND:
        return line.said
    return "" if line.event.kind == NOTE else call_text(line.event)


def _hex(row: Row) -> str:
    """The first bytes of a call, in the form in which people who send bytes read them."""
    return (row.payload or b"")[:PREVIEW].hex(" ")


def _plain(value: object) -> str:
    return "" if value is None else escape(str(value))


COLUMNS: Final = (
    LogColumn("number", lambda line: str(line.event.seq), "00000", right=True),
    LogColumn("time", lambda line: line.time, "00:00:00.000"),
    LogColumn("who", _called(who_text), "lab-client #6"),
    LogColumn("call", _call),
    LogColumn("result", _called(result_text), "ECONNREFUSED"),
    LogColumn("took", _called(took_text), "999.9 ms", right=True),
    LogColumn("data", lambda line: line.data),
    LogColumn("hex", lambda line: _hex(line.event), "00 00 00 00 00 00 00 00", extra=True),
    LogColumn("connection", lambda line: _plain(line.event.number), "0000", right=True, extra=True),
    LogColumn("local", lambda line: _plain(line.event.local), "127.0.0.1:00000", extra=True),
    LogColumn("peer", lambda line: _plain(line.event.peer), "127.0.0.1:00000", extra=True),
    LogColumn("size", lambda line: _plain(line.event.size), "000000", right=True, extra=True),
    LogColumn("cause", lambda line: _plain(line.event.cause), "00000", right=True, extra=True),
)


def place(key: str) -> int:
    """The position of a column. Raises KeyError: there is no such column."""
    return _PLACES[key]


@dataclass(frozen=True, slots=True)
class LogTable:
    """The columns of a table of rows.

    Attributes:
        columns: from left to right. texts: the area of their titles, `AREA.column_KEY`.
        time: the column with the time.
        spilled: for a row that calls nothing, the column whose text spans the empty cells, and
            where that begins; None: none does.
    """

    columns: tuple[LogColumn, ...]
    texts: str
    time: int
    spilled: tuple[int, int] | None = None


_PLACES: Final = {column.key: number for number, column in enumerate(COLUMNS)}
NUMBER, TIME, WHO, CALL, RESULT, TOOK, DATA = map(
    place, ("number", "time", "who", "call", "result", "took", "data")
)
"""Those that are painted in a way of their own."""
LOG: Final = LogTable(COLUMNS, "log", TIME, (CALL, DATA))
