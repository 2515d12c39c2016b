"""Channel: one socket of an endpoint: when it is ready, what waits to be read, how it ends."""

from __future__ import annotations

import socket
import struct
from collections import deque
from typing import TYPE_CHECKING, Final

from workbench.engine import kernel
from workbench.engine.loop import READ, WRITE, Job, Timer
from workbench.engine.options import LINGER
from workbench.engine.pending import Op
from workbench.engine.responders import Behaviour, Reply
from workbench.engine.send_queue import Outgoing, SendQueue
from workbench.engine.settings import GateMode, OnPeerClose
from workbench.engine.snapshot import CloseCause, Waiting
from workbench.texts import Problem

if TYPE_CHECKING:
    from workbench.engine.commands import How
    from workbench.engine.endpoint import Endpoint
    from workbench.engine.ticket import Ticket
    from workbench.engine.traced import SockAddress, TracedSocket

HIGH_WATER: Final = 1 << 20
"""Bytes waiting to be sent above which a channel stops reading: an echo must not fill memory."""


class Channel:
    """What streams and datagram sockets share. All methods run on the endpoint's thread.

    Attributes:
        number: counts within the endpoint, from 1.
        peer_finished: the peer has sent FIN: recv gave b"".
        broken: the socket gave an error that ends it; only close() is left.
        aborted_in: the kernel's state just before an abort; None where it tells none.
    """

    passed_over = False
    """Its connect failed, and the next address of the name was tried."""
    waits_for_ack = False
    """Whether a positive linger makes close() wait: where a connection may have unsent bytes."""

    def __init__(self, endpoint: Endpoint, traced: TracedSocket, number: int) -> None:
        self.endpoint = endpoint
        self.gates = endpoint.gates
        self.traced = traced
        self.number = number
        self.opened_ns = endpoint.now()
        self.connect_ns: int | None = None
        self.connected_ns: int | None = None
        self.closed_ns: int | None = None
        self.close_cause: CloseCause | None = None
        self.errno: str | None = None
        self.aborted_in: str | None = None
        self.bytes_in = 0
        self.bytes_out = 0
        self.peer_finished = False
        self.broken = False
        self.connecting: Op | None = None
        self.ops: deque[Op] = deque()
        self.outbox = SendQueue(self)
        self.behaviour = Behaviour(None, None)
        self.on_peer_close = OnPeerClose.KEEP
        self._mask = 0
        self._replies: set[Timer] = set()

    # -- readiness --------------------------------------------------------------------------

    @property
    def open(self) -> bool:
        return self.closed_ns is None

    def owes(self) -> bool:
        """Whether something is under way that should go on: its silence is worth a reading."""
        return bool(self.outbox.items or self.ops) or self.connecting is not None

    def interest(self) -> int:
        """What the selector should wait for; 0 unregisters (a hung-up socket would spin)."""
        if self.connecting is not None:
            return WRITE
        if self.broken:
            return 0
        mask = 0
        if not self.peer_finished and (self.ops or self._reads_by_itself()):
            mask = READ
        if self.outbox.items and self.gates.may_send():
            mask |= WRITE
        return mask

    def _reads_by_itself(self) -> bool:
        return (
            self.gates.receive is GateMode.AUTO
            and not self.gates.held
            and self.outbox.size < HIGH_WATER
            and self.connected_ns is not None
        )

    def refresh(self) -> None:
        """Bring the selector in line with `interest()`."""
        mask = self.interest() if self.open else 0
        if mask == self._mask:
            return
        loop = self.endpoint.worker.loop
        if not self._mask:
            loop.register(self.traced.raw, mask, self.ready)
        elif mask:
            loop.modify(self.traced.raw, mask, self.ready)
        else:
            loop.unregister(self.traced.raw)
        self._mask = mask

    def ready(self, mask: int) -> None:
        """The selector's call."""
        if self.connecting is not None:
            self.finish_connect()
            return
        if mask & WRITE and self.open:
            self.outbox.flush()
        if mask & READ and self.open:
            self.read()

    def finish_connect(self) -> None:
        raise NotImplementedError

    def read(self) -> None:
        raise NotImplementedError

    # -- asked-for reads ----------------------------------------------------------------------

    def ask(self, call: str, size: int, ticket: Ticket | None) -> None:
        """One recv or recvfrom, waiting as `settimeout` says: None, 0, or seconds."""
        op = Op(call, size, ticket)
        timeout = self.endpoint.timeout
        self.ops.append(op)
        if timeout == 0 or self.peer_finished or self.broken:
            self.read()
            if op in self.ops:  # EAGAIN: 0 does not wait
                self.end_op(op, BlockingIOError(11, "would block"))
            return
        op.start_deadline(self.endpoint, self._read_expired)
        self.refresh()

    def _read_expired(self, op: Op) -> None:
        if op not in self.ops:
            return
        error = TimeoutError("timed out")
        self.traced.end(op.call, str(op.size), op.begun, error, op.ticket)
        self.traced.sample()
        self.end_op(op, error)

    def end_op(self, op: Op, error: BaseException | None = None) -> None:
        """An asked-for read is over."""
        self.ops.remove(op)
        op.end(error)
        self.refresh()

    # -- sending ------------------------------------------------------------------------------

    def send_one(self, item: Outgoing) -> int:
        """One send call for the first of the queue; how many bytes were taken."""
        raise NotImplementedError

    def sending_failed(self, error: Exception) -> None:
        """What an error of send means for the socket."""
        raise NotImplementedError

    def reply(self, reply: Reply, to: SockAddress | None = None) -> None:
        """Carry out what the responder answered."""
        if reply.delay:
            later = Reply(bytes(reply.data), 0.0, reply.close)
            timer: Timer = self.endpoint.worker.loop.after(
                reply.delay, lambda: self._reply_later(later, to, timer)
            )
            self._replies.add(timer)
            return
        if len(reply.data) or to is not None:
            self.outbox.write(reply.data, to=to, copy=True)
        if reply.close and self.open:
            self.close_once_sent(CloseCause.LOCAL)

    def _reply_later(self, reply: Reply, to: SockAddress | None, timer: Timer) -> None:
        self._replies.discard(timer)
        if self.open:
            self.reply(reply, to)

    # -- the end ------------------------------------------------------------------------------

    def end_all(self, reason: BaseException) -> None:
        """Fail whatever waits on this channel."""
        for op in list(self.ops):
            op.end(reason)
        self.ops.clear()
        self.outbox.drop(reason)
        for timer in self._replies:
            timer.cancel()
        self._replies.clear()
        if self.connecting is not None:
            op, self.connecting = self.connecting, None
            op.end(reason)

    def shutdown(self, how: How, ticket: Ticket) -> None:
        """Half-close, or both directions. Raises OSError."""
        self.traced.shutdown(getattr(socket, how.value), how.value, ticket)
        self.refresh()

    def abort(self, ticket: Ticket | None) -> None:
        """SO_LINGER (1, 0), then close(): unsent bytes go; a connection that stands is reset."""
        if self.open:
            self.aborted_in = kernel.quick(self.traced.raw)[0]
        value = struct.pack(LINGER, 1, 0)
        try:
            self.traced.setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, value, "SOL_SOCKET, SO_LINGER, (1, 0)", ticket
            )
        finally:
            self.close(CloseCause.ABORTED, ticket)

    def close_once_sent(self, cause: CloseCause) -> None:
        """close() now, or as soon as the kernel has taken all that waits."""
        if self.outbox.items:
            self.outbox.then_close = True
        else:
            self.close(cause)

    def close(self, cause: CloseCause, ticket: Ticket | None = None,
              errno: str | None = None) -> None:
        """close(); what was not sent yet is dropped, and the log says how much."""
        if not self.open:
            return
        if self.outbox.size:
            self.endpoint.note("unsent_dropped", str(self.outbox.size), self.traced.id, ticket)
        self.closed_ns = self.endpoint.now()
        if self.close_cause is None or cause is CloseCause.ABORTED:
            self.close_cause = cause
        self.errno = self.errno or errno
        self.end_all(Problem("engine.closed_meanwhile"))
        if self._mask:
            self.endpoint.worker.loop.unregister(self.traced.raw)
            self._mask = 0
        if self.traced.lingers and self.waits_for_ack:
            self._close_in_thread(ticket)
            return
        try:
            self.traced.close(ticket)
        except OSError:
            pass  # logged; the descriptor is gone all the same (close(2))
        self.endpoint.channel_closed(self)

    def _close_in_thread(self, ticket: Ticket | None) -> None:
        """A positive linger makes close() wait in C for the peer's ACK."""
        self.traced.raw.setblocking(True)

        def work() -> Job:
            try:
                self.traced.close(ticket)
            except OSError:
                pass
            return lambda: self.endpoint.channel_closed(self)

        self.endpoint.worker.loop.in_thread(work)

    # -- the picture --------------------------------------------------------------------------

    def waiting(self) -> Waiting | None:
        """The call that has been asked for and has not come back."""
        op = self.connecting or (self.ops[0] if self.ops else None)
        if op is None and self.outbox.items:
            op = self.outbox.items[0].op
        if op is None or op.held:
            return None
        start = self.endpoint.clock.perf_ns
        deadline = op.deadline - start if op.deadline is not None else None
        return Waiting(op.call, op.begun - start, deadline)
