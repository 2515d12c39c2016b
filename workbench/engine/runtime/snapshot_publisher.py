"""SnapshotPublisher: decides when a new snapshot of an endpoint is made (`snapshot_builder` makes
it).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from time import perf_counter
from typing import TYPE_CHECKING, Final

from workbench.engine.runtime.snapshot_builder import build_snapshot
from workbench.engine.runtime.unopened import new_snapshot

if TYPE_CHECKING:
    from workbench.engine.endpoint.base import Endpoint
    from workbench.engine.model.snapshot import EndpointSnapshot
    from workbench.engine.sockets.event_loop import Timer
    from workbench.engine.sockets.worker import Worker

FEW: Final = 32
"""Sockets whose snapshot costs nothing worth saving."""
SHARE: Final = 9
"""With many sockets, making a snapshot is followed by a pause this many times as long."""
FIRST: Final = 1.0
"""The most seconds that the first look waits for a snapshot of an endpoint at work."""


class SnapshotPublisher:
    """The newest snapshot of an endpoint: made on its thread, read from any.

    Until somebody looks, there is only that of the new endpoint: making one takes half as long as a
    command does.
    """

    def __init__(self, endpoint: Endpoint, worker: Worker) -> None:
        """`endpoint`: a new one, on which no thread works yet."""
        self._endpoint = endpoint
        self._worker = worker
        self._watched: frozenset[int] = frozenset()
        self._seen: frozenset[int] = frozenset()
        self._command_ended = False
        self._asked = False
        self._made = (0.0, 0.0)
        self._due: Timer | None = None
        self._revision = 0
        self._newest: EndpointSnapshot = new_snapshot(endpoint.settings)
        self._looked = False
        self._published = False
        self._gave_up = False

    # -- from any thread ----------------------------------------------------------------------

    def newest(self) -> EndpointSnapshot:
        """The newest snapshot.

        Only the first look at an endpoint at work may wait, for FIRST at most. The caller's thread
        makes none itself, since the endpoint's sockets change meanwhile.
        """
        if not (self._published or self._gave_up):
            made = threading.Event()
            self.refresh(self._watched, self._seen, made.set)
            self._gave_up = not made.wait(FIRST)
        return self._newest

    def command_ends(self) -> int:
        """Note that a command ends now; returns the first revision that shows its effect."""
        self._command_ended = True
        return self._revision + 1

    def count_on(self, revision: int) -> None:
        """Continue counting from a revision that the same endpoint had before."""
        self._revision = revision
        self._newest = replace(self._newest, revision=revision)

    def follow(self, earlier: SnapshotPublisher) -> None:
        """Continue counting from the publisher of the endpoint's former kind."""
        self.count_on(earlier.command_ends())
        self._looked = earlier._looked

    def refresh(
        self,
        detail: frozenset[int],
        seen: frozenset[int] = frozenset(),
        done: Callable[[], None] | None = None,
    ) -> None:
        """Ask for a new snapshot; without a thread nothing can have changed.

        `detail`: connection ids whose kernel readings and options are read in full; `seen`:
        connections in sight, whose readings are; `done` is called when it is made.
        """
        self._watched, self._seen = detail, seen
        self._looked = True
        if done is not None:

            def publish() -> None:
                self.publish()
                done()

            if not self._worker.post_if_running(publish):
                done()
        elif not self._asked:
            self._asked = True
            if not self._worker.post_if_running(self.publish):
                self._asked = False

    # -- on the endpoint's thread -------------------------------------------------------------

    def publish(self) -> None:
        """Build a new snapshot now."""
        self._asked = False
        if self._due is not None:
            self._due.cancel()
            self._due = None
        begin = perf_counter()
        # taken before it is made: a command of another thread that ends meanwhile belongs to the
        # next one
        ended, self._command_ended = self._command_ended, False
        made = build_snapshot(self._endpoint, self._watched, self._seen, self._revision + 1)
        if made == self._newest and not ended:
            made = replace(made, revision=self._revision)
        self._revision = made.revision
        self._newest, self._published = made, True
        self._made = (begin, perf_counter())

    def publish_soon(self) -> None:
        """Build a snapshot after a command: at once or, with many sockets, so seldom that it takes
        at most a tenth of the time.

        A thousand commands to five hundred sockets would otherwise make half a million rows.
        """
        if not self._looked:
            return
        registry = self._endpoint.registry
        if len(registry.open) + len(registry.closed) <= FEW:
            self.publish()
            return
        begin, end = self._made
        wait = end + SHARE * (end - begin) - perf_counter()
        if wait <= 0:
            self.publish()
        elif self._due is None:
            self._due = self._worker.loop.after(wait, self.publish)
