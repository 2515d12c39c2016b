"""StreamEndpoint: a client, of which each connect makes `count` new sockets."""

from __future__ import annotations

from collections.abc import Callable

from workbench.engine.connection.connection import Connection
from workbench.engine.connection.context import EngineContext
from workbench.engine.connection.pending_call import PendingCall
from workbench.engine.connection.stream_connection import StreamConnection, new_stream
from workbench.engine.endpoint.base import Endpoint
from workbench.engine.endpoint.bind import bind_first
from workbench.engine.endpoint.connect_attempts import ConnectBurst, Goal, Holder
from workbench.engine.endpoint.reconnect import Reconnector
from workbench.engine.endpoint.setup import CallMakers, SetupStep, SocketSetup, no_call, open_socket
from workbench.engine.model import commands as c
from workbench.engine.model.family import fitting, kind_of
from workbench.engine.model.options import UNSPECIFIED
from workbench.engine.model.planned_calls import Purpose, planned_calls
from workbench.engine.model.proxy_settings import proxy_for
from workbench.engine.model.settings import EndpointSettings
from workbench.engine.model.snapshot import CloseCause, Phase, Reconnecting
from workbench.engine.model.ticket import Ticket
from workbench.engine.protocol.stack import WEBSOCKET, layer_names
from workbench.engine.sockets import descriptors
from workbench.engine.sockets.traced_socket import SockAddress
from workbench.texts import Problem


class StreamEndpoint(Endpoint):
    """The client of a stream."""

    _current: tuple[int, ...] = ()
    _asked: Ticket | None = None
    _closing = False
    """A command is closing connections: what is lost because of that is not connected again."""

    def __init__(self, context: EngineContext) -> None:
        super().__init__(context)
        self._reconnector = Reconnector(context, self._connect_again)

    def busy(self) -> bool:
        return super().busy() or self._reconnector.waits

    def start(self, ticket: Ticket) -> None:
        """socket() and its options without a connect, for a client that is driven call by call.

        Raises Problem: it has a socket, or its family depends on an address.
        """
        if self.registry.open or self.under_way:
            raise Problem("engine.already_open")
        self.live.prepare()
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

            self.setup.begin(
                SocketSetup(
                    self.opening_calls(holder, Purpose.START, family, local, ticket),
                    holder.maybe,
                    lambda: self._opened(ticket),
                    fail,
                )
            )

        self._find_local(ticket, build)

    def _opened(self, ticket: Ticket) -> None:
        self.phase = Phase.OPEN
        ticket.finish()

    def open_own(self, ticket: Ticket) -> None:
        self.live.prepare()
        self._new_connection(ticket)
        self.phase = Phase.OPEN

    def _new_connection(self, ticket: Ticket, family: str | None = None) -> StreamConnection:
        traced = open_socket(self.context, ticket, family, self.registry.next_number)
        connection = new_stream(self, traced, ticket)
        self.registry.open[traced.id] = connection
        return connection

    def call_connect(self, connection: Connection, sockaddr: SockAddress, ticket: Ticket) -> None:
        """connect() as asked, again too: EISCONN, EALREADY."""
        if connection.connected_ns is not None or connection.connecting is not None:
            super().call_connect(connection, sockaddr, ticket)
            return
        assert isinstance(connection, StreamConnection)
        self._current = ()
        self.phase = Phase.CONNECTING

        def ended(error: BaseException | None) -> None:
            self.find_phase()
            ticket.finish() if error is None else ticket.fail(error)

        try:
            connection.connect(sockaddr, PendingCall("connect", 0, ticket, repr(sockaddr), ended))
        finally:
            self.find_phase()

    def connect(self, ticket: Ticket, count: int | None) -> None:
        """Connect `count` new sockets, or the one that `start` made.

        Raises Problem: a bad count, a set-up under way, connections that stand, too few
        descriptors, or no address.
        """
        wished = self.settings.count if count is None else count
        if wished < 1:
            raise Problem("engine.bad_count", count=wished)
        if self.under_way:
            raise Problem("engine.set_up_under_way")
        fresh = self._unconnected()
        if (
            self.registry.open
            and not fresh
            and all(
                not (it.peer_finished or it.broken or it.ends_by_itself)
                for it in self.registry.open.values()
            )
        ):
            raise Problem("engine.already_connected")
        room = descriptors.room()
        if room is not None and wished > room:
            raise Problem("engine.too_many_sockets", count=wished, room=room)
        self.live.prepare()
        self._asked = ticket
        for connection in [
            it for it in self.registry.open.values() if it.peer_finished or it.broken
        ]:
            connection.close(CloseCause.LOCAL, ticket)
        if not self.settings.address:
            raise Problem(fitting("engine.no_address", kind_of(self.settings)))
        self.phase = Phase.CONNECTING
        self._current = ()
        self._reconnector.begin(ticket)
        ticket.add_callback(self._came_out)
        spec, target = self._first_hop()
        family = self.settings.family

        def connect(sockaddrs: tuple[SockAddress, ...]) -> None:
            self._find_local(
                ticket,
                lambda local: ConnectBurst(
                    self, Goal(spec, family, sockaddrs, local, target), wished, ticket
                ).begin(wished, fresh if fresh is not None and fresh.open else None),
            )

        self.resolver.find(spec, ticket, binding=False, then=connect)

    def _first_hop(self) -> tuple[str, str]:
        """Where the socket itself connects, and the target that a proxy or a layer has to be told;
        "" if the address says it all.

        Raises:
            Problem: the environment names something that is no proxy, or nobody can be meant.
        """
        settings = self.settings
        if settings.proxy is None:
            return settings.address, self._followed()
        target = self.resolver.written(settings.address)
        proxy = proxy_for(settings.proxy, target, tls="tls" in settings.layers)
        return (settings.address, self._followed()) if proxy is None else (proxy.address, target)

    def _followed(self) -> str:
        """The address behind an @link, where a layer tells it to the peer (Host); "": no layer
        does.
        """
        settings = self.settings
        if WEBSOCKET not in layer_names(settings) or not settings.address.startswith("@"):
            return ""
        try:
            return self.resolver.written(settings.address)
        except Problem:  # the resolver reports it, as for any address
            return ""

    def _connect_again(self, ticket: Ticket, count: int | None) -> None:
        with self.carrying_out(ticket):
            self.connect(ticket, count)

    def _came_out(self, ticket: Ticket) -> None:
        """Note that a connect has ended, whoever asked for it."""
        problem = ticket.outcome.problem if ticket.outcome is not None else None
        if problem is not None:
            self._reconnector.end(ticket)  # no call was made for it, or another command ended it
        self._look_if_gone()

    def _look_if_gone(self) -> None:
        """Tell the Reconnector if nothing is connected or connecting any more."""
        # when thousands are lost at once, not each looks through all of them
        if self.settings.reconnect is None:
            return
        alive = any(
            item.open and not (item.broken or item.peer_finished)
            for item in self.registry.open.values()
        )
        asked = self._asked is not None and not self._asked.done
        if alive or asked or self.under_way or self._closing:
            return
        closed = self.registry.closed
        newest = next(reversed(self.registry.open.values()), closed[-1] if closed else None)
        stood = None
        if newest is not None and newest.usable_ns is not None:
            stood = ((newest.closed_ns or self.context.now()) - newest.usable_ns) / 1e9
        self._reconnector.gone(stood)

    def _find_local(self, ticket: Ticket, then: Callable[[tuple[SockAddress, ...]], None]) -> None:
        """The addresses to bind to before connect; empty: none."""
        if self.settings.bind:
            self.resolver.find(self.settings.bind, ticket, binding=True, then=then)
        else:
            then(())

    def opening_calls(
        self,
        holder: Holder,
        purpose: Purpose,
        family: str,
        local: tuple[SockAddress, ...],
        ticket: Ticket,
        connect: Callable[[], None] = no_call,
        peer: SockAddress | None = None,
    ) -> list[SetupStep]:
        """The calls that build a socket of this family, up to connect() where that is planned."""

        def make() -> None:
            holder.connection = self._new_connection(ticket, family)

        return CallMakers(
            make=make,
            traced=holder.traced,
            bind=lambda: bind_first(self.context, holder.need(), local, ticket),
            last=connect,
            local=local[0] if local else None,
            peer=peer,
        ).steps(planned_calls(self.settings, purpose, family), ticket)

    def _unconnected(self) -> StreamConnection | None:
        for connection in self.registry.open.values():
            if (
                connection.connected_ns is None
                and connection.connecting is None
                and isinstance(connection, StreamConnection)
            ):
                return connection
        return None

    def connect_finished(self, connection: Connection) -> None:
        self._current = (*self._current, connection.traced.id)
        self.set_responder(connection, self.settings.responder, greet=True)

    def find_phase(self) -> None:
        """Determine the endpoint's phase after a connect has ended, as others may be under way."""
        if self.phase is not Phase.CONNECTING and self.phase is not Phase.FAILED:
            # stopped meanwhile, or driven call by call. From the newest on: of thousands begun in
            # turn, the last ones are those still waiting
            return
        # from the newest on: of thousands that were begun in turn the last ones still wait
        waiting = (ch.connecting is not None for ch in reversed(self.registry.open.values()))
        if self.under_way or any(waiting):
            self.phase = Phase.CONNECTING
        else:
            self.phase = Phase.OPEN if self.conversations() else Phase.FAILED

    def connection_closed(self, connection: Connection) -> None:
        super().connection_closed(connection)
        ours = connection.close_cause in {CloseCause.LOCAL, CloseCause.ABORTED}
        if not self.registry.open and not self.under_way and (ours or self.phase is Phase.OPEN):
            self.phase = Phase.CLOSED
        self._look_if_gone()

    def connection_lost(self, connection: Connection) -> None:
        super().connection_lost(connection)
        self._look_if_gone()

    def configure(self, settings: EndpointSettings) -> None:
        super().configure(settings)
        if settings.reconnect is None:
            self._reconnector.end(None)

    def close(self, command: c.Close, ticket: Ticket) -> None:
        """close(); when no socket is left, reconnecting ends too."""
        if self._reconnector.waits and not self.registry.open:
            self._reconnector.end(ticket)
            ticket.finish()
            return
        self._end_by(ticket, lambda: super(StreamEndpoint, self).close(command, ticket))

    def abort(self, command: c.Abort, ticket: Ticket) -> None:
        """abort(); when no socket is left, reconnecting ends too."""
        self._end_by(ticket, lambda: super(StreamEndpoint, self).abort(command, ticket))

    def _end_by(self, ticket: Ticket, close: Callable[[], None]) -> None:
        self._closing = True
        try:
            close()
        finally:
            self._closing = False
        if not any(item.open for item in self.registry.open.values()):
            self._reconnector.end(ticket)

    def stop(self, ticket: Ticket) -> None:
        self._reconnector.end(ticket)
        super().stop(ticket)

    def reconnecting(self) -> Reconnecting | None:
        return self._reconnector.state

    def current(self) -> list[Connection]:
        """The open sockets of the last connect; while none is connected, those that are
        connecting.
        """
        connected = [
            self.registry.open[number] for number in self._current if number in self.registry.open
        ]
        return connected or list(self.registry.open.values())
