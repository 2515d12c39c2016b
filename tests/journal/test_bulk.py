"""Rows in bulk are the same rows: whatever is equal, mixed, null or of size one."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from itertools import cycle, islice

from hypothesis import given
from hypothesis import strategies as st

from tests.journal.conftest import event
from workbench.engine.model.events import COMMAND, Cause, Event, Transfer, event_of
from workbench.journal.bulk import REMEMBERED, SHARING, SIZES, Rows
from workbench.journal.schema import SCHEMA


def written(events: list[Event]) -> list[tuple[object, ...]]:
    db = sqlite3.connect(":memory:")
    db.executescript(SCHEMA)
    Rows(db.execute).write(events, 1)
    rows = db.execute("SELECT * FROM event ORDER BY seq").fetchall()
    db.close()
    return rows


EVENTS = st.builds(
    event,
    t_ns=st.integers(0, 3),
    endpoint=st.sampled_from([0, 1]),
    call=st.sampled_from(["recv", "send"]),
    result=st.none() | st.integers(0, 2),
    size=st.none() | st.integers(0, 2),
    payload=st.none() | st.just(b"x"),
)


def right(events: list[Event]) -> list[tuple[object, ...]]:
    return [
        (number, item.t_ns, item.duration_ns, item.endpoint or None, *item[3:13], None, None)
        for number, item in enumerate(events, 1)
    ]


@given(st.lists(EVENTS, max_size=40))
def test_what_is_written_is_what_was_given(events: list[Event]) -> None:
    assert written(events) == right(events)


@given(st.lists(EVENTS, min_size=1, max_size=3), st.integers(SHARING, 2 * SHARING + 15))
def test_what_many_rows_share_is_in_each_of_them(few: list[Event], size: int) -> None:
    events = list(islice(cycle(few), size))
    assert written(events) == right(events)


def test_no_statement_names_its_parameters() -> None:
    """From Python 3.12 on each name is looked up, through all of them: ten times the INSERT."""
    db = sqlite3.connect(":memory:")
    db.executescript(SCHEMA)
    asked: list[str] = []

    def execute(statement: str, parameters: Sequence[object]) -> object:
        asked.append(statement)
        return db.execute(statement, parameters)

    for size in SIZES:
        Rows(execute, size).write([event(t_ns=number) for number in range(size)], 1 + 1000 * size)
    db.close()
    assert len(asked) == 2 * len(SIZES)
    assert [statement for statement in asked if re.search(r"\?\d|[:@$]", statement)] == []


def test_every_size_of_statement_is_whole() -> None:
    for count in (1, SIZES[-2], SIZES[0], SIZES[0] + SIZES[1] + 3):
        rows = written([event(t_ns=number, result=number, size=number) for number in range(count)])
        assert [(row[0], row[1], row[8], row[12]) for row in rows] == [
            (number + 1, number, number, number) for number in range(count)
        ]


def test_causes_become_numbers() -> None:
    cause = Cause()
    rows = written([event(), event(kind=COMMAND, cause=cause), event(cause=cause), event()])
    assert [row[14] for row in rows] == [None, None, 2, None]
    assert cause.seq == 2


def written_transfers(rows: list[Transfer]) -> list[tuple[object, ...]]:
    db = sqlite3.connect(":memory:")
    db.executescript(SCHEMA)
    Rows(db.execute).write_transfers(rows, 1)
    found = db.execute("SELECT * FROM event ORDER BY seq").fetchall()
    db.close()
    return found


@given(
    st.lists(
        st.tuples(
            st.tuples(
                st.sampled_from([1, 2]),
                st.integers(1, 3),
                st.sampled_from(["recv", "send"]),
                st.sampled_from(["", "65536"]),
                st.sampled_from([None, "127.0.0.1:7"]),
            ),
            st.integers(0, 3),
            st.integers(0, 2),
            st.integers(0, 2),
            st.sampled_from([b"", b"x", b"xy"]),
        ),
        max_size=60,
    )
)
def test_a_transfer_is_written_as_its_event_is(rows: list[Transfer]) -> None:
    assert written_transfers(rows) == written([event_of(row) for row in rows])


def test_more_shapes_than_are_remembered_are_written_all_the_same() -> None:
    rows: list[Transfer] = [
        ((1, number, "recv", "", None), number, 0, 1, b"x") for number in range(REMEMBERED + 300)
    ]
    assert [row[4] for row in written_transfers(rows + rows)] == 2 * [row[0][1] for row in rows]
