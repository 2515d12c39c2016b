"""Segments: a record of which only the newest part is kept, as a folder of files.

Each segment is a complete record. It begins with the endpoints and the open connections; the
numbers of its rows continue those of the segment before.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Final

from workbench.engine.model.events import (
    COMMAND,
    NOTE,
    RUN_FAILED,
    STEP_FAILED,
    STEP_HELD,
    Clock,
    Event,
)
from workbench.journal import file
from workbench.journal.beside_events import Carried
from workbench.journal.keep import Keep
from workbench.journal.record_place import BESIDE, Place
from workbench.texts import Problem, reason_of

SUFFIX: Final = ".swb"
LEFT: Final = ".damaged"
"""... and the suffix of a segment that another program has cut or overwritten."""
MARK: Final = "note"
"""The command with which a person puts a mark into the log."""
FAILED: Final = frozenset({STEP_FAILED, RUN_FAILED})
"""Notes of a run about something that did not hold."""
WAITS: Final = frozenset({"EAGAIN", "EWOULDBLOCK", "EINPROGRESS"})
"""These say that a call has to wait; nothing is wrong."""
_SYMBOL: Final = re.compile(r"\b[A-Z][A-Za-z_]{3,}\b")
"""An errno or the class of an error in the words of a step."""


@dataclass(slots=True)
class _Old:
    """A segment that is no longer written.

    Attributes:
        first, last: numbers of its rows.
        size: in the file, in bytes.
        ended: when, by `monotonic`.
        stays: why it is not removed: `step`, `error` or `mark`.
        place: its Place, if it still has to be sealed because somebody is reading it.
    """

    path: Path
    first: int
    last: int
    size: int
    ended: float
    stays: str | None
    place: Place | None


class Segments:
    """The files of such a record, used on the recorder's thread alone.

    Attributes:
        folder: the folder that contains them.
    """

    def __init__(self, folder: Path, keep: Keep, clock: Clock, capture: int | None) -> None:
        """Create the folder, for its owner only.

        Raises:
            Problem: it exists, or cannot be made.
        """
        self.folder = folder
        self._keep = keep
        self._clock = clock
        self._capture = capture
        self._old: list[_Old] = []
        self._count = 0
        self._first = self._least = 1
        self._begun = monotonic()
        self._stays: str | None = None
        self._errors: Counter[str] = Counter()
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            raise Problem("journal.exists", path=str(folder)) from None
        except OSError as error:
            raise Problem(
                "journal.cannot_create", path=str(folder), reason=reason_of(error)
            ) from error

    def first(self) -> Place:
        """Begin the first segment.

        Raises:
            Problem: it cannot be created; the folder is removed again.
        """
        try:
            return self._begin(1, {})
        except Problem:
            with suppress(OSError):
                self.folder.rmdir()
            raise

    def look_at(self, items: Iterable[object]) -> str | None:
        """Note whether something among these events is a reason to keep this segment; the first one
        counts.
        """
        if self._stays is not None:
            return None
        for item in items:
            if type(item) is Event:
                self._stays = self._look_at_event(item)
                if self._stays is not None:
                    break
        return self._stays

    def _look_at_event(self, event: Event) -> str | None:
        if event.kind == NOTE:
            if event.call == STEP_HELD:  # the verdict has a reason: an error that was expected
                self._errors.subtract(_SYMBOL.findall(event.args))
            return "step" if event.call in FAILED else None
        if event.kind == COMMAND:
            return "mark" if event.call == MARK else None
        name = event.errno or event.error
        if name is not None and name not in WAITS:
            self._errors[name] += 1
        return None

    def has_errors(self) -> str | None:
        """`error` if a call failed that no step expected; computed once for a segment.

        To be asked when the segment is long enough: a step holds a moment after its call failed.
        """
        if self._stays is None and any(count > 0 for count in self._errors.values()):
            self._stays = "error"
            return self._stays
        return None

    def go_on_after(self, last: int) -> None:
        """Keep this segment for at least one more row: the one that says why it stays."""
        self._least = last + 1

    def is_due(self, place: Place, last: int) -> bool:
        """Whether this segment is long enough to be ended; `last`: its newest row."""
        if last < self._least:
            return False
        seconds, most = self._keep.segment_seconds, self._keep.segment_bytes
        if seconds is not None and monotonic() - self._begun >= seconds:
            return True
        return most is not None and _size(place) >= most

    def next(self, old: Place, last: int, carried: Carried) -> Place:
        """Begin the next segment after row `last`; the old one is sealed once nobody reads it.

        Raises:
            Problem: it cannot be made; the old one can go on.
        """
        made = self._begin(last + 1, carried)
        size = _size(old)
        self._old.append(_Old(old.path, self._first, last, size, monotonic(), self._stays, old))
        self._first = self._least = last + 1
        self._begun, self._stays = monotonic(), None
        self._errors.clear()
        self._seal()
        return made

    def _begin(self, first: int, carried: Carried) -> Place:
        self._count += 1
        return Place(
            self.folder / f"{self._count:06}{SUFFIX}",
            lambda at: file.open_new(at, self._clock, self._capture, first, carried),
        )

    def begin_anew(self, old: Place, last: int) -> int:
        """Continue the segment after row `last` in another file, without its old contents, which
        can no longer be read; returns how many rows those were.
        """
        with suppress(OSError):  # whoever reads the folder would take it for a segment
            old.path.rename(old.path.with_name(old.path.name + LEFT))
        lost, self._first = last + 1 - self._first, last + 1
        return lost

    def _seal(self) -> None:
        for old in self._old:
            if old.place is not None and old.place.close_now():
                old.place = None

    def let_go(self, place: Place) -> list[tuple[int, int]]:
        """Delete, oldest first, what exceeds the limit of what is kept; returns the numbers of the
        removed rows.
        """
        self._seal()
        gone = []
        for old in self._beyond(_size(place)):
            if self._delete(old):
                self._old.remove(old)
                gone.append((old.first, old.last))
        return gone

    def _beyond(self, current: int) -> list[_Old]:
        free = [old for old in self._old if old.stays is None]
        if self._keep.seconds is not None:
            since = monotonic() - self._keep.seconds
            return [old for old in free if old.ended < since]
        total = current + sum(old.size for old in free)
        found = []
        for old in free:
            if total <= (self._keep.bytes or 0):
                break
            total -= old.size
            found.append(old)
        return found

    def _delete(self, old: _Old) -> bool:
        """Delete the files of a segment. False: not possible yet (on Windows, while somebody is
        reading it).
        """
        try:
            old.path.unlink(missing_ok=True)
        except OSError:
            return False
        if old.place is not None:
            old.place.abandon()
        for suffix in BESIDE[1:]:
            with suppress(OSError):
                old.path.with_name(old.path.name + suffix).unlink(missing_ok=True)
        return True

    def close(self, not_recorded: int) -> None:
        """Seal the segments that are not sealed yet."""
        for old in self._old:
            if old.place is not None:
                old.place.close(not_recorded)
                old.place = None


def note_gone(clock: Clock, keep: Keep, gone: tuple[int, int]) -> Event:
    """The row that says which rows no longer exist."""
    first, last = gone
    return Event(clock.now(), 0, 0, None, NOTE, "segment_gone", f"{first}, {last}, {keep.text!r}")


def note_stays(clock: Clock, why: str, segment: str) -> Event:
    """The row that says that a segment is kept, and why."""
    return Event(clock.now(), 0, 0, None, NOTE, f"segment_stays_{why}", repr(segment))


def _size(place: Place) -> int:
    """The size of an open record, as it will be once sealed: pages that the -wal rewrites are not
    counted twice.
    """
    pages, size = (
        place.db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size")
    )
    return int(pages * size)
