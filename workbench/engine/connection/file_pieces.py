"""FilePieces: reads a file piece by piece while it is sent, so that it is never in memory whole."""

from __future__ import annotations

import stat
import weakref
from pathlib import Path
from typing import Final

from workbench.texts import Problem, reason_of

PIECE: Final = 1 << 20
"""Bytes of a file that one send() is given: more than a kernel's send buffer takes at once."""


class BigFile:
    """An open file that is sent in pieces; several sends may share it.

    Attributes:
        size: in bytes, when it was opened.
    """

    def __init__(self, path: Path) -> None:
        """Raises OSError."""
        self.path = path
        self._file = path.open("rb", buffering=0)
        self.size = path.stat().st_size
        weakref.finalize(self, self._file.close)

    def read(self, offset: int, count: int) -> bytes:
        """Raises Problem: the file has become shorter, or cannot be read any more."""
        try:
            self._file.seek(offset)
            found = self._file.read(count)
        except OSError as error:
            raise Problem("engine.no_file", path=str(self.path), reason=reason_of(error)) from error
        if not found:
            raise Problem("engine.file_shorter", path=str(self.path), count=self.size - offset)
        return found


class FilePieces:
    """One pass through a file and, behind it, through what is appended to it.

    Attributes:
        left: bytes that `next` has still to give.
    """

    def __init__(self, file: BigFile, tail: bytes) -> None:
        self._file = file
        self._tail = tail
        self._offset = 0
        self.left = file.size + len(tail)

    def next(self) -> bytes:
        """The next bytes, b"" at the end. Raises Problem as `BigFile.read` does."""
        missing = self._file.size - self._offset
        if missing > 0:
            data = self._file.read(self._offset, min(PIECE, missing))
            self._offset += len(data)
        else:
            data, self._tail = self._tail, b""
        self.left -= len(data)
        return data

    def rest(self) -> bytes:
        """Everything that is left, read into memory. Raises Problem as `next` does."""
        pieces = []
        while self.left:
            pieces.append(self.next())
        return b"".join(pieces)


def big_file(path: Path) -> BigFile | None:
    """The file, if it is a regular one of more than one piece; else None. Raises OSError."""
    found = path.stat()
    return BigFile(path) if stat.S_ISREG(found.st_mode) and found.st_size > PIECE else None
