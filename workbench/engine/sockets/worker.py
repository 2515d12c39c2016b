"""Worker: starts and ends the thread that runs an endpoint's event loop."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

from workbench.engine.sockets import descriptors
from workbench.engine.sockets.event_loop import EventLoop, Job, LoopRunner, Spawn
from workbench.texts import Problem, reason_of

COLLECTED_IN: Final = 5.0
"""Seconds in which a thread whose loop has ended is gone."""


class Worker:
    """Starts a thread with the first job, and another one if that has ended by the next.

    Any thread may call it.

    Attributes:
        loop: that of the thread that is running, or ran last.
    """

    def __init__(self, make_loop: Callable[[], EventLoop], spawn: Spawn) -> None:
        self._make_loop = make_loop
        self._spawn = spawn
        self._runner: LoopRunner | None = None
        self._starting = threading.Lock()
        self.loop = make_loop()

    def post(self, job: Job) -> None:
        """Run `job` on the endpoint's thread, starting one if there is none.

        Raises:
            Problem: the system has no descriptors left for its loop, or no thread.
        """
        # of two callers at once, the second one finds the thread that the first began
        with self._starting:
            if self.post_if_running(job):
                return
            if self._runner is not None:
                self._runner.join(COLLECTED_IN)  # it has ended already: this only collects it
            before, self.loop = self.loop, self._make_loop()
            self.loop.post(job)
            try:
                self._runner = self._started(self.loop)
            except Problem:
                self.loop = before  # that loop has ended: nothing can get lost in it
                raise

    def _started(self, loop: EventLoop) -> LoopRunner:
        descriptors.check_thread()
        try:
            loop.open()
        except OSError as error:
            raise Problem("engine.no_loop", reason=reason_of(error)) from error
        try:
            return self._spawn(loop)
        except RuntimeError as error:  # RLIMIT_NPROC, or no memory for its stack
            loop.close()
            raise Problem("engine.no_thread") from error

    def post_if_running(self, job: Job) -> bool:
        """Run `job` on the endpoint's thread; False: there is none."""
        return self._runner is not None and self.loop.post(job)

    def visit(self, job: Job, *, borrow: bool = False) -> None:
        """Like `post`, but on the caller's own thread if the endpoint's is only waiting for
        sockets.

        `borrow`: as in `EventLoop.visit`.
        """
        if self._runner is None or not self.loop.visit(job, borrow=borrow):
            self.post(job)

    def join(self, timeout: float | None) -> bool:
        """Wait for the thread's end; False if it is still there after `timeout` seconds."""
        if self._runner is None:
            return True
        self._runner.join(timeout)
        return not self._runner.is_alive()
