"""Public schema 1 is a promise: tables, columns and their order never change."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from workbench.engine.model.events import Event
from workbench.journal.reader import Row
from workbench.journal.recorder import Recorder
from workbench.journal.schema import SCHEMA

PROMISED = {
    "meta": "key value",
    "endpoint": "id name role family type config",
    "connection": "id endpoint parent pair local peer opened_seq closed_seq",
    "event": "seq t_ns duration_ns endpoint connection kind call args result errno error peer"
    " size payload cause",
    "sample": "t_ns connection after_seq reading",
}


def test_tables_and_columns() -> None:
    db = sqlite3.connect(":memory:")
    db.executescript(SCHEMA)
    for table, columns in PROMISED.items():
        found = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
        assert found[: len(columns.split())] == columns.split(), table
    assert set(Event._fields) == set(PROMISED["event"].split()) - {"seq"}
    view = [row[1] for row in db.execute("PRAGMA table_info(log)")]
    assert [*view, "number"] == list(Row._fields)  # the JSON names; a number is counted
    db.close()


def test_the_file_says_what_it_is_to_any_tool(tmp_path: Path) -> None:
    """The header's fields as file(1) reads them (sqlite.org/fileformat2.html, 1.3)."""
    path = tmp_path / "r.swb"
    made = Recorder(path, capture=99)
    made.start()
    made.close()
    head = path.read_bytes()[:100]
    assert head.startswith(b"SQLite format 3\0")
    assert (head[60:64], head[68:72]) == (b"\0\0\0\1", b"SWB1")
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
    }
    assert (meta["format"], meta["capture"]) == (1, 99)
    assert meta["started_wall_ns"] <= meta["closed_wall_ns"]
    assert first[:2] == ("note", "record")
    assert first[3] is None
    assert first[2].endswith(f", {meta['started_wall_ns']}")
