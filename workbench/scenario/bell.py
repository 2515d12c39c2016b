"""Bell: a light threading.Event for a single waiter."""

from __future__ import annotations

import threading
from contextlib import suppress


class Bell:
    """Like threading.Event for one waiting thread, without taking a lock for each wait or making a
    Python call for each ring.
    """

    __slots__ = ("_silent",)

    def __init__(self) -> None:
        self._silent = threading.Lock()  # locked while it has not rung
        self._silent.acquire()

    def is_set(self) -> bool:
        """Whether it has rung since `clear`."""
        return not self._silent.locked()

    def set(self) -> None:
        """Ring. Callable from any thread and from a signal handler."""
        if self._silent.locked():
            with suppress(RuntimeError):  # two at once
                self._silent.release()

    def clear(self) -> None:
        """Reset it; only by the thread that waits."""
        self._silent.acquire(blocking=False)

    def wait(self, timeout: float) -> bool:
        """Wait until it rings, at most that many seconds; returns whether it has.

        Only one thread may wait.
        """
        if not self._silent.acquire(timeout=max(0.0, timeout)):
            return False
        self._silent.release()
        return True
