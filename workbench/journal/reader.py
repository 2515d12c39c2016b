"""Reader: pages of a record, live or old. It never blocks the recorder."""

from __future__ import annotations

import json
import operator
import sqlite3
import weakref
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, cast

from workbench.engine.model.events import Clock, Kind
from workbench.journal import cell_types
from workbench.journal.connection_numbers import ConnectionNumbers
from workbench.journal.filter_sql import NOTHING, FilterSql
from workbench.journal.guard import Guard
from workbench.journal.lock import is_written
from workbench.journal.log_rows import CELLS, LogRows
from workbench.journal.occurring import Occurring, occurring
from workbench.journal.opening import connect, let_go, refused
from workbench.journal.query import Condition, about_shapes
from workbench.journal.schema import APPLICATION_ID, LOG_1, NO_ITEMS, SCHEMAS, VERSION, Schema
from workbench.journal.sqlite_reasons import reason_of_sqlite
from workbench.named_tuple import NamedTuple
from workbench.texts import Problem

LED_TO: Final = 500
"""Rows after a command in which what it led to is looked for."""
AROUND: Final = 50
"""Rows near the moment at which a connection was opened: its accept() is among them."""
LOOK_BACK: Final = 5_000
FAR: Final = 20_000
"""Rows before one among which what its connection carried is looked for: some milliseconds."""
_CARRIED: Final = "seq, iif(typeof(payload) = 'blob', payload, x''), size"
CHUNK: Final = 50_000
"""Rows of a read transaction: longer ones let the WAL grow without end (sqlite.org/wal.html)."""


class Row(NamedTuple):
    """One line of the log, with the names of the JSON lines.

    `connection` is unique in the record; `number` counts within the endpoint: what people see.
    """

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
    number: int | None = None

    @property
    def ends_stream(self) -> bool:
        """Whether this recv() reported that the peer has finished. An empty message of a
        SOCK_SEQPACKET, read with MSG_TRUNC, is 0 bytes too: it has a payload, the end has none.
        """
        return (
            self.call == "recv"
            and self.result == 0
            and self.error is None
            and not (self.payload is not None and "MSG_TRUNC" in self.args)
        )


class EndpointRow(NamedTuple):
    """One row of table endpoint.

    `config` is the newest one, `first_config` the one it was added with (None in an older record).
    """

    id: int
    name: str
    role: str
    family: str
    type: str
    config: str
    first_config: str | None


class SocketRow(NamedTuple):
    """One kernel socket; `endpoint` is an endpoint's id."""

    id: int
    endpoint: int
    parent: int | None
    pair: int | None
    local: str | None
    peer: str | None
    opened_seq: int | None
    closed_seq: int | None


class ConnectRow(NamedTuple):
    """A connect() that began to wait (`ended` False), or the outcome of one."""

    seq: int
    connection: int
    ended: bool


class SampleRow(NamedTuple):
    """One kernel reading; `reading` is JSON."""

    t_ns: int
    connection: int
    after_seq: int | None
    reading: str

    @property
    def values(self) -> dict[str, Any]:
        """By name: the state as text, all else integers; values of other types are left out."""
        return cell_types.reading_of(self.reading)


_WAITS: Final = about_shapes(
    "e.call = 'connect' AND (e.kind = 'end'"
    " OR (e.kind = 'call' AND coalesce(e.errno, '') = 'EINPROGRESS'))"
)
"""connect() that began to wait, and how one came out."""


class Reader:
    """Reads one record. Used by one thread at a time; another thread opens its own.

    Attributes:
        path: the file. clock: the record's time base.
        crashed: nobody writes it and it was never closed.
        not_recorded: events that came after recording had stopped, if it did.
        first_seq: the number of its first event: 1, unless the record goes on with an older one.
        damage: what could not be read, if that is passed over.
        shows_secrets: outputs made with this reader mask nothing.
        log_rows: puts its rows together; None: they are stored whole, or in several files.
    """

    shows_secrets = False
    log_rows: LogRows | None = None

    def __init__(
        self, path: Path, follow: Callable[[], Path] | None = None, *, lenient: bool = False
    ) -> None:
        """Open a record.

        Args:
            path: the file.
            follow: says where a live one goes on.
            lenient: what cannot be read later is noted in `damage`, and raises no Problem.

        Raises:
            Problem: no such file, not a record, from a newer version, or not readable.
        """
        self._follow = follow
        self._lenient = lenient
        self.damage: Problem | None = None
        self._open(path)
        self._numbers: ConnectionNumbers | None = None
        if not self._schema.has_shapes:
            first = "first_config" in self._guard.columns["endpoint"]
            self._numbers = ConnectionNumbers(self._all, "first_config" if first else "config")
        else:
            self.log_rows = LogRows(self._all)
        self._filter_sql = FilterSql(self._all, self._before, self._schema, self._numbers)

    def _open(self, path: Path) -> None:
        self.path = path
        self._db = connect(path)
        # a connection that is merely dropped lives on in a cycle, and keeps the -wal file there
        self._end = weakref.finalize(self, let_go, self._db)
        try:
            self._schema = self._checked()
            self._guard = Guard(self._db, path, self._schema)
            meta = self._meta()
            self.clock = Clock(int(meta["started_wall_ns"]), int(meta["started_perf_ns"]))
            self.not_recorded = int(meta.get("not_recorded", 0))
            if not 0 <= self.clock.wall_ns < cell_types.WALL_NS:
                raise ValueError(self.clock)
            self.first_seq = int(meta.get("first_seq", 1))
            if not 0 < self.first_seq < cell_types.LAST_NS:
                raise ValueError(self.first_seq)
            self._most = 0
            self.count()
        except sqlite3.Error as error:
            self.close()
            raise refused(path, error) from error
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            self.close()
            raise Problem("journal.not_a_record", path=str(path)) from error
        except Problem:
            self.close()
            raise
        self.crashed = "closed_wall_ns" not in meta and not is_written(path)

    def _meta(self) -> dict[str, Any]:
        self._db.text_factory = cell_types.decode
        with self._guard.limited():
            found = dict(self._db.execute("SELECT key, value FROM meta LIMIT 1000").fetchall())
        self._db.text_factory = str
        return found

    def _checked(self) -> Schema:
        number = self._db.execute("PRAGMA application_id").fetchone()[0]
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if number != APPLICATION_ID:
            raise Problem("journal.not_a_record", path=str(self.path))
        if version > VERSION:
            raise Problem("journal.newer", path=str(self.path), version=version, known=VERSION)
        return SCHEMAS[max(1, version)]

    @property
    def _event(self) -> str:
        """The events in a FROM."""
        return self._schema.event

    @property
    def _chunk(self) -> str:
        return (
            f"FROM {self._event} e LEFT JOIN endpoint p ON p.id = e.endpoint"
            " LEFT JOIN connection c ON c.id = e.connection"
            " WHERE e.seq BETWEEN ? AND ?"
        )

    def _before(
        self, connection: int, calls: Sequence[str], seq: int
    ) -> tuple[int, bytes, int] | None:
        """What these calls of a connection carried last before a row."""
        found = self.carried_before(connection, calls, seq, 1, within=CHUNK)
        return found[0] if found else None

    def _all(self, statement: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """All rows of a statement; no cursor is left open.

        Raises:
            Problem: the file is damaged, or cannot be read any more.
        """
        if self._follow is not None:
            where = self._follow()
            if where is not self.path and self._end.alive:  # rarely, since comparing takes long
                self._go_on_at(where)
        try:
            return self._guarded(statement, parameters)
        except Problem as problem:
            if not self._lenient:
                raise
            # not the error itself: its traceback would keep the caller alive, such as a painter in
            # the middle of its work, which Qt does not survive
            if self.damage is None:
                self.damage = Problem(problem.key, **problem.args_)
            return []

    def _go_on_at(self, where: Path) -> None:
        """The file is elsewhere now, or its path was made anew; comparing takes long."""
        if where == self.path:
            self.path = where
            return
        self._end()
        self._open(where)
        self._filter_sql.forget()
        if self.log_rows is not None:
            self.log_rows.forget()

    def _guarded(self, statement: str, parameters: Sequence[object]) -> list[tuple[Any, ...]]:
        try:
            try:
                return self._guard.rows(statement, parameters)
            except sqlite3.OperationalError as error:
                if not str(error).startswith("Could not decode"):
                    raise
            self._db.text_factory = cell_types.decode  # slower, so only where it is needed
            return self._guard.rows(statement, parameters)
        except (sqlite3.ProgrammingError, sqlite3.InterfaceError):
            raise  # used after close(): a bug of the program, not a fault of the file
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorname", "") == "SQLITE_INTERRUPT":
                raise  # by interrupt(): nothing is wrong with the file
            raise Problem(
                "journal.unreadable", path=str(self.path), reason=reason_of_sqlite(error)
            ) from error

    def _one(self, statement: str, parameters: Sequence[object] = ()) -> Any:
        """The single value that a statement returns; None: it could not be read."""
        found = self._all(statement, parameters)
        return found[0][0] if found else None

    def count(self) -> int:
        """How many events the record has: the last seq, since there are no gaps.

        Raises:
            Problem: it has a number that no file of its size can hold.
        """
        last = cell_types.number(self._one(f"SELECT max(seq) FROM {self._schema.entries}")) or 0
        if last > self._most:
            self._most = self.first_seq + self._guard.bytes() // self._schema.row_bytes
            if last > self._most:
                raise Problem("journal.numbers", path=str(self.path), last=last)
        return max(0, last)

    def gaps(self, after: int, upto: int) -> list[range]:
        """The numbers after one up to another whose rows were removed, or lost with their file."""
        return [gap] if (gap := range(after + 1, min(self.first_seq, upto + 1))) else []

    def page(self, first: int, limit: int) -> list[Row]:
        """`limit` rows from seq `first` on; a row missing between others counts as damaged."""
        found = self._cells(
            "WHERE e.seq >= ? AND e.seq < ? ORDER BY e.seq LIMIT ?", (first, first + limit, limit)
        )
        if found and found[-1][0] - first >= len(found):
            known = {row[0]: row for row in found}
            found = [
                known.get(seq) or cell_types.lost_row(seq) for seq in range(first, found[-1][0] + 1)
            ]
        return list(map(Row._make, found))

    def _cells(self, which: str, parameters: Sequence[object]) -> list[tuple[Any, ...]]:
        """The cells of rows of the log; `which`: the rest of the statement, over event `e`."""
        if self.log_rows is not None:
            return self.log_rows.made(self._all(f"{CELLS} {which}", parameters))
        assert self._numbers is not None
        cells = cell_types.log_rows(self._all(f"{LOG_1} {which}", parameters))
        numbers = self._numbers.of_rows(cells)
        return list(map(operator.add, (row[:-1] for row in cells), zip(numbers, strict=True)))

    def row(self, seq: int) -> Row | None:
        """One row by its number."""
        return next(iter(self.page(seq, 1)), None)

    def rows(self, seqs: list[int]) -> list[Row]:
        """The rows with these numbers, in order."""
        marks = ",".join("?" * len(seqs))
        return list(map(Row._make, self._cells(f"WHERE e.seq IN ({marks}) ORDER BY e.seq", seqs)))

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
        where = self._filter_sql.where(condition, first, last)
        if where == NOTHING:
            return []
        # one JSON text instead of 50 000 rows: the GIL is released for all of it
        text = self._one(
            f"SELECT json_group_array(seq) FROM (SELECT e.seq AS seq {self._chunk}"
            f" AND ({where.text}) ORDER BY e.seq)",
            (first, last, *where.params),
        )
        return cast("list[int]", json.loads(text or "[]"))

    def nearest(
        self, condition: Condition, after: int, upto: int, most: int, *, backwards: bool = False
    ) -> list[int]:
        """The first `most` rows of a chunk that meet a condition; or the last, newest first."""
        where = self._filter_sql.where(condition, after + 1, upto)
        if where == NOTHING:
            return []
        order = "DESC" if backwards else "ASC"
        found = self._all(
            f"SELECT e.seq {self._chunk} AND ({where.text}) ORDER BY e.seq {order} LIMIT ?",
            (after + 1, upto, *where.params, most),
        )
        return [row[0] for row in found]

    def left_out(
        self, condition: Condition, after: int, upto: int
    ) -> tuple[list[int], list[ConnectRow]]:
        """One chunk in one pass: rows that do not meet a condition, and all its connects.

        Those are the rows in which a connect began to wait, and the ends of these: they count as
        left out. `upto` - `after` is at most a CHUNK. A row that is missing is not left out.
        """
        where = self._filter_sql.where(condition, after + 1, upto)
        waits = self._filter_sql.where(_WAITS, after + 1, upto)
        left_out = f"({where.text}) IS NOT TRUE"  # NOT coalesce(…, 0) takes twice as long
        texts = next(
            iter(
                self._all(
                    "SELECT json_group_array(seq) FILTER (WHERE waits OR hidden),"
                    " json_group_array(json_array(seq, connection, ended)) FILTER (WHERE waits)"
                    " FROM (SELECT e.seq AS seq, e.connection AS connection,"
                    f" e.kind = 'end' AS ended, {left_out} AS hidden, coalesce(({waits.text})"
                    f" AND typeof(e.connection) = 'integer', 0) AS waits {self._chunk}"
                    f" AND ({left_out} OR {waits.text}) ORDER BY e.seq)",
                    (
                        *where.params, *waits.params, after + 1, upto,
                        *where.params, *waits.params,
                    ),
                )
            ),
            ("[]", "[]"),
        )  # fmt: skip
        left, connects = (json.loads(text) for text in texts)
        return left, [ConnectRow(seq, number, bool(ended)) for seq, number, ended in connects]

    def may_meet(self, condition: Condition, after: int, upto: int) -> bool:
        """Whether any row with after < seq <= upto may meet it; False only if that is certain."""
        return self._filter_sql.where(condition, after + 1, upto) != NOTHING

    def tally(self, condition: Condition, after: int, upto: int) -> int:
        """How many rows with after < seq <= upto meet the condition."""
        where = self._filter_sql.where(condition, after + 1, upto)
        if where == NOTHING:
            return 0
        statement = f"SELECT count(*) {self._chunk} AND ({where.text})"
        return int(self._one(statement, (after + 1, upto, *where.params)) or 0)

    def endpoints(self) -> list[EndpointRow]:
        columns = self._guard.columns["endpoint"]
        return [
            EndpointRow(
                cell_types.number(row[0]) or 0,
                cell_types.text(row[1]),
                cell_types.text(row[2]),
                cell_types.text(row[3]),
                cell_types.text(row[4]),
                cell_types.text(row[5]),
                cell_types.maybe_text((*row, None)[6]),
            )
            for row in self._all(f"SELECT {', '.join(columns)} FROM endpoint")
        ]

    def occurring(self) -> Occurring:
        """The names and addresses that a filter may ask for."""
        return occurring(self._all, self._schema)

    def roles(self) -> dict[str, str]:
        """The role of each endpoint by its name: listener, stream or datagram."""
        return {
            cell_types.text(name): cell_types.text(role)
            for name, role in self._all("SELECT name, role FROM endpoint")
        }

    def connections(self) -> list[SocketRow]:
        return [_connection(row) for row in self._all(_CONNECTION)]

    def connection(self, number: int) -> SocketRow | None:
        found = self._all(f"{_CONNECTION} WHERE id=?", (number,))
        return _connection(found[0]) if found else None

    def number_of(self, connection: int | None) -> int | None:
        """The number of a connection within its endpoint, from 1, as the panels count.

        None: a listening socket, or one that is not in the record (yet).
        """
        if self._numbers is not None:
            return self._numbers.of(connection)
        found = self._all("SELECT number FROM connection WHERE id = ?", (connection,))
        return cell_types.number(found[0][0]) if found else None

    def socket_kind(self, connection: int) -> tuple[str, str]:
        """Family and type of a connection's endpoint: AF_INET …, SOCK_STREAM …."""
        found = self._all(
            "SELECT p.family, p.type FROM connection c JOIN endpoint p"
            " ON p.id=c.endpoint WHERE c.id=?",
            (connection,),
        )
        family, kind = found[0] if found else ("AF_INET", "SOCK_STREAM")
        return cell_types.text(family), cell_types.text(kind)

    def is_accepted(self, listener: SocketRow, client: SocketRow, connected: int) -> bool:
        """Whether a listener may have accepted a client of ours whose connect ended at this row.

        A client without an address (AF_UNIX) is known by its position: the queue is first in, first
        out, so it was not accepted if fewer were than had connected up to it.
        """
        if client.local is not None:
            return bool(
                self._all(
                    "SELECT 1 FROM connection WHERE parent=? AND peer=? LIMIT 1",
                    (listener.id, client.local),
                )
            )
        begun, ended = listener.opened_seq or 0, listener.closed_seq or connected
        if ended - begun > CHUNK:
            return True  # too far back to search: nothing is claimed
        accepted = self._one(
            f"SELECT count(*) FROM {self._event} e WHERE e.seq BETWEEN ? AND ?"
            " AND connection=? AND call='accept' AND error IS NULL",
            (begun, ended, listener.id),
        )
        before = self._one(
            f"SELECT count(*) FROM {self._event} e JOIN connection c ON c.id=e.connection"
            " WHERE e.seq BETWEEN ? AND ? AND e.call='connect' AND e.kind<>'command'"
            " AND e.error IS NULL AND c.peer=?",
            (begun, connected, client.peer),
        )
        return bool((accepted or 0) >= (before or 0))

    def listeners_at(self, address: str) -> list[tuple[int, str]]:
        """Listening sockets of ours at an address: connection and endpoint's name, newest first."""
        return [
            (row[0], cell_types.text(row[1]))
            for row in self._all(
                "SELECT c.id, p.name FROM connection c JOIN endpoint p ON p.id=c.endpoint"
                " WHERE p.role='listener' AND c.parent IS NULL AND c.local=? ORDER BY c.id DESC",
                (address,),
            )
        ]

    def holder_of(self, address: str, seq: int, besides: int) -> str | None:
        """Our other endpoint that had this address then, for the same socket type as `besides`."""
        found = self._all(
            "SELECT p.name FROM connection k JOIN endpoint q ON q.id=k.endpoint JOIN connection c"
            " JOIN endpoint p ON p.id=c.endpoint AND p.type=q.type WHERE k.id=? AND c.id<>k.id"
            " AND c.parent IS NULL AND c.local=? AND c.opened_seq<? AND ifnull(c.closed_seq,?)>=?",
            (besides, address, seq, seq, seq),
        )
        return cell_types.text(found[0][0]) if found else None

    def accept_of(self, connection: int) -> Row | None:
        """The accept() that made a connection: it follows the fact that this was opened."""
        found = self._all(
            f"SELECT e.seq FROM connection c JOIN {self._event} e ON e.seq BETWEEN c.opened_seq - ?"
            " AND c.opened_seq + ? WHERE c.id=? AND e.connection=c.parent AND e.call='accept'"
            " AND e.error IS NULL AND e.peer IS c.peer ORDER BY abs(e.seq - c.opened_seq) LIMIT 1",
            (AROUND, AROUND, connection),
        )
        return self.row(found[0][0]) if found else None

    def accepted(self, row: Row) -> tuple[int, str | None] | None:
        """The connection that an accept() led to, and whose other end it is if that is ours: the
        nearest one with this listener and peer, since addresses are reused.
        """
        found = self._all(
            "SELECT c.id, p.name FROM connection c LEFT JOIN connection o ON o.id=c.pair"
            " LEFT JOIN endpoint p ON p.id=o.endpoint WHERE c.parent=? AND c.peer IS ?"
            " ORDER BY abs(c.opened_seq - ?) LIMIT 1",
            (row.connection, row.peer, row.seq),
        )
        return (found[0][0], cell_types.maybe_text(found[0][1])) if found else None

    def samples(self, connection: int) -> list[SampleRow]:
        """The kernel readings kept of a connection, oldest first."""
        return [
            _sample(row)
            for row in self._all(f"{_SAMPLE} WHERE connection=? ORDER BY t_ns", (connection,))
        ]

    def sample_near(self, connection: int, t_ns: int) -> SampleRow | None:
        """The kept reading nearest to a moment."""
        found = self._all(
            f"{_SAMPLE} WHERE connection=? AND t_ns BETWEEN 0 AND ? ORDER BY abs(t_ns - ?) LIMIT 1",
            (connection, cell_types.LAST_NS, t_ns),
        )
        return _sample(found[0]) if found else None

    def seq_at(self, t_ns: int, endpoint: str) -> int | None:
        """The row of an endpoint with this stamp: how a chip finds its event."""
        found = self._all(
            f"SELECT e.seq FROM {self._event} e JOIN endpoint p ON p.id = e.endpoint"
            " WHERE e.t_ns = ? AND p.name = ? ORDER BY e.seq DESC LIMIT 1",
            (t_ns, endpoint),
        )
        return int(found[0][0]) if found else None

    def before(self, connection: int, seq: int, limit: int = 200) -> list[Row]:
        """The last events of a connection before a row, in order."""
        found = self._all(
            f"SELECT e.seq FROM {self._event} e WHERE e.connection = ? AND e.seq < ?"
            " AND e.kind IN ('call', 'end') ORDER BY e.seq DESC LIMIT ?",
            (connection, seq, limit),
        )
        return self.rows([row[0] for row in found])

    def note_after(self, connection: int, notes: Collection[str], seq: int) -> Row | None:
        """The first of these notes about a connection after a row and near it."""
        marks = ",".join("?" * len(notes))
        found = self._all(
            f"SELECT e.seq FROM {self._event} e WHERE e.connection = ? AND e.seq > ? AND e.seq < ?"
            f" AND e.kind = 'note' AND e.call IN ({marks}) ORDER BY e.seq LIMIT 1",
            (connection, seq, seq + LOOK_BACK, *notes),
        )
        return self.row(found[0][0]) if found else None

    def carried_before(
        self, connection: int, calls: Collection[str], seq: int, limit: int, within: int = LOOK_BACK
    ) -> list[tuple[int, bytes, int]]:
        """What these calls carried on a connection before a row, newest first: number, kept bytes
        and true size; only of the `within` rows before it, and of those since the connection began.
        """
        sql, values = self._carried(connection, calls, seq, within)
        found = self._all(f"SELECT {_CARRIED} {sql} ORDER BY seq DESC LIMIT ?", (*values, limit))
        return cast("list[tuple[int, bytes, int]]", found)

    def carried_bytes(self, connection: int, calls: Collection[str], seq: int) -> int:
        """How many bytes these calls carried before a row, within the FAR rows before it."""
        sql, values = self._carried(connection, calls, seq, FAR)
        return int(self._one(f"SELECT total(size) {sql}", values))

    def _carried(
        self, connection: int, calls: Collection[str], seq: int, within: int
    ) -> tuple[str, tuple[object, ...]]:
        sql = "seq < ? AND seq >= max(? - ?, coalesce((SELECT opened_seq FROM connection"
        sql = f"{self._carry(calls)} AND {sql} WHERE id = ?), 0) - ?)"
        return sql, (connection, *calls, seq, seq, within, connection, AROUND)

    def carried_after(
        self, connection: int, calls: Collection[str], seq: int, limit: int
    ) -> list[tuple[int, bytes, int]]:
        """What these calls carried after a row, in order, within the LOOK_BACK rows after it."""
        sql = f"SELECT {_CARRIED} {self._carry(calls)} AND seq > ? AND seq <= ?"
        values = (connection, *calls, seq, seq + LOOK_BACK, limit)
        found = self._all(f"{sql} ORDER BY seq LIMIT ?", values)
        return cast("list[tuple[int, bytes, int]]", found)

    def _carry(self, calls: Collection[str]) -> str:
        return (
            f"FROM {self._event} e WHERE connection = ? AND call IN ({','.join('?' * len(calls))})"
            " AND kind = 'call' AND error IS NULL AND size > 0 AND typeof(size) = 'integer'"
        )

    def kept(self, key: str) -> str:
        """What the record keeps beside its rows under a key of KEPT, as JSON: a list of objects."""
        found = self._one("SELECT value FROM meta WHERE key = ?", (key,))
        return found if isinstance(found, str) else NO_ITEMS

    def calls_of(self, seq: int) -> int:
        """How many calls a command led to among the next rows (LED_TO of them)."""
        return int(
            self._one(
                f"SELECT count(*) FROM {self._event} e WHERE seq > ? AND seq <= ? AND cause = ?"
                " AND kind = 'call' AND coalesce(errno, '') <> 'EAGAIN'"
                " AND call <> 'getsockopt'",
                (seq, seq + LED_TO, seq),
            )
            or 0
        )

    def led_to(self, seq: int, call: str) -> bool:
        """Whether a command led to this call, among the next LED_TO rows."""
        return bool(
            self._all(
                f"SELECT 1 FROM {self._event} e WHERE seq > ? AND seq <= ? AND cause = ?"
                " AND call = ? LIMIT 1",
                (seq, seq + LED_TO, seq, call),
            )
        )

    def caused_by(self, seq: int) -> list[int]:
        """The numbers of the rows that a command led to among the next LED_TO ones."""
        return [
            row[0]
            for row in self._all(
                f"SELECT seq FROM {self._event} e WHERE seq > ? AND seq <= ? AND cause = ?",
                (seq, seq + LED_TO, seq),
            )
        ]

    def interrupt(self) -> None:
        """Make the search that is running raise OperationalError; callable from any thread."""
        self._db.interrupt()

    def close(self) -> None:
        """Close the file. Idempotent."""
        self._end()


_CONNECTION: Final = (
    "SELECT id, endpoint, parent, pair, local, peer, opened_seq, closed_seq FROM connection"
)
_SAMPLE: Final = "SELECT t_ns, connection, after_seq, reading FROM sample"


def _connection(row: tuple[Any, ...]) -> SocketRow:
    number = cell_types.number
    return SocketRow(
        number(row[0]) or 0,
        number(row[1]) or 0,
        number(row[2]),
        number(row[3]),
        cell_types.maybe_text(row[4]),
        cell_types.maybe_text(row[5]),
        number(row[6]),
        number(row[7]),
    )


def _sample(row: tuple[Any, ...]) -> SampleRow:
    return SampleRow(
        cell_types.number(row[0]) or 0,
        cell_types.number(row[1]) or 0,
        cell_types.number(row[2]),
        cell_types.text(row[3]),
    )
