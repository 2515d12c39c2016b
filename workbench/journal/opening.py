"""Opens a record for reading: live, closed, left by a crash, or on read-only media."""

from __future__ import annotations

import errno
import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

from workbench.journal.lock import is_written
from workbench.journal.sqlite_reasons import is_no_database, reason_of_sqlite
from workbench.texts import Problem, reason_of

RECOVER_WITHIN: Final = 1.0
"""Seconds that another program may delay the rollback of what a killed one left."""


def let_go(db: sqlite3.Connection) -> None:
    """Close a connection and ignore an error of that.

    Its work is done, or has failed already.
    """
    with suppress(sqlite3.Error):
        db.close()


def connect(path: Path) -> sqlite3.Connection:
    """Open the file read-only, so that neither a lock nor an index is left behind.

    It is opened by SQLite alone: close(2) of any descriptor of a file drops all locks that this
    process has on it (fcntl(2)). Without our lock another program removes the -wal of a record that
    we are writing, and every later row with it (sqlite.org/howtocorrupt.html, 2.2).

    Raises:
        Problem: it is a folder, does not exist, cannot be read, or has to be copied first. A file
            that is not SQLite's shows at the first statement.
    """
    try:
        if path.is_dir():
            raise Problem("journal.is_folder", path=str(path))
        if not path.exists():
            raise Problem("journal.missing", path=str(path))
        if not path.is_file():  # opening a pipe would wait for its other end
            raise Problem("journal.not_a_record", path=str(path))
        if not os.access(path, os.R_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as error:
        raise Problem("journal.unreadable", path=str(path), reason=reason_of(error)) from error
    path = path.resolve()  # SQLite looks for the -wal beside the real file
    _roll_back(path)
    uri = path.as_uri() + "?mode=ro"
    if not os.access(path.parent, os.W_OK):
        if not _has_content(path, "-wal"):
            uri += "&immutable=1"  # read-only media: no lock file can be created
        elif not _has_content(path, "-shm"):  # nor the index of the -wal, which holds the last rows
            raise Problem("journal.needs_copy", path=str(path), beside="-wal")
    try:
        return sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
    except sqlite3.Error as error:
        raise refused(path, error) from error


def _roll_back(path: Path) -> None:
    """Undo the transaction in which a program was killed, and finish its job: one file.

    SQLite does so from the -journal, but only for whoever may write; a record has one only while it
    is sealed (sqlite.org/atomiccommit.html, 4.2).

    Raises:
        Problem: nothing can be written there.
    """
    if not _is_hot(path) or is_written(path):
        return
    if not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        raise Problem("journal.needs_copy", path=str(path), beside="-journal")
    try:
        with closing(
            sqlite3.connect(
                path.as_uri() + "?mode=rw", uri=True, isolation_level=None, timeout=RECOVER_WITHIN
            )
        ) as db:
            db.execute("PRAGMA user_version").fetchone()  # the first query rolls back
            with suppress(sqlite3.Error):  # somebody else is reading it: it is whole all the same
                db.execute("PRAGMA journal_mode=DELETE").fetchone()
    except sqlite3.Error as error:
        raise refused(path, error) from error


def _is_hot(path: Path) -> bool:
    """Whether there is a -journal that was neither finished nor given up: those begin with 0."""
    try:
        with path.with_name(f"{path.name}-journal").open("rb") as journal:
            return journal.read(1) not in {b"", b"\0"}
    except OSError:
        return False


def _has_content(path: Path, suffix: str) -> bool:
    try:
        return path.with_name(path.name + suffix).stat().st_size > 0
    except OSError:
        return False


def refused(path: Path, error: sqlite3.Error) -> Problem:
    """Why SQLite rejects a file, in the user's words."""
    if is_no_database(error):
        return Problem("journal.not_a_record", path=str(path))
    return Problem("journal.unreadable", path=str(path), reason=reason_of_sqlite(error))
