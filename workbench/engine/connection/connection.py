"""Connection: what an endpoint's sockets share: readiness, reading, the send queue, the end."""

from __future__ import annotations

import socket
import struct
from collections import deque
from typing import TYPE_CHECKING, Final, Protocol

from workbench.engine.connection.pending_call import Ended, PendingCall
from workbench.engine.connection.send_queue import Outgoing, Payload, SendQueue
from workbench.engine.model.commands import How
from workbench.engine.model.options import LINGER
from workbench.engine.model.responders.reply import OnPeerClose, ResponderRuntime, Tell
from workbench.engine.model.settings import GateMode
from workbench.engine.model.snapshot import CloseCause, Hold, Waiting
from workbench.engine.protocol.delayed_replies import DelayedReplies
from workbench.engine.sockets.event_loop import Job
from workbench.engine.sockets.poller import HANGUP, READ, WRITE
from workbench.texts import Problem

if TYPE_CHECKING:
    from workbench.engine.connection.bound_file import BoundFile
    from workbench.engine.connection.context import EngineContext
    from workbench.engine.connection.gates import Gates
    from workbench.engine.model.events import Cause
    from workbench.engine.model.ticket import Ticket
    from workbench.engine.sockets.traced_socket import TracedSocket

HIGH_WATER: Final = 1 << 20
"""Bytes of a responder's own unsent answers above which a connection stops reading: an echo must
not fill memory. What commands send never counts: whoever sends goes on reading.
"""
LOW_WATER: Final = HIGH_WATER // 4
"""... and below which it resumes reading."""


class ConnectionOwner(Protocol):
    """The endpoint, as its connections see it: it makes them and is told how they end."""

    @property
    def context(self) -> EngineContext: ...
    @property
    def gates(self) -> Gates: ...

    def connect_finished(self, connection: Connection) -> None:
        """The connection's connect() succeeded."""

    def connection_lost(self, connection: Connection) -> None:
        """Nothing more comes from the connection's peer: its FIN was read, or the socket broke."""

    def connection_closed(self, connection: Connection) -> None:
        """The connection's descriptor is closed."""


class Connection:
    """What streams and datagram sockets share. All methods run on the endpoint's thread.

    Attributes:
        number: counts within the endpoint, from 1; 0: a socket that is made to listen.
        open: close() was not called yet, and is not waiting in C.
        peer_finished: recv gave b"": the peer has sent FIN, unless it is deaf.
        deaf: reading was shut down here before that, so perhaps the peer has not finished.
        broken: the socket gave an error that ends it; only close() is left.
        finished: we have sent FIN: shutdown() of our direction succeeded.
        aborted_in: the kernel's state just before an abort; None: unknown.
        usable_ns: since when the topmost layer can talk; of a stream without layers since its
            connect or accept.
        opening: its connect succeeded; the command that asked for it ends when the layers can talk.
        delayed: answers of its responder that are not due yet.
        file: the socket's file, where it is bound to a path.
        full: unsent answers keep it from reading.
    """

    opening: PendingCall | None = None
    passed_over = False
    """Its connect failed, and the next address of the name was tried."""
    waits_for_ack = False
    """Whether a positive linger makes close() wait: where a connection may have unsent bytes."""

    def __init__(self, owner: ConnectionOwner, traced: TracedSocket) -> None:
        self.context = owner.context
        self.live = owner.context.live
        self.gates = owner.gates
        self._owner = owner
        self.traced = traced
        self.number = traced.number or 0
        self.opened_ns = self.context.now()
        self.connect_ns: int | None = None
        self.connected_ns: int | None = None
        self.usable_ns: int | None = None
        self.open = True
        self.closed_ns: int | None = None
        self.close_cause: CloseCause | None = None
        self.errno: str | None = None
        self.aborted_in: str | None = None
        self.bytes_in = self.reads = 0
        self.bytes_out = self.sends = 0
        self.peer_finished = False
        self.finished = False
        self.deaf = False
        self.broken = False
        self.full = False
        self.file: BoundFile | None = None
        self.connecting: PendingCall | None = None
        self.ops: deque[PendingCall] = deque()
        self.outbox = SendQueue(self.context, self.gates, traced, self)
        self.on_peer_close = OnPeerClose.KEEP
        self.delayed = DelayedReplies()
        self._mask = 0
        self._plain = False
        self._then_close: CloseCause | None = None

    @property
    def agreed(self) -> tuple[tuple[str, str], ...]:
        """Call and arguments of the rows in which its layers said what they agreed on with the
        peer.
        """
        return ()

    # -- readiness --------------------------------------------------------------------------

    @property
    def can_send(self) -> bool:
        """Whether another send() could still have an effect."""
        return self.open and not (self.broken or self.finished)

    @property
    def ends_by_itself(self) -> bool:
        """Whether it is closed without anybody's doing once its last bytes are sent."""
        return self._then_close is not None

    def has_pending_work(self) -> bool:
        """Whether something is under way, so that silence of this connection is worth a kernel
        reading.
        """
        connects = self.connecting is not None or self.opening is not None
        return connects or bool(self.outbox.items or self.ops)

    def interest(self) -> int:
        """The events to wait for; 0 unregisters, since a socket that hung up would be ready for
        ever.
        """
        if self.connecting is not None:
            return WRITE
        if self.broken:
            return 0
        mask = 0
        if not self.peer_finished and (self.ops or self._reads_by_itself()):
            mask = READ
        if self.outbox.items and self.gates.may_send:
            mask |= WRITE
        return mask

    def _reads_by_itself(self) -> bool:
        return self.connected_ns is not None and self.hold() is None

    def hold(self) -> Hold | None:
        """Why the connection is not read automatically; None: it is."""
        if self.gates.receive is not GateMode.AUTO:
            return Hold.GATE
        if self.gates.backpressured:
            return Hold.RECORD
        return Hold.ANSWERS if self.full else None

    def _weigh(self) -> None:
        """Compare the unsent answers with the water marks; crossing one is a row.

        What a command sent may come back as answers (two echoes facing each other), so that much
        may wait once more.
        """
        waiting = self.outbox.answers + self.delayed.size + self.held_by_layers()
        most = (LOW_WATER if self.full else HIGH_WATER) + self.outbox.most_asked
        if (waiting > most) is not self.full:
            self.full = not self.full
            self.context.note(
                "answers_held" if self.full else "answers_resumed", str(waiting), self.traced.id
            )

    def refresh(self) -> None:
        """Bring the selector in line with `interest()`."""
        self._weigh()
        mask = self.interest() if self.open else 0
        plain = mask == READ and self.is_plain()
        if mask == self._mask and (plain is self._plain or not mask):
            return
        loop = self.context.loop
        handler = self.read_plainly if plain else self.ready
        if not self._mask:
            loop.register(self.traced.raw, mask, handler)
        elif mask:
            loop.modify(self.traced.raw, mask, handler)
        else:
            loop.unregister(self.traced.raw)
        self._mask, self._plain = mask, plain

    def is_plain(self) -> bool:
        """Whether `read_plainly` may stand in for `ready` until the next `refresh`."""
        return False

    def read_plainly(self, mask: int) -> None:
        """The short form of `ready` for connections that are `is_plain`: the hot path."""
        raise NotImplementedError

    def ready(self, mask: int) -> None:
        """The event loop's handler: the socket is ready for the events in `mask`."""
        if self.connecting is not None:
            self.finish_connect()
            return
        if mask & WRITE and self.open:
            self.outbox.flush()
        if mask & READ and self.open:
            self.read()
        elif mask == HANGUP and self.open:
            self.look_for_error()

    def look_for_error(self) -> None:
        """Ask SO_ERROR: the socket reported an event that no read or send would explain."""

    def finish_connect(self) -> None:
        raise NotImplementedError

    def read(self) -> None:
        raise NotImplementedError

    # -- asked-for reads ----------------------------------------------------------------------

    def ask(self, call: str, size: int, ticket: Ticket | None) -> None:
        """One recv or recvfrom, waiting as `settimeout` says: None, 0, or seconds."""
        op = PendingCall(call, size, ticket)
        timeout = self.live.timeout
        self.ops.append(op)
        if timeout == 0 or self.peer_finished or self.broken:
            self.read()
            if op in self.ops:  # EAGAIN: 0 does not wait
                self.end_op(op, BlockingIOError(11, "would block"))
            return
        op.start_deadline(self.context, self._read_expired)
        self.refresh()

    def _read_expired(self, op: PendingCall) -> None:
        if op not in self.ops:
            return
        error = TimeoutError("timed out")
        self.traced.end(op.call, str(op.size), op.begun, error, op.ticket)
        self.traced.sample()
        self.end_op(op, error)

    def end_op(self, op: PendingCall, error: BaseException | None = None) -> None:
        """An asked-for read has ended."""
        self.ops.remove(op)
        op.end(error)
        self.refresh()

    # -- sending ------------------------------------------------------------------------------

    def send_one(self, item: Outgoing) -> int:
        raise NotImplementedError

    def sending_failed(self, error: Exception) -> None:
        raise NotImplementedError

    def queue_changed(self) -> None:
        """The send queue grew or emptied: wait for room, or do the close() that waited for the last
        byte.
        """
        if self.open:
            self.refresh()
            self.close_if_sent()

    def write(self, payload: Payload, ticket: Ticket | None, *, ended: Ended | None = None) -> None:
        """Queue bytes that a command asked for; `ended` as in `PendingCall`."""
        self.outbox.write(payload, ticket, ended=ended)

    def ask_layer(
        self, name: str, request: object, ticket: Ticket, *, ended: Ended | None = None
    ) -> None:
        """Have the layer of this name do what only that layer can do. Raises Problem: there is no
        such layer.
        """
        raise Problem("engine.ws_no_layer", name=name)

    def write_raw(
        self, below: str | None, data: bytes, ticket: Ticket, *, ended: Ended | None = None
    ) -> None:
        """Send bytes below the layer of this name. Raises Problem: there is no such layer."""
        if below is not None:
            raise Problem("engine.ws_no_layer", name=below)
        self.outbox.write(data, ticket, ended=ended)

    def put_in(self, layer: str, ticket: Ticket, *, ended: Ended | None = None) -> None:
        """Insert a layer into the stack. Raises Problem: this kind of socket has no layers."""
        raise Problem("engine.layers_need_a_stream", type=self.live.settings.type)

    # -- answering ----------------------------------------------------------------------------

    def answer_by(self, runtime: ResponderRuntime) -> None:
        """Answer by this responder from now on."""
        raise NotImplementedError

    def silence(self) -> None:
        """Answer nothing from now on; delayed replies are still sent."""

    def begin(self) -> None:
        """The connection is established: send a greeting, or start the layers."""

    @property
    def tell(self) -> Tell:
        """What writes a note about this connection into the log."""
        return lambda call, args: self.context.note(call, args, self.traced.id)

    # -- the end ------------------------------------------------------------------------------

    def end_all(self, reason: BaseException, cause: Cause | None = None) -> None:
        """Fail every call that waits on this connection; each dropped item is noted in a row."""
        for op in list(self.ops):
            op.end(reason)
        self.ops.clear()
        self.drop_unsent(reason, cause)
        if self.connecting is not None:
            op, self.connecting = self.connecting, None
            op.end(reason)

    def drop_unsent(self, reason: BaseException, cause: Cause | None = None) -> None:
        """Drop the bytes that wait to be sent, with a row that counts them."""
        self.outbox.note_dropped(cause)
        if self.delayed:
            self.drop_delayed(cause)
        self.outbox.drop(reason)
        # no answer is waiting any more, though none was taken: no row says it was
        self.full = False

    def drop_delayed(self, cause: Cause | None) -> None:
        """Drop the replies whose delay is not over, with a row that counts them."""
        self.context.note(
            "replies_dropped", f"{len(self.delayed)}, {self.delayed.size}", self.traced.id, cause
        )
        self.delayed.drop()
        # no answer is waiting any more, though none was taken: no row says it was
        self.full = False

    def shutdown(self, how: How, op: PendingCall) -> None:
        """shutdown() of one or both directions. Our own direction ends after the bytes that still
        wait.
        """
        if how is not How.READ and self.outbox.items:
            self.context.note(
                "shutdown_waits", f"{how.value!r}, {self.outbox.size}", self.traced.id, op.ticket
            )
            self.outbox.finish(how, op)
        else:
            self.finish_sending(how, op)
        self.refresh()

    def finish_sending(self, how: How, op: PendingCall | None) -> None:
        error = None
        try:
            self.traced.shutdown(
                getattr(socket, how.value), how.value, op.ticket if op is not None else None
            )
        except OSError as raised:
            error = raised
        else:
            self.finished = self.finished or how is not How.READ
            self.deaf = self.deaf or (how is not How.WRITE and not self.peer_finished)
        if op is not None:
            op.end(error)

    def abort(self, ticket: Ticket | None) -> None:
        """Set SO_LINGER to (1, 0), then close(): unsent bytes are lost, the peer gets a reset."""
        if self.open:
            self.aborted_in = self.traced.quick()[0]
        value = struct.pack(LINGER, 1, 0)
        try:
            self.traced.setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, value, "SOL_SOCKET, SO_LINGER, (1, 0)", ticket
            )
        finally:
            self.close(CloseCause.ABORTED, ticket)

    def close_once_sent(self, cause: CloseCause) -> None:
        """close() as soon as the kernel has taken all queued bytes; no more are queued."""
        first, self._then_close = self._then_close is None, cause
        if first and self.waits_to_send():
            self.silence()
            self.context.note(
                "close_waits", f"{self.outbox.size}, {len(self.delayed)}", self.traced.id
            )
        self.close_if_sent()

    def close_if_sent(self) -> None:
        """close() if `close_once_sent` was asked for and nothing waits any more."""
        if self._then_close is None or not self.open or self.waits_to_send():
            return
        self.say_last_words()
        if self.open and not self.waits_to_send():
            self.close(self._then_close)

    def waits_to_send(self) -> bool:
        """Whether any bytes are still to be sent."""
        return bool(self.outbox.items or self.delayed)

    def held_by_layers(self) -> int:
        """Bytes of answers that a layer keeps back until it may write them."""
        return 0

    def say_last_words(self) -> None:
        """Let the layers say goodbye (close_notify, Close frame) before the close()."""

    def close(
        self, cause: CloseCause, ticket: Ticket | None = None, errno: str | None = None
    ) -> None:
        """close() now; unsent bytes are dropped, and a row says how many."""
        if not self.open:
            return
        self._remove_file(ticket)
        self.open = False
        self.closed_ns = self.context.now()
        if self.close_cause is None or cause is CloseCause.ABORTED:
            self.close_cause = cause
        self.errno = self.errno or errno
        self.end_all(Problem("engine.closed_meanwhile"), ticket)
        if self._mask:
            self.context.loop.unregister(self.traced.raw)
            self._mask, self._plain = 0, False
        if self.traced.lingers and self.waits_for_ack:
            self._close_in_thread(ticket)
            return
        try:
            self.traced.close(ticket)
        except OSError:
            pass  # logged; the descriptor is gone all the same (close(2))
        self._owner.connection_closed(self)

    def _remove_file(self, ticket: Ticket | None) -> None:
        if self.file is not None and self.file.remove():
            self.context.note("unlinked", repr(str(self.file.path)), self.traced.id, ticket)
        self.file = None

    def _close_in_thread(self, ticket: Ticket | None) -> None:
        """close() on a thread of its own: with a positive linger it blocks until the peer's ACK."""
        self.traced.wait_in_close()

        def work() -> Job:
            try:
                self.traced.close(ticket)
            except OSError:
                pass
            return lambda: self._owner.connection_closed(self)

        self.context.loop.in_thread(work)

    # -- what a snapshot shows ----------------------------------------------------------------

    def waiting(self) -> Waiting | None:
        """The asked-for call that has not come back, for the snapshot; None: there is none."""
        op = self.connecting or self.opening or (self.ops[0] if self.ops else None)
        if op is None and self.outbox.items:
            op = self.outbox.items[0].op
        if op is None or op.held:
            return None
        start = self.context.clock.perf_ns
        deadline = op.deadline - start if op.deadline is not None else None
        return Waiting(op.call, op.begun - start, deadline)
