"""RefreshPace: how long the window rests after a refresh, to leave the processor to the sockets."""

from __future__ import annotations

import time
from typing import Final

IDLE_SHARE: Final = 12
"""The GUI rests that many times what it took of the processor: a flood is shown at what its thread
can afford. Where others keep the processor busy, that makes nothing later."""
LONGEST_REST: Final = 0.15
"""Seconds of such a rest: what comes now and then is there at once."""
FLOOD_SHARE: Final = 20
FLOOD_REST: Final = 0.33
"""The same while rows fly by, which nobody reads."""
FLOW_RATE: Final = 50
"""Rows a second that go by like a flow: one looks at it, and no longer for each of them."""
FLOW_BEGINS: Final = 0.3
"""Seconds of such a flow, without an action of the user, after which it is shown FLOOD_REST apart.
What begins, and what was asked for, is there at once."""
FLOW_ENDS: Final = 1.0
"""Seconds without a row, after which it is over: longer than a rest, also on a slow machine."""


class RefreshPace:
    """Rests in proportion to everything that the GUI thread did between two refreshes, including
    what was drawn later or in response to another thread.
    """

    def __init__(self, least: float = 0.0) -> None:
        """`least`: the least seconds of each rest."""
        self._least = least
        self._spent = time.thread_time()
        self._ended = float("-inf")

    def begin(self) -> None:
        """Note that a refresh begins."""
        self._spent = time.thread_time()

    def end(self) -> None:
        """Note that the refresh is drawn."""
        self._ended = time.perf_counter()

    def rest_s(self, *, flood: bool = False, flow: bool = False) -> float:
        """Seconds from now until the next refresh may begin."""
        spent = time.thread_time() - self._spent
        share, longest = (FLOOD_SHARE, FLOOD_REST) if flood else (IDLE_SHARE, LONGEST_REST)
        rest = FLOOD_REST if flow else min(longest, share * spent)
        return max(0.0, self._ended + max(self._least, rest) - time.perf_counter())


class Flow:
    """Whether rows arrive steadily while nobody has asked for anything."""

    def __init__(self) -> None:
        self._calm = self._told = time.perf_counter()

    def begin_anew(self) -> None:
        """Note that the user did something: refresh at once."""
        self._calm = time.perf_counter()

    def add(self, rows: int) -> None:
        """Note that this many more rows are shown now."""
        now = time.perf_counter()
        if rows < FLOW_RATE * (now - self._told):
            self._calm = now
        self._told = now

    @property
    def steady(self) -> bool:
        """Whether rows arrive steadily."""
        now = time.perf_counter()
        return now - self._calm > FLOW_BEGINS and now - self._told < FLOW_ENDS
