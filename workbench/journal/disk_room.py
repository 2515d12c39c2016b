"""Room: how much a record may still grow, so that its end always finds room on the disk."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import suppress
from pathlib import Path
from time import monotonic
from types import ModuleType
from typing import Final

from workbench.journal.file import PAGE_BYTES
from workbench.journal.sqlite_reasons import reason_of_sqlite
from workbench.texts import Problem

resource: ModuleType | None
try:
    import resource
except ImportError:  # Windows lacks it, and some builds of Python do
    resource = None

RESERVE: Final = 16 * PAGE_BYTES
"""Bytes of the disk that no batch may take: for pages that it changes in the -wal and that are not
new, and for the mark that closes the record.
"""
FRAMES: Final = 2 * (PAGE_BYTES + 24)
"""Bytes that must be free in a -wal that may not grow further, for the same mark."""
PLENTY: Final = 1 << 32
"""Bytes of the disk that nobody uses up within AGAIN."""
AGAIN: Final = 0.5
"""Seconds until a disk with that much is asked again: asking takes 0.2 ms, a fifth of a batch."""
_UNBOUNDED: Final = 2**31 - 1
"""Pages; more than SQLite's own limit, which it takes instead."""


class Room:
    """What the free space and the limit on file sizes (RLIMIT_FSIZE) leave to a record.

    Commits go to the -wal first, and are moved into the file from time to time. A record that grows
    until a write fails has a full -wal for which the file has no room: it can neither be marked as
    closed nor become one file. So before each batch SQLite is told how long the file may become
    (PRAGMA max_page_count): a batch beyond that is undone.

    Attributes:
        emptied: how many times the -wal was shortened here.
    """

    def __init__(self, path: Path, db: sqlite3.Connection) -> None:
        self._path = path
        self._wal = path.with_name(path.name + "-wal")
        self._db = db
        self._most = _UNBOUNDED
        self._longest: int | None = None
        self._enough_until = 0.0
        self.emptied = 0

    def look(self) -> Problem | None:
        """Keep the next batch within the room there is; returns why none may follow, if so.

        Raises:
            sqlite3.Error: the record cannot be read.
        """
        longest = _longest()
        if longest is None and monotonic() < self._enough_until:
            return None
        pages: int = self._db.execute("PRAGMA page_count").fetchone()[0]
        most = self._on_disk(pages)
        if most < pages:
            return Problem("sqlite.FULL")
        self._longest = longest
        plenty = longest is None and (most - pages) * PAGE_BYTES > PLENTY
        self._enough_until = monotonic() + AGAIN if plenty else 0.0
        if self._longest is not None:
            if not self._in_length(pages, self._longest):
                return self._too_long(self._longest)
            if self._longest // PAGE_BYTES <= most:
                most = self._longest // PAGE_BYTES
            else:
                self._longest = None  # the disk is what limits it
        if most != self._most:
            self._db.execute(f"PRAGMA max_page_count={most}").fetchone()
            self._most = most
        return None

    def reason(self, error: sqlite3.Error) -> Problem | str:
        """Why a batch was refused."""
        longest = self._longest
        if longest is not None and (
            getattr(error, "sqlite_errorname", "") == "SQLITE_FULL"
            or self._wal_length() + FRAMES > longest
        ):
            return self._too_long(longest)
        return reason_of_sqlite(error)

    def _on_disk(self, pages: int) -> int:
        """How many pages the disk lets the file have: each new one is written to the -wal as
        well.
        """
        try:
            free = shutil.disk_usage(self._path.parent).free
            to_come = max(0, pages * PAGE_BYTES - self._path.stat().st_size)
        except (OSError, AttributeError):  # unknown here or now; a write will tell
            return _UNBOUNDED
        left = (free - to_come - RESERVE) // PAGE_BYTES
        # rounded, so that it is not another number each time: far from the end it does not matter
        return pages + left // 2 if left < _UNBOUNDED // PAGE_BYTES else _UNBOUNDED

    def _in_length(self, pages: int, longest: int) -> bool:
        """Whether the file as it will be, and the final mark in its -wal, stay within this
        length.
        """
        if pages * PAGE_BYTES > longest:
            return False
        if self._wal_length() + FRAMES > longest:
            self.emptied += 1
            with suppress(sqlite3.Error):  # a reader may hold on to it
                self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return self._wal_length() + FRAMES <= longest

    def _wal_length(self) -> int:
        try:
            return self._wal.stat().st_size
        except OSError:
            return 0

    def _too_long(self, longest: int) -> Problem:
        return Problem("sqlite.TOO_LONG", bytes=f"{longest:,}")


def _longest() -> int | None:
    """The size in bytes that no file of this process may exceed (setrlimit(2)); None: unlimited."""
    if resource is None:
        return None
    found: int = resource.getrlimit(resource.RLIMIT_FSIZE)[0]
    return None if found == resource.RLIM_INFINITY else found
