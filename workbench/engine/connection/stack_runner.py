"""StackRunner: carries out what a connection's layers ask for: bytes, timers, rows, the end."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from time import perf_counter, perf_counter_ns
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from workbench.engine.connection.file_pieces import FilePieces
from workbench.engine.connection.long_send import LongSend
from workbench.engine.connection.pending_call import PendingCall
from workbench.engine.model.errors import LayerError, LayerLate, LayerReset, describe
from workbench.engine.model.events import LAYER, Event
from workbench.engine.model.layer_fault import LayerFault
from workbench.engine.model.settings import Role
from workbench.engine.protocol.layer import (
    Data,
    End,
    LayerRow,
    Opened,
    PeerFinished,
    PutIn,
    ToPeer,
    Wake,
)
from workbench.engine.protocol.stack import AGREED
from workbench.texts import Problem

if TYPE_CHECKING:
    from workbench.engine.connection.context import EngineContext
    from workbench.engine.connection.pending_call import Ended
    from workbench.engine.connection.send_queue import Payload, SendQueue
    from workbench.engine.model.events import Cause
    from workbench.engine.model.ticket import Ticket
    from workbench.engine.protocol.layer import Layer
    from workbench.engine.protocol.stack import Outward, Stack
    from workbench.engine.sockets.event_loop import Timer
    from workbench.engine.sockets.traced_socket import TracedSocket


Answer = TypeVar("Answer")
Work = Callable[[float], "Iterable[Outward]"]
"""Something that the stack is asked for, at a time."""
LOW_WATER: Final = 1 << 18
"""Bytes in the queue below which the next piece of a long send goes through the layers."""
PIECES: Final = 4
"""... and how many of them in one go, if the kernel takes all: other sockets wait meanwhile."""


class StackOwner(Protocol):
    """The connection, as the runner of its layers sees it."""

    def layer_joined(self) -> None:
        """The responder had a layer inserted: what comes from now on goes through it."""

    def layers_opened(self) -> None:
        """The topmost layer can talk."""

    def peer_ended(self) -> None:
        """The topmost layer says that the peer will send nothing more."""

    def layers_late(self) -> bool:
        """The handshakes took too long. False: the delay was our own, so ask again later."""

    def layers_ended(self, end: End) -> None:
        """A layer ended: end the transport in this way."""

    def layers_broke(self, problem: Problem) -> None:
        """A layer or the responder raised: nothing goes through the stack any more."""

    def queue_changed(self) -> None:
        """Something else waits now, or nothing any more."""


class StackRunner:
    """Runs the layers of one connection, on its endpoint's thread.

    Attributes:
        stack: the layers, and the responder on top.
        agreed: call and arguments of the rows that tell what the layers agreed on.
    """

    __slots__ = (
        "_came", "_context", "_early", "_fault", "_goes_on", "_limit", "_limited", "_outbox",
        "_owner", "_timers", "_traced", "_waiting", "agreed", "stack",
    )  # fmt: skip

    def __init__(
        self,
        context: EngineContext,
        traced: TracedSocket,
        outbox: SendQueue,
        stack: Stack,
        owner: StackOwner,
    ) -> None:
        self.stack = stack
        self.agreed: tuple[tuple[str, str], ...] = ()
        self._context = context
        self._traced = traced
        self._outbox = outbox
        self._owner = owner
        self._timers: dict[str, Timer] = {}
        self._early: tuple[tuple[Work | LongSend, Ticket | None, Ended | None], ...] = ()
        self._waiting: deque[tuple[Work | LongSend, Ticket | None, Ended | None]] = deque()
        self._goes_on = False
        self._fault: Problem | None = None
        self._limited = context.live.settings.role is Role.LISTENER
        self._limit: Timer | None = None
        self._came: int | None = None  # when the data being read arrived

    def start(self) -> None:
        """The socket is connected: start the lowest layer."""
        self._carry_out(self.stack.start)

    def receive(self, data: Data) -> None:
        """Pass on what was read; the buffer is used again afterwards."""
        self._came = self._traced.newest_begun
        self._carry_out(partial(self.stack.received, data))
        self._came = None

    def receive_end(self) -> None:
        """The peer's FIN was read."""
        self._carry_out(self.stack.receive_end)

    @property
    def waits(self) -> bool:
        """Whether something asked for has not reached the layers yet."""
        return bool(self._waiting)

    def send(self, payload: Payload, ticket: Ticket | None, ended: Ended | None) -> None:
        """Send a message through the layers; before their handshakes are done it waits."""
        refused = self._asked(self.stack.refuses, None)
        if refused is not None and not self.stack.ended:
            self._fail(ticket, ended, refused)
            return
        whole = self.stack.takes_messages
        if isinstance(payload, FilePieces) or (not whole and LongSend.is_long(payload)):
            self._do(LongSend(payload, message=whole), ticket, ended)
            return
        self._do(partial(self.stack.send, payload), ticket, ended)

    def refuses(self) -> bool:
        """Whether the layers take nothing more to send."""
        return self.stack.ended or self._asked(self.stack.refuses, None) is not None

    def after(self, work: Callable[[], None]) -> None:
        """Run `job` when all that waits has reached the layers."""

        def at_its_turn(_now: float) -> list[Outward]:
            work()
            return []

        self._waiting.append((at_its_turn, None, None))

    @property
    def held(self) -> int:
        """Bytes of answers that a layer keeps until a long message has ended."""
        return self._asked(self.stack.held, 0) if self._waiting else 0

    def replace_responder(self, responder: Layer) -> None:
        """Answer by another responder from now on."""
        self._asked(partial(self.stack.replace_responder, responder), None)

    def aim(self, target: str) -> None:
        """Tell the layers the host and port that the user meant. Raises Problem: one of them is
        faulty.
        """
        for layer in self.stack.layers:
            self._asked(partial(layer.aim, target), None)
        if self._fault is not None:
            raise self._fault

    def put_in(self, name: str) -> None:
        """Insert a layer. Raises Problem as `Stack.put_in` does."""
        self._carry_out(partial(self.stack.put_in, name), refusable=True)

    def close(self) -> None:
        """The connection is about to be closed: send the layers' last words."""
        if not self.stack.ended:
            self._carry_out(self.stack.close)

    def ask(self, name: str, request: object, ticket: Ticket, ended: Ended | None) -> None:
        """Have a layer do what only that layer can do, once the handshakes are done."""
        self._do(partial(self.stack.ask, name, request), ticket, ended)

    def raw(self, below: str | None, data: bytes, ticket: Ticket, ended: Ended | None) -> None:
        """Write below a layer at once. Raises Problem as `Stack.raw` does."""
        if self.stack.ended:
            self._fail(ticket, ended, self._why_ended())
        else:
            raw = partial(self.stack.raw, below, data)
            self._carry_out(raw, ticket, ended, refusable=True)

    def _do(self, work: Work | LongSend, ticket: Ticket | None, ended: Ended | None) -> None:
        if self.stack.ended:
            self._fail(ticket, ended, self._why_ended())
        elif not self.stack.opened:
            self._early += ((work, ticket, ended),)
        elif self._waiting or isinstance(work, LongSend):
            self._waiting.append((work, ticket, ended))
            self.go_on()
        else:
            self._carry_out(work, ticket, ended, refusable=True)

    def _do_late(self, work: Work, ticket: Ticket | None, ended: Ended | None) -> None:
        """Do what waited for the handshakes: what it raises is logged, as its caller is gone."""
        try:
            self._carry_out(work, ticket, ended, refusable=True)
        except Problem as problem:
            self._context.not_done(problem, ticket)
            self._fail(ticket, ended, problem)

    def go_on(self) -> None:
        """Take the next pieces of a long send while the queue is low, then what waits behind it."""
        if self._goes_on:
            return
        self._goes_on = True
        pieces = 0
        try:
            while self._waiting and self._outbox.size < LOW_WATER:
                work, ticket, ended = self._waiting[0]
                if pieces == PIECES:
                    self._context.loop.post(self.go_on)
                    break
                if self.stack.ended:
                    self._waiting.popleft()
                    self._fail(ticket, ended, self._why_ended())
                elif isinstance(work, LongSend):
                    pieces += 1
                    refused = self._asked(self.stack.refuses, None)
                    if self.stack.ended:
                        continue
                    if refused is not None:  # the peer or we have ended it meanwhile
                        self._give_up(work, ticket, ended, refused)
                        continue
                    self._send_piece(work, ticket, ended)
                else:
                    self._waiting.popleft()
                    self._do_late(work, ticket, ended)
        finally:
            self._goes_on = False

    def _send_piece(self, work: LongSend, ticket: Ticket | None, ended: Ended | None) -> None:
        try:
            data = work.next()
        except Problem as problem:  # the file has changed
            self._context.not_done(problem, ticket)
            self._give_up(work, ticket, ended, problem)
            if work.message and work.started:
                self._carry_out(self.stack.cut)
            return
        if not work.left:
            self._waiting.popleft()

        def sent(error: BaseException | None) -> None:
            work.out -= 1
            if (
                error is not None
                and work.message
                and isinstance(error, TimeoutError | BlockingIOError)
            ):
                self._goes_on_unasked(work, ticket, ended, error)
            elif error is not None:
                self._give_up(work, ticket, ended, error)
            elif not work.over and not work.left and not work.out:
                self._end(ticket, ended, None)

        asked = None if work.over else ticket
        self._carry_out(partial(self.stack.send, data), asked, sent, work.begun)

    def _goes_on_unasked(
        self, work: LongSend, ticket: Ticket | None, ended: Ended | None, error: BaseException
    ) -> None:
        """The call is over, but a message that was begun has to be finished."""
        if not work.over:
            work.over = True
            if work.left:
                self._context.note("unsent_kept", str(work.left), self._traced.id, ticket)
            self._fail(ticket, ended, error)

    def _give_up(
        self, work: LongSend, ticket: Ticket | None, ended: Ended | None, error: BaseException
    ) -> None:
        """Drop the rest of a long send."""
        if self._waiting and self._waiting[0][0] is work:
            self._waiting.popleft()
        if not work.over:
            work.over = True
            if work.left:
                self._context.note("unsent_dropped", str(work.left), self._traced.id, ticket)
            self._fail(ticket, ended, error)

    def late(self, cause: Cause | None) -> Exception:
        """The handshakes timed out: log the row of the layer that was waiting; returns the error
        for the connect.
        """
        row = self._asked(self.stack.late, None)
        if self._fault is not None:
            return self._fault
        if row is None or row.errno is None:
            return TimeoutError("timed out")
        self.log((row,), cause)
        return LayerLate(row.errno, LayerFault(row.errno, row.call, row.args))

    def reset(self, error: OSError, cause: Cause | None) -> Exception:
        """The peer reset the connection: if a handshake was under way, log its row and return the
        error for the connect.
        """
        nothing: Sequence[LayerRow] = ()
        rows = list(self._asked(self.stack.reset, nothing))
        if self._fault is not None or not rows:
            return self._fault or error
        failure, row = describe(error), rows.pop()
        if row.errno is None:
            row = row._replace(errno=failure.errno, error=row.error or failure.error)
        self.log((*rows, row), cause)
        word = row.errno or ""
        fault = LayerFault(word, row.call, row.args)
        return LayerReset(error, fault) if word == failure.errno else LayerError(word, fault)

    def stop(self, reason: BaseException) -> None:
        """The connection ended: stop all timers and fail what waited for a layer."""
        self.log(self._asked(self.stack.lost, []), None)
        self._no_limit()
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        late = (*self._early, *self._waiting)
        self._early = ()
        self._waiting.clear()
        for work, ticket, ended in late:
            if not (isinstance(work, LongSend) and work.over):
                self._fail(ticket, ended, reason)

    def _fail(self, ticket: Ticket | None, ended: Ended | None, reason: BaseException) -> None:
        self._end(ticket, ended, reason)

    def _end(
        self, ticket: Ticket | None, ended: Ended | None, reason: BaseException | None
    ) -> None:
        if ticket is not None:
            PendingCall("sendall", 0, ticket, ended=ended).end(reason)

    def _asked(self, ask: Callable[[], Answer], otherwise: Answer) -> Answer:
        """The layers' actions; `otherwise` if one of them raises."""
        try:
            return ask()
        except Exception as error:  # noqa: BLE001 - one bad layer must not leave anybody waiting
            self._broke(error)
            return otherwise

    def _broke(self, error: Exception) -> None:
        self.stack.ended = True
        self._fault = self._context.fault(error, self._traced.id)
        self._owner.layers_broke(self._fault)

    def _why_ended(self) -> Problem:
        return self._fault or Problem("engine.layers_ended")

    def _carry_out(
        self,
        work: Work,
        ticket: Ticket | None = None,
        ended: Ended | None = None,
        begun: int | None = None,
        *,
        refusable: bool = False,
    ) -> None:
        """Carry out one turn's actions: bytes to send leave in one piece, before an end.

        `refusable`: a Problem raised by the layers says why the request cannot be carried out, and
        is passed on.
        """
        if self._fault is not None:
            self._fail(ticket, ended, self._fault)
            return
        pieces: list[Data] = []
        rows: list[LayerRow] = []
        last: list[PeerFinished | End] = []
        try:
            opened = self._collect(work(perf_counter()), ticket, pieces, rows, last)
        except Exception as error:
            if refusable and isinstance(error, Problem):
                raise
            self._broke(error)
            self._fail(ticket, ended, self._why_ended())
            return
        self._write(pieces, rows, ticket, ended, begun)
        if opened:
            self._send_early()
        if self._limited and self.stack.opened is (self._limit is not None):
            self._watch()
        if last:
            self._end_by(last)

    def _collect(
        self,
        actions: Iterable[Outward],
        ticket: Ticket | None,
        pieces: list[Data],
        rows: list[LayerRow],
        last: list[PeerFinished | End],
    ) -> bool:
        """Gather the bytes of a turn; returns whether the topmost layer has opened."""
        opened = False
        agreed, send, log, piece = AGREED, rows.append, self.log, pieces.append
        came = self._came
        for action in actions:
            if type(action) is LayerRow:  # most actions are
                if action[0] in agreed and action.errno is None:
                    self.agreed += ((action.call, action.args),)
                if action.sent:
                    send(action)
                else:
                    if came is not None:
                        came += 1  # no two rows of a socket have the same moment
                    log((action,), ticket, came)
                continue
            if type(action) is ToPeer:
                piece(action[0])
                continue
            match action:
                case Wake(name, seconds):
                    self._set_timer(name, seconds)
                case PutIn():
                    self._owner.layer_joined()
                case Opened():
                    opened = True
                    self._owner.layers_opened()
                case PeerFinished() | End():
                    last.append(action)
        return opened

    def _end_by(self, last: Sequence[PeerFinished | End]) -> None:
        for fact in last:
            if isinstance(fact, End):
                self._owner.layers_ended(fact)
            else:
                self._owner.peer_ended()

    def _write(
        self,
        pieces: list[Data],
        rows: list[LayerRow],
        ticket: Ticket | None,
        ended: Ended | None,
        begun: int | None,
    ) -> None:
        """Queue bytes: a command's with its ticket, a layer's own without."""
        if self.stack.layers and len(pieces) > 1:
            pieces = [b"".join(pieces)]
        own, bound = ticket is None, self.stack.binds
        for data in pieces:
            self._outbox.write(
                data, ticket, answer=own, ended=ended, rows=rows, begun=begun, bound=bound
            )
        if rows and not pieces:
            self.log(rows, ticket)
        # a layer keeps it: the buffer is no longer the caller's
        if not pieces and ticket is not None:
            PendingCall("sendall", 0, ticket, ended=ended).end()

    def _send_early(self) -> None:
        early, self._early = self._early, ()
        for work, ticket, ended in early:
            if isinstance(work, LongSend) or self._waiting or self.stack.ended:
                self._do(work, ticket, ended)
            else:
                self._do_late(work, ticket, ended)

    def _watch(self) -> None:
        """Start the deadline of the handshakes, however much the peer sends meanwhile."""
        self._no_limit()
        seconds = self._context.live.settings.handshake_timeout
        if not self.stack.opened and not self.stack.ended and seconds:
            self._limit = self._context.loop.after(seconds, self._late)

    def _late(self) -> None:
        self._limit = None
        if not self._owner.layers_late():
            self._watch()

    def _no_limit(self) -> None:
        if self._limit is not None:
            self._limit.cancel()
            self._limit = None

    def _set_timer(self, name: str, seconds: float | None) -> None:
        before = self._timers.pop(name, None)
        if before is not None:
            before.cancel()
        if seconds is not None:
            self._timers[name] = self._context.loop.after(seconds, partial(self._wake, name))

    def _wake(self, name: str) -> None:
        del self._timers[name]
        self._carry_out(partial(self.stack.wake, name))
        self._owner.queue_changed()

    def log(self, rows: Sequence[LayerRow], cause: Cause | None, came: int | None = None) -> None:
        """Write layer rows into the log, with as many payload bytes as every call keeps.

        `came`: for what was received, when the bytes that completed it arrived. A busy machine may
        take seconds to get to them, and a verdict must be about the peer.
        """
        context, traced = self._context, self._traced
        keep, put, start = traced.keep, context.sink.put, context.sink.clock.perf_ns
        endpoint, connection = context.id, traced.id
        for call, args, result, errno, error, data, _, said, whole in rows:
            size, payload = said, data
            if data is not None:
                if said is None:
                    size = len(data)
                if keep is not None and not whole and len(data) > keep:
                    payload = data[:keep]
            put(
                Event(
                    perf_counter_ns() - start if came is None else came,
                    0, endpoint, connection, LAYER,
                    call, args, result, errno, error, None, size, payload, cause,
                )
            )  # fmt: skip
