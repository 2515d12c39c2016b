"""Worker: the thread that drives an endpoint while it owns anything, and its loop."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

from workbench.engine.loop import EndpointLoop, Job, Runner, Spawn

COLLECTED_IN: Final = 5.0
"""Seconds in which a thread whose loop has ended is gone."""


class Worker:
    """Starts a thread with the first job, and another one when that has ended meanwhile.

    Any thread may call it.

    Attributes:
        loop: of the thread that runs, or ran last.
    """

    def __init__(self, make_loop: Callable[[], EndpointLoop], spawn: Spawn) -> None:
        self._make_loop = make_loop
        self._spawn = spawn
        self._runner: Runner | None = None
        self._starting = threading.Lock()
        self.loop = make_loop()

    def post(self, job: Job) -> None:
        """Run `job` on the endpoint's thread, and start one where there is none."""
        with self._starting:  # of two at once the second finds the thread that the first began
            if self.post_if_running(job):
                return
            if self._runner is not None:
                self._runner.join(COLLECTED_IN)  # it has ended already: this only collects it
            self.loop = self._make_loop()
            self.loop.post(job)
            self._runner = self._spawn(self.loop)

    def post_if_running(self, job: Job) -> bool:
        """Run `job` on the endpoint's thread; False where there is none."""
        return self._runner is not None and self.loop.post(job)

    def join(self, timeout: float | None) -> bool:
        """Wait for the thread's end; False if it is still there after `timeout` seconds."""
        if self._runner is None:
            return True
        self._runner.join(timeout)
        return not self._runner.is_alive()
