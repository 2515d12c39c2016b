"""Rows that are put together are the rows of view `log`, whatever is kept from those before."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.journal.conftest import event
from workbench.engine.model.events import (
    ConnectionNamed,
    ConnectionOpened,
    EndpointAdded,
)
from workbench.journal import cell_types, log_rows
from workbench.journal.reader import Reader
from workbench.journal.recorder import Recorder


def of_the_view(path: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute("SELECT * FROM log ORDER BY seq").fetchall()


@pytest.mark.parametrize("remembered", [log_rows.REMEMBERED, 1])
def test_they_are_those_of_the_view(
    recorder: Recorder, remembered: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_rows, "REMEMBERED", remembered)
    recorder.put(EndpointAdded(1, "server", "listener", "AF_INET", "SOCK_STREAM", "{}"))
    for number in range(2, 9):
        recorder.put(ConnectionOpened(number, 1, 1, "127.0.0.1:80", f"127.0.0.1:{number}", number))
    for number in range(300):
        recorder.put(
            event(
                t_ns=number,
                endpoint=number % 3,
                connection=number % 11 or None,
                call="recv" if number % 2 else "send",
                args=str(number % 7),
                result=number % 5 or None,
                size=number % 4 or None,
                peer="127.0.0.1:5" if number % 13 == 0 else None,
                payload=b"x" * (number % 4),
            )
        )
    recorder.flush()
    right = of_the_view(recorder.path)
    with closing(recorder.reader()) as reader:
        for first in (1, 100, 50, 290, 1):
            page = [tuple(row) for row in reader.page(first, 60)]
            assert page == right[first - 1 : first + 59]
        assert [tuple(row) for row in reader.rows([7, 3, 200])] == [right[2], right[6], right[199]]
        assert [tuple(row) for row in reader.before(5, 200)] == [
            row for row in right[:199] if row[5] == 5
        ]


def test_what_one_kind_of_row_has_no_use_for_is_not_right_in_another(recorder: Recorder) -> None:
    """In a record that somebody damaged; an export of it ended in a traceback."""
    recorder.put(EndpointAdded(1, "server", "listener", "AF_INET", "SOCK_STREAM", "{}"))
    recorder.put(event(call="close", result=None))
    for _ in range(2):
        recorder.put(event(call="recv", result=1, size=1, payload=b"x"))
    recorder.flush()
    with closing(sqlite3.connect(recorder.path)) as db, db:
        db.execute("UPDATE shape SET resulted = 0, sized = 0 WHERE call = 'close'")
        db.execute("UPDATE entry SET amount = 'x', payload = x'78' WHERE seq IN (2, 4)")
    with closing(recorder.reader()) as reader:
        assert [row.call for row in reader.page(2, 3)] == ["close", "recv", cell_types.DAMAGED]


def test_a_name_that_came_later_is_shown(recorder: Recorder) -> None:
    recorder.put(EndpointAdded(1, "server", "listener", "AF_INET", "SOCK_STREAM", "{}"))
    recorder.put(ConnectionOpened(2, 1, None, number=1))
    recorder.put(event(connection=2))
    recorder.flush()
    with closing(recorder.reader()) as reader:
        assert [(row.endpoint, row.local) for row in reader.page(2, 1)] == [("server", None)]
        recorder.put(ConnectionNamed(2, "127.0.0.1:80", "127.0.0.1:9"))
        recorder.put(EndpointAdded(1, "other", "listener", "AF_INET", "SOCK_STREAM", "{}"))
        recorder.flush()
        row = reader.row(2)
        assert row is not None
        assert (row.endpoint, row.local, row.peer) == ("other", "127.0.0.1:80", "127.0.0.1:9")


@pytest.mark.parametrize("asked", range(5))
def test_a_record_that_goes_on_elsewhere_in_the_middle_of_a_page(
    tmp_path: Path, asked: int
) -> None:
    """From one statement to the next a copy is read, which has the same rows."""
    first, second = tmp_path / "r.swb", tmp_path / "r (continued).swb"
    recorder = Recorder(first)
    recorder.start()
    recorder.put(EndpointAdded(1, "server", "listener", "AF_INET", "SOCK_STREAM", "{}"))
    recorder.put(ConnectionOpened(2, 1, 1, "127.0.0.1:80", "127.0.0.1:9", 1))
    for number in range(9):
        recorder.put(event(connection=2, call=f"call {number % 3}"))
    recorder.close()
    shutil.copyfile(first, second)
    left = [10**9]  # statements until it is elsewhere

    def follow() -> Path:
        left[0] -= 1
        return first if left[0] >= 0 else second

    with closing(Reader(first, follow)) as reader:
        reader.page(1, 2)  # what it kept of these is still good
        left[0] = asked
        assert [tuple(row) for row in reader.page(1, 10)] == of_the_view(first)
        left[0] = 0
        assert [tuple(row) for row in reader.page(1, 10)] == of_the_view(first)
        assert reader.path == second


@pytest.mark.parametrize(
    ("statement", "damaged"),
    [
        ("UPDATE connection SET local = x'ff' WHERE id = 2", []),  # its bytes are shown
        ("UPDATE connection SET number = 'x' WHERE id = 2", [3, 4]),
        ("UPDATE entry SET amount = 1.5 WHERE seq = 4", [4]),
        ("UPDATE entry SET t_ns = -1 WHERE seq = 3", [3]),
        ("UPDATE entry SET shape = 99 WHERE seq = 3", [3]),
        ("UPDATE entry SET connection = 'x' WHERE seq = 4", [4]),
        ("UPDATE shape SET size = 'x' WHERE id = 3", [3, 4, 5]),
        ("DELETE FROM shape WHERE id = 3", [3, 4, 5]),
        ("DELETE FROM connection", []),
    ],
)
def test_a_row_that_shares_a_damaged_cell_is_damaged(
    tmp_path: Path, statement: str, damaged: list[int]
) -> None:
    """The rows before were right, and what they share is kept."""
    recorder = Recorder(tmp_path / "r.swb")
    recorder.start()
    recorder.put(EndpointAdded(1, "server", "listener", "AF_INET", "SOCK_STREAM", "{}"))
    recorder.put(ConnectionOpened(2, 1, 1, "127.0.0.1:80", "127.0.0.1:9", 1))
    recorder.put(event(connection=1, call="accept"))  # the first row is the note of the record
    for connection in (2, 2, 1):
        recorder.put(event(connection=connection, result=1, size=1, payload=b"x"))
    recorder.close()
    with closing(sqlite3.connect(recorder.path)) as db, db:
        assert db.execute("SELECT shape FROM entry WHERE seq > 1").fetchall() == [
            (2,), (3,), (3,), (3,),
        ]  # fmt: skip
        db.execute(statement)
    with closing(Reader(recorder.path)) as reader:
        for first in (1, 2, 1):
            rows = reader.page(first, 9)
            assert [row.seq for row in rows if row.call == cell_types.DAMAGED] == damaged
