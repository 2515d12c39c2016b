"""Public schema 1 of a record. It is only ever added to."""

from __future__ import annotations

from typing import Final

APPLICATION_ID: Final = 0x53574231  # "SWB1"
VERSION: Final = 1

LOG: Final = """SELECT e.seq AS seq, e.t_ns AS t_ns, e.duration_ns AS duration_ns,
  e.kind AS kind, p.name AS endpoint, e.connection AS connection, e.call AS call,
  e.args AS args, e.result AS result, e.errno AS errno, e.error AS error, c.local AS local,
  coalesce(e.peer, c.peer) AS peer, e.size AS size, e.payload AS payload, e.cause AS cause
  FROM event e LEFT JOIN endpoint p ON p.id = e.endpoint
  LEFT JOIN connection c ON c.id = e.connection"""
"""Each event with its endpoint's name and its connection's ends."""

SCHEMA: Final = f"""
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
CREATE VIEW log AS {LOG};
"""
