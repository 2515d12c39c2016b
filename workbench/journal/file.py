"""The SQLite file of a record: created for its owner only, sealed into one file at the end."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep
from types import MappingProxyType
from typing import Final

import workbench
from workbench.engine.model.events import Clock
from workbench.journal.bulk import STATEMENTS
from workbench.journal.schema import APPLICATION_ID, KEPT, NO_ITEMS, SCHEMA, VERSION
from workbench.journal.sqlite_reasons import reason_of_sqlite
from workbench.texts import Problem, reason_of

SEAL_WITHIN: Final = 1.0
"""Seconds that a reader in the middle of a page may delay the sealing."""
PAGE_BYTES: Final = 1 << 15
"""What is kept of a large read fits into one page (an overflow page costs as much again: 18 us for
a row of 4096 bytes in pages of 4 KiB, 10 us with this); small rows cost the same.
"""
WAL_BYTES: Final = 1 << 22
"""The size of the -wal file after which it is moved into the record; SQLite's usual 1000 pages."""


def create(path: Path) -> None:
    """Create an empty file with mode 0600 that did not exist before (open(2): O_EXCL, O_NOFOLLOW).

    Raises:
        Problem: it exists, or the system refuses to create it.
    """
    flags = os.O_CREAT | os.O_EXCL | os.O_RDWR | getattr(os, "O_NOFOLLOW", 0)
    try:
        os.close(os.open(path, flags, 0o600))
    except FileExistsError:
        raise Problem("journal.exists", path=str(path)) from None
    except OSError as error:
        raise Problem("journal.cannot_create", path=str(path), reason=reason_of(error)) from error


def open_new(
    path: Path,
    clock: Clock,
    capture: int | None,
    first_seq: int = 1,
    carried: Mapping[str, Sequence[Sequence[object]]] = MappingProxyType({}),
) -> sqlite3.Connection:
    """The connection that writes: a record without events, in a file that `create` has made.

    `first_seq`: the number of its first event; `carried`: rows of its tables from the record that
    it continues.

    Raises:
        Problem: SQLite cannot write there.
    """
    meta = [
        ("format", VERSION),
        ("program", f"socket-workbench {workbench.__version__}"),
        ("started_wall_ns", clock.wall_ns),
        ("started_perf_ns", clock.perf_ns),
        ("capture", "all" if capture is None else capture),
        ("first_seq", first_seq),
        *((key, NO_ITEMS) for key in KEPT),
    ]
    with _opened(path) as db:
        # One transaction, and before WAL: whenever the process ends, the file itself is either
        # empty or a whole record, even if its -wal is lost later. Nothing is lost without fsync.
        db.execute("PRAGMA synchronous=OFF")
        db.execute(f"PRAGMA page_size={PAGE_BYTES}")
        db.executescript(
            f"BEGIN; PRAGMA application_id={APPLICATION_ID};"
            f" PRAGMA user_version={VERSION}; {SCHEMA}"
        )
        db.executemany("INSERT INTO meta VALUES (?, ?)", meta)
        for table, rows in carried.items():
            for row in rows:
                marks = ",".join("?" * len(row))
                db.execute(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", row)
        db.execute("COMMIT")
        _use_wal(db)
    return db


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """A file that is written from now on; it is closed if it cannot be set up. Raises Problem."""
    db: sqlite3.Connection | None = None
    try:
        db = sqlite3.connect(
            path, isolation_level=None, check_same_thread=False, cached_statements=STATEMENTS
        )
        yield db
    except sqlite3.Error as error:
        if db is not None:
            db.close()
        raise Problem(
            "journal.cannot_create", path=str(path), reason=reason_of_sqlite(error)
        ) from error


def open_copy(path: Path, whole: sqlite3.Connection, rows: int) -> sqlite3.Connection:
    """The connection that goes on writing what `whole` began, in a file that `create` has made.

    SQLite still has the unlinked file open: its backup copies all of it (sqlite.org/backup.html).
    `rows`: how many events there must be.

    Raises:
        Problem: it cannot be copied, or what is left is not whole.
    """
    with _opened(path) as db:
        db.execute("PRAGMA synchronous=OFF")
        whole.backup(db)
        found = db.execute(
            "SELECT coalesce((SELECT max(seq) FROM entry),"
            " (SELECT value - 1 FROM meta WHERE key = 'first_seq'))"
        ).fetchone()[0]
        if found != rows or db.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            db.close()
            raise Problem("journal.cannot_create", path=str(path), reason=Problem("sqlite.CORRUPT"))
        _use_wal(db)
    return db


def _use_wal(db: sqlite3.Connection) -> None:
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=NORMAL")
    db.execute(f"PRAGMA wal_autocheckpoint={WAL_BYTES // PAGE_BYTES}")
    db.execute("PRAGMA temp_store=MEMORY")  # no spill file beside the record
    db.execute("SELECT 1 FROM meta").fetchone()  # -wal and -shm exist from now on


def mark_closed(db: sqlite3.Connection, not_recorded: int = 0) -> None:
    """Write closed_wall_ns into table meta: which tells a closed record from one left by a crash.
    Raises sqlite3.Error.

    One statement, so one frame of the -wal: if a full disk has room for only one, the record is
    never closed without the number of events that it lacks.
    """
    db.execute(
        "INSERT OR REPLACE INTO meta SELECT 'closed_wall_ns', ?"
        " UNION ALL SELECT 'not_recorded', ? WHERE ?",
        (Clock().wall_ns, not_recorded, not_recorded),
    )


def seal(db: sqlite3.Connection, not_recorded: int = 0) -> None:
    """Mark the record as closed, leave a single file, close the connection.

    A reader in another program may keep the -wal in place; the file is complete without it.
    """
    marked = _try_to_mark(db, not_recorded)
    until = monotonic() + SEAL_WITHIN
    while not _one_file(db) and monotonic() < until:
        sleep(0.01)  # SQLite does not wait for readers here, and tells nobody when they leave
    if not marked:  # on a full disk there is room once the -wal is gone
        _try_to_mark(db, not_recorded)
    db.close()


def seal_now(db: sqlite3.Connection) -> bool:
    """As `seal`, without waiting. False: somebody is reading it, so it is still open."""
    _try_to_mark(db, 0)
    if not _one_file(db):
        return False
    db.close()
    return True


def tidy(path: Path) -> None:
    """Merge what a killed program left beside its record into the file, which stays "not closed".

    Raises:
        sqlite3.Error: that is not possible now.
    """
    uri = path.resolve().as_uri() + "?mode=rw"
    with closing(sqlite3.connect(uri, uri=True, isolation_level=None, timeout=0.0)) as db:
        if db.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID:
            db.execute("PRAGMA journal_mode=DELETE").fetchone()


def _try_to_mark(db: sqlite3.Connection, not_recorded: int) -> bool:
    try:
        mark_closed(db, not_recorded)
    except sqlite3.Error:
        return False
    return True


def _one_file(db: sqlite3.Connection) -> bool:
    """Give up the -wal if possible, and return whether it was; if not, at least move its contents
    to the file.
    """
    try:
        return bool(db.execute("PRAGMA journal_mode=DELETE").fetchone()[0] == "delete")
    except sqlite3.Error:
        with suppress(sqlite3.Error):
            db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        return False
