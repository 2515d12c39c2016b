"""Channel: one socket of an endpoint, with what waits to be sent and what waits to be read."""

from __future__ import annotations

import socket
import struct
from collections import deque
from time import perf_counter_ns
from typing import TYPE_CHECKING, Final

from workbench.engine import kernel
from workbench.engine.loop import READ, WRITE, Timer
from workbench.engine.options import LINGER
from workbench.engine.responders import Behaviour, Data, Reply
from workbench.engine.settings import GateMode, OnPeerClose
from workbench.engine.snapshot import CloseCause, ConnectionSnapshot, Waiting
from workbench.texts import Problem

if TYPE_CHECKING:
    from workbench.engine.endpoint import Endpoint
    from workbench.engine.ticket import Ticket
    from workbench.engine.traced import SockAddress, TracedSocket

HIGH_WATER: Final = 1 << 20
"""Bytes waiting to be sent above which a channel stops reading: an echo must not fill memory."""


class Op:
    """An asked-for call that waits until the kernel can serve it, or its deadline passes."""

    __slots__ = ("args", "begun", "call", "deadline", "size", "ticket", "timer")

    def __init__(self, call: str, size: int, ticket: Ticket | None, args: str = "") -> None:
        self.call = call
        self.args = args
        self.size = size
        self.ticket = ticket
        self.begun = perf_counter_ns()
        self.deadline: int | None = None
        self.timer: Timer | None = None

    def cancel_timer(self) -> None:
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None


class Outgoing:
    """Bytes on their way to the kernel; `to` only for datagrams."""

    __slots__ = ("data", "op", "to")

    def __init__(self, data: Data, op: Op | None, to: SockAddress | None = None) -> None:
        self.data = data
        self.op = op
        self.to = to


class Channel:
    """What streams and datagram sockets share. All methods run on the endpoint's thread.

    Attributes:
        number: counts within the endpoint, from 1.
        peer_finished: the peer has sent FIN: recv gave b"".
        broken: the socket gave an error that ends it; only close() is left.
    """

    def __init__(self, endpoint: Endpoint, traced: TracedSocket, number: int) -> None:
        self.endpoint = endpoint
        self.traced = traced
        self.number = number
        self.opened_ns = endpoint.now()
        self.connect_ns: int | None = None
        self.connected_ns: int | None = None
        self.closed_ns: int | None = None
        self.close_cause: CloseCause | None = None
        self.errno: str | None = None
        self.bytes_in = 0
        self.bytes_out = 0
        self.peer_finished = False
        self.broken = False
        self.connecting: Op | None = None
        self.ops: deque[Op] = deque()
        self.out: deque[Outgoing] = deque()
        self.out_bytes = 0
        self.close_when_sent = False
        self.behaviour = Behaviour(None, None)
        self.on_peer_close = OnPeerClose.KEEP
        self._mask = 0
        self._replies: set[Timer] = set()

    # -- readiness --------------------------------------------------------------------------

    @property
    def open(self) -> bool:
        return self.closed_ns is None

    def interest(self) -> int:
        """What the selector should wait for; 0 unregisters (a hung-up socket would spin)."""
        if self.connecting is not None:
            return WRITE
        if self.broken:
            return 0
        mask = 0
        if not self.peer_finished and (self.ops or self._reads_by_itself()):
            mask = READ
        if self.out and self.endpoint.may_send():
            mask |= WRITE
        return mask

    def _reads_by_itself(self) -> bool:
        endpoint = self.endpoint
        return (
            endpoint.receive is GateMode.AUTO
            and not endpoint.held
            and self.out_bytes < HIGH_WATER
            and self.connected_ns is not None
        )

    def refresh(self) -> None:
        """Bring the selector in line with `interest()`."""
        mask = self.interest() if self.open else 0
        if mask == self._mask:
            return
        loop = self.endpoint.loop
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
            self.flush()
        if mask & READ and self.open:
            self.read()

    def finish_connect(self) -> None:
        raise NotImplementedError

    def read(self) -> None:
        raise NotImplementedError

    def send_one(self, item: Outgoing) -> int:
        """One send call for the first of the queue; how many bytes were taken."""
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
        self.start_deadline(op, self._read_expired)
        self.refresh()

    def start_deadline(self, op: Op, expired: object) -> None:
        """Begin the deadline of an op; `expired(op)` runs when it passes."""
        timeout = self.endpoint.timeout
        if timeout:
            op.deadline = op.begun + int(timeout * 1e9)
            op.timer = self.endpoint.loop.after(timeout, lambda: expired(op))  # type: ignore[operator]

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
        op.cancel_timer()
        if op.ticket is not None:
            if error is None:
                op.ticket.finish()
            else:
                op.ticket.fail(error)
        self.refresh()

    # -- sending ------------------------------------------------------------------------------

    def write(self, data: Data, ticket: Ticket | None = None, *, to: SockAddress | None = None,
              copy: bool = False) -> None:
        """Send as much as the kernel takes now, the rest when it can. `copy`: data is reused."""
        op = None
        if ticket is not None:
            op = Op("sendall", len(data), ticket)
        if not self.out and self.endpoint.may_send():
            item = Outgoing(data, op, to)
            if self._send_now(item):
                self.endpoint.used_send_step()
                return
            if not self.open or self.broken:
                return
            data = item.data
        if op is not None and self.endpoint.timeout == 0:
            ticket.fail(BlockingIOError(11, "would block"))  # type: ignore[union-attr]
            return
        kept: Data = bytes(data) if copy else data
        item = Outgoing(kept, op, to)
        self.out.append(item)
        self.out_bytes += len(kept)
        if op is not None:
            self.start_deadline(op, self._send_expired)
        self.refresh()

    def queue(self, data: memoryview) -> None:
        """Keep a copy of bytes that the kernel did not take."""
        self.out.append(Outgoing(bytes(data), None))
        self.out_bytes += len(data)
        self.refresh()

    def _send_now(self, item: Outgoing) -> bool:
        """One call; True when the whole item is with the kernel."""
        try:
            count = self.send_one(item)
        except BlockingIOError:
            return False
        except (OSError, OverflowError, TypeError, ValueError) as error:
            self._send_failed(item, error)
            return False
        self.bytes_out += count
        if count < len(item.data):
            item.data = item.data[count:]
            return False
        if item.op is not None:
            item.op.cancel_timer()
            if item.op.ticket is not None:
                item.op.ticket.finish()
        return True

    def _send_failed(self, item: Outgoing, error: Exception) -> None:
        if item.op is not None and item.op.ticket is not None:
            item.op.cancel_timer()
            item.op.ticket.fail(error)
        self.sending_failed(error)

    def sending_failed(self, error: Exception) -> None:
        """What an error of send means for the socket."""
        raise NotImplementedError

    def flush(self, limit: int = 64) -> None:
        """Send what waits: at most `limit` calls, so that one channel cannot starve the rest."""
        while self.out and limit and self.endpoint.may_send():
            limit -= 1
            item = self.out[0]
            before = len(item.data)
            whole = self._send_now(item)
            if not self.out or self.out[0] is not item:
                return  # an error emptied the queue
            self.out_bytes -= before if whole else before - len(item.data)
            self.endpoint.used_send_step()
            if whole:
                self.out.popleft()
            else:
                break
        self.refresh()
        if not self.out and self.close_when_sent and self.open:
            self.close(CloseCause.LOCAL)

    def _send_expired(self, op: Op) -> None:
        item = next((item for item in self.out if item.op is op), None)
        if item is None:
            return
        error = TimeoutError("timed out")
        self.out.remove(item)
        self.out_bytes -= len(item.data)
        self.traced.end("sendall", "", op.begun, error, op.ticket)
        self.traced.sample()
        if op.ticket is not None:
            op.ticket.fail(error)
        self.refresh()

    def reply(self, reply: Reply, to: SockAddress | None = None) -> None:
        """Carry out what the responder answered."""
        if reply.delay:
            later = Reply(bytes(reply.data), 0.0, reply.close)
            timer: Timer = self.endpoint.loop.after(
                reply.delay, lambda: self._reply_later(later, to, timer)
            )
            self._replies.add(timer)
            return
        if len(reply.data) or to is not None:
            self.write(reply.data, to=to, copy=True)
        if reply.close and self.open:
            if self.out:
                self.close_when_sent = True
            else:
                self.close(CloseCause.LOCAL)

    def _reply_later(self, reply: Reply, to: SockAddress | None, timer: Timer) -> None:
        self._replies.discard(timer)
        if self.open:
            self.reply(reply, to)

    # -- the end ------------------------------------------------------------------------------

    def end_all(self, reason: BaseException) -> None:
        """Fail whatever waits on this channel."""
        for op in list(self.ops):
            op.cancel_timer()
            if op.ticket is not None:
                op.ticket.fail(reason)
        self.ops.clear()
        for item in self.out:
            if item.op is not None and item.op.ticket is not None:
                item.op.cancel_timer()
                item.op.ticket.fail(reason)
        self.out.clear()
        self.out_bytes = 0
        for timer in self._replies:
            timer.cancel()
        self._replies.clear()
        if self.connecting is not None:
            self.connecting.cancel_timer()
            op, self.connecting = self.connecting, None
            if op.ticket is not None:
                op.ticket.fail(reason)

    def abort(self, ticket: Ticket | None) -> None:
        """SO_LINGER (1, 0), then close(): unsent bytes go, the peer gets a reset."""
        value = struct.pack(LINGER, 1, 0)
        try:
            self.traced.setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, value, "SOL_SOCKET, SO_LINGER, (1, 0)", ticket
            )
        finally:
            self.close(CloseCause.ABORTED, ticket)

    def close(self, cause: CloseCause, ticket: Ticket | None = None,
              errno: str | None = None) -> None:
        """close(); what was not sent yet is dropped, and the log says how much."""
        if not self.open:
            return
        if self.out_bytes:
            self.endpoint.note("unsent_dropped", str(self.out_bytes), self.traced.id, ticket)
        self.closed_ns = self.endpoint.now()
        if self.close_cause is None or cause is CloseCause.ABORTED:
            self.close_cause = cause
        self.errno = self.errno or errno
        self.end_all(Problem("engine.closed_meanwhile"))
        if self._mask:
            self.endpoint.loop.unregister(self.traced.raw)
            self._mask = 0
        if self.traced.lingers:
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

        def work() -> object:
            try:
                self.traced.close(ticket)
            except OSError:
                pass
            return lambda: self.endpoint.channel_closed(self)

        self.endpoint.loop.in_thread(work)  # type: ignore[arg-type]

    # -- the picture --------------------------------------------------------------------------

    def waiting(self) -> Waiting | None:
        """The call that has been asked for and has not come back."""
        op = self.connecting or (self.ops[0] if self.ops else None)
        if op is None and self.out and self.out[0].op is not None:
            op = self.out[0].op
        if op is None:
            return None
        start = self.endpoint.clock.perf_ns
        deadline = op.deadline - start if op.deadline is not None else None
        return Waiting(op.call, op.begun - start, deadline)

    def snapshot(self, *, look: bool, detail: bool) -> ConnectionSnapshot:
        """The channel now; `look` asks the kernel, `detail` decodes its whole reading."""
        state, unread, unsent = (None, None, None)
        reading = None
        if self.open and look:
            state, unread, unsent = kernel.quick(self.traced.raw)
            reading = kernel.read(self.traced.raw) if detail else None
        return ConnectionSnapshot(
            id=self.traced.id,
            number=self.number,
            local=self.traced.local,
            peer=self.traced.peer,
            state=state or self._own_state(),
            measured=state is not None,
            opened_ns=self.opened_ns,
            connect_ns=self.connect_ns,
            connected_ns=self.connected_ns,
            closed_ns=self.closed_ns,
            close_cause=self.close_cause,
            errno=self.errno,
            bytes_in=self.bytes_in,
            bytes_out=self.bytes_out,
            unread=unread,
            unsent=unsent,
            queued=self.out_bytes,
            peer_finished=self.peer_finished,
            waiting=self.waiting() if self.open else None,
            reading=reading,
        )

    def _own_state(self) -> str:
        """The state as this program sees it, in the words of the states' table (RFC 9293)."""
        if not self.open:
            return "CLOSED"
        if self.connecting is not None:
            return "SYN_SENT"
        if self.connected_ns is None:
            return "CLOSE"
        return "CLOSE_WAIT" if self.peer_finished else "ESTABLISHED"
