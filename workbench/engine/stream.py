"""Stream endpoints: a client, whose every connect makes `count` new sockets."""

from __future__ import annotations

from collections.abc import Callable

from workbench.engine import descriptors
from workbench.engine.binding import bind_first
from workbench.engine.channel import Channel
from workbench.engine.connecting import Burst, Goal, Holder
from workbench.engine.endpoint import Endpoint
from workbench.engine.family import fitting, kind_of
from workbench.engine.opening import open_socket
from workbench.engine.option_calls import option_calls
from workbench.engine.options import UNSPECIFIED
from workbench.engine.pending import Op
from workbench.engine.responders import prepare
from workbench.engine.setup import Planned, Setup
from workbench.engine.snapshot import CloseCause, Phase
from workbench.engine.stream_channel import StreamChannel
from workbench.engine.ticket import Ticket
from workbench.engine.traced import SockAddress
from workbench.texts import Problem


class StreamEndpoint(Endpoint):
    """A client: each connect makes `count` new sockets."""

    _current: tuple[int, ...] = ()

    def start(self, ticket: Ticket) -> None:
        """socket() and its options, without connect: for a client driven call by call."""
        if self.channels or self.under_way:
            raise Problem("engine.already_open")
        self.behaviour = prepare(self.responder, self.settings.encoding)
        self.phase = Phase.SETTING_UP

        family = self.settings.family
        if family == UNSPECIFIED:
            raise Problem("engine.family_needed")

        def build(local: tuple[SockAddress, ...]) -> None:
            holder = Holder()

            def fail(error: BaseException) -> None:
                holder.give_up(error, ticket)
                self.phase = Phase.FAILED
                ticket.fail(error)

            self.assembly.begin(Setup(self.opening_calls(holder, family, local, ticket),
                                      holder.maybe, lambda: self._opened(ticket), fail))

        self._find_local(ticket, build)

    def _opened(self, ticket: Ticket) -> None:
        self.phase = Phase.OPEN
        ticket.finish()

    def open_own(self, ticket: Ticket) -> None:
        self.behaviour = prepare(self.responder, self.settings.encoding)
        self._new_channel(ticket)
        self.phase = Phase.OPEN

    def _new_channel(self, ticket: Ticket, family: str | None = None) -> StreamChannel:
        traced = open_socket(self, ticket, family)
        channel = StreamChannel(self, traced, self.next_number())
        self.channels[traced.id] = channel
        return channel

    def call_connect(self, channel: Channel, sockaddr: SockAddress, ticket: Ticket) -> None:
        """connect() as asked, again too: EISCONN, EALREADY."""
        if channel.connected_ns is not None or channel.connecting is not None:
            super().call_connect(channel, sockaddr, ticket)
            return
        assert isinstance(channel, StreamChannel)
        self._current = ()
        self.phase = Phase.CONNECTING

        def ended(error: BaseException | None) -> None:
            self.find_phase()
            ticket.finish() if error is None else ticket.fail(error)

        try:
            channel.connect(sockaddr, Op("connect", 0, ticket, repr(sockaddr), ended))
        finally:
            self.find_phase()

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
        room = descriptors.room()
        if room is not None and wished > room:
            raise Problem("engine.too_many_sockets", count=wished, room=room)
        self.behaviour = prepare(self.responder, self.settings.encoding)
        for channel in [ch for ch in self.channels.values() if ch.peer_finished or ch.broken]:
            channel.close(CloseCause.LOCAL, ticket)
        if not self.settings.address:
            raise Problem(fitting("engine.no_address", kind_of(self.settings)))
        self.phase = Phase.CONNECTING
        self._current = ()
        spec, family = self.settings.address, self.settings.family

        def connect(sockaddrs: tuple[SockAddress, ...]) -> None:
            self._find_local(ticket, lambda local: Burst(
                self, Goal(spec, family, sockaddrs, local), wished, ticket
            ).begin(wished, fresh if fresh is not None and fresh.open else None))

        self.names.find(spec, ticket, binding=False, then=connect)

    def _find_local(self, ticket: Ticket, then: Callable[[tuple[SockAddress, ...]], None]) -> None:
        """What to bind to before connect: nothing, or what `bind` means."""
        if self.settings.bind:
            self.names.find(self.settings.bind, ticket, binding=True, then=then)
        else:
            then(())

    def opening_calls(self, holder: Holder, family: str, local: tuple[SockAddress, ...],
                      ticket: Ticket) -> list[Planned]:
        """socket(), its options and, where a local address is wished, bind()."""
        def make() -> None:
            holder.channel = self._new_channel(ticket, family)

        names = f"{family}, {self.settings.type}"
        calls = [Planned("socket", names, make)]
        calls += option_calls(self.settings, holder.traced, ticket)
        if local:
            calls.append(Planned("bind", repr(local[0]), lambda: bind_first(
                holder.need(), local, ticket)))
        return calls

    def _unconnected(self) -> StreamChannel | None:
        for channel in self.channels.values():
            if channel.connected_ns is None and channel.connecting is None and isinstance(
                channel, StreamChannel
            ):
                return channel
        return None

    def channel_connected(self, channel: Channel) -> None:
        self._current = (*self._current, channel.traced.id)
        self.give_behaviour(channel, self.responder, greet=True)

    def find_phase(self) -> None:
        """Where the endpoint stands after a connect came out: others may be under way."""
        if self.phase is not Phase.CONNECTING and self.phase is not Phase.FAILED:
            return  # stopped meanwhile, or driven call by call
        if self.under_way or any(ch.connecting is not None for ch in self.channels.values()):
            self.phase = Phase.CONNECTING
        else:
            self.phase = Phase.OPEN if self.conversations() else Phase.FAILED

    def channel_closed(self, channel: Channel) -> None:
        super().channel_closed(channel)
        ours = channel.close_cause in {CloseCause.LOCAL, CloseCause.ABORTED}
        if not self.channels and not self.under_way and (ours or self.phase is Phase.OPEN):
            self.phase = Phase.CLOSED

    def current(self) -> list[Channel]:
        """All open sockets of the last connect; while none is connected, those that try."""
        connected = [self.channels[number] for number in self._current if number in self.channels]
        return connected or list(self.channels.values())
