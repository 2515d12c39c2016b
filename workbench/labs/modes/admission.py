"""Admission: how one run lets its clients in, and what that makes of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from workbench.engine.model import commands as c
from workbench.engine.model.snapshot import EndpointSnapshot, Phase
from workbench.engine.model.ticket import Ticket
from workbench.frozen import dataclass
from workbench.labs.backlog_data import ClientState, ClientView, Queue, QueueSource
from workbench.labs.private_net import PrivateNet
from workbench.session import Session


@dataclass(frozen=True, slots=True)
class Stage:
    """What the admission of a run works with.

    Attributes:
        server, client: names of its two endpoints.
        backlog, clients: as asked for.
        net: where the sockets are, if that is not this process's own network.
        wake: makes the run look at once; callable from any thread.
    """

    session: Session
    server: str
    client: str
    backlog: int
    clients: int
    net: PrivateNet | None = None
    wake: Callable[[], None] = lambda: None

    def perform(self, command: c.Command) -> Ticket:
        """Perform one command of the run."""
        return self.session.perform(command)


class Admission:
    """A listener that accepts on demand; other modes derive from it."""

    def __init__(self, stage: Stage) -> None:
        """Does nothing yet."""
        self._stage = stage

    # -- done by the run's own thread ---------------------------------------------------------

    def begin(self) -> None:
        """The set-up's calls have succeeded, and nobody has connected. Raises Problem."""

    def may_connect(self, asked: int, views: Sequence[ClientView]) -> bool:
        """Whether one more client than `asked` may connect now."""
        return True

    def go_on(self, views: Sequence[ClientView]) -> None:
        """Do what is due besides connecting; called after each look."""

    def serve(self) -> None:
        """Let the program accept from now on."""
        self._stage.perform(c.Resume(self._stage.server, c.Gate.ACCEPT))

    def end(self) -> None:
        """Leave the listener alone from now on: somebody else closes it, or it is over."""

    # -- done by hand, from any thread --------------------------------------------------------

    def accept_one(self) -> None:
        """accept() once."""
        self._stage.perform(c.Accept(self._stage.server))

    def listen_again(self, backlog: int, *, listening: bool) -> None:
        """listen(backlog) on the live listener, or on a new one if it was closed."""
        stage = self._stage
        if listening:
            stage.perform(c.Listen(stage.server, backlog))
        else:
            now = stage.session.settings(stage.server)
            stage.perform(c.Configure(stage.server, replace(now, backlog=backlog)))
            stage.perform(c.Start(stage.server))

    # -- what it makes of the clients ---------------------------------------------------------

    def seen(
        self, views: tuple[ClientView, ...], entered: Collection[int]
    ) -> tuple[ClientView, ...]:
        """The clients as this admission knows them.

        Args:
            views: as the record's events tell of them.
            entered: numbers of those that were read among the connections waiting for accept().
        """
        return views

    def undecided(self, views: Sequence[ClientView]) -> bool:
        """Whether something under way may still change what the events show."""
        return False

    def queue(self, server: EndpointSnapshot | None, views: Sequence[ClientView]) -> Queue | None:
        """How many wait and may wait; None: nobody listens."""
        if server is None or server.phase is not Phase.LISTENING:
            return None
        if server.queue is not None:
            return Queue(*server.queue, QueueSource.KERNEL)
        waiting = sum(view.state is ClientState.QUEUED for view in views)
        return Queue(waiting, server.settings.backlog, QueueSource.ESTIMATE)

    def reset_outside(self, views: Sequence[ClientView]) -> int | None:
        """How many were reset that were never seen in the queue; None: unknown."""
        return None
