"""Streams: the channel of one byte stream (or SOCK_SEQPACKET), and the endpoint that connects."""

from __future__ import annotations

import socket
from collections.abc import Callable

from workbench.engine import kernel
from workbench.engine.channel import Channel, Op, Outgoing
from workbench.engine.endpoint import Endpoint
from workbench.engine.errors import describe
from workbench.engine.loop import Job
from workbench.engine.responders import Reply, prepare
from workbench.engine.settings import GateMode, OnPeerClose
from workbench.engine.setup import Planned, Setup
from workbench.engine.snapshot import CloseCause, Phase
from workbench.engine.ticket import Ticket, failed
from workbench.engine.traced import SockAddress, TracedSocket
from workbench.texts import Problem


class StreamChannel(Channel):
    """A connected (or connecting) stream; of a listener's endpoint or of a client's."""

    in_thread = False
    """A connect waits in C on a thread of its own: hands off."""

    # -- connecting ---------------------------------------------------------------------------

    def connect(self, sockaddr: SockAddress, op: Op) -> None:
        """connect(), non-blocking; `established` or `connect_failed` follows, now or later."""
        waits_in_c = (
            isinstance(sockaddr, str | bytes)
            and self.endpoint.timeout is None
            and self.traced.type != socket.SOCK_DGRAM
        )
        self.connecting = op
        self.connect_ns = self.endpoint.now()
        if waits_in_c:
            self._connect_in_thread(sockaddr, op)
            return
        try:
            self.traced.connect(sockaddr, op.ticket)
        except BlockingIOError as error:
            if isinstance(sockaddr, str | bytes):  # EAGAIN: a full accept queue, settimeout(x)
                self.connect_failed(error)
                return
            if self.endpoint.timeout == 0:
                self._end_ticket(error)
            else:
                self.start_deadline(op, self._connect_expired)
            self.refresh()
        except (OSError, OverflowError, TypeError, ValueError) as error:
            self.connect_failed(error)
            raise
        else:
            self.established()

    def _connect_in_thread(self, sockaddr: SockAddress, op: Op) -> None:
        """An AF_UNIX connect to a full queue waits in C; no selector can wait for it."""
        self.in_thread = True

        def work() -> Job:
            failure = None
            try:
                self.traced.connect(sockaddr, op.ticket, wait=True)
            except OSError as error:
                failure = error

            def back() -> None:
                self.in_thread = False
                if not self.open:
                    return
                if failure is not None:
                    self.connect_failed(failure)
                else:
                    self.established()

            return back

        self.endpoint.loop.in_thread(work)

    def interest(self) -> int:
        return 0 if self.in_thread else super().interest()

    def finish_connect(self) -> None:
        """The selector says that a pending connect has an outcome."""
        op = self.connecting
        assert op is not None
        try:
            self.traced.finish_connect(op.begun, op.args, op.ticket)
        except OSError as error:
            self.connect_failed(error)
            return
        self.established()

    def established(self) -> None:
        """The connection stands."""
        op, self.connecting = self.connecting, None
        self.connected_ns = self.endpoint.now()
        self.endpoint.channel_connected(self)
        if op is not None:
            op.cancel_timer()
            if op.ticket is not None:
                self.endpoint.connect_ended(op.ticket, None)
        self.refresh()

    def connect_failed(self, error: Exception) -> None:
        """The connect came to nothing: keep the evidence and close the socket."""
        op, self.connecting = self.connecting, None
        self.traced.sample()
        if op is not None:
            op.cancel_timer()
            ticket = op.ticket
        else:
            ticket = None
        ours = isinstance(error, TimeoutError) and error.errno is None
        self.close(CloseCause.TIMED_OUT if ours else CloseCause.FAILED, ticket,
                   describe(error).errno)
        self.endpoint.connect_ended(ticket, error)

    def _end_ticket(self, error: Exception) -> None:
        if self.connecting is not None and self.connecting.ticket is not None:
            self.endpoint.connect_ended(self.connecting.ticket, error)

    def _connect_expired(self, op: Op) -> None:
        if self.connecting is not op:
            return
        error = TimeoutError("timed out")
        self.traced.end("connect", op.args, op.begun, error, op.ticket)
        self.connect_failed(error)

    # -- data ---------------------------------------------------------------------------------

    def read(self) -> None:
        """One recv: asked for, or by itself."""
        op = self.ops[0] if self.ops else None
        endpoint = self.endpoint
        size = op.size if op is not None else endpoint.bufsize
        ticket = op.ticket if op is not None else None
        buffer = endpoint.buffer(size)
        try:
            if self.traced.type == socket.SOCK_STREAM:
                count = self.traced.recv_into(buffer, size, endpoint.recv_args(size), ticket)
            else:
                count = self.traced.recv_message(buffer, size, ticket)
        except BlockingIOError:
            return
        except OSError as error:
            if op is not None:
                self.end_op(op, error)
            self._broke(error)
            return
        if op is not None:
            self.end_op(op)
        if not count:
            self._finished_by_peer()
            return
        self.bytes_in += count
        answer = self.behaviour.answer
        if answer is Reply and not self.out and endpoint.sending is GateMode.AUTO:
            self._echo(buffer[: min(count, size)])
        elif answer is not None:
            reply = answer(buffer[: min(count, size)])
            if reply is not None:
                self.reply(reply)
        if self.out_bytes:
            self.refresh()

    def _echo(self, data: memoryview) -> None:
        """Send back at once what was read: the hot path, without queue and objects."""
        try:
            count = self.traced.send(data, None)
        except BlockingIOError:
            count = 0
        except OSError as error:
            self._broke(error)
            return
        self.bytes_out += count
        if count < len(data):
            self.queue(data[count:])

    def _finished_by_peer(self) -> None:
        """recv gave b"": the peer has sent FIN. What we still have to send may still go."""
        first = not self.peer_finished
        self.peer_finished = True
        if first:
            self.traced.sample()
            self.close_cause = CloseCause.PEER
        if self.on_peer_close is OnPeerClose.CLOSE and self.open:
            if self.out:
                self.close_when_sent = True
            else:
                self.close(CloseCause.PEER)
                return
        self.refresh()

    def send_one(self, item: Outgoing) -> int:
        return self.traced.send(item.data, item.op.ticket if item.op is not None else None)

    def sending_failed(self, error: Exception) -> None:
        self._broke(error)

    def _broke(self, error: Exception) -> None:
        """An error that ends the stream; a listener's connection is closed, a client's is yours."""
        self.traced.sample()
        self.errno = describe(error).errno
        if isinstance(error, ConnectionResetError | BrokenPipeError):
            self.close_cause = CloseCause.RESET if isinstance(
                error, ConnectionResetError) else self.close_cause
        self.broken = True
        self.end_all(error)
        if self.on_peer_close is OnPeerClose.CLOSE:
            self.close(CloseCause.FAILED)
        else:
            self.refresh()


class StreamEndpoint(Endpoint):
    """A client: each connect makes `count` new sockets."""

    _current: tuple[int, ...] = ()
    _burst: Burst | None = None

    def start(self, ticket: Ticket) -> None:
        """socket() and its options, without connect: for a client driven call by call."""
        if self.channels or self.under_way:
            raise Problem("engine.already_open")
        self.behaviour = prepare(self.responder)
        holder = Holder()
        calls = [self._socket_call(holder, ticket)]
        calls += self.option_calls(holder.traced, ticket)
        self.phase = Phase.SETTING_UP
        self._with_bind(calls, holder, ticket, lambda _addr: self.assembly.begin(
            Setup(calls, lambda: self._opened(ticket), self._failing(holder, ticket))))

    def _opened(self, ticket: Ticket) -> None:
        self.phase = Phase.OPEN
        ticket.finish()

    def open_own(self, ticket: Ticket) -> None:
        self.behaviour = prepare(self.responder)
        traced = self.open_socket(ticket)
        self.channels[traced.id] = StreamChannel(self, traced, self.next_number())
        self.phase = Phase.OPEN

    def call_connect(self, channel: Channel, sockaddr: SockAddress, ticket: Ticket) -> None:
        """connect() as asked, again too: EISCONN, EALREADY."""
        if channel.connected_ns is not None or channel.connecting is not None:
            super().call_connect(channel, sockaddr, ticket)
            return
        assert isinstance(channel, StreamChannel)
        self._current = ()
        self._burst = Burst(1, ticket)
        channel.connect(sockaddr, Op("connect", 0, ticket, repr(sockaddr)))

    def connect(self, ticket: Ticket, count: int | None) -> None:
        """Connect `count` new sockets, or the one that `start` made."""
        wished = self.settings.count if count is None else count
        if wished < 1:
            raise Problem("engine.bad_count", count=wished)
        if self.under_way:
            raise Problem("engine.set_up_under_way")
        fresh = self._unconnected()
        if self.channels and not fresh and all(
            not channel.peer_finished and not channel.broken for channel in self.channels.values()
        ):
            raise Problem("engine.already_connected")
        room = kernel.fd_room()
        if room is not None and wished > room:
            raise Problem("engine.too_many_sockets", count=wished, room=room)
        self.behaviour = prepare(self.responder)
        for channel in [ch for ch in self.channels.values() if ch.peer_finished or ch.broken]:
            channel.close(CloseCause.LOCAL, ticket)
        if not self.settings.address:
            raise Problem("engine.no_address")
        self.phase = Phase.CONNECTING
        self._current = ()
        self._burst = Burst(wished, ticket)
        self.names.find(self.settings.address, ticket, binding=False,
                          then=lambda sockaddr: self._connect_all(sockaddr, wished, ticket, fresh))

    def _unconnected(self) -> StreamChannel | None:
        for channel in self.channels.values():
            if channel.connected_ns is None and channel.connecting is None and isinstance(
                channel, StreamChannel
            ):
                return channel
        return None

    def _connect_all(self, sockaddr: SockAddress, count: int, ticket: Ticket,
                     fresh: StreamChannel | None) -> None:
        if fresh is not None:
            holder = Holder()
            holder.channel = fresh
            self.assembly.begin(Setup([self._connect_call(holder, sockaddr, ticket)], lambda: None,
                             self._failing(holder, ticket, burst=True)))
            count -= 1
        for _ in range(count):
            self._plan_one(sockaddr, ticket)

    def _plan_one(self, sockaddr: SockAddress, ticket: Ticket) -> None:
        holder = Holder()
        calls = [self._socket_call(holder, ticket)]
        calls += self.option_calls(holder.traced, ticket)

        def go(_bound: SockAddress | None) -> None:
            calls.append(self._connect_call(holder, sockaddr, ticket))
            failing = self._failing(holder, ticket, burst=True)
            self.assembly.begin(Setup(calls, lambda: None, failing))

        self._with_bind(calls, holder, ticket, go)

    def _with_bind(self, calls: list[Planned], holder: Holder, ticket: Ticket,
                   then: Callable[[SockAddress | None], None]) -> None:
        if not self.settings.bind:
            then(None)
            return

        def bound(sockaddr: SockAddress) -> None:
            calls.append(Planned("bind", repr(sockaddr),
                                 lambda: holder.need().traced.bind(sockaddr, ticket),
                                 holder.maybe))
            then(sockaddr)

        self.names.find(self.settings.bind, ticket, binding=True, then=bound)

    def _socket_call(self, holder: Holder, ticket: Ticket) -> Planned:
        def run() -> None:
            traced = self.open_socket(ticket)
            holder.channel = StreamChannel(self, traced, self.next_number())
            self.channels[traced.id] = holder.channel

        names = f"{self.settings.family}, {self.settings.type}"
        return Planned("socket", names, run, holder.maybe)

    def _connect_call(self, holder: Holder, sockaddr: SockAddress, ticket: Ticket) -> Planned:
        def run() -> None:
            op = Op("connect", 0, ticket, repr(sockaddr))
            holder.need().connect(sockaddr, op)

        return Planned("connect", repr(sockaddr), run, holder.maybe)

    def _failing(self, holder: Holder, ticket: Ticket, *,
                 burst: bool = False) -> Callable[[BaseException], None]:
        def fail(error: BaseException) -> None:
            channel = holder.channel
            if channel is not None and channel.open:
                channel.close(CloseCause.FAILED, ticket, _errno(error))
                if burst:
                    self.connect_ended(ticket, error)
            elif channel is None and burst:
                self.connect_ended(ticket, error)
            if not burst:
                self.phase = Phase.FAILED
                ticket.fail(error)

        return fail

    def channel_connected(self, channel: Channel) -> None:
        self._current = (*self._current, channel.traced.id)
        self.give_behaviour(channel, self.responder, greet=True)

    def connect_ended(self, ticket: Ticket | None, error: BaseException | None) -> None:
        """One of a burst's connects has its outcome; the last one ends the ticket."""
        burst = self._burst
        if ticket is None or burst is None or burst.ticket is not ticket:
            return
        if burst.count_down(error):
            self.phase = Phase.OPEN if self.conversations() else Phase.FAILED
            ticket.finish(failed(burst.error)) if burst.error is not None else ticket.finish()

    def channel_closed(self, channel: Channel) -> None:
        super().channel_closed(channel)
        if not self.channels and self.phase is Phase.OPEN:
            self.phase = Phase.CLOSED

    def current(self) -> list[Channel]:
        """All open sockets of the last connect; while none is connected, those that try."""
        connected = [self.channels[number] for number in self._current if number in self.channels]
        return connected or list(self.channels.values())


class Burst:
    """The connects of one command: how many are still out, and the first error."""

    def __init__(self, count: int, ticket: Ticket) -> None:
        self.left = count
        self.ticket = ticket
        self.error: BaseException | None = None

    def count_down(self, error: BaseException | None) -> bool:
        """Take one outcome; True when it was the last."""
        self.error = self.error or error
        self.left -= 1
        return self.left == 0


class Holder:
    """The channel of a set-up: its first call makes it, the later ones use it."""

    def __init__(self) -> None:
        self.channel: StreamChannel | None = None

    def need(self) -> StreamChannel:
        if self.channel is None or not self.channel.open:
            raise Problem("engine.no_socket")
        return self.channel

    def traced(self) -> TracedSocket:
        return self.need().traced

    def maybe(self) -> TracedSocket | None:
        return self.channel.traced if self.channel is not None else None


def _errno(error: BaseException) -> str | None:
    return None if isinstance(error, Problem) else describe(error).errno
