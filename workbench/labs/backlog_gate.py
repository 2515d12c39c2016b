"""Mode gate: this program accepts into a waiting room and closes the listener when it is full.

The refusal is then the system's own; that somebody is refused is the program's doing.
"""

from __future__ import annotations

import threading
from dataclasses import replace

from workbench.engine.model import commands as c
from workbench.engine.model.ticket import Ticket
from workbench.session import Session
from workbench.texts import Problem


class WaitingRoom:
    """A room for `size` accepted connections in front of a listener. Thread-safe.

    Between the accept that fills it and the close, the kernel may let one more in: it is reset
    by the close. That race is real and is left as it is.

    Attributes:
        size: how many may wait; 0 and less keep the listener closed.
        accepted: connections accepted so far. taken: of these, how many left the room, first
            come first served.
    """

    def __init__(self, session: Session, server: str, size: int) -> None:
        self._session = session
        self._server = server
        self._lock = threading.Lock()
        self._closed_by_us = False
        self._over = False
        self._serving = False
        self.size = size
        self.accepted = 0
        self.taken = 0

    @property
    def waiting(self) -> int:
        """How many sit in the room."""
        return self.accepted - self.taken

    def open(self) -> None:
        """Begin to accept; the listener listens, and keeps its address from now on."""
        settings = self._session.settings(self._server)
        address = self._session.link(self._server)
        self._session.perform(c.Configure(self._server, replace(settings, address=address)))
        self._go_on()

    def take_one(self) -> bool:
        """The first of the room is served; its place is free. False where nobody waits."""
        with self._lock:
            if not self.waiting:
                return False
            self.taken += 1
        self._go_on()
        return True

    def serve(self) -> None:
        """From now on everybody who is accepted is served at once."""
        with self._lock:
            self._serving = True
            self.taken = self.accepted
        self._go_on()

    def resize(self, size: int) -> None:
        """Another number of places, at once."""
        with self._lock:
            self.size = size
        self._go_on()

    def end(self) -> None:
        """Leave the listener alone from now on: somebody else closed it, or it is over."""
        self._over = True

    def _full(self) -> bool:
        return not self._serving and self.waiting >= self.size

    def _go_on(self) -> None:
        """Close what should be closed, open what should be open, wait for the next."""
        with self._lock:
            if self._over:
                return
            full, closed = self._full(), self._closed_by_us
            self._closed_by_us = full
        try:
            if full and not closed:
                self._session.perform(c.Close(self._server))
            elif closed and not full:
                self._session.perform(c.Start(self._server)).add_callback(self._opened)
            elif not full and not self._asking():
                self._ask()
        except Problem:  # the session is closing
            self._over = True

    _pending: Ticket | None = None

    def _asking(self) -> bool:
        return self._pending is not None and not self._pending.done

    def _ask(self) -> None:
        self._pending = self._session.perform(c.Accept(self._server))
        self._pending.add_callback(self._came)

    def _opened(self, ticket: Ticket) -> None:
        """The listener stands again; or somebody else has taken the port meanwhile."""
        if ticket.outcome is not None and ticket.outcome.ok and not self._over:
            self._ask()

    def _came(self, ticket: Ticket) -> None:
        """On the endpoint's thread, right after the accept: so the close follows at once."""
        if ticket.outcome is None or not ticket.outcome.ok:
            return
        with self._lock:
            self.accepted += 1
            if self._serving:
                self.taken = self.accepted
        self._go_on()
