"""Reader: pages of a record, live or yesterday's; it never holds the recorder up."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple, cast

from workbench.engine.events import Clock, Kind
from workbench.journal.lock import is_written
from workbench.journal.query import Condition
from workbench.journal.schema import APPLICATION_ID, VERSION
from workbench.texts import Problem, reason_of

LED_TO: Final = 500
CHUNK: Final = 50_000
"""Rows of one read transaction: a longer one would let the WAL grow without end (DESIGN 3)."""


class Row(NamedTuple):
    """One line of the log, under the names of the JSON lines."""

    seq: int
    t_ns: int
    duration_ns: int
    kind: Kind
    endpoint: str | None
    connection: int | None
    call: str
    args: str
    result: int | None
    errno: str | None
    error: str | None
    local: str | None
    peer: str | None
    size: int | None
    payload: bytes | None
    cause: int | None


class EndpointRow(NamedTuple):
    """One row of table endpoint."""

    id: int
    name: str
    role: str
    family: str
    type: str
    config: str


class ConnectionRow(NamedTuple):
    """One kernel socket; `endpoint` is an endpoint's id."""

    id: int
    endpoint: int
    parent: int | None
    pair: int | None
    local: str | None
    peer: str | None
    opened_seq: int | None
    closed_seq: int | None


class SampleRow(NamedTuple):
    """One kernel reading; `reading` is JSON."""

    t_ns: int
    connection: int
    after_seq: int | None
    reading: str


_LOG: Final = ("SELECT seq, t_ns, duration_ns, kind, endpoint, connection, call, args, result,"
               " errno, error, local, peer, size, payload, cause FROM log")


class Reader:
    """Reads one record. For use on one thread at a time; open another for another thread.

    Attributes:
        path: the file.
        clock: the record's time base.
        crashed: nobody writes it and it was never closed.
    """

    def __init__(self, path: Path) -> None:
        """Open a record.

        Raises:
            Problem: no such file, not a record, from a newer version, or not readable.
        """
        self.path = path
        self._db = _connect(path)
        try:
            self._check()
            meta = dict(self._db.execute("SELECT key, value FROM meta").fetchall())
        except sqlite3.Error as error:
            self._db.close()
            raise Problem("journal.not_a_record", path=str(path)) from error
        self.clock = Clock(int(meta["started_wall_ns"]), int(meta["started_perf_ns"]))
        self.crashed = "closed_wall_ns" not in meta and not is_written(path)

    def _check(self) -> None:
        number = self._db.execute("PRAGMA application_id").fetchone()[0]
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if number != APPLICATION_ID:
            self._db.close()
            raise Problem("journal.not_a_record", path=str(self.path))
        if version > VERSION:
            self._db.close()
            raise Problem("journal.newer", path=str(self.path), version=version, known=VERSION)

    def count(self) -> int:
        """How many events the record has: the last seq, since there are no gaps."""
        return int(self._db.execute("SELECT coalesce(max(seq), 0) FROM event").fetchone()[0])

    def page(self, first: int, limit: int) -> list[Row]:
        """`limit` rows from seq `first` on."""
        found = self._db.execute(
            f"{_LOG} WHERE seq >= ? AND seq < ? ORDER BY seq", (first, first + limit)
        )
        return [Row._make(row) for row in found.fetchall()]

    def row(self, seq: int) -> Row | None:
        """One row by its number."""
        found = self.page(seq, 1)
        return found[0] if found else None

    def rows(self, seqs: list[int]) -> list[Row]:
        """The rows of these numbers, in order of number."""
        marks = ",".join("?" * len(seqs))
        found = self._db.execute(f"{_LOG} WHERE seq IN ({marks}) ORDER BY seq", seqs)
        return [Row._make(row) for row in found.fetchall()]

    def select(self, condition: Condition | None, after: int, upto: int) -> Iterator[list[int]]:
        """Numbers of the rows that meet a condition, by chunks; `after` < seq <= `upto`."""
        first = after + 1
        while first <= upto:
            last = min(first + CHUNK - 1, upto)
            if condition is None:
                yield list(range(first, last + 1))
            else:
                yield self._select_chunk(condition, first, last)
            first = last + 1

    def _select_chunk(self, condition: Condition, first: int, last: int) -> list[int]:
        # one JSON text instead of 50 000 rows: the GIL is given up for all of it
        text = self._db.execute(
            "SELECT json_group_array(seq) FROM (SELECT e.seq AS seq FROM event e"
            " LEFT JOIN endpoint p ON p.id = e.endpoint"
            " LEFT JOIN connection c ON c.id = e.connection"
            f" WHERE e.seq BETWEEN ? AND ? AND ({condition.sql}) ORDER BY e.seq)",
            (first, last, *condition.params),
        ).fetchone()[0]
        return cast("list[int]", json.loads(text))

    def endpoints(self) -> list[EndpointRow]:
        return [EndpointRow._make(row) for row in self._db.execute("SELECT * FROM endpoint")]

    def connections(self) -> list[ConnectionRow]:
        return [ConnectionRow._make(row) for row in self._db.execute("SELECT * FROM connection")]

    def connection(self, number: int) -> ConnectionRow | None:
        found = self._db.execute("SELECT * FROM connection WHERE id=?", (number,)).fetchone()
        return ConnectionRow._make(found) if found else None

    def samples(self, connection: int) -> list[SampleRow]:
        """The kernel readings kept of a connection, oldest first."""
        return [SampleRow._make(row) for row in self._db.execute(
            "SELECT * FROM sample WHERE connection=? ORDER BY t_ns", (connection,))]

    def sample_near(self, connection: int, t_ns: int) -> SampleRow | None:
        """The kept reading nearest to a moment."""
        found = self._db.execute(
            "SELECT * FROM sample WHERE connection=? ORDER BY abs(t_ns - ?) LIMIT 1",
            (connection, t_ns),
        ).fetchone()
        return SampleRow._make(found) if found else None

    def seq_at(self, t_ns: int, endpoint: str) -> int | None:
        """The row of an endpoint with this stamp: how a chip finds its event."""
        found = self._db.execute(
            "SELECT e.seq FROM event e JOIN endpoint p ON p.id = e.endpoint"
            " WHERE e.t_ns = ? AND p.name = ? ORDER BY e.seq DESC LIMIT 1", (t_ns, endpoint),
        ).fetchone()
        return int(found[0]) if found else None

    def before(self, connection: int, seq: int, limit: int = 200) -> list[Row]:
        """The last events of a connection before a row, in order."""
        found = self._db.execute(
            f"{_LOG} WHERE connection = ? AND seq < ? AND kind IN ('call', 'end')"
            " ORDER BY seq DESC LIMIT ?", (connection, seq, limit),
        ).fetchall()
        return [Row._make(row) for row in reversed(found)]

    def calls_of(self, seq: int) -> int:
        """How many calls a command led to, among the next rows (LED_TO of them)."""
        return int(self._db.execute(
            "SELECT count(*) FROM event WHERE seq > ? AND seq <= ? AND cause = ?"
            " AND kind = 'call' AND coalesce(errno, '') NOT IN ('EINPROGRESS', 'EAGAIN')"
            " AND call <> 'getsockopt'",
            (seq, seq + LED_TO, seq),
        ).fetchone()[0])

    def caused_by(self, seq: int) -> list[int]:
        """Numbers of the rows that a command led to, among the next LED_TO ones."""
        return [row[0] for row in self._db.execute(
            "SELECT seq FROM event WHERE seq > ? AND seq <= ? AND cause = ?",
            (seq, seq + LED_TO, seq),
        )]

    def close(self) -> None:
        """Let the file go. Idempotent."""
        with suppress(sqlite3.Error):
            self._db.close()


def _connect(path: Path) -> sqlite3.Connection:
    try:
        if path.is_dir():
            raise Problem("journal.is_folder", path=str(path))
        if not path.exists():
            raise Problem("journal.missing", path=str(path))
        with path.open("rb") as file:
            if file.read(16)[:15] != b"SQLite format 3":
                raise Problem("journal.not_a_record", path=str(path))
    except OSError as error:
        raise Problem("journal.unreadable", path=str(path),
                      reason=reason_of(error)) from error
    uri = path.resolve().as_uri() + "?mode=ro"
    if not os.access(path.parent, os.W_OK) and not Path(f"{path}-wal").exists():
        uri += "&immutable=1"  # read-only media: no lock file can be made
    try:
        return sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
    except sqlite3.Error as error:
        raise Problem("journal.unreadable", path=str(path), reason=str(error)) from error


def row_json(row: Row) -> str:
    """The promised JSON line: every key, ASCII, payload as hex."""
    payload = row.payload.hex() if row.payload is not None else None
    return json.dumps({
        "seq": row.seq, "t_ns": row.t_ns, "duration_ns": row.duration_ns, "kind": row.kind,
        "endpoint": row.endpoint, "connection": row.connection, "call": row.call,
        "args": row.args, "result": row.result, "errno": row.errno, "error": row.error,
        "local": row.local, "peer": row.peer, "size": row.size, "payload": payload,
        "cause": row.cause,
    }, separators=(",", ":"))  # fmt: skip
