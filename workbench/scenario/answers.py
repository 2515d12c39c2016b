"""Answers: what came between two commands, put together however the network split it."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from typing import Final

from workbench.engine.model.settings import EndpointSettings
from workbench.journal.query import Condition, parse, quoted
from workbench.journal.reader import Reader, Row
from workbench.named_tuple import NamedTuple
from workbench.scenario.handshakes import WS_OPEN
from workbench.scenario.recorded import pages_of
from workbench.scenario.what_came import (
    TLS_DATA,
    WS_MESSAGES,
    WhatCame,
    gives_stream,
    what_came,
)

MESSAGE = "messages.recv"
_OF_LAYERS = (WS_OPEN, *sorted(WS_MESSAGES | TLS_DATA))
"""Rows of the layers that say what came, and by what it is to be read."""
LONGEST: Final = 1 << 20
"""Bytes of the longest answer that a scenario contains: nobody reads the megabytes of a flood."""
_FEW: Final = 100
"""The number of endpoints up to which the filter names them."""


class Answer(NamedTuple):
    """The bytes that one connection received after a command and before the next.

    Attributes:
        connection: its number when the commands are repeated.
        id: its number in the record.
        seq: the row where it began; `t_ns`: when it was complete.
        data: None: the record did not keep all of it, or it is longer than LONGEST.
        ends: it is the end of the stream.
    """

    endpoint: str
    call: str
    connection: int
    id: int
    seq: int
    t_ns: int
    size: int
    data: bytes | None
    ends: bool = False


def answers_of(
    reader: Reader,
    wanted: Callable[[Row], bool],
    numbers: Mapping[int, int],
    names: Collection[str],
    settings: Callable[[str, int], EndpointSettings],
    commands: Sequence[int],
) -> Generator[float, None, list[Answer]]:
    """All answers, in the order in which they began; yields the share of rows read so far.

    Args:
        wanted: whether a row counts at all.
        numbers: the number of each connection by its id, for those that are made again.
        names: the endpoints that ask: those that do not listen.
        settings: those with which an endpoint made a connection, by name and by its id.
        commands: the rows of the commands, in order.
    """
    gathered = _AnswersSoFar(commands, settings)
    last = reader.count()
    for page in pages_of(reader, _what_came_to(names)) if names and numbers else ():
        for row in page:
            if row.result is None and row.call not in _OF_LAYERS:
                continue
            number = numbers.get(row.connection or 0)
            if row.endpoint in names and number is not None and wanted(row):
                gathered.take(row, number)
        yield page[-1].seq / last
    return gathered.answers


def _what_came_to(names: Collection[str]) -> Condition | None:
    """Selects the rows that say what these endpoints received, and few others: a server under load
    has as many as its clients, and all of them would be fetched.
    """
    term = f"call:recv|recvfrom|{MESSAGE}|{'|'.join(_OF_LAYERS)}"
    if len(names) <= _FEW:
        term += f" endpoint:{'|'.join(map(quoted, names))}"
    return parse(term)


class _AnswersSoFar:
    """The answers so far, and what is known of each connection, by its id in the record."""

    def __init__(
        self, commands: Sequence[int], settings: Callable[[str, int], EndpointSettings]
    ) -> None:
        self._settings = settings
        self._begun: list[Answer] = []
        self._pieces: list[list[bytes] | None] = []  # of each answer, joined at the end
        self._commands = commands
        self._open: dict[int, int] = {}  # the answer that may still go on
        self._read: dict[int, bytes | None] = {}  # what the newest read contained
        self._came: dict[int, tuple[WhatCame, bool]] = {}  # and whether it is a stream

    @property
    def answers(self) -> list[Answer]:
        """The answers in the order in which they began."""
        return [
            answer if pieces is None else answer._replace(data=b"".join(pieces))
            for answer, pieces in zip(self._begun, self._pieces, strict=True)
        ]

    def take(self, row: Row, number: int) -> None:
        """Take the next row; `number`: that of its connection when the commands are repeated."""
        assert row.connection is not None
        if row.connection not in self._came:
            of = self._settings(row.endpoint or "", row.connection)
            came = what_came(of, stream=of.type == "SOCK_STREAM")
            self._came[row.connection] = came, gives_stream(of)
        told, stream = self._came[row.connection]
        told.note(row)
        if row.call != MESSAGE:
            self._read[row.connection] = row.payload
        if row.ends_stream:
            self._begin(_answer(row, number, ends=True), None)
            self._open.pop(row.connection, None)
        elif told(row) and (row.size or row.call != "recvfrom"):
            self._add(row, number, stream)

    def _begin(self, answer: Answer, data: bytes | None) -> None:
        self._begun.append(answer)
        self._pieces.append(None if data is None or answer.size > LONGEST else [data])

    def _add(self, row: Row, number: int, stream: bool) -> None:
        assert row.connection is not None
        data = self._read.get(row.connection) if row.payload is None else row.payload
        if data is not None and len(data) != row.size:
            data = None
        last = self._open.get(row.connection)
        if last is not None and stream and self._same_command(self._begun[last].seq, row.seq):
            self._go_on(last, row, data)
            return
        self._open[row.connection] = len(self._begun)
        self._begin(_answer(row, number), data)

    def _go_on(self, place: int, row: Row, data: bytes | None) -> None:
        before = self._begun[place]
        size = before.size + (row.size or 0)
        self._begun[place] = before._replace(t_ns=row.t_ns, size=size)
        pieces = self._pieces[place]
        if pieces is None or data is None or size > LONGEST:
            self._pieces[place] = None
        else:
            pieces.append(data)

    def _same_command(self, seq: int, other: int) -> bool:
        return bisect(self._commands, seq) == bisect(self._commands, other)


def _answer(row: Row, number: int, *, ends: bool = False) -> Answer:
    assert row.endpoint is not None
    assert row.connection is not None
    return Answer(
        row.endpoint, row.call, number, row.connection, row.seq, row.t_ns, row.size or 0, None, ends
    )
