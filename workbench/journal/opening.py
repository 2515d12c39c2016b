"""Opening a record for reading: live, closed, crashed, or on read-only media."""

from __future__ import annotations

import os
import sqlite3
from contextlib import suppress
from pathlib import Path

from workbench.journal.reasons import is_no_database, reason_of_sqlite
from workbench.texts import Problem, reason_of


def let_go(db: sqlite3.Connection) -> None:
    """Close it; what goes wrong there is nobody's concern."""
    with suppress(sqlite3.Error):
        db.close()


def connect(path: Path) -> sqlite3.Connection:
    """Open the file read-only, so that neither a lock nor an index is left behind.

    Raises:
        Problem: a folder, nothing there, no SQLite file, not readable, or it has to be copied.
    """
    try:
        if path.is_dir():
            raise Problem("journal.is_folder", path=str(path))
        if not path.exists():
            raise Problem("journal.missing", path=str(path))
        if not path.is_file():  # to open a pipe would wait for its other end
            raise Problem("journal.not_a_record", path=str(path))
        with path.open("rb") as file:
            if file.read(16)[:15] != b"SQLite format 3":
                raise Problem("journal.not_a_record", path=str(path))
    except OSError as error:
        raise Problem("journal.unreadable", path=str(path),
                      reason=reason_of(error)) from error
    path = path.resolve()  # SQLite looks for -wal beside the file itself
    uri = path.as_uri() + "?mode=ro"
    if not os.access(path.parent, os.W_OK):
        if not _has_content(path, "-wal"):
            uri += "&immutable=1"  # read-only media: no lock file can be made
        elif not _has_content(path, "-shm"):  # nor the index of -wal, which holds the last rows
            raise Problem("journal.needs_copy", path=str(path))
    try:
        return sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
    except sqlite3.Error as error:
        raise refused(path, error) from error


def _has_content(path: Path, suffix: str) -> bool:
    try:
        return path.with_name(path.name + suffix).stat().st_size > 0
    except OSError:
        return False


def refused(path: Path, error: sqlite3.Error) -> Problem:
    """Why SQLite does not take a file, in the user's words."""
    if is_no_database(error):
        return Problem("journal.not_a_record", path=str(path))
    return Problem("journal.unreadable", path=str(path), reason=reason_of_sqlite(error))
