"""Stream endpoints: a client, whose every connect makes `count` new sockets."""

from __future__ import annotations

from collections.abc import Callable

from workbench.engine import kernel
from workbench.engine.channel import Channel
from workbench.engine.endpoint import Endpoint
from workbench.engine.errors import describe
from workbench.engine.opening import open_socket
from workbench.engine.option_calls import option_calls
from workbench.engine.pending import Op
from workbench.engine.responders import prepare
from workbench.engine.setup import Planned, Setup
from workbench.engine.snapshot import CloseCause, Phase
from workbench.engine.stream_channel import StreamChannel
from workbench.engine.ticket import Ticket, failed
from workbench.engine.traced import SockAddress, TracedSocket
from workbench.texts import Problem


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
        calls += option_calls(self.settings, holder.traced, ticket)
        self.phase = Phase.SETTING_UP
        self._with_bind(calls, holder, ticket, lambda _addr: self.assembly.begin(
            Setup(calls, lambda: self._opened(ticket), self._failing(holder, ticket))))

    def _opened(self, ticket: Ticket) -> None:
        self.phase = Phase.OPEN
        ticket.finish()

    def open_own(self, ticket: Ticket) -> None:
        self.behaviour = prepare(self.responder)
        traced = open_socket(self, ticket)
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
        calls += option_calls(self.settings, holder.traced, ticket)

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
            traced = open_socket(self, ticket)
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
