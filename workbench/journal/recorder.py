"""Recorder: one deque in, one thread that numbers the events and writes them to the record."""

from __future__ import annotations

import datetime
import itertools
import os
import sqlite3
import threading
import weakref
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import groupby
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Final

import workbench
from workbench.engine.events import (
    DEFAULT_CAPTURE,
    NOTE,
    Clock,
    ConnectionClosed,
    ConnectionNamed,
    ConnectionOpened,
    EndpointAdded,
    Event,
    Item,
    Sample,
)
from workbench.journal.bulk import STATEMENTS, inserts
from workbench.journal.lock import RecordLock
from workbench.journal.schema import APPLICATION_ID, SCHEMA, VERSION
from workbench.texts import Problem, reason_of

if TYPE_CHECKING:
    from workbench.journal.reader import Reader

RECEIVING: Final = frozenset({"recv", "recvfrom"})
REST: Final = 0.01
"""Seconds between batches: the engine keeps the processor, the batch grows (DESIGN 3)."""
BATCH: Final = 20_000
HIGH_WATER: Final = 200_000
LOW_WATER: Final = 50_000


class Recorder:
    """Writes a record; an engine `Sink`. Thread-safe: put() from anywhere.

    Attributes:
        path: the record's file.
        clock, congested: as in engine.events.Sink.
        committed: the last seq that is safely in the file.
        failed: why recording stopped, None while it goes on.
        not_recorded: how many events came after that.
    """

    def __init__(self, path: Path, *, clock: Clock | None = None,
                 capture: int | None = DEFAULT_CAPTURE, max_rows: int | None = None) -> None:
        """Create the record.

        Raises:
            Problem: the file exists or cannot be made.
        """
        self.path = path
        self.clock = clock or Clock()
        self._capture = capture
        self._whole: dict[int, bytes] | None = None
        self._cutting = False
        self.congested = False
        self.committed = 0
        self.failed: Problem | None = None
        self.not_recorded = 0
        self._max_rows = max_rows
        self._queue: deque[Item] = deque()
        self._append = self._queue.append
        self._wake = threading.Event()
        self._sleeping = False
        self._told = threading.Condition()
        self._listeners: list[Callable[[int], None]] = []
        self._readers: weakref.WeakSet[Reader] = weakref.WeakSet()
        self._connections = itertools.count(1)
        self._seq = 0
        self._done = 0  # items taken from the queue and dealt with
        self._put_count = itertools.count(1)
        self._closing = False
        self._thread: threading.Thread | None = None
        self._pairs: dict[tuple[str, str], int] = {}
        self._addresses: dict[int, tuple[str | None, str | None]] = {}
        self._create()
        self._lock = RecordLock(path)
        self._db = self._open()

    # -- from any thread ----------------------------------------------------------------------

    @property
    def capture(self) -> int | None:
        """Bytes of each payload that is handed over; None: all, while someone reads them."""
        return None if self._whole is not None else self._capture

    @contextmanager
    def whole_payloads(self) -> Iterator[dict[int, bytes]]:
        """For a while, have every byte that is received: what the record cuts, by seq.

        Whoever asked takes out what it has used. Sockets that were made before go on as they were.
        """
        whole: dict[int, bytes] = {}
        before, self._whole = self._whole, whole
        self._cutting = True  # for good: sockets made now go on handing over whole payloads
        try:
            yield whole
        finally:
            self._whole = before

    def put(self, item: Item, /) -> None:
        """Queue an item; never blocks. Wakes the recorder only where it sleeps."""
        self._append(item)
        if self._sleeping:
            self._sleeping = False
            self._wake.set()

    def next_connection(self) -> int:
        """A connection id that is unique in the record."""
        return next(self._connections)

    def start(self) -> None:
        """Begin: the first row is a note with the wall clock."""
        wall = datetime.datetime.fromtimestamp(
            self.clock.wall_ns / 1e9, datetime.UTC
        ).astimezone()
        self.put(Event(0, 0, 0, None, NOTE, "record", f"{wall.isoformat()!r}, {self.clock.wall_ns}",
                       None, None, None, None, None, None, None))
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._thread.start()

    def wait_committed(self, seq: int, timeout: float | None = None) -> bool:
        """Wait until row `seq` is in the file; False after `timeout` seconds, or on failure."""
        with self._told:
            self._told.wait_for(lambda: self.committed >= seq or self._stopped, timeout)
            return self.committed >= seq

    def flush(self, timeout: float = 30.0) -> bool:
        """Wait until everything put so far is in the file, or counted as not recorded."""
        marker = _Flush()
        self._append(marker)  # type: ignore[arg-type]
        self._sleeping = False
        self._wake.set()
        if self._thread is None or not self._thread.is_alive():
            return True
        return marker.reached.wait(timeout)

    def subscribe(self, listener: Callable[[int], None]) -> Callable[[], None]:
        """Have `listener(committed)` called after each commit; returns what ends it.

        It runs on the recorder's thread and must not block: set an event, emit a signal.
        """
        self._listeners.append(listener)

        def end() -> None:
            with suppress(ValueError):
                self._listeners.remove(listener)

        return end

    def reader(self) -> Reader:
        """A reader of this live record; closed with it at the latest."""
        from workbench.journal.reader import Reader

        made = Reader(self.path)
        self._readers.add(made)
        return made

    def close(self) -> None:
        """Write what is left, close the readers, leave one file. Idempotent."""
        if self._closing:
            return
        self._closing = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
        for reader in list(self._readers):
            reader.close()
        with suppress(sqlite3.Error):
            self._db.execute("INSERT OR REPLACE INTO meta VALUES ('closed_wall_ns', ?)",
                             (Clock().wall_ns,))
            self._db.execute("PRAGMA journal_mode=DELETE")
        self._db.close()
        self._lock.release()
        self._tell()

    # -- the file -----------------------------------------------------------------------------

    def _create(self) -> None:
        flags = os.O_CREAT | os.O_EXCL | os.O_RDWR | getattr(os, "O_NOFOLLOW", 0)
        try:
            os.close(os.open(self.path, flags, 0o600))
        except FileExistsError:
            raise Problem("journal.exists", path=str(self.path)) from None
        except OSError as error:
            raise Problem("journal.cannot_create", path=str(self.path),
                          reason=reason_of(error)) from error

    def _open(self) -> sqlite3.Connection:
        try:
            db = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False,
                                 cached_statements=STATEMENTS)
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=NORMAL")
            db.execute("PRAGMA temp_store=MEMORY")  # no spill file beside the record
            db.execute(f"PRAGMA application_id={APPLICATION_ID}")
            db.execute(f"PRAGMA user_version={VERSION}")
            db.executescript(SCHEMA)
            db.executemany("INSERT INTO meta VALUES (?, ?)", [
                ("format", VERSION),
                ("program", f"socket-workbench {workbench.__version__}"),
                ("started_wall_ns", self.clock.wall_ns),
                ("started_perf_ns", self.clock.perf_ns),
                ("capture", "all" if self._capture is None else self._capture),
            ])
        except sqlite3.Error as error:
            self._lock.release()
            with suppress(OSError):
                self.path.unlink()
            raise Problem("journal.cannot_create", path=str(self.path),
                          reason=str(error)) from error
        return db

    # -- the recorder's thread ----------------------------------------------------------------

    @property
    def _stopped(self) -> bool:
        return self.failed is not None or self._closing

    def _run(self) -> None:
        while True:
            if not self._queue:
                if self._closing:
                    return
                self._sleeping = True
                if not self._queue and not self._closing:
                    self._wake.wait()
                self._sleeping = False
                self._wake.clear()
                continue
            self._take_batch()
            waiting = len(self._queue)
            self.congested = waiting > (LOW_WATER if self.congested else HIGH_WATER)
            if waiting < BATCH and not self._closing:
                self._wake_after_rest()

    def _wake_after_rest(self) -> None:
        until = monotonic() + REST
        while (left := until - monotonic()) > 0 and not self._closing:
            if not self._wake.wait(left):
                return
            self._wake.clear()
            if any(isinstance(item, _Flush) for item in list(self._queue)[-1:]):
                return

    def _take_batch(self) -> None:
        take = self._queue.popleft
        count = min(len(self._queue), BATCH)
        items = [take() for _ in range(count)]
        if self.failed is None:
            if self._cutting and self._capture is not None:
                self._cut(items, self._capture)
            try:
                self._write(items)
            except Exception as error:  # noqa: BLE001 - whatever it is, it must not go unsaid
                self._fail(Problem("journal.write_failed", path=str(self.path),
                                   reason=str(error)), items)
        else:
            self.not_recorded += sum(isinstance(item, Event) for item in items)
        for item in items:
            if isinstance(item, _Flush):
                item.reached.set()
        self._tell()

    def _write(self, items: list[Item]) -> None:
        """One transaction for one batch."""
        before = self._seq
        execute = self._db.execute
        execute("BEGIN")
        for kind, run in groupby(items, type):
            if kind is Event:
                events = list(run)
                for statement, parameters in inserts(events, self._seq + 1):  # type: ignore[arg-type]
                    execute(statement, parameters)
                self._seq += len(events)
            else:
                for item in run:
                    self._write_fact(item)
        execute("COMMIT")
        self.committed = self._seq
        if self._max_rows is not None and self._seq >= self._max_rows and before < self._seq:
            self._fail(Problem("journal.limit", rows=self._seq), [])

    def _cut(self, items: list[Item], capture: int) -> None:
        """Shorten what was handed over whole; what was received is kept for who asked for it."""
        seq = self._seq
        for place, item in enumerate(items):
            if type(item) is not Event:
                continue
            seq += 1
            payload = item.payload
            if payload is not None and len(payload) > capture:
                if self._whole is not None and item.call in RECEIVING:
                    self._whole[seq] = payload
                items[place] = item._replace(payload=payload[:capture])

    def _write_fact(self, item: Item) -> None:
        execute = self._db.execute
        match item:
            case EndpointAdded():
                execute(
                    "INSERT INTO endpoint VALUES (?,?,?,?,?,?) ON CONFLICT (id) DO UPDATE SET"
                    " name=excluded.name, role=excluded.role, family=excluded.family,"
                    " type=excluded.type, config=excluded.config",
                    (item.id, item.name, item.role, item.family, item.type, item.config),
                )
            case ConnectionOpened():
                execute("INSERT INTO connection VALUES (?,?,?,NULL,?,?,?,NULL)",
                        (item.id, item.endpoint, item.parent, item.local, item.peer, self._seq))
                self._pair(item.id, item.local, item.peer)
            case ConnectionNamed():
                execute("UPDATE connection SET local=coalesce(?, local), peer=coalesce(?, peer)"
                        " WHERE id=?", (item.local, item.peer, item.id))
                self._pair(item.id, item.local, item.peer)
            case ConnectionClosed():
                execute("UPDATE connection SET closed_seq=? WHERE id=?", (self._seq, item.id))
                self._unpair(item.id)
            case Sample():
                execute("INSERT INTO sample VALUES (?,?,?,?)",
                        (item.t_ns, item.connection, self._seq, item.reading))

    def _pair(self, number: int, local: str | None, peer: str | None) -> None:
        """Link the two ends where both are ours: their addresses mirror each other."""
        if not local or not peer:
            return
        self._pairs[local, peer] = number
        self._addresses[number] = (local, peer)
        other = self._pairs.get((peer, local))
        if other is not None and other != number:
            self._db.execute("UPDATE connection SET pair=? WHERE id=?", (other, number))
            self._db.execute("UPDATE connection SET pair=? WHERE id=?", (number, other))

    def _unpair(self, number: int) -> None:
        local, peer = self._addresses.pop(number, (None, None))
        if not local or not peer:
            return
        # kept for a while: a short-lived client may be gone before its accept is recorded
        if len(self._pairs) > 4 * len(self._addresses) + 1000:
            self._pairs = {key: value for key, value in self._pairs.items()
                           if value in self._addresses}

    def _fail(self, problem: Problem, items: list[Item]) -> None:
        """Recording stops; the sockets go on, and what is not recorded is counted."""
        with suppress(sqlite3.Error):
            self._db.execute("ROLLBACK")
        self._seq = self.committed
        self.not_recorded += sum(isinstance(item, Event) for item in items)
        self.failed = problem

    def _tell(self) -> None:
        with self._told:
            self._told.notify_all()
        for listener in list(self._listeners):
            listener(self.committed)


class _Flush:
    """A marker in the queue: what was put before it has been dealt with."""

    def __init__(self) -> None:
        self.reached = threading.Event()
