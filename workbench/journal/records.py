"""The user's records: which there are, which are old, which a crash has left open."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from workbench.journal.lock import is_written
from workbench.journal.reader import Reader
from workbench.resources import state_dir
from workbench.texts import Problem

KEPT_DAYS: Final = 30
SUFFIX: Final = ".swb"


@dataclass(frozen=True, slots=True)
class Known:
    """A record in the state directory. `crashed`: its program ended without closing it."""

    path: Path
    events: int
    crashed: bool


def folder() -> Path:
    """Where new records go; made 0700 where it is missing."""
    path = state_dir() / "records"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def recent(limit: int = 12) -> list[Known]:
    """The newest records of the last 30 days that nobody writes now, newest first."""
    oldest = time.time() - KEPT_DAYS * 86_400
    found = sorted(_files(), reverse=True)
    result: list[Known] = []
    for changed, path in found:
        if changed < oldest or len(result) == limit:
            break
        if is_written(path):
            continue
        with suppress(Problem):  # what cannot be read is not offered
            reader = Reader(path)
            try:
                result.append(Known(path, reader.count(), reader.crashed))
            finally:
                reader.close()
    return result


def _files() -> Iterator[tuple[float, Path]]:
    for path in folder().glob(f"*{SUFFIX}"):
        with suppress(OSError):  # a link to nowhere, or gone since
            yield path.stat().st_mtime, path
