"""RecordLock: shows who is writing a record, and cannot be left behind by a crash."""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep
from typing import Final

ASKING: Final = 1.0
"""Seconds for which taking the lock is retried: whoever only asks who holds it has released it by
then.
"""
RESERVE: Final = 65_536
"""Bytes of disk that the lock reserves, so that a record can still be marked as closed, and its
index made, on a full disk.
"""


def _path(record: Path) -> Path:
    return record.with_name(record.name + ".lock")


def try_lock(descriptor: int, *, shared: bool, unsure: bool = True) -> bool:
    """Lock it without waiting (flock(2)); False while another holds it.

    `unsure` is the answer on a file system without locks. Windows has no shared lock: two processes
    that ask at the same instant take each other for a writer.
    """
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):  # flock fails with EAGAIN, Windows with EACCES
        return False
    except OSError:
        return unsure
    return True


class RecordLock:
    """The recorder's lock on a file beside the record, since SQLite's own locks end with
    transactions.
    """

    def __init__(self, record: Path) -> None:
        """Take the lock.

        Raises:
            OSError: the file beside the record cannot be made, or a writer holds it (EBUSY), or
                there is no room for RESERVE.
        """
        self._file = _path(record.resolve())
        flags = os.O_CREAT | os.O_RDWR | getattr(os, "O_NOFOLLOW", 0)
        self._descriptor: int | None = os.open(self._file, flags, 0o600)
        until = monotonic() + ASKING
        # a file system without locks: recording matters more
        while not try_lock(self._descriptor, shared=False):
            if monotonic() > until:
                os.close(self._descriptor)
                raise OSError(errno.EBUSY, os.strerror(errno.EBUSY), str(self._file))
            sleep(0.005)
        try:
            self._reserve(self._descriptor)
        except OSError:
            self.release()
            raise

    def _reserve(self, descriptor: int) -> None:
        """Fill the lock's file with RESERVE random bytes.

        Zeros may take no room on the disk, and only a regular write fails at once if there is none.
        """
        os.ftruncate(descriptor, 0)
        left = os.urandom(RESERVE)
        while left:
            left = left[os.write(descriptor, left) :]

    def give_room(self) -> None:
        """Give up the reserve, to make room for the end of the record."""
        if self._descriptor is not None:
            with suppress(OSError):
                os.ftruncate(self._descriptor, 0)

    def stands(self) -> bool:
        """Whether others can still find the lock beside the record."""
        if self._descriptor is None:
            return False
        try:
            found = self._file.stat(follow_symlinks=False)
        except FileNotFoundError:
            return False
        except OSError:
            return True
        return os.path.samestat(found, os.fstat(self._descriptor))

    def release(self) -> None:
        """Drop the lock and its file."""
        if self._descriptor is None:
            return
        # unlinked while it is held, so that nobody can lock a dying file
        if sys.platform != "win32":
            with suppress(OSError):
                if self.stands():
                    self._file.unlink()
        os.close(self._descriptor)
        self._descriptor = None
        if sys.platform == "win32":  # an open file cannot be unlinked there
            with suppress(OSError):
                self._file.unlink()


def is_written(record: Path) -> bool:
    """Whether somebody is writing this record now; through a link, the record that it names."""
    # this works on read-only media too
    flags = os.O_RDWR if sys.platform == "win32" else os.O_RDONLY
    try:
        descriptor = os.open(_path(record.resolve()), flags)
    except OSError:
        return False
    try:
        return not try_lock(descriptor, shared=True)
    finally:
        os.close(descriptor)
