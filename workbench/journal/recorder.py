"""Recorder: takes items from any thread and numbers and writes them on one of its own."""

from __future__ import annotations

import itertools
import logging
import sqlite3
import sys
import threading
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import groupby
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from workbench.engine.model.events import (
    CALL,
    DEFAULT_CAPTURE,
    NOTE,
    Clock,
    Event,
    Item,
    Transfer,
)
from workbench.journal import file
from workbench.journal.beside_events import Facts, as_text
from workbench.journal.bulk import SIZES, Rows
from workbench.journal.numbering import (
    HELD,
    READABLE,
    Follower,
    Marker,
    Numbering,
    Queued,
    is_row,
    with_events,
)
from workbench.journal.record_place import Place, continued
from workbench.texts import Problem

if TYPE_CHECKING:
    from workbench.journal.keep import Keep
    from workbench.journal.reader import Reader
    from workbench.journal.segments import Segments

log = logging.getLogger(__name__)

REST: Final = 0.03
"""Seconds between batches: the engine gets the processor, and each batch costs about 80 us,
whatever is in it. Nobody waits for them: a step is handed rows before, and flush() is in a hurry.
"""
SHORT_REST: Final = 0.003
"""... after one that was held back completely (`numbering.HELD`): what came after a pause is seen
soon.
"""
FLOW_REST: Final = 0.1
"""... while a few rows at a time go by without a pause, so that each batch has a few more."""
FLOW_BEGINS: Final = 0.5
"""Seconds without a pause after which that is the case."""
FREED_ONCE: Final = 8 << 20
"""Bytes of a block that is freed when recording begins and never written to: from then on glibc
keeps twice as much of what is freed (mallopt(3), M_MMAP_THRESHOLD). Otherwise it returns what a
batch has used, and the kernel clears a page for each payload of the next one: a tenth of the
processor time of a session at 64 KiB.
"""
LOOK_EVERY: Final = 0.5
"""Seconds between two looks whether the file is still there; also while nothing comes."""
BATCH: Final = 20_000
"""The most items of one transaction."""
HIGH_WATER: Final = 200_000
"""Waiting items above which endpoints stop reading."""
LOW_WATER: Final = 50_000
"""... and below which they resume reading."""


class Recorder:
    """Writes a record; the engine's `EventSink`. Thread-safe: any thread may put().

    Attributes:
        path: the record's file; another one, once that was taken away and the record goes on beside
            it.
        clock, congested: as in EventSink (engine/model/events.py).
        committed: the last seq that is safely in the file.
        failed: why recording stopped, None while it goes on.
        moved: what was taken away or cut, and where the record goes on; None: nothing was.
        lost: how many events were in files that another program has cut or overwritten.
        not_recorded: how many came after recording had stopped, plus those that were lost.
    """

    def __init__(
        self,
        path: Path,
        *,
        clock: Clock | None = None,
        capture: int | None = DEFAULT_CAPTURE,
        max_rows: int | None = None,
        keep: Keep | None = None,
    ) -> None:
        """Create the record; with `keep` it is a folder of segments, the oldest of which are
        removed.

        Raises:
            Problem: the file exists or cannot be made.
        """
        self.clock = clock = clock or Clock()
        self._capture = capture
        self._whole = 0  # how many followers want every byte
        self._cutting = False
        self._left_out: set[int] = set()  # connections whose bytes are not kept
        self.congested = False
        self.committed = 0
        self.failed: Problem | None = None
        self.moved: Problem | None = None
        self.not_recorded = 0
        self.lost = 0
        self._max_rows = max_rows
        self._numbering = Numbering(clock)
        self._append = self._numbering.queue.append
        self._wake = threading.Event()
        self._sleeping = False  # a follower wants to be woken by the next put
        self._idle = False  # the recorder does
        self._hurry = False  # somebody waits for what is in the queue
        self._told = threading.Condition()
        self._listeners: list[Callable[[int], None]] = []
        self._readers: weakref.WeakSet[Reader] = weakref.WeakSet()
        self._connections = itertools.count(1)
        self._seq = 0
        self._closing = False
        self._thread: threading.Thread | None = None
        self._facts = Facts(self._execute)
        self._rows = Rows(self._execute)
        self._first = 1
        self._keep = keep
        self._segments = _segments(path, keep, clock, capture)
        self._place = (
            self._segments.first()
            if self._segments is not None
            else Place(path, lambda at: file.open_new(at, clock, capture))
        )
        self._look_at = monotonic() + LOOK_EVERY
        self._busy_since = 0.0  # on its thread: when the last pause ended

    # -- from any thread ----------------------------------------------------------------------

    @property
    def path(self) -> Path:
        return self._place.path

    @property
    def record(self) -> Path:
        """What to open in order to read all of it: the file, or the folder of its segments."""
        return self._segments.folder if self._segments is not None else self.path

    @property
    def capture(self) -> int | None:
        """How many bytes of each payload are handed over; None: all, while somebody reads them."""
        return None if self._whole else self._capture

    @property
    def read_whole(self) -> bool:
        """Whether somebody reads every byte as it comes, whatever the record keeps."""
        return self._whole > 0

    def keep_bytes(self, connection: int, *, kept: bool) -> None:
        """Set whether the record keeps any bytes of a connection; followers get them anyway."""
        (self._left_out.discard if kept else self._left_out.add)(connection)

    @contextmanager
    def following(self, follower: Follower, *, whole: bool = False) -> Iterator[int]:
        """A block in which rows are handed over as they are numbered; yields the last seq before
        the first.

        `whole`: with every byte, however much the record keeps. Sockets that were made before are
        not affected.
        """
        if whole:
            self._whole += 1
            self._cutting = True  # for good: sockets made now continue to hand over whole payloads
        before: list[int] = []

        def begin() -> None:
            before.append(self._numbering.follow(follower, self._seq))

        try:
            marker = Marker(begin)
            self._mark(marker)
            self._wait_for(marker, 30.0)
            yield before[0] if before else self.committed
        finally:
            self._numbering.leave(follower)
            self._whole -= whole

    def number(self) -> None:
        """Number all that has happened so far and hand it to the followers; it is not in the file
        yet.
        """
        self._numbering.settle(HELD / 1e9)  # a call under way may have begun before what has come
        self._number(everything=True)

    def number_settled(self, *, rings: bool = True) -> bool:
        """Number everything before which nothing can come any more; False: more than that was put.

        After True, the next put wakes the follower, if it is to ring.
        """
        self._sleeping = rings or self._sleeping
        now = self.clock.now()
        settled = now if self._numbering.settle(HELD / 1e9) else 0
        self._number(everything=False, settled=settled)
        return not self._numbering.queue

    def _number(self, *, everything: bool, settled: int = 0) -> None:
        self._numbering.number(everything=everything, settled=settled)
        if self._idle and self._numbering:  # whoever writes it must not sleep
            self._wake.set()

    def tell_at_work(
        self, at_work: Callable[[], bool], settle: Callable[[float], bool] | None = None
    ) -> None:
        """Supply two functions. `at_work`: whether a call may be under way; if none is, nothing is
        held back for the order of rows. `settle`: waits so many seconds at most for calls under
        way; returns whether all have come back.
        """
        self._numbering.at_work = at_work
        self._numbering.settle = settle or (lambda _seconds: not at_work())

    def put(self, item: Item | Transfer, /) -> None:
        """Queue an item; never blocks. Wakes the recorder only if it sleeps."""
        self._append(item)
        if self._sleeping:
            self._rouse()

    def _rouse(self) -> None:
        self._sleeping = False
        if self._idle:
            self._wake.set()
        for follower in self._numbering.followers:
            follower.wake()

    def next_connection(self) -> int:
        """A connection id that is unique in the record."""
        return next(self._connections)

    def start(self) -> None:
        """Begin: the first row is a note with the wall clock."""
        bytes(FREED_ONCE)
        wall = self.clock.moment(0).isoformat()
        self.put(
            Event(0, 0, 0, None, NOTE, "record", f"{wall!r}, {self.clock.wall_ns}"),
        )
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._thread.start()

    def wait_committed(self, seq: int, timeout: float | None = None) -> bool:
        """Wait until row `seq` is in the file; False after `timeout` seconds, or on failure."""
        with self._told:
            self._told.wait_for(lambda: self.committed >= seq or self._stopped, timeout)
            return self.committed >= seq

    def flush(self, timeout: float = 30.0) -> bool:
        """Wait until everything put so far is in the file, or counted as not recorded."""
        marker = Marker()
        self._mark(marker)
        return self._wait_for(marker, timeout)

    def _mark(self, marker: Marker) -> None:
        """Put a marker, which is reached without a pause."""
        self._append(marker)
        self._hurry = True
        self._wake.set()

    def _wait_for(self, marker: Marker, timeout: float) -> bool:
        until = monotonic() + timeout
        thread = self._thread
        while thread is not None and thread.is_alive():  # the thread may end while a close() runs
            left = until - monotonic()
            if marker.reached.wait(min(0.2, left)) or left <= 0:
                return marker.reached.is_set()
        return True

    def keep_beside(self, key: str, items: Sequence[Mapping[str, Any]]) -> None:
        """Keep these in the record under one of the KEPT keys, before anything that comes from now
        on.

        Those that are known already stay.
        """
        done = threading.Event()

        def write() -> None:
            with suppress(sqlite3.ProgrammingError):  # closed meanwhile
                self._write_beside(key, items)
            done.set()

        self._mark(Marker(write))
        while self._thread is not None and self._thread.is_alive() and not done.wait(0.2):
            pass

    def _write_beside(self, key: str, items: Sequence[Mapping[str, Any]]) -> None:
        try:
            self._facts.write_beside(key, items)
        except (sqlite3.DatabaseError, ValueError, TypeError) as error:
            if isinstance(error, sqlite3.ProgrammingError):
                raise
            self._fail(Problem("journal.write_failed", path=str(self.path), reason=str(error)), [])

    def when_written(self, then: Callable[[], None]) -> None:
        """Have `then` called once, when everything put so far is in the file or counted; does not
        wait.

        It runs on the recorder's thread, or here if nothing is written any more.
        """
        self._mark(Marker(then))
        if self._thread is None or not self._thread.is_alive():
            self._tell_the_rest()

    def _tell_the_rest(self) -> None:
        """Reach the markers that the recorder's thread did not before it ended, so that nobody
        waits for ever.
        """
        for item in self._numbering.take(len(self._numbering)):
            if isinstance(item, Marker):
                item.reach()

    def subscribe(self, listener: Callable[[int], None]) -> Callable[[], None]:
        """Have `listener(committed)` called after each commit; returns a function that ends it.

        It runs on the recorder's thread and must not block: set an event, emit a signal.
        """
        self._listeners.append(listener)

        def end() -> None:
            with suppress(ValueError):
                self._listeners.remove(listener)

        return end

    def reader(self, *, lenient: bool = False) -> Reader:
        """A reader of this live record, wherever it goes on; closed with it at the latest.

        Args:
            lenient: as of a Reader: it lives through the moment in which the file is cut and the
                record does not go on beside it yet.

        Raises:
            Problem: it cannot be read.
        """
        from workbench.journal.joined import open_record

        try:
            made = open_record(self.record, lambda: self.path, lenient=lenient)
        except Problem:
            self.look()  # it may have been taken away a moment ago
            made = open_record(self.record, lambda: self.path, lenient=lenient)
        self._readers.add(made)
        return made

    def look(self) -> None:
        """Check now whether the file is still there, and if not, wait until the record goes on
        beside it.
        """
        self._look_at = 0.0
        self.flush()
        self.flush()  # the batch being taken may have been checked before that

    def close(self) -> None:
        """Write what is left, close the readers, leave one file. Idempotent."""
        if self._closing:
            return
        self._closing = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
        self._tell_the_rest()
        for reader in list(self._readers):
            reader.close()
        if self._segments is not None:
            self._segments.close(0)
        if self._place.lost():
            self._place.abandon()
        else:
            self._place.close(self.not_recorded)
        self._tell()

    # -- the recorder's thread ----------------------------------------------------------------

    @property
    def _stopped(self) -> bool:
        return self.failed is not None or self._closing

    def _run(self) -> None:
        self._busy_since = monotonic()
        while True:
            self._look_after_file()
            if not self._numbering:
                if self._closing:
                    return
                self._idle = self._sleeping = True
                if not self._numbering and not self._closing:
                    self._wake.wait(LOOK_EVERY)
                self._idle = False
                self._wake.clear()
                self._busy_since = monotonic()
                continue
            taken = self._take_batch()
            waiting = len(self._numbering)
            self.congested = waiting > (LOW_WATER if self.congested else HIGH_WATER)
            if waiting < BATCH and not self._closing:
                self._rest(self._rest_after(taken))

    def _rest_after(self, taken: int) -> float:
        """The pause in seconds after a batch of that many items."""
        if not taken:
            return SHORT_REST
        flows = taken <= READABLE and monotonic() - self._busy_since > FLOW_BEGINS
        return FLOW_REST if flows else REST

    def _look_after_file(self) -> None:
        """Notice that the file was taken away; always at the end, else now and then."""
        now = monotonic()
        if self.failed is not None or (now < self._look_at and not self._closing):
            return
        self._look_at = now + LOOK_EVERY
        if self._place.lost():
            self._move()
        else:
            self._place.keep_locked()
            if self._segments is not None:
                self._divide(self._segments, [])
                self._let_go(self._segments)

    def _move(self) -> None:
        """Go on in another file beside the lost one, with everything that was written so far; or
        without it, if that cannot be read any more.
        """
        old = self._place
        self.congested = True  # copying a large record takes time
        with suppress(OSError):  # it may have gone with its folder
            old.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lost = 0
        try:
            try:
                self._place = Place(
                    continued(old.path), lambda at: file.open_copy(at, old.db, self.committed)
                )
            except Problem:
                self._place = self._begin_anew(old)
                if self._segments is not None:
                    lost = self._segments.begin_anew(old, self.committed)
                else:
                    lost = self.committed + 1 - self._first
                self._first = self.committed + 1
        except Problem as problem:
            self._fail(
                Problem(
                    "journal.taken_away", path=str(old.path), rows=self.committed, reason=problem
                ),
                [],
            )
        else:
            old.abandon()
            self._say_moved(old.path, lost)
        self._tell()

    def _begin_anew(self, old: Place) -> Place:
        """Begin a file that continues the numbers of one that another program has cut or
        overwritten. Raises Problem.
        """
        carried = self._facts.carried()
        made = Place(
            continued(old.path),
            lambda at: file.open_new(at, self.clock, self._capture, self.committed + 1, carried),
        )
        self._rows = Rows(self._execute, self._rows.last)  # readers know shapes by their numbers
        return made

    def _say_moved(self, old: Path, lost: int) -> None:
        """`lost`: rows that are in no file any more."""
        log.debug("the record is gone from %s and goes on in %s", old, self.path)
        what = "record" if self._segments is None else "segment"
        how = "cut" if lost else "moved"
        self.not_recorded += lost
        self.lost += lost
        self.moved = Problem(
            f"journal.{what}_{how}", old=str(old), path=str(self.path), rows=f"{lost:,}"
        )
        args = [repr(str(old)), repr(str(self.path)), *([str(lost)] if lost else [])]
        note = f"{what}_{how}"
        self._append(Event(self.clock.now(), 0, 0, None, NOTE, note, ", ".join(args)))

    def _rest(self, seconds: float) -> None:
        """Let the batch grow, unless somebody is in a hurry."""
        until = monotonic() + seconds
        while (left := until - monotonic()) > 0 and not self._hurry and not self._closing:
            self._wake.wait(left)
            self._wake.clear()

    def _take_batch(self) -> int:
        """Take the next batch; returns how many items there were."""
        hurry, self._hurry = self._hurry, False
        self._numbering.ending = self._closing
        items = self._numbering.take(BATCH, whole=None if hurry or self._closing else SIZES[0])
        if not items:
            return 0
        if self.failed is None:
            if self._cutting and (self._capture is not None or self._left_out):
                self._cut(items, self._capture)
            self._record(items)
        else:
            self.not_recorded += sum(map(is_row, items))
        for item in items:
            if isinstance(item, Marker):
                item.reach()
        if log.isEnabledFor(logging.DEBUG):
            log.debug(
                "%d items taken, %d rows in the record, %d wait%s",
                len(items),
                self.committed,
                len(self._numbering),
                ", congested" * self.congested,
            )
        self._tell()
        return len(items)

    def _record(self, items: list[Queued]) -> None:
        """Write a batch up to the limit, into the next file if this one was cut or taken away just
        now. Whatever goes wrong must be reported.
        """
        if self._place.cut():
            self._move()
        if self.failed is not None:
            self._fail(self.failed, items)
            return
        beyond = self._beyond_limit(items)
        room = self._place.room
        try:
            full = room.look()
            if full is not None:
                self._fail(Problem("journal.write_failed", path=str(self.path), reason=full), items)
                return
            self._write(items[: len(items) - len(beyond)])
        except sqlite3.Error as error:
            self._roll_back()
            if self._place.lost():
                self._move()
                self._record(items)
                return
            reason = room.reason(error)
            self._fail(Problem("journal.write_failed", path=str(self.path), reason=reason), items)
        except Exception as error:  # noqa: BLE001 - a fault of ours stops no socket
            self._fail(
                Problem("journal.write_failed", path=str(self.path), reason=str(error)), items
            )
        else:
            if self._max_rows is not None and self._seq >= self._max_rows:
                self._fail(Problem("journal.limit", rows=self._seq), beyond)
            if self._segments is not None:
                self._divide(self._segments, items)

    def _divide(self, segments: Segments, items: Sequence[Queued]) -> None:
        """Begin another segment if this one is long enough, and then remove old ones."""
        from workbench.journal.segments import note_stays

        place, clock = self._place, self.clock
        why = segments.look_at(items)
        due = segments.is_due(place, self._seq)
        if due:
            why = why or segments.has_errors()
        if why is not None:
            self._append(note_stays(clock, why, place.path.stem))
            segments.go_on_after(self._seq)
            return
        if not due:
            return
        try:
            self._place = segments.next(place, self._seq, self._facts.carried())
            self._rows = Rows(self._execute)
        except Problem as problem:
            if place.lost():  # removed with its folder: the record goes on beside it first
                self._look_at = 0.0
                return
            reason = problem.args_["reason"]
            self._fail(Problem("journal.write_failed", path=str(self.record), reason=reason), [])
        else:
            self._let_go(segments)

    def _let_go(self, segments: Segments) -> None:
        """Delete what exceeds the limit of what is kept; the log says so."""
        from workbench.journal.segments import note_gone

        assert self._keep is not None
        for gone in segments.let_go(self._place):
            self._append(note_gone(self.clock, self._keep, gone))

    def _beyond_limit(self, items: list[Queued]) -> list[Queued]:
        """The events of a batch beyond the record's limit, which are counted but not written."""
        if self._max_rows is None or self._seq + len(items) <= self._max_rows:
            return []
        events = (place for place, item in enumerate(items) if is_row(item))
        first = next(itertools.islice(events, self._max_rows - self._seq, None), len(items))
        return items[first:]

    def _write(self, items: list[Queued]) -> None:
        """One transaction for one batch."""
        execute = self._execute
        execute("BEGIN")
        if set(map(type, items)) == {tuple}:
            self._rows.write_transfers(items, self._seq + 1)  # type: ignore[arg-type]  # see Transfer
            self._seq += len(items)
        else:  # few batches are mixed, and those are mostly short
            self._write_mixed(with_events(items))
        execute("COMMIT")
        self._facts.keep()
        self.committed = self._seq

    def _write_mixed(self, items: Sequence[Item | Marker]) -> None:
        for kind, run in groupby(items, type):
            if kind is Event:
                events = list(run)
                self._rows.write(events, self._seq + 1)  # type: ignore[arg-type]  # kind says that they are
                self._seq += len(events)
            else:
                for item in run:
                    self._facts.write(item, self._seq)

    def _execute(self, statement: str, parameters: Sequence[object] = ()) -> None:
        r"""Execute one statement. Names that are not text (a unix path may be any bytes) become
        \xHH.
        """
        try:
            self._place.db.execute(statement, parameters)
        except UnicodeEncodeError:
            self._place.db.execute(
                statement,
                [as_text(value) if isinstance(value, str) else value for value in parameters],
            )

    def _cut(self, items: list[Queued], capture: int | None) -> None:
        """Shorten what was put whole for followers."""
        left_out = self._left_out
        for place, item in enumerate(items):
            if type(item) is tuple:
                most = 0 if left_out and item[0][1] in left_out else capture  # type: ignore[index]  # see Transfer
                if most is not None and len(item[4]) > most:
                    items[place] = (*item[:4], item[4][:most])
            elif type(item) is Event and item.payload is not None:
                bare = item.kind == CALL and item.connection in left_out  # not the rows of a layer
                most = 0 if bare else capture
                if most is not None and len(item.payload) > most:
                    items[place] = item._replace(payload=item.payload[:most])

    def _fail(self, problem: Problem, items: list[Queued]) -> None:
        """Stop recording; the sockets go on, and what is not recorded is counted."""
        self._roll_back()
        self._place.give_room()
        self.not_recorded += sum(map(is_row, items))
        self.failed = problem
        log.debug("recording stops: %s", problem)

    def _roll_back(self) -> None:
        """Give up the batch that is being written."""
        with suppress(sqlite3.Error):
            self._place.db.execute("ROLLBACK")
        self._facts.undo()
        self._rows = Rows(self._execute, self._rows.last)
        self._seq = self.committed

    def _tell(self) -> None:
        with self._told:
            self._told.notify_all()
        for listener in list(self._listeners):
            try:
                listener(self.committed)
            except Exception:  # noqa: BLE001 - who listens must not end the recording
                with suppress(ValueError):
                    self._listeners.remove(listener)
                threading.excepthook(
                    threading.ExceptHookArgs((*sys.exc_info(), threading.current_thread()))
                )


def _segments(path: Path, keep: Keep | None, clock: Clock, capture: int | None) -> Segments | None:
    if keep is None:
        return None
    from workbench.journal.segments import Segments

    return Segments(path, keep, clock, capture)
