"""StackRunner: does for one connection what its layers ask for: bytes, timers, rows, its end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, Protocol

from workbench.engine.connection.pending_call import PendingCall
from workbench.engine.model.events import LAYER, Event
from workbench.engine.protocol.layer import Data, End, LayerRow, Opened, PeerFinished, ToPeer, Wake
from workbench.texts import Problem

if TYPE_CHECKING:
    from workbench.engine.connection.context import EngineContext
    from workbench.engine.connection.pending_call import Ended
    from workbench.engine.connection.send_queue import SendQueue
    from workbench.engine.model.events import Cause
    from workbench.engine.model.ticket import Ticket
    from workbench.engine.protocol.stack import Outward, Stack
    from workbench.engine.sockets.event_loop import Timer
    from workbench.engine.sockets.traced_socket import TracedSocket


Work = Callable[[float], "list[Outward]"]
"""Something that the stack is asked for, at a time."""


class StackOwner(Protocol):
    """Who has the socket below the layers."""

    def layers_opened(self) -> None:
        """The topmost can talk."""

    def peer_ended(self) -> None:
        """The peer will send nothing more, as the topmost layer sees it."""

    def layers_ended(self, end: End) -> None:
        """End the transport so."""

    def queue_changed(self) -> None:
        """Something else waits now, or nothing any more."""


class StackRunner:
    """All methods run on the endpoint's thread.

    Attributes:
        stack: the layers, and the responder on top.
    """

    __slots__ = ("_context", "_early", "_outbox", "_owner", "_timers", "_traced", "stack")

    def __init__(
        self,
        context: EngineContext,
        traced: TracedSocket,
        outbox: SendQueue,
        stack: Stack,
        owner: StackOwner,
    ) -> None:
        self.stack = stack
        self._context = context
        self._traced = traced
        self._outbox = outbox
        self._owner = owner
        self._timers: dict[str, Timer] = {}
        self._early: tuple[tuple[Work, Ticket | None, Ended | None], ...] = ()

    def start(self) -> None:
        """The socket is connected."""
        self._carry_out(self.stack.start(perf_counter()))

    def receive(self, data: Data) -> None:
        """What was read, in a buffer that is used again."""
        self._carry_out(self.stack.received(data, perf_counter()))

    def receive_end(self) -> None:
        """The peer's FIN was read."""
        self._carry_out(self.stack.receive_end(perf_counter()))

    def send(self, data: Data, ticket: Ticket | None, ended: Ended | None) -> None:
        """Send what was asked for through the layers; before they can talk, it waits for them."""
        refused = self.stack.refuses()
        if refused is not None and not self.stack.ended:
            self._fail(ticket, ended, refused)
        else:
            self._do(partial(self.stack.send, data), ticket, ended)

    def ask(self, name: str, request: object, ticket: Ticket, ended: Ended | None) -> None:
        """Have a layer do what only it can do, once all of them can talk."""
        self._do(partial(self.stack.ask, name, request), ticket, ended)

    def raw(self, below: str | None, data: bytes, ticket: Ticket, ended: Ended | None) -> None:
        """Write under a layer, at once. Raises Problem as `Stack.raw` does."""
        if self.stack.ended:
            self._fail(ticket, ended, Problem("engine.layers_ended"))
        else:
            self._carry_out(self.stack.raw(below, data, perf_counter()), ticket, ended)

    def _do(self, work: Work, ticket: Ticket | None, ended: Ended | None) -> None:
        if self.stack.ended:
            self._fail(ticket, ended, Problem("engine.layers_ended"))
        elif not self.stack.opened:
            self._early += ((work, ticket, ended),)
        else:
            self._carry_out(work(perf_counter()), ticket, ended)

    def stop(self, reason: BaseException) -> None:
        """The connection is at its end: no timer runs any more, what waited for a layer fails."""
        self.log(self.stack.lost(), None)
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        early, self._early = self._early, ()
        for _, ticket, ended in early:
            self._fail(ticket, ended, reason)

    def _fail(self, ticket: Ticket | None, ended: Ended | None, reason: BaseException) -> None:
        if ticket is not None:
            PendingCall("sendall", 0, ticket, ended=ended).end(reason)

    def _carry_out(
        self, actions: Iterable[Outward], ticket: Ticket | None = None, ended: Ended | None = None
    ) -> None:
        """One turn: what is to be sent goes out in one piece, and before the end."""
        pieces: list[Data] = []
        rows: list[LayerRow] = []
        opened = False
        last: list[PeerFinished | End] = []
        for action in actions:
            match action:
                case ToPeer(data):
                    pieces.append(data)
                case LayerRow():
                    if action.sent:
                        rows.append(action)
                    else:
                        self.log((action,), ticket)
                case Wake(name, seconds):
                    self._set_timer(name, seconds)
                case Opened():
                    opened = True
                    self._owner.layers_opened()
                case PeerFinished() | End():
                    last.append(action)
        self._write(pieces, rows, ticket, ended)
        if opened:
            self._send_early()
        for fact in last:
            if isinstance(fact, End):
                self._owner.layers_ended(fact)
            else:
                self._owner.peer_ended()

    def _write(
        self, pieces: list[Data], rows: list[LayerRow], ticket: Ticket | None, ended: Ended | None
    ) -> None:
        """To the queue: what was asked for with its ticket, what a layer said by itself as such."""
        if self.stack.layers and len(pieces) > 1:
            pieces = [b"".join(pieces)]
        own = ticket is None
        for data in pieces:
            self._outbox.write(data, ticket, answer=own, ended=ended, rows=rows)
        if rows and not pieces:
            self.log(rows, ticket)
        if not pieces and ticket is not None:  # a layer keeps it: it is not the caller's any more
            PendingCall("sendall", 0, ticket, ended=ended).end()

    def _send_early(self) -> None:
        early, self._early = self._early, ()
        for work, ticket, ended in early:
            self._do(work, ticket, ended)

    def _set_timer(self, name: str, seconds: float | None) -> None:
        before = self._timers.pop(name, None)
        if before is not None:
            before.cancel()
        if seconds is not None:
            self._timers[name] = self._context.loop.after(seconds, partial(self._wake, name))

    def _wake(self, name: str) -> None:
        del self._timers[name]
        self._carry_out(self.stack.wake(name, perf_counter()))
        self._owner.queue_changed()

    def log(self, rows: Sequence[LayerRow], cause: Cause | None) -> None:
        """Put rows into the log; of their bytes as many as of each call are kept."""
        keep = self._traced.keep
        for row in rows:
            payload = row.payload
            self._context.sink.put(
                Event(
                    self._context.now(),
                    0,
                    self._context.id,
                    self._traced.id,
                    LAYER,
                    row.call,
                    row.args,
                    row.result,
                    row.errno,
                    row.error,
                    None,
                    row.size if payload is None or row.size is not None else len(payload),
                    payload if payload is None or keep is None else payload[:keep],
                    cause,
                )
            )
