"""The public schema is a promise: tables, views, columns and their order never change."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.journal import older
from tests.journal.conftest import event
from workbench.engine.model.events import Cause, ConnectionOpened, EndpointAdded, Event
from workbench.journal.reader import Row
from workbench.journal.recorder import Recorder
from workbench.journal.schema import SCHEMA, SCHEMAS

PROMISED = {
    "meta": "key value",
    "endpoint": "id name role family type config",
    "connection": "id endpoint parent pair local peer opened_seq closed_seq number",
    "sample": "t_ns connection after_seq reading",
    "event": "seq t_ns duration_ns endpoint connection kind call args result errno error peer"
    " size payload cause number",
}
"""Tables, and the view that was a table in version 1."""


def test_tables_and_columns() -> None:
    with closing(sqlite3.connect(":memory:")) as db:
        db.executescript(SCHEMA)
        for table, columns in PROMISED.items():
            assert columns_of(db, table)[: len(columns.split())] == columns.split(), table
        assert set(Event._fields) == set(PROMISED["event"].split()) - {"seq", "number"}
        assert columns_of(db, "log") == list(Row._fields)


def columns_of(db: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in db.execute(f"PRAGMA table_info({table})")]


@pytest.mark.parametrize("version", SCHEMAS)
def test_each_version_is_read_by_the_columns_that_it_has(version: int) -> None:
    with closing(sqlite3.connect(":memory:")) as db:
        db.executescript(SCHEMA if version == 2 else older.TABLES)
        schema = SCHEMAS[version]
        for table, columns in schema.tables.items():
            assert columns_of(db, table) == list(columns), table
        named = [row[0] for row in db.execute(f"SELECT * FROM {schema.event} e").description]
        assert set(named) >= set(PROMISED["event"].split()) - {"number"}


def test_any_tool_reads_what_the_program_reads(recorder: Recorder) -> None:
    """The views of the file and the statements of the program say the same."""
    recorder.put(EndpointAdded(1, "server", "listener", "AF_INET", "SOCK_STREAM", "{}"))
    recorder.put(ConnectionOpened(1, 1, None, "127.0.0.1:80", "127.0.0.1:9", 1))
    cause = Cause()
    for values in (
        {"kind": "command", "connection": None, "size": 3, "cause": cause},
        {"call": "send", "result": 3, "size": 3, "payload": b"abc", "cause": cause},
        {"call": "recv", "result": 9, "size": 12, "payload": b"abc", "args": "9, MSG_TRUNC"},
        {"call": "socket", "result": 7},
        {"call": "recv", "errno": "EAGAIN", "error": "BlockingIOError"},
        {"call": "recvfrom", "peer": "127.0.0.1:5", "result": 0, "size": 0, "payload": b""},
        {"endpoint": 0, "connection": None, "kind": "note", "call": "note", "args": "x"},
    ):
        recorder.put(event(**values))
    recorder.flush()
    with closing(recorder.reader()) as reader, closing(sqlite3.connect(recorder.path)) as db:
        rows = [tuple(row) for row in reader.page(1, 100)]
        assert db.execute("SELECT * FROM log").fetchall() == rows
        events = db.execute("SELECT result, size, cause, peer, endpoint FROM event").fetchall()
    assert events[1:] == [
        (None, 3, None, None, 1),
        (3, 3, 2, None, 1),
        (9, 12, None, None, 1),
        (7, None, None, None, 1),
        (None, None, None, None, 1),
        (0, 0, None, "127.0.0.1:5", 1),
        (None, None, None, None, None),
    ]


def test_the_file_says_what_it_is_to_any_tool(tmp_path: Path) -> None:
    """The header's fields as file(1) reads them (sqlite.org/fileformat2.html, 1.3)."""
    path = tmp_path / "r.swb"
    made = Recorder(path, capture=99)
    made.start()
    made.close()
    head = path.read_bytes()[:100]
    assert head.startswith(b"SQLite format 3\0")
    assert (head[60:64], head[68:72]) == (b"\0\0\0\2", b"SWB1")
    assert (head[18], head[19]) == (1, 1)  # no WAL any more: read-only media can read it
    with closing(sqlite3.connect(path)) as db:
        meta = dict(db.execute("SELECT key, value FROM meta"))
        first = db.execute("SELECT kind, call, args, endpoint FROM log WHERE seq = 1").fetchone()
    assert set(meta) == {
        "format",
        "program",
        "started_wall_ns",
        "started_perf_ns",
        "closed_wall_ns",
        "capture",
        "first_seq",
        "secrets",
        "ignored",
    }
    assert (meta["format"], meta["capture"], meta["first_seq"]) == (2, 99, 1)
    assert meta["started_wall_ns"] <= meta["closed_wall_ns"]
    assert first[:2] == ("note", "record")
    assert first[3] is None
    assert first[2].endswith(f", {meta['started_wall_ns']}")
