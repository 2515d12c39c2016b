"""The user's records: recent ones, old ones, and those that a crash left open."""

from __future__ import annotations

import itertools
import sqlite3
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import Final

from workbench.frozen import dataclass
from workbench.journal import file
from workbench.journal.joined import open_record
from workbench.journal.lock import RecordLock, is_written
from workbench.resources import state_dir
from workbench.texts import Problem, reason_of

KEPT_DAYS: Final = 30
"""Days for which a record is offered among the recent ones."""
SUFFIX: Final = ".swb"


@dataclass(frozen=True, slots=True)
class Known:
    """A record in the state directory. `crashed`: its program ended without closing it."""

    path: Path
    events: int
    crashed: bool


def folder() -> Path:
    """Where new records go; created with mode 0700 if it is missing and can be."""
    path = state_dir() / "records"
    with suppress(OSError):  # whoever writes there says why it cannot
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def new_path(*, folder: bool = False) -> Path:
    """A unique name for a new record there: date and time; `folder`: for one in segments.

    Raises:
        Problem: the folder cannot be made.
    """
    path = state_dir() / "records"
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        return free_name(path, folder=folder)
    except OSError as error:
        raise Problem("journal.cannot_create", path=str(path), reason=reason_of(error)) from error


def free_name(place: Path, *, folder: bool = False) -> Path:
    """Date and time as the name of a new record in a folder. Raises OSError."""
    suffix = "" if folder else SUFFIX
    stem = time.strftime("%Y-%m-%d %H-%M-%S")
    names = itertools.chain([stem], (f"{stem} {number}" for number in itertools.count(2)))
    return next(path for path in (place / f"{name}{suffix}" for name in names) if not path.exists())


def sweep() -> None:
    """Clean up what killed runs left beside records, so that each is one file, still not closed."""
    for path in chain.from_iterable(map(_parts, (path for _, path in _found()))):
        beside = [path.with_name(path.name + suffix) for suffix in ("-wal", "-shm", ".lock")]
        if not any(item.exists() for item in beside) or is_written(path):
            continue
        with suppress(OSError, sqlite3.Error):
            lock = RecordLock(path)
            try:
                file.tidy(path)
            finally:
                lock.release()


def recent(limit: int = 12) -> list[Known]:
    """The newest records of the last 30 days that nobody is writing now, newest first."""
    oldest = time.time() - KEPT_DAYS * 86_400
    found = sorted(_found(), reverse=True)
    result: list[Known] = []
    for changed, path in found:
        if changed < oldest or len(result) == limit:
            break
        if any(map(is_written, _parts(path))):
            continue
        with suppress(Problem):  # what cannot be read is not offered
            reader = open_record(path)
            try:
                result.append(Known(path, reader.count(), reader.crashed))
            finally:
                reader.close()
    return result


def _found() -> Iterator[tuple[float, Path]]:
    """The records there and when they changed: files, and folders of segments."""
    segments = {path.parent for path in folder().glob(f"*/*{SUFFIX}")}
    files = (path for path in folder().glob(f"*{SUFFIX}") if not path.is_dir())
    for path in (*files, *segments):
        with suppress(OSError):  # a dangling link, or gone since
            yield max(part.stat().st_mtime for part in _parts(path)), path


def _parts(path: Path) -> list[Path]:
    """The files of a record."""
    return sorted(path.glob(f"*{SUFFIX}")) if path.is_dir() else [path]
