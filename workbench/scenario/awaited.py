"""Awaited: waits until what a step expects has come, looking at new rows each time any come."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from threading import Event as Flag
from typing import Final, Protocol

from workbench.journal.recorder import Recorder
from workbench.scenario.bell import Bell
from workbench.scenario.expect import Findings, Matcher, NotYet
from workbench.scenario.kernel_look import LOOK_EVERY
from workbench.scenario.outcome import Failed
from workbench.scenario.search import PAUSE, Search
from workbench.scenario.steps import Expect
from workbench.texts import Problem

SOON: Final = 0.0002  # seconds after which a call under way may have come back
IMPATIENT: Final = 20
"""Looks of one expectation at each thing that comes; after these it rests between two."""
RESTED: Final = 0.01  # seconds of such a rest


class TakesRows(Protocol):
    """Reads the rows numbered so far; `wait`: waits for everything that has happened."""

    def __call__(self, *, wait: bool) -> int:
        """The moment before which everything is known, on the record's clock; 0: unknown."""


class Awaited:
    """The waiting of one run, on its thread."""

    def __init__(
        self,
        journal: Recorder,
        matcher: Matcher,
        came: Bell,
        wait_for: Callable[[Flag | Bell, float], None],
        read: TakesRows,
    ) -> None:
        """`came` rings when anything was put; `wait_for` and `read` may raise Failed."""
        self._journal = journal
        self._matcher = matcher
        self._came = came
        self._wait_for = wait_for
        self._read = read

    def text(self, expect: Expect, until: int, attend: Callable[[float], bool]) -> Findings | None:
        """Wait for a text that comes in one piece and alone, as most do; None: only a search can
        tell.

        `until`: the deadline, on the record's clock. `attend` waits for the socket itself, so many
        seconds; False: what comes rings.
        """
        journal, matcher = self._journal, self._matcher
        told = False  # what comes from now on rings
        settled = True
        for _ in range(IMPATIENT if matcher.is_text(expect) else 0):
            found = matcher.next_text(expect, until)
            now = journal.clock.now()
            if not isinstance(found, NotYet):
                return found
            if now > until:
                break
            left = (until - now) / 1e9
            if not attend(left):
                if told:
                    self._wait_for(self._came, left if settled else min(SOON, left))
                told = True
            self._came.clear()
            settled = journal.number_settled(rings=told)
            matcher.take()
        return None

    def search(self, search: Search, until: int, known: int) -> Findings | None:
        """Look at each row once, until a match is found or the time is over, by the record's clock.

        `known`: the moment before which everything was read. Raises Failed: the pattern takes too
        long.
        """
        journal = self._journal
        now, settled = known, False
        for turn in count():
            if turn:
                self._came.clear()
                now = journal.clock.now()
                whole = search.open or now > until
                settled = whole or journal.number_settled()
                known = self._read(wait=whole)
            try:
                self._matcher.advance(search, known)
            except Problem as problem:  # the pattern takes too long
                raise Failed(problem) from problem
            over = now > until + PAUSE or (now > until and not search.open)
            found = self._matcher.found(search, over=over)
            if found is not None or over or self._matcher.hopeless(search):
                return found
            left = max(0.0, (until - now) / 1e9)
            if not turn:  # from here on we wait for what comes
                continue
            if search.open:
                self._wait_for(Flag(), LOOK_EVERY)
            elif turn > IMPATIENT:  # much comes, but not what is expected
                self._wait_for(Flag(), min(RESTED, left))
                self._wait_for(self._came, left)
            else:
                self._wait_for(self._came, left if settled else min(SOON, left))
        raise AssertionError("unreachable")
