"""A conversation as a file: as it is shown, or the bytes of one direction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import BinaryIO

from workbench.frozen import dataclass
from workbench.journal.exports.rows import Looked, WallTimes, missing_bytes, rows_of, untold
from workbench.journal.query import of_endpoint, parse, quoted
from workbench.journal.reader import Reader, Row
from workbench.journal.streams import Streams
from workbench.journal.topmost import Topmost, is_received, is_sent
from workbench.texts import Problem
from workbench.viewmodel.conversation_line import Aside, ConversationLine
from workbench.viewmodel.conversation_rows import ConversationRows
from workbench.viewmodel.ignored_rows import IgnoredRows


@dataclass(frozen=True, slots=True)
class ConversationRequest:
    """A request to save a conversation.

    Attributes:
        connections: their ids in the record; None: all of the endpoint's.
        show_as: an encoding, "escaped", "hex" or BESIDE.
        peer: for a datagram socket: only what was exchanged with this address.
        numbered: each line says which connection it belongs to.
        breaks: a line feed in a text begins a new line.
        id: the endpoint's id in the record; None: all that ever had this name.
    """

    endpoint: str
    connections: frozenset[int] | None
    show_as: str
    peer: str | None = None
    numbered: bool = False
    breaks: bool = False
    id: int | None = None


class ConversationForm(StrEnum):
    """The form of the file: lines as shown, with messages; or the bytes of the stream that messages
    are made of, including their delimiters.
    """

    TEXT = "text"
    RECEIVED = "received"
    SENT = "sent"


def write_conversation(
    reader: Reader,
    out: BinaryIO,
    wish: ConversationRequest,
    form: ConversationForm,
    looked: Looked = untold,
) -> None:
    """Write it. `looked`: told how far it is.

    Raises:
        OSError: of the file.
        Problem: bytes are wanted that the record has not kept whole.
    """
    if form is ConversationForm.TEXT:
        for line in _folded(_lines(reader, wish, looked)):
            out.writelines(
                f"{text}\n".encode(errors="backslashreplace") for text in (line.text, *line.more)
            )
        return
    wanted = is_received if form is ConversationForm.RECEIVED else is_sent
    topmost = Topmost(reader, divided=False)
    told = (topmost.told(row) for row in _rows(reader, wish, looked))
    rows = [row for row in told if row is not None and wanted(row) and row.error is None]
    missing = sum(missing_bytes(row) for row in rows)
    if missing:
        raise Problem("window.talk_not_whole", missing=missing)
    out.writelines(row.payload or b"" for row in rows)


def _lines(reader: Reader, wish: ConversationRequest, looked: Looked) -> Iterator[ConversationLine]:
    lines = ConversationRows(Streams(reader, every_row=True), Topmost(reader), IgnoredRows(reader))
    time = WallTimes(reader.clock)
    for row in _rows(reader, wish, looked):
        who = _who(reader, row) if wish.numbered else ""
        line = lines.line(row, time(row.t_ns), wish.show_as, who=who, most=None, breaks=wish.breaks)
        if line is not None:
            yield line


def _folded(lines: Iterable[ConversationLine]) -> Iterator[ConversationLine]:
    """What is not part of the talk, folded into single lines as it is shown."""
    aside: Aside | None = None
    for line in lines:
        if aside is not None and line.aside:
            aside.add(line)
            continue
        if aside is not None:
            yield aside.line()
        aside = Aside(line) if line.aside else None
        if aside is None:
            yield line
    if aside is not None:
        yield aside.line()


def _rows(reader: Reader, wish: ConversationRequest, looked: Looked) -> Iterator[Row]:
    term = "kind:call|end|layer"
    if wish.id is None:
        term += f" endpoint:{quoted(wish.endpoint)}"
    if wish.peer is not None:
        term += f" peer:{quoted(wish.peer)}"
    wanted = parse(term)
    assert wanted is not None
    if wish.id is not None:
        wanted &= of_endpoint(wish.id)
    for row in rows_of(reader, wanted, looked):
        if not wish.connections or _connection(reader, row) in wish.connections:
            yield row


def _connection(reader: Reader, row: Row) -> int | None:
    """The connection of a row: an accept() belongs to the connection that it made."""
    if row.call == "accept" and row.error is None:
        found = reader.accepted(row)
        return found[0] if found is not None else None
    return row.connection


def _who(reader: Reader, row: Row) -> str:
    connection = _connection(reader, row)
    number = reader.number_of(connection)
    return "" if number is None else f"#{number}"
