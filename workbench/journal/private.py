"""Private folders for temporary records and sockets; those of killed runs are swept."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final, Self

from workbench.journal.lock import try_lock
from workbench.texts import Problem, reason_of

PREFIX: Final = "swb-"
HELD: Final = ".held"
"""A file in each folder, locked by its program as long as it lives, so that `sweep` knows which
folders nobody uses.
"""
ATTEMPTS: Final = 3
"""How many folders are made before giving up: on Windows one may be swept before it is locked."""


def temporary() -> Path:
    """The folder for temporary files, on a disk. Raises Problem where none can be written."""
    try:
        return Path(tempfile.gettempdir())
    except OSError as error:
        raise Problem("private.none") from error


def places() -> list[Path]:
    """Where temporary folders may be: first the one for temporary files, then those in memory."""
    found = []
    with suppress(Problem):
        found.append(temporary())
    in_memory = (os.environ.get("XDG_RUNTIME_DIR"), "/dev/shm")  # noqa: S108 - made private below
    return found + [Path(name) for name in in_memory if name and os.access(name, os.W_OK)]


class PrivateFolder:
    """A new 0700 folder with a short path: a unix path has 107 bytes (unix(7)).

    Attributes:
        path: the folder.
    """

    def __init__(self, place: Path | None = None, kind: str = "") -> None:
        """`place` None: the first of `places` that takes it.

        Raises:
            Problem: there is none.
        """
        refused: OSError | None = None
        for parent in places() if place is None else [place]:
            try:
                self.path, held = _make(parent, kind)
            except OSError as error:
                refused = refused or error
                continue
            self._descriptor: int | None = held
            return
        if refused is None:
            raise Problem("private.none")
        raise Problem("private.refused", reason=reason_of(refused)) from refused

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_what: object) -> None:
        self.close()

    def close(self) -> None:
        """Remove it with all that is in it. Idempotent."""
        if self._descriptor is None:
            return
        if sys.platform == "win32":  # an open file cannot be removed there
            os.close(self._descriptor)
        shutil.rmtree(self.path, ignore_errors=True)
        if sys.platform != "win32":
            os.close(self._descriptor)
        self._descriptor = None


def _make(parent: Path, kind: str) -> tuple[Path, int]:
    """A new folder and the descriptor that holds it. Raises OSError."""
    for _ in range(ATTEMPTS):
        folder = Path(tempfile.mkdtemp(prefix=PREFIX + kind, dir=parent))
        try:
            held = _hold(folder)
        except OSError:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        if held is not None:
            return folder, held
    raise OSError(errno.EBUSY, os.strerror(errno.EBUSY), str(parent))


def _hold(folder: Path) -> int | None:
    """Make the lock's file under another name, lock it, then rename it: whoever finds it finds it
    locked. None: another program swept the folder before it was locked. Raises OSError.
    """
    new = folder / (HELD if sys.platform == "win32" else f"{HELD}-new")  # no rename while open
    descriptor = os.open(new, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
    locked = try_lock(descriptor, shared=False)
    if sys.platform != "win32":
        new.rename(folder / HELD)
    elif not (locked and new.exists()):
        os.close(descriptor)
        return None
    return descriptor


def sweep() -> None:
    """Remove the folders of this user whose program was killed: ours by name, and no longer
    locked.
    """
    for place in places():
        with suppress(OSError):
            for folder in list(place.glob(f"{PREFIX}*")):
                with suppress(OSError):  # not made by this user, or gone since
                    _sweep_one(folder)


def _sweep_one(folder: Path) -> None:
    state = folder.lstat()
    if not stat.S_ISDIR(state.st_mode):
        return
    if sys.platform != "win32" and (state.st_uid != os.geteuid() or state.st_mode & 0o077):
        return
    descriptor = os.open(folder / HELD, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
    try:
        dead = try_lock(descriptor, shared=False, unsure=False)
        if dead and sys.platform != "win32":  # held by us meanwhile
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(descriptor)
    if dead and sys.platform == "win32":  # an open file cannot be removed there
        shutil.rmtree(folder, ignore_errors=True)
