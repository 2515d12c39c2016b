"""Mode gate: this program accepts into a waiting room and closes the listener when it is full.

The refusal is then the system's own, but it is this program that brings it about.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import Final

from workbench.engine.model import commands as c
from workbench.engine.model.settings import EndpointSettings
from workbench.engine.model.snapshot import EndpointSnapshot
from workbench.engine.model.ticket import Ticket
from workbench.labs import backlog_reasons as why
from workbench.labs.backlog_data import ClientState, ClientView, Queue, QueueSource, Result
from workbench.labs.backlog_reasons import Reason
from workbench.labs.modes.admission import Admission, Stage
from workbench.labs.modes.mode import LabMode
from workbench.texts import Problem

ROOM_BACKLOG: Final = 128


class WaitingRoom(Admission):
    """A waiting room for `backlog` accepted connections in front of a listener.

    Thread-safe. Between the accept that fills it and the close, the kernel may let one more in,
    which is reset by the close. That race is real and is left as it is.

    Attributes:
        size: how many may wait; 0 or less keeps the listener closed.
        accepted: connections accepted so far. taken: of these, how many left the room, first
            come first served.
    """

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self._lock = threading.Lock()
        self._closed_by_us = False
        self._over = False
        self._serving = False
        self._pending: Ticket | None = None
        self.size = stage.backlog
        self.accepted = 0
        self.taken = 0

    @property
    def waiting(self) -> int:
        """How many are in the room."""
        return self.accepted - self.taken

    def begin(self) -> None:
        """Begin to accept; the listener is listening, and keeps its address from now on."""
        session, server = self._stage.session, self._stage.server
        fixed = replace(session.settings(server), address=session.link(server))
        self._stage.perform(c.Configure(server, fixed))
        self._go_on()

    def accept_one(self) -> None:
        """Serve the first in the room, if somebody waits; its place becomes free."""
        with self._lock:
            if not self.waiting:
                return
            self.taken += 1
        self._go_on()

    def serve(self) -> None:
        """Serve everybody at once who is accepted from now on."""
        with self._lock:
            self._serving = True
            self.taken = self.accepted
        self._go_on()

    def listen_again(self, backlog: int, *, listening: bool) -> None:
        """Change how many may wait; the listener closes or opens at once if that requires it."""
        with self._lock:
            self.size = backlog
        self._go_on()

    def end(self) -> None:
        self._over = True

    def seen(
        self, views: tuple[ClientView, ...], entered: Collection[int]
    ) -> tuple[ClientView, ...]:
        """The clients: an accepted one still waits, until it is taken from the room."""
        accepted = sorted(
            (view for view in views if view.accepted is not None),
            key=lambda view: view.accepted or 0.0,
        )
        waiting = {view.number for view in accepted[self.taken :]}
        return tuple(
            replace(view, state=ClientState.QUEUED)
            if view.number in waiting and view.state is ClientState.ACCEPTED
            else view
            for view in views
        )

    def undecided(self, views: Sequence[ClientView]) -> bool:
        """Whether somebody waits in the kernel's queue rather than in the room."""
        return any(view.state is ClientState.QUEUED and view.accepted is None for view in views)

    def queue(self, server: EndpointSnapshot | None, views: Sequence[ClientView]) -> Queue | None:
        return Queue(self.waiting, max(0, self.size), QueueSource.ROOM)

    def _full(self) -> bool:
        return not self._serving and self.waiting >= self.size

    def _go_on(self) -> None:
        """Bring the listener in line with the room: closed when the room is full, else open and
        accepting.
        """
        with self._lock:
            if self._over:
                return
            full, closed = self._full(), self._closed_by_us
            self._closed_by_us = full
        try:
            if full and not closed:
                self._stage.perform(c.Close(self._stage.server))
            elif closed and not full:
                self._stage.perform(c.Start(self._stage.server)).add_callback(self._opened)
            elif not full and not self._asking():
                self._ask()
        except Problem:  # the session is closing
            self._over = True

    def _asking(self) -> bool:
        return self._pending is not None and not self._pending.done

    def _ask(self) -> None:
        self._pending = self._stage.perform(c.Accept(self._stage.server))
        self._pending.add_callback(self._came)

    def _opened(self, ticket: Ticket) -> None:
        """Note that the listener is open again, or that somebody else has taken the port
        meanwhile.
        """
        if ticket.outcome is not None and ticket.outcome.ok and not self._over:
            self._ask()

    def _came(self, ticket: Ticket) -> None:
        """Note an accept, on the endpoint's thread and right after it, so that the close follows at
        once.
        """
        if ticket.outcome is None or not ticket.outcome.ok:
            return
        with self._lock:
            self.accepted += 1
            if self._serving:
                self.taken = self.accepted
        self._go_on()


class _Gate(LabMode):
    name = "gate"
    way = 3
    queued_text = "backlog.in_room"

    def listener(self, plain: EndpointSettings, clients: int, bound: float) -> EndpointSettings:
        """The listener: the kernel's queue is roomy, since the waiting room turns clients away."""
        return replace(plain, backlog=ROOM_BACKLOG)

    def admission(self, stage: Stage) -> Admission:
        return WaitingRoom(stage)

    def refusals(self, result: Result) -> Iterator[Reason]:
        if result.refused:
            yield why.reason("why_refused_gate", count=result.refused)
        if result.reset:
            yield why.reason("why_reset_gate", count=result.reset)
        yield from why.again(result)


GATE: Final = _Gate()
