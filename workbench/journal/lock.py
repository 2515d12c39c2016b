"""Who writes a record: a lock beside it that a crash cannot leave behind."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path


def _path(record: Path) -> Path:
    return record.with_name(record.name + ".lock")


def _take(descriptor: int) -> bool:
    """An exclusive lock that the system drops when the process ends."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


class RecordLock:
    """Held by the recorder; a sidecar file, since SQLite's own locks belong to its transactions."""

    def __init__(self, record: Path) -> None:
        self._file = _path(record)
        self._descriptor: int | None = os.open(self._file, os.O_CREAT | os.O_RDWR, 0o600)
        _take(self._descriptor)

    def release(self) -> None:
        """Drop the lock and its file."""
        if self._descriptor is not None:
            with suppress(OSError):
                self._file.unlink()
            os.close(self._descriptor)
            self._descriptor = None


def is_written(record: Path) -> bool:
    """Whether somebody is writing this record now."""
    try:
        descriptor = os.open(_path(record), os.O_RDWR)
    except OSError:
        return False
    try:
        return not _take(descriptor)
    finally:
        os.close(descriptor)
