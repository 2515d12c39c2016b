"""Mode abort: handshakes that finish while the accept queue is full (tcp_abort_on_overflow).

TCP_DEFER_ACCEPT makes the listener ignore the last ACK of a handshake until data comes: connect()
succeeds, and the queue stays empty. Then listen(N) makes the queue small and the clients send: the
first N + 1 get in, and with tcp_abort_on_overflow the kernel resets the rest. The last client
connects only when the queue is full: its SYN meets what every SYN then meets, silence.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import Final

from workbench.engine.model import commands as c
from workbench.engine.model.settings import EndpointSettings
from workbench.engine.model.ticket import Ticket
from workbench.labs import backlog_reasons as why
from workbench.labs.backlog_data import ClientState, ClientView, Result
from workbench.labs.backlog_reasons import Reason
from workbench.labs.modes.admission import Admission, Stage
from workbench.labs.modes.mode import LabMode
from workbench.labs.private_net import ABORT as SYSCTL
from workbench.labs.private_net import PrivateNet

FIRST_BYTES: Final = "x"


class Overflow(Admission):
    """Shrinks the queue once all but the last client are connected, then lets them send."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self._first = max(1, stage.clients - 1)
        self._listen: Ticket | None = None
        self._sends: list[Ticket] = []
        self._sent: set[int] = set()

    def begin(self) -> None:
        stage = self._stage
        setting = f"net.{SYSCTL.replace('/', '.')}"
        stage.session.note("sysctl_set", f"'{setting}', 1", stage.server)

    def may_connect(self, asked: int, views: Sequence[ClientView]) -> bool:
        """Whether one more than `asked` may connect; the last waits until the others' fate is
        known.
        """
        if asked < self._first:
            return True
        made_small = self._listen is not None and self._listen.done
        return (
            made_small and all(ticket.done for ticket in self._sends) and all(map(_settled, views))
        )

    def go_on(self, views: Sequence[ClientView]) -> None:
        """Do what is due: listen(N) when all but the last are connected, then let them send."""
        if self._listen is None:
            if len(views) >= self._first and all(map(_connected, views[: self._first])):
                self._listen = self._perform(c.Listen(self._stage.server, self._stage.backlog))
            return
        if not self._listen.done:
            return
        for view in views:  # in order, on one thread: whoever sends first gets the place
            if view.connected is not None and view.number not in self._sent:
                self._sent.add(view.number)
                send = c.Send(self._stage.client, text=FIRST_BYTES, connection=view.number)
                self._sends.append(self._perform(send))

    def _perform(self, command: c.Command) -> Ticket:
        ticket = self._stage.perform(command)
        ticket.add_callback(lambda _ticket: self._stage.wake())
        return ticket

    def seen(
        self, views: tuple[ClientView, ...], entered: Collection[int]
    ) -> tuple[ClientView, ...]:
        """The clients: a connected one counts as waiting only if it was seen in the queue."""
        return tuple(
            replace(view, entered=True)
            if view.number in entered
            else replace(view, state=ClientState.UNFINISHED)
            if view.state is ClientState.QUEUED
            else view
            for view in views
        )

    def reset_outside(self, views: Sequence[ClientView]) -> int | None:
        return sum(view.state is ClientState.RESET and not view.entered for view in views)


def _connected(view: ClientView) -> bool:
    """Whether its connect() has an outcome."""
    return view.connected is not None or view.ended is not None


def _settled(view: ClientView) -> bool:
    """Whether a client's fate is known: seen in the queue, accepted, or ended."""
    return (
        view.entered
        or view.accepted is not None
        or view.state not in {ClientState.SILENT, ClientState.UNFINISHED, ClientState.QUEUED}
    )


class _Abort(LabMode):
    name = "abort"
    private = True
    settling = 2.0  # time to read what became of all but the last, which connects only then
    rest = 10  # the names show who got in, and the last client waits for that
    drops_text = "lab.drops_abort"

    def reset_text(self, view: ClientView) -> str:
        return super().reset_text(view) if view.entered else "backlog.reset_unfinished"

    def listener(self, plain: EndpointSettings, clients: int, bound: float) -> EndpointSettings:
        """The listener: every handshake finds a place, and its last ACK is ignored for longer than
        the run.
        """
        return replace(
            plain,
            backlog=max(clients, plain.backlog),
            options=(*plain.options, ("TCP_DEFER_ACCEPT", int(bound) + 60)),
        )

    def prepare(self, net: PrivateNet) -> None:
        net.reset_on_overflow()

    def admission(self, stage: Stage) -> Admission:
        return Overflow(stage)

    def reasons(self, result: Result) -> Iterator[Reason]:
        yield from why.queue(result)
        yield from self.refusals(result)
        yield from why.silence(result, _met_a_full_queue(result))

    def refusals(self, result: Result) -> Iterator[Reason]:
        if result.refused:
            yield why.reason("why_refused_kernel", count=result.refused)
        aborted = _aborted(result)
        if aborted:
            yield why.reason("why_reset_abort", count=aborted)
        if result.reset - aborted:
            yield why.reason("why_reset", count=result.reset - aborted)
        yield from why.again(result)


def _met_a_full_queue(result: Result) -> Reason | None:
    """Whether the namespace counted more overflows than resets: SYNs that met the full queue."""
    if not result.queue_full or (result.listen_overflows or 0) <= _aborted(result):
        return None
    silent = result.timed_out + result.pending
    return why.reason("why_silent_abort", count=silent, overflows=result.listen_overflows)


def _aborted(result: Result) -> int:
    """How many tcp_abort_on_overflow has reset: those never seen in the queue, while it was seen to
    be full and at least as many overflows were counted.
    """
    outside = result.reset_outside or 0
    return outside if result.queue_full and (result.listen_overflows or 0) >= outside else 0


ABORT: Final = _Abort()
