"""Place: the file, lock and connection of a record that is written, and whether they are still in
place.
"""

from __future__ import annotations

import itertools
import os
import re
import sqlite3
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Final

from workbench.journal import file
from workbench.journal.disk_room import Room
from workbench.journal.lock import RecordLock
from workbench.texts import Problem, in_all_languages, reason_of, tr

BESIDE: Final = ("", "-wal", "-shm")
"""The files that SQLite has open while it writes, by what follows the record's name."""
SIGN: Final = b"started_perf_ns"
"""The key of a row in table meta whose value no other record has; it stays where it was written."""
INDEX_HEAD: Final = bytes(136)
"""The beginning of a -shm that stands for no index: its head, twice, and the checkpoint information
(sqlite.org/walformat.html).
"""
_Identity = tuple[int, int]


class Place:
    """The place of a record that this process writes.

    SQLite goes on writing to files that were deleted, replaced or overwritten, and reports nothing.
    So they are compared by device and inode, and some bytes of the file with what they were; none
    may become shorter. Closing a descriptor of the file drops all of SQLite's locks (fcntl(2)), so
    ours stays open as long as they matter.

    Attributes:
        path: the record's file.
        db: the connection that writes.
        room: how much it may still take.
    """

    def __init__(self, path: Path, fill: Callable[[Path], sqlite3.Connection]) -> None:
        """Create the file, lock it, and have `fill` begin the record in it.

        Raises:
            Problem: it exists, or cannot be made; nothing is left then.
        """
        self.path = path
        with ExitStack() as undo:
            file.create(path)
            undo.callback(path.unlink, missing_ok=True)
            try:
                self._lock = RecordLock(path)
                undo.callback(self._lock.release)
                self._descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
                undo.callback(os.close, self._descriptor)
            except OSError as error:
                raise Problem(
                    "journal.cannot_create", path=str(path), reason=reason_of(error)
                ) from error
            self.db = fill(path)
            undo.pop_all()
        self.room = Room(path, self.db)
        self._wal = path.with_name(path.name + "-wal")
        self._index = path.with_name(path.name + "-shm")
        self._index_size = 0
        self._files = {at: _identity(at) for at in self._paths()}
        self._sizes = (0, 0)
        self._emptied = 0
        self._sign = self._find_sign()
        self._overwritten = False

    def _read(self, at: int, size: int) -> bytes:
        os.lseek(self._descriptor, at, os.SEEK_SET)
        return os.read(self._descriptor, size)

    def _find_sign(self) -> tuple[int, bytes]:
        """Note where this record's own start is in the file, and what it looks like."""
        head = self._read(0, 2**20)
        at = max(0, head.find(SIGN))
        return at, head[at : at + len(SIGN) + 8]

    def _paths(self) -> list[Path]:
        return [self.path.with_name(self.path.name + suffix) for suffix in BESIDE]

    def lost(self) -> bool:
        """Whether one of the files was deleted, replaced, overwritten or cut since it was made."""
        try:
            if any(_identity(path) != known for path, known in self._files.items()):
                return True
            at, written = self._sign
            self._overwritten = self.cut() or self._read(at, len(written)) != written
        except OSError:  # it cannot be examined now, which says nothing about what is there
            return False
        return self._overwritten

    def cut(self) -> bool:
        """Whether the file or its -wal is shorter than it was.

        This must be asked before each batch, which may make it as long again. SQLite shortens
        neither, except for a -wal that `room` has emptied.
        """
        self._keep_index()
        try:
            sizes = os.fstat(self._descriptor).st_size, self._wal.stat().st_size
        except OSError:
            return False
        before, emptied = self._sizes, self.room.emptied != self._emptied
        if sizes[0] < before[0] or (sizes[1] < before[1] and not emptied):
            self._overwritten = True
            return True
        self._sizes, self._emptied = sizes, self.room.emptied
        return False

    def _keep_index(self) -> None:
        """Have SQLite rebuild its index of the -wal if somebody has cut the -shm; nothing is lost
        by that.

        SQLite maps the file, and touching what is no longer there kills the process (SIGBUS,
        mmap(2)).
        """
        with suppress(OSError):
            size = self._index.stat().st_size
            if size >= self._index_size:
                self._index_size = size
            elif _identity(self._index) == self._files[self._index]:
                with self._index.open("r+b", buffering=0) as index:
                    index.write(INDEX_HEAD)
                    index.truncate(self._index_size)

    def keep_locked(self) -> None:
        """Lock it again if the lock was deleted: without one it counts as left by a crash."""
        if not self._lock.stands():
            with suppress(OSError):
                self._lock.release()
                self._lock = RecordLock(self.path)

    def give_room(self) -> None:
        """Free what was reserved for the end of a record on a full disk."""
        self._lock.give_room()

    def close(self, not_recorded: int) -> None:
        """Mark the record as closed, leave one file, let it go."""
        file.seal(self.db, not_recorded)
        os.close(self._descriptor)
        self._lock.release()

    def close_now(self) -> bool:
        """As `close`, without waiting. False: somebody is reading it, so it is still open."""
        if not file.seal_now(self.db):
            return False
        os.close(self._descriptor)
        self._lock.release()
        return True

    def abandon(self) -> None:
        """Give up a record that was lost.

        None of its sidecar files remain, so that no other record takes them for its own. A file
        that was only moved is then complete, wherever it is; one that was overwritten is somebody
        else's now.
        """
        with suppress(sqlite3.Error):
            if not self._overwritten:
                file.mark_closed(self.db)
                self.db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        with suppress(sqlite3.Error):
            self.db.close()
        os.close(self._descriptor)
        for path, known in self._files.items():
            with suppress(OSError):
                if path != self.path and _identity(path) == known:
                    path.unlink()
        self._lock.release()


def _identity(path: Path) -> _Identity | None:
    """Device and inode; None: there is no file. Raises OSError."""
    try:
        found = path.stat(follow_symlinks=False)
    except (FileNotFoundError, NotADirectoryError):
        return None
    return found.st_dev, found.st_ino


def continued(path: Path) -> Path:
    """A free name beside a record which says that it goes on there; never one that it has had
    before, in whichever language that was made.
    """
    words = "|".join(map(re.escape, in_all_languages("journal.continued")))
    found = re.fullmatch(rf"(.*?)(?: \((?:{words})(?: (\d+))?\))?", path.stem, re.DOTALL)
    assert found is not None
    first = 1 if found[1] == path.stem else int(found[2] or 1) + 1
    for number in itertools.count(first):
        word = _word() if number == 1 else f"{_word()} {number}"
        at = path.with_name(f"{found[1]} ({word}){path.suffix}")
        if not at.exists():
            return at
    raise AssertionError  # itertools.count never ends


def _word() -> str:
    """The word for it in the current language; in the first language if no file can have such a
    name, as in a locale other than UTF-8.
    """
    word = tr("journal.continued")
    try:
        os.fsencode(word)
    except UnicodeEncodeError:
        return in_all_languages("journal.continued")[0]
    return word
