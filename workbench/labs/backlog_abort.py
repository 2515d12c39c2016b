"""Mode abort: handshakes that are to be finished while the accept queue is full.

TCP_DEFER_ACCEPT lets the listener ignore the last ACK of a handshake until data comes: connect()
succeeds, the queue stays empty. Then listen(N) makes the queue small and the clients send: the
first N + 1 get in, and with tcp_abort_on_overflow the kernel resets the rest. The last client
connects only when the queue is full: its SYN meets what every SYN meets, silence.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from workbench.engine.model import commands as c
from workbench.engine.model.ticket import Ticket
from workbench.labs.backlog_data import BacklogSettings, ClientState, ClientView
from workbench.session import Session

FIRST_BYTES = "x"


class Overflow:
    """What is done besides connecting; used by the run's own thread.

    Attributes:
        roomy: the backlog to begin with: every handshake must find a place.
        patience: seconds of TCP_DEFER_ACCEPT: longer than the run.
    """

    def __init__(
        self,
        session: Session,
        settings: BacklogSettings,
        server: str,
        client: str,
        wake: Callable[[], None],
    ) -> None:
        self._session = session
        self._server = server
        self._client = client
        self._wake = wake
        self._backlog = settings.backlog
        self._first = max(1, settings.clients - 1)
        self._listen: Ticket | None = None
        self._sends: list[Ticket] = []
        self._sent: set[int] = set()
        self.roomy = max(settings.clients, settings.backlog)
        self.patience = int(settings.bound) + 60

    def may_connect(self, asked: int, views: Sequence[ClientView]) -> bool:
        """Whether one more than `asked` may; the last waits until the others' fate is read."""
        if asked < self._first:
            return True
        made_small = self._listen is not None and self._listen.done
        return (
            made_small and all(ticket.done for ticket in self._sends) and all(map(_settled, views))
        )

    def go_on(self, views: Sequence[ClientView]) -> None:
        """Do what is due: listen(N) when all but the last are through, then let them send."""
        if self._listen is None:
            if len(views) >= self._first and all(map(_connected, views[: self._first])):
                self._listen = self._perform(c.Listen(self._server, self._backlog))
            return
        if not self._listen.done:
            return
        for view in views:  # in order, one thread: who sends first has the place
            if view.connected is not None and view.number not in self._sent:
                self._sent.add(view.number)
                self._sends.append(
                    self._perform(c.Send(self._client, text=FIRST_BYTES, connection=view.number))
                )

    def _perform(self, command: c.Command) -> Ticket:
        ticket = self._session.perform(command)
        ticket.add_callback(lambda _ticket: self._wake())
        return ticket


def _connected(view: ClientView) -> bool:
    """connect() has an outcome."""
    return view.connected is not None or view.ended is not None


def _settled(view: ClientView) -> bool:
    """Read in the queue, accepted, or at its end."""
    return (
        view.entered
        or view.accepted is not None
        or view.state not in {ClientState.SILENT, ClientState.UNFINISHED, ClientState.QUEUED}
    )
