"""Numbering: gives events their numbers in order, and hands them to followers before the file."""

from __future__ import annotations

import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, Protocol

from workbench.engine.model.events import Event, Item, Transfer, event_of, is_own
from workbench.journal.event_order import in_order, is_in_order

if TYPE_CHECKING:
    from workbench.engine.model.events import Clock

READABLE: Final = 256
"""Items of a batch that somebody may follow by eye: these are sorted (`in_order`)."""
HELD: Final = 2_000_000
"""Nanoseconds that the newest events of such a batch are held back: a call that began before them
may not have come back yet."""


class Follower(Protocol):
    """Takes rows as they are numbered, before they are in the file."""

    def take(self, first: int, items: Sequence[Item | Transfer]) -> None:
        """Take items in the order of the record, including facts; the first event has seq `first`.

        If there are many, transfers are as they were put: making an event of each takes longer than
        writing it. This runs on any thread, one call at a time, and must only put aside what it
        needs.
        """

    def wake(self) -> None:
        """Something was put since this follower asked to be told; called on any thread, sometimes
        without need.
        """


class Marker:
    """A place in the queue: it is reached when everything put before it was dealt with."""

    def __init__(self, then: Callable[[], None] = lambda: None) -> None:
        self.reached = threading.Event()
        self._then = then

    def reach(self) -> None:
        """Wake whoever waits for this marker."""
        self.reached.set()
        self._then()


Queued = Item | Transfer | Marker


def is_row(item: object) -> bool:
    """Whether an item gets a number: an event or a transfer, but no fact or marker."""
    return isinstance(item, tuple)


def with_events(items: Sequence[Queued]) -> list[Item | Marker]:
    """The items with an event in place of each transfer."""
    return [event_of(item) if type(item) is tuple else item for item in items]  # type: ignore[arg-type,misc]  # see Transfer


def _are_of_one_endpoint(items: Sequence[Queued]) -> bool:
    """Whether they are only transfers of one endpoint, which are in order as they came."""
    return set(map(type, items)) == {tuple} and len({item[0][0] for item in items}) == 1  # type: ignore[index]  # see Transfer


class Numbering:
    """What was put and is not in the file yet: items without a number, then numbered ones.

    Whoever needs numbers gives them, the recorder or a follower, one at a time, so that a step of a
    scenario waits for no other thread and no file.

    Attributes:
        queue: what was put and has no number; anybody appends.
        at_work: whether a call of an endpoint may be under way; if none is, nothing older than now
            can still come, and nothing is held back.
        settle: waits for calls under way, so many seconds at most; returns whether all have come
            back.
        followers: who is handed rows.
        ending: nothing is held back any more.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.queue: deque[Queued] = deque()
        self.at_work: Callable[[], bool] = lambda: True
        self.settle: Callable[[float], bool] = lambda _seconds: False
        self.ending = False
        self._lock = threading.Lock()
        self._numbered: list[Queued] = []
        self.followers: list[Follower] = []
        self._last = 0  # the newest number; kept while somebody follows

    def __len__(self) -> int:
        return len(self.queue) + len(self._numbered)

    def take(self, most: int, *, whole: int | None = None) -> list[Queued]:
        """The items to write next, at most that many.

        `whole`: of many items, a multiple of this number; the rest waits for the next time.
        """
        with self._lock:
            if len(self._numbered) < most:
                self._number(most, everything=self.ending)
            waiting = self._numbered
            count = min(len(waiting), most)
            if whole is not None and count > READABLE:
                count -= count % whole
            self._numbered = waiting[count:]
            return waiting[:count] if self._numbered else waiting

    def number(self, *, everything: bool, settled: int = 0) -> None:
        """Number what was put, and hand it to the followers; `everything`: hold nothing back.

        `settled`: a moment of the record's clock; all calls that began before it have been put.
        """
        with self._lock:
            self._number(len(self.queue), everything=everything, settled=settled)

    def follow(self, follower: Follower, written: int) -> int:
        """Hand over what is numbered from now on; returns the last number before that.

        `written`: the last one in the file.
        """
        with self._lock:
            if not self.followers:
                self._last = written + sum(map(is_row, self._numbered))
            self.followers = [*self.followers, follower]
            return self._last

    def leave(self, follower: Follower) -> None:
        """Stop handing over to this follower."""
        with self._lock:
            self.followers = [item for item in self.followers if item is not follower]

    def _number(self, most: int, *, everything: bool, settled: int = 0) -> None:
        count = min(len(self.queue), most)
        if not count:
            return
        small = count <= READABLE
        idle = not settled and small and bool(self.followers) and not self.at_work()
        now = self._clock.now()
        before = now - (0 if idle else HELD)  # what ended earlier has been put
        take = self.queue.popleft
        items = [take() for _ in range(count)]
        if small and not settled and _are_of_one_endpoint(items):
            if not everything:
                items = self._without_newest(items, before, now)
        elif small:
            events = with_events(items)
            if not is_in_order(events, now if everything else settled):
                if not everything:
                    events = self._settled(events, before, settled, now)
                events = in_order(events)
            items = [*events]
        if self.followers and items:
            self._hand_over(items)
        self._numbered += items

    def _settled(
        self, items: list[Item | Marker], before: int, settled: int, now: int
    ) -> list[Item | Marker]:
        """The batch without its newest events: a call that began before them may not have come back
        yet.

        They are put back at the head of the queue, unless somebody waits for them.
        """
        held = early = len(items)
        for place, item in enumerate(items):
            if type(item) is Event:
                began = item.t_ns
                if before < began + item.duration_ns <= now:
                    early = min(early, place)
                    if began > settled:
                        held = min(held, place)
                if held < place and began <= settled:  # it may belong before what is held back
                    held = early
                    break
            elif type(item) is Marker:
                return items
        if held < len(items):
            self.queue.extendleft(reversed(items[held:]))
        return items[:held]

    def _without_newest(self, items: list[Queued], before: int, now: int) -> list[Queued]:
        """The same for transfers of one endpoint."""
        for place, item in enumerate(items):
            _, began, took, _, _ = item  # type: ignore[misc]  # see Transfer
            if before < began + took <= now:
                self.queue.extendleft(reversed(items[place:]))
                return items[:place]
        return items

    def _hand_over(self, items: list[Queued]) -> None:
        first = self._last + 1
        last = self._last
        handed: Sequence[Item | Transfer]
        if set(map(type, items)) == {tuple}:  # nearly all batches of a flood
            handed = items  # type: ignore[assignment]  # see Transfer
            last += len(items)
        else:
            handed = [item for item in items if type(item) is not Marker]  # type: ignore[misc]  # see Transfer
            for item in handed:
                last += is_row(item)
                if type(item) is Event:
                    cause = item.cause
                    if cause is not None and cause.seq is None and is_own(item):
                        cause.seq = last  # what follows from it names it
        self._last = last
        for follower in self.followers:
            try:
                follower.take(first, handed)
            except Exception:  # noqa: BLE001 - who follows must not end the recording
                self.followers = [item for item in self.followers if item is not follower]
                threading.excepthook(
                    threading.ExceptHookArgs((*sys.exc_info(), threading.current_thread()))
                )
