"""Answers: what came between two commands, put together however the network split it."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable, Mapping, Sequence

from workbench.engine.model.settings import EndpointSettings, Role
from workbench.journal.reader import Reader, Row
from workbench.named_tuple import NamedTuple
from workbench.scenario.recorded import rows_of
from workbench.scenario.what_came import (
    TLS_DATA,
    WS_MESSAGES,
    WS_OPEN,
    WhatCame,
    gives_stream,
    what_came,
)

MESSAGE = "messages.recv"
_OF_LAYERS = (WS_OPEN, *sorted(WS_MESSAGES | TLS_DATA))
"""Rows of the layers that say what came, and by what it is to be read."""


class Answer(NamedTuple):
    """The bytes that one connection received after a command and before the next.

    Attributes:
        connection: its number when the commands are repeated.
        id: its number in the record.
        seq: the row where it began; `t_ns`: when it was complete.
        data: None: the record did not keep all of it.
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
    settings: Mapping[str, EndpointSettings],
    commands: Sequence[int],
) -> list[Answer]:
    """All answers, in the order in which they began.

    Args:
        wanted: whether a row counts at all.
        numbers: the number of each connection by its id, for those that are made again.
        commands: the rows of the commands, in order.
    """
    gathered = _AnswersSoFar(commands)
    for row in rows_of(reader, f"call:recv|recvfrom|{MESSAGE}|{'|'.join(_OF_LAYERS)}"):
        if row.result is None and row.call not in _OF_LAYERS:
            continue
        of = settings.get(row.endpoint or "")
        number = numbers.get(row.connection or 0)
        if of is not None and of.role is not Role.LISTENER and number is not None and wanted(row):
            gathered.take(row, of, number)
    return gathered.answers


class _AnswersSoFar:
    """The answers so far, and what is known of each connection, by its id in the record.

    Attributes:
        answers: in the order in which they began.
    """

    def __init__(self, commands: Sequence[int]) -> None:
        self.answers: list[Answer] = []
        self._commands = commands
        self._open: dict[int, int] = {}  # the answer that may still go on
        self._read: dict[int, bytes | None] = {}  # what the newest read contained
        self._came: dict[int, WhatCame] = {}

    def take(self, row: Row, of: EndpointSettings, number: int) -> None:
        """Take the next row; `number`: that of its connection when the commands are repeated."""
        assert row.connection is not None
        told = self._came.get(row.connection)
        if told is None:
            told = self._came[row.connection] = what_came(of, stream=of.type == "SOCK_STREAM")
        told.note(row)
        if row.call != MESSAGE:
            self._read[row.connection] = row.payload
        if row.ends_stream:
            self.answers.append(_answer(row, number, None, ends=True))
            self._open.pop(row.connection, None)
        elif told(row) and (row.size or row.call != "recvfrom"):
            self._add(row, number, gives_stream(of))

    def _add(self, row: Row, number: int, stream: bool) -> None:
        assert row.connection is not None
        data = self._read.get(row.connection) if row.payload is None else row.payload
        if data is not None and len(data) != row.size:
            data = None
        last = self._open.get(row.connection)
        if last is not None and stream and self._same_command(self.answers[last].seq, row.seq):
            self.answers[last] = _longer(self.answers[last], row, data)
            return
        self._open[row.connection] = len(self.answers)
        self.answers.append(_answer(row, number, data))

    def _same_command(self, seq: int, other: int) -> bool:
        return bisect(self._commands, seq) == bisect(self._commands, other)


def _answer(row: Row, number: int, data: bytes | None, *, ends: bool = False) -> Answer:
    assert row.endpoint is not None
    assert row.connection is not None
    return Answer(
        row.endpoint, row.call, number, row.connection, row.seq, row.t_ns, row.size or 0, data, ends
    )


def _longer(answer: Answer, row: Row, data: bytes | None) -> Answer:
    whole = None if answer.data is None or data is None else answer.data + data
    return answer._replace(t_ns=row.t_ns, size=answer.size + (row.size or 0), data=whole)
