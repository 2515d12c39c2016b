"""Records of version 1: the same events in the tables that programs before this one wrote."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from workbench.journal.schema import APPLICATION_ID

KEPT: Final = Path(__file__).with_name("version_1")
"""Written by a program of that version: `talk.swb` is closed, `crashed.swb` was left by a kill; and
what that program exported from them."""
TABLES: Final = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE endpoint (id INTEGER PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL,
  family TEXT NOT NULL, type TEXT NOT NULL, config TEXT NOT NULL, first_config TEXT);
CREATE TABLE connection (id INTEGER PRIMARY KEY, endpoint INTEGER NOT NULL, parent INTEGER,
  pair INTEGER, local TEXT, peer TEXT, opened_seq INTEGER, closed_seq INTEGER);
CREATE TABLE event (seq INTEGER PRIMARY KEY, t_ns INTEGER NOT NULL, duration_ns INTEGER NOT NULL,
  endpoint INTEGER, connection INTEGER, kind TEXT NOT NULL, call TEXT NOT NULL,
  args TEXT NOT NULL, result INTEGER, errno TEXT, error TEXT, peer TEXT, size INTEGER,
  payload BLOB, cause INTEGER);
CREATE TABLE sample (t_ns INTEGER NOT NULL, connection INTEGER NOT NULL, after_seq INTEGER,
  reading TEXT NOT NULL);
CREATE INDEX sample_connection ON sample (connection, t_ns);
"""
COLUMNS: Final = {
    "meta": "key, value",
    "endpoint": "id, name, role, family, type, config, first_config",
    "connection": "id, endpoint, parent, pair, local, peer, opened_seq, closed_seq",
    "event": "seq, t_ns, duration_ns, endpoint, connection, kind, call, args, result, errno, error,"
    " peer, size, payload, cause",
    "sample": "t_ns, connection, after_seq, reading",
}


def to_version_1(path: Path) -> Path:
    """The events of a record of today in a file of version 1 beside it."""
    older = path.with_name(f"{path.stem}-version-1.swb")
    with closing(sqlite3.connect(older, isolation_level=None)) as db:
        db.executescript(f"PRAGMA application_id={APPLICATION_ID}; PRAGMA user_version=1; {TABLES}")
        db.execute("ATTACH ? AS newer", (str(path),))
        for table, columns in COLUMNS.items():
            where = " WHERE key NOT IN ('first_seq', 'secrets')" if table == "meta" else ""
            db.execute(f"INSERT INTO {table} SELECT {columns} FROM newer.{table}{where}")
        db.execute("UPDATE meta SET value = 1 WHERE key = 'format'")
    return older
