"""SendQueue: the bytes that a connection has to send and the kernel has not taken yet."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from workbench.engine.connection.file_pieces import FilePieces
from workbench.engine.connection.pending_call import Ended, PendingCall
from workbench.engine.protocol.layer import Data, LayerRow
from workbench.texts import Problem

if TYPE_CHECKING:
    from workbench.engine.connection.context import EngineContext
    from workbench.engine.connection.gates import Gates
    from workbench.engine.model.commands import How
    from workbench.engine.model.events import Cause
    from workbench.engine.model.ticket import Ticket
    from workbench.engine.sockets.traced_socket import SockAddress, TracedSocket

Payload = Data | FilePieces


class Outgoing:
    """Queued bytes, or a shutdown() that waits for the bytes before it.

    Attributes:
        data: what the next send() is given. rest: the pieces of a file that follow it.
        to: only for datagrams.
        answer: a responder wrote it; nobody asked for it.
        how: the argument of a shutdown(), which has no bytes.
        rows: the rows of the layers that wrote it, logged before the send() that carries it.
        bound: the peer relies on every byte: none is left out, whatever became of the call.
    """

    __slots__ = ("answer", "bound", "data", "how", "op", "rest", "rows", "to")

    def __init__(
        self,
        payload: Payload,
        op: PendingCall | None,
        to: SockAddress | None = None,
        *,
        answer: bool = False,
        how: How | None = None,
    ) -> None:
        self.rest = payload if isinstance(payload, FilePieces) else None
        self.data: Data = payload.next() if isinstance(payload, FilePieces) else payload
        self.op = op
        self.to = to
        self.answer = answer
        self.how = how
        self.rows: Sequence[LayerRow] = ()
        self.bound = False

    @property
    def size(self) -> int:
        """Bytes of it that wait."""
        return len(self.data) + (self.rest.left if self.rest is not None else 0)


class Transport(Protocol):
    """The socket below the queue: its calls, and what their outcomes mean for the connection."""

    def send_one(self, item: Outgoing) -> int:
        """One send call for the first item; returns how many bytes the kernel took.

        Raises:
            OSError, OverflowError, TypeError, ValueError: as the call did.
        """

    def finish_sending(self, how: How, op: PendingCall | None) -> None:
        """shutdown() of our direction, now."""

    def sending_failed(self, error: Exception) -> None:
        """Decide what an error of send means for the connection."""

    def queue_changed(self) -> None:
        """The queue grew or emptied."""


class SendQueue:
    """The queue of one connection, in order. All methods run on the endpoint's thread.

    Attributes:
        items: what waits; the first one may be partly sent.
        size: bytes that wait; answers: how many of them a responder wrote.
        most_asked: the most bytes that commands ever had waiting here.
    """

    __slots__ = (
        "_context", "_gates", "_traced", "_transport", "answers", "items", "most_asked", "size"
    )  # fmt: skip

    def __init__(
        self, context: EngineContext, gates: Gates, traced: TracedSocket, transport: Transport
    ) -> None:
        self._context = context
        self._gates = gates
        self._traced = traced
        self._transport = transport
        self.items: deque[Outgoing] = deque()
        self.size = 0
        self.answers = 0
        self.most_asked = 0

    def write(
        self,
        payload: Payload,
        ticket: Ticket | None = None,
        *,
        to: SockAddress | None = None,
        answer: bool = False,
        ended: Ended | None = None,
        rows: Sequence[LayerRow] = (),
        begun: int | None = None,
        bound: bool = False,
    ) -> None:
        """Send as much as the kernel takes now and queue the rest.

        `answer`: a responder wrote it, in a buffer that is used again. `ended` as in `PendingCall`.
        `begun`: since when its time runs, in nanoseconds of perf_counter; None: from now on.
        `bound`: layers wrote it, and later bytes build on each of its bytes: a call that times out
        leaves the rest of it here, to go first.
        """
        item = Outgoing(payload, None, to, answer=answer)
        item.rows = rows
        item.bound = bound
        op = item.op = (
            PendingCall("sendall", item.size, ticket, ended=ended) if ticket is not None else None
        )
        if op is not None and begun is not None:
            op.begun = begun
        held = not self._gates.may_send
        if not self.items and not held:
            whole = self._send_now(item)
            if whole:
                self._gates.used_send_step()
            if whole is not False:
                return
        if op is not None and self._context.live.timeout == 0 and not held:
            if bound:
                self._keep(item)
            self._give_up(item, op, BlockingIOError(11, "would block"))
            self._transport.queue_changed()
            return
        if answer:
            item.data = bytes(item.data)
        self._keep(item)
        if op is not None and held:
            op.held = True
        elif op is not None:
            op.start_deadline(self._context, self._expired)
        self._transport.queue_changed()

    def keep(self, data: bytes) -> None:
        """Queue the part of an answer that the kernel did not take."""
        self._keep(Outgoing(data, None, answer=True))
        self._transport.queue_changed()

    def finish(self, how: How, op: PendingCall) -> None:
        """Call shutdown() once the kernel has everything that is queued now."""
        self.items.append(Outgoing(b"", op, how=how))

    def _keep(self, item: Outgoing) -> None:
        self.items.append(item)
        self.size += item.size
        if item.answer:
            self.answers += item.size
        else:
            self.most_asked = max(self.most_asked, self.size - self.answers)

    def _take(self, item: Outgoing, count: int) -> None:
        """Note that the kernel took this many bytes of an item."""
        self.size -= count
        if item.answer:
            self.answers -= count

    def remove(self, item: Outgoing) -> None:
        """Drop an item from the queue."""
        self.items.remove(item)
        self._take(item, item.size)

    def flush(self, limit: int = 64) -> None:
        """Send what is queued: at most `limit` calls, so that one connection cannot starve the
        rest.
        """
        while self.items and limit and (self._gates.may_send or self.items[0].how is not None):
            limit -= 1
            item = self.items[0]
            if item.how is not None:
                self.items.popleft()
                self._transport.finish_sending(item.how, item.op)
                continue
            before = item.size
            begins = item.op is not None and item.op.held
            if item.op is not None and begins:
                item.op.let_through()
            whole = self._send_now(item)
            if not self.items or self.items[0] is not item:
                break  # an error emptied the queue
            if whole is None:
                self.remove(item)
                continue
            self._take(item, before if whole else before - item.size)
            self._gates.used_send_step()
            if whole:
                self.items.popleft()
                continue
            if item.op is not None and begins:
                self._begin_to_wait(item, item.op)
            break
        self._transport.queue_changed()

    def _begin_to_wait(self, item: Outgoing, op: PendingCall) -> None:
        """A call that a gate let through could not be finished at once: its timeout begins now."""
        if self._context.live.timeout != 0:
            op.start_deadline(self._context, self._expired)
            return
        self._give_up(item, op, BlockingIOError(11, "would block"))

    def _give_up(self, item: Outgoing, op: PendingCall, error: Exception) -> None:
        """The call timed out: drop its bytes, but for a begun frame or TLS record that must be
        finished.
        """
        if not item.bound:
            self._note_unsent(item.size, op.ticket)
            if item in self.items:
                self.remove(item)
            op.end(error)
            return
        same = [other for other in self.items if other.op and other.op.ticket is op.ticket]
        kept = sum(other.size for other in same)
        self._context.note("unsent_kept", str(kept), self._traced.id, op.ticket)
        for other in same:
            ended, other.op = other.op, None
            assert ended is not None
            ended.end(error)

    def _send_now(self, item: Outgoing) -> bool | None:
        """Make one send call. True: the item is done; False: it waits; None: it failed for good."""
        try:
            count = self._transport.send_one(item)
        except BlockingIOError:
            return False
        except (OSError, OverflowError, TypeError, ValueError) as error:
            op, item.op = item.op, None
            if op is not None:
                op.end(error)
            self._transport.sending_failed(error)
            return None
        if count < len(item.data):
            item.data = memoryview(item.data)[count:]
            return False
        item.data = b""
        if item.rest is not None and item.rest.left:
            return self._next_piece(item, item.rest)
        if item.op is not None:
            item.op.end()
        return True

    def _next_piece(self, item: Outgoing, rest: FilePieces) -> bool | None:
        try:
            item.data = rest.next()
        except Problem as problem:
            op = item.op
            self._context.not_done(problem, op.ticket if op is not None else None)
            if op is not None:
                op.end(problem)
            return None
        return False

    def _expired(self, op: PendingCall) -> None:
        item = next((item for item in self.items if item.op is op), None)
        if item is None:
            return
        error = TimeoutError("timed out")
        self._traced.end("sendall", "", op.begun, error, op.ticket)
        self._traced.sample()
        self._give_up(item, op, error)
        self.flush()  # what stood behind it, perhaps a shutdown()

    def _note_unsent(self, size: int, cause: Cause | None) -> None:
        """Log that an item's bytes will not be sent."""
        self._context.note("unsent_dropped", str(size), self._traced.id, cause)

    def note_dropped(self, cause: Cause | None) -> None:
        """Log how many bytes of the queue are dropped."""
        if any(item.how is None for item in self.items):
            self._note_unsent(self.size, cause)
        for item in self.items:
            if item.how is not None:
                self._context.note("shutdown_dropped", repr(item.how.value), self._traced.id, cause)

    def drop(self, reason: BaseException) -> None:
        """Drop the whole queue; the calls that wait on it fail with `reason`."""
        items = list(self.items)
        self.items.clear()
        self.size = self.answers = 0
        for item in items:
            if item.op is not None:
                item.op.end(reason)
