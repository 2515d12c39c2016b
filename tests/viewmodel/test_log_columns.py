"""The log's columns: one table says all of each."""

from __future__ import annotations

import pytest

from workbench.engine.model.events import CALL, COMMAND, NOTE
from workbench.journal.reader import Row
from workbench.viewmodel.log_columns import COLUMNS, LogLine, place

SENT = Row(
    7, 0, 5_000, CALL, "e", 9, "send", "", 2, None, None, "a:1", "b:2", 2, b"ab", 3, 4
)  # fmt: skip


def cells(line: LogLine) -> dict[str, str]:
    return {column.key: column.value(line) for column in COLUMNS}


def test_a_call() -> None:
    assert cells(LogLine(SENT, "12:00", data="ab")) == {
        "number": "7", "time": "12:00", "who": "e #4", "call": "send(2 B)", "result": "2",
        "took": "5 us", "data": "ab", "hex": "61 62", "connection": "4", "local": "a:1",
        "peer": "b:2", "size": "2", "cause": "3",
    }  # fmt: skip


def test_a_command_says_its_sentence_and_calls_nothing() -> None:
    found = cells(LogLine(SENT._replace(kind=COMMAND), "12:00", said="you asked"))
    assert [found[key] for key in ("who", "call", "result", "took", "data")] == [
        "", "you asked", "", "", "",
    ]  # fmt: skip


def test_a_note_calls_nothing() -> None:
    found = cells(LogLine(SENT._replace(kind=NOTE), data="noted"))
    assert (found["call"], found["result"], found["data"]) == ("", "", "noted")


def test_each_has_its_place() -> None:
    assert [place(column.key) for column in COLUMNS] == list(range(len(COLUMNS)))
    with pytest.raises(KeyError):
        place("nobody")  # and not the text of another one
