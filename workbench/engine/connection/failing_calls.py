"""BackOff: waits longer and longer before repeating a call that fails again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from workbench.engine.model.errors import describe

if TYPE_CHECKING:
    from workbench.engine.connection.context import EngineContext
    from workbench.engine.sockets.event_loop import Job, Timer

A_FEW: Final = 3
"""Failures in a row after which the next attempt waits."""
FIRST: Final = 0.5
"""Seconds of the first wait; each next one is twice as long, up to MOST."""
MOST: Final = 30.0
"""Seconds of the first and of the longest wait; each is twice the one before."""


class BackOff:
    """Delays one connection's failing call; used on its endpoint's thread.

    Attributes:
        waiting: the call must not be made now.
    """

    def __init__(self, context: EngineContext, connection: int, call: str, refresh: Job) -> None:
        """`refresh` runs when a wait begins and when it ends."""
        self._context = context
        self._connection = connection
        self._call = call
        self._refresh = refresh
        self._failures = 0
        self._timer: Timer | None = None

    @property
    def waiting(self) -> bool:
        return self._timer is not None

    def failed(self, error: Exception) -> None:
        """Count a failure; from the third in a row on, begin a wait."""
        self._failures += 1
        if self._failures < A_FEW or self.waiting:
            return
        seconds = min(FIRST * 2 ** (self._failures - A_FEW), MOST)
        failure = describe(error)
        self._context.note(
            "backs_off",
            f"{self._call!r}, {failure.errno or failure.error!r}, {seconds:g}",
            self._connection,
        )
        self._timer = self._context.loop.after(seconds, self._again)
        self._refresh()

    def ended(self) -> None:
        """The call, or what it depends on, succeeded: begin the count anew."""
        self._failures = 0

    def _again(self) -> None:
        self._timer = None
        self._refresh()
