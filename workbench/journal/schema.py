"""The public schemas of a record: 2 is written, 1 and 2 are read.

They are only ever extended. Other programs can rely on the views `event` and `log` with the columns
of version 1 and `number`. Most of a row of `event` is the same as in many rows before it: whose
call it was, which one, with what arguments, how it failed. That is stored once in table `shape`;
table `entry` has the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from workbench.frozen import dataclass

APPLICATION_ID: Final = 0x53574231  # "SWB1"
VERSION: Final = 2
SECRETS: Final = "secrets"
IGNORED: Final = "ignored"
NO_ITEMS: Final = "[]"
KEPT: Final = (SECRETS, IGNORED)
"""Keys of table meta with a list of objects as JSON: what outputs mask (name, env, value), and what
runs pass over (endpoint, and keys of `ignore`).
"""

_VALUES: Final = """e.seq AS seq, e.t_ns AS t_ns, e.duration_ns AS duration_ns,
  s.endpoint AS endpoint, e.connection AS connection, s.kind AS kind, s.call AS call,
  s.args AS args, CASE WHEN s.resulted THEN e.amount END AS result, s.errno AS errno,
  s.error AS error, s.peer AS peer,
  coalesce(s.size, CASE WHEN s.sized THEN e.amount END) AS size, e.payload AS payload,
  e.cause AS cause"""
_EVENT: Final = f"""SELECT {_VALUES}, c.number AS number FROM entry e
  LEFT JOIN shape s ON s.id = e.shape LEFT JOIN connection c ON c.id = e.connection"""
_LOG: Final = """SELECT e.seq AS seq, e.t_ns AS t_ns, e.duration_ns AS duration_ns,
  e.kind AS kind, p.name AS endpoint, e.connection AS connection, e.call AS call,
  e.args AS args, e.result AS result, e.errno AS errno, e.error AS error, c.local AS local,
  coalesce(e.peer, c.peer) AS peer, e.size AS size, e.payload AS payload, e.cause AS cause,
  {number} AS number FROM {event} e LEFT JOIN endpoint p ON p.id = e.endpoint
  LEFT JOIN connection c ON c.id = e.connection"""

SCHEMA: Final = f"""
CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE endpoint (id INTEGER PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL,
  family TEXT NOT NULL, type TEXT NOT NULL, config TEXT NOT NULL, first_config TEXT);
CREATE TABLE connection (id INTEGER PRIMARY KEY, endpoint INTEGER NOT NULL, parent INTEGER,
  pair INTEGER, local TEXT, peer TEXT, opened_seq INTEGER, closed_seq INTEGER, number INTEGER);
CREATE TABLE shape (id INTEGER PRIMARY KEY, endpoint INTEGER, kind TEXT NOT NULL,
  call TEXT NOT NULL, args TEXT NOT NULL, errno TEXT, error TEXT, peer TEXT,
  resulted INTEGER NOT NULL, sized INTEGER NOT NULL, size INTEGER);
CREATE TABLE entry (seq INTEGER PRIMARY KEY, shape INTEGER NOT NULL, connection INTEGER,
  t_ns INTEGER NOT NULL, duration_ns INTEGER NOT NULL, amount INTEGER, payload BLOB,
  cause INTEGER);
CREATE TABLE sample (t_ns INTEGER NOT NULL, connection INTEGER NOT NULL, after_seq INTEGER,
  reading TEXT NOT NULL);
CREATE INDEX sample_connection ON sample (connection, t_ns);
CREATE VIEW event AS {_EVENT};
CREATE VIEW log AS {_LOG.format(event="event", number="c.number")};
"""

LOG_1: Final = _LOG.format(event="event", number="NULL")
"""The rows of the log of version 1 under the names of the JSON lines; the number is counted."""
_SHARED: Final[Mapping[str, tuple[str, ...]]] = {
    "meta": ("key", "value"),
    "endpoint": ("id", "name", "role", "family", "type", "config", "first_config"),
    "sample": ("t_ns", "connection", "after_seq", "reading"),
}
_CONNECTION: Final = (
    "id", "endpoint", "parent", "pair", "local", "peer", "opened_seq", "closed_seq",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Schema:
    """The statements with which a record of one version is read.

    Attributes:
        tables: those that are read, and their columns.
        entries: the table that has one row for each event.
        event: its expression in a FROM; it has the columns of version 1, and in version 2 `shape`.
        row_bytes: the least number of bytes that an event takes in the file.
    """

    tables: Mapping[str, tuple[str, ...]]
    entries: str
    event: str
    row_bytes: int

    @property
    def has_shapes(self) -> bool:
        return "shape" in self.tables


_SOURCE: Final = (
    f"(SELECT {_VALUES}, e.shape AS shape FROM entry e LEFT JOIN shape s ON s.id = e.shape)"
)
SCHEMAS: Final[Mapping[int, Schema]] = {
    1: Schema(
        {
            **_SHARED,
            "connection": _CONNECTION,
            "event": (
                "seq", "t_ns", "duration_ns", "endpoint", "connection", "kind", "call", "args",
                "result", "errno", "error", "peer", "size", "payload", "cause",
            ),
        },
        "event",
        "event",
        18,
    ),
    2: Schema(
        {
            **_SHARED,
            "connection": (*_CONNECTION, "number"),
            "shape": (
                "id", "endpoint", "kind", "call", "args", "errno", "error", "peer", "resulted",
                "sized", "size",
            ),
            "entry": (
                "seq", "shape", "connection", "t_ns", "duration_ns", "amount", "payload", "cause",
            ),
        },
        "entry",
        _SOURCE,
        13,
    ),
}  # fmt: skip
