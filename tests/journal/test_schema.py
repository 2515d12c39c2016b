"""Public schema 1 is a promise: tables, columns and their order never change."""

from __future__ import annotations

import sqlite3

from workbench.engine.events import Event
from workbench.journal.reader import Row
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
    assert sorted(view) == sorted(Row._fields)
    db.close()
