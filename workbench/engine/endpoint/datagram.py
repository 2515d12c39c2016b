"""Datagram endpoints: one socket and one connection id, with a peer in each event."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Final

from workbench.engine.connection.connection import Connection, ConnectionOwner
from workbench.engine.connection.failing_calls import A_FEW, BackOff
from workbench.engine.connection.send_queue import Outgoing
from workbench.engine.endpoint.base import Endpoint
from workbench.engine.endpoint.bind import bind_searching, within_reach
from workbench.engine.endpoint.send import Make, maker
from workbench.engine.endpoint.setup import CallMakers, SetupStep, SocketSetup, open_socket
from workbench.engine.model import commands as c
from workbench.engine.model import options
from workbench.engine.model.errors import describe
from workbench.engine.model.events import Cause
from workbench.engine.model.family import fitting, kind_of
from workbench.engine.model.planned_calls import (
    ConnectCall,
    Purpose,
    own_address,
    planned_calls,
)
from workbench.engine.model.responders.reply import Reply, ResponderRuntime
from workbench.engine.model.settings import Pace
from workbench.engine.model.snapshot import CloseCause, PeerSnapshot, Phase
from workbench.engine.model.ticket import Ticket
from workbench.engine.protocol.responder_layer import SILENT
from workbench.engine.sockets.event_loop import Timer
from workbench.engine.sockets.poller import READ, WRITE
from workbench.engine.sockets.senders import Senders
from workbench.engine.sockets.traced_socket import TRUNCATION, SockAddress, TracedSocket
from workbench.texts import Problem

SEND_BACK_OFF: Final = 0.02
"""Seconds before an unconnected AF_UNIX sendto is tried again: EAGAIN, yet it polls writable."""
SEND_BACK_OFF_MOST: Final = 0.32
"""... twice as many each time, up to this."""
LOOK_EVERY: Final = 0.1
"""Seconds between two looks at what there is to read, where the poller cannot be trusted."""
PEERS_KEPT: Final = 1000
"""Addresses that are told apart; if there are more, those used longest ago are forgotten."""


@dataclass(slots=True)
class Peer:
    """The traffic with one address of a datagram socket."""

    sockaddr: SockAddress
    datagrams_in: int = 0
    datagrams_out: int = 0
    last_ns: int = 0


class DatagramConnection(Connection):
    """The one socket of a datagram endpoint.

    Attributes:
        peers: addresses seen, by their spelling, newest last.
    """

    def __init__(self, owner: ConnectionOwner, traced: TracedSocket) -> None:
        super().__init__(owner, traced)
        self.connected_ns = self.opened_ns
        self.peers: dict[str, Peer] = {}
        self.newest: str | None = None
        self._retry: Timer | None = None
        self._retry_in = SEND_BACK_OFF
        self._backing_off = BackOff(self.context, traced.id, "recvfrom", self.refresh)
        self._in_vain = 0
        self._senders = Senders(self.context.id, traced.id, traced.family)
        self._asked = (0, "")  # the size of a read, and how the log shows it
        self._runtime = SILENT
        self._due: Timer | None = None
        self._looks: Timer | None = None

    def interest(self) -> int:
        mask = super().interest()
        if self._looks is not None or (self._backing_off.waiting and not self.ops):
            mask &= ~READ
        return mask & ~WRITE if self._retry is not None else mask

    def ready(self, mask: int) -> None:
        """The loop's handler. After shutdown(SHUT_RD), even a failed one, the socket polls readable
        though nothing can be read.
        """
        self._in_vain += 1
        super().ready(mask)
        if not mask & READ:
            self._in_vain = 0
        elif self._in_vain >= A_FEW and self.open:
            self.context.note("readable_in_vain", repr(LOOK_EVERY), self.traced.id)
            self._looks = self.context.loop.after(LOOK_EVERY, self._look)
            self.refresh()

    def _look(self) -> None:
        """Ask how much there is to read (FIONREAD), since readiness no longer tells."""
        if not self.open:
            return
        self._looks = self.context.loop.after(LOOK_EVERY, self._look)
        if super().interest() & READ and self.traced.quick()[1] != 0:
            self.read()

    def read(self) -> None:
        """One recvfrom(), asked for or by itself."""
        op = self.ops[0] if self.ops else None
        reads = self.live.reads
        size = op.size if op is not None else reads.size
        ticket = op.ticket if op is not None else None
        buffer = reads.view(size)
        if size != self._asked[0]:
            self._asked = (size, f"{size}, MSG_TRUNC" if TRUNCATION else str(size))
        try:
            count, name, sockaddr = self.traced.recvfrom_into(
                buffer, size, self._asked[1], self._senders.shape, ticket
            )
        except BlockingIOError:
            return
        except OSError as error:  # an ICMP error: the socket lives on
            self._in_vain = 0
            self.traced.sample()
            self.errno = describe(error).errno
            if op is not None:
                self.end_op(op, error)
            self._backing_off.failed(error)
            return
        self._in_vain = 0
        self._backing_off.ended()
        self.errno = None  # what an earlier error said is out of date
        self.bytes_in += min(count, size)
        self.reads += 1
        if name is not None:
            peer = self._peer(name, sockaddr)
            peer.datagrams_in += 1
        if op is not None:
            self.end_op(op)
        answer = self._runtime.answer
        if answer is not None and name is not None:
            reply = answer(buffer[: min(count, size)])
            if reply is not None:
                self._reply(reply, sockaddr)

    # -- answering ----------------------------------------------------------------------------

    def answer_by(self, runtime: ResponderRuntime) -> None:
        self._runtime = runtime.for_connection(stream=False, tell=self.tell)

    def silence(self) -> None:
        self._runtime = SILENT

    def _reply(self, reply: Reply, to: SockAddress) -> None:
        """Send what the responder answered, behind earlier replies to the same peer."""
        if reply.delay or self.delayed.before(to):
            self.delayed.put(reply, to, perf_counter())
            self._await_due()
            self.refresh()
        else:
            self._say(reply, to)

    def _say(self, reply: Reply, to: SockAddress | None) -> None:
        if reply.data is not None:
            self.outbox.write(reply.data, to=to, answer=True)  # an empty datagram is one too
        if reply.ending is not None and self.open:
            self.close_once_sent(CloseCause.LOCAL)

    def _await_due(self) -> None:
        if self._due is not None:
            self._due.cancel()
        seconds = self.delayed.due_in(perf_counter())
        self._due = None if seconds is None else self.context.loop.after(seconds, self._say_due)

    def drop_delayed(self, cause: Cause | None) -> None:
        super().drop_delayed(cause)
        # nothing is sent any more: the timer would keep this socket alive until then
        self._await_due()

    def _say_due(self) -> None:
        while self.open and (item := self.delayed.take(perf_counter())) is not None:
            self._say(*item)
        self.queue_changed()
        self._await_due()

    def _peer(self, name: str, sockaddr: SockAddress) -> Peer:
        peer = self.peers.pop(name, None) or Peer(sockaddr)
        self.peers[name] = peer
        self.newest = name
        peer.last_ns = self.context.now()
        if len(self.peers) > PEERS_KEPT:
            del self.peers[next(iter(self.peers))]
        return peer

    def send_one(self, item: Outgoing) -> int:
        ticket = item.op.ticket if item.op is not None else None
        if item.to is None:
            count = self.traced.send(item.data, ticket)
        else:
            try:
                count = self.traced.sendto(item.data, item.to, ticket)
            except BlockingIOError:
                self._back_off()
                raise
            name = self.traced.last.peer if self.traced.last is not None else None
            if name is not None:
                self._peer(name, item.to).datagrams_out += 1
        self.bytes_out += count
        self.sends += 1
        self.errno = None
        self._retry_in = SEND_BACK_OFF
        self._backing_off.ended()  # the next error is about this one
        return count

    def _back_off(self) -> None:
        """Wait before the next sendto: an unconnected AF_UNIX socket polls writable while the
        peer's queue is full.
        """
        if self.traced.family in {socket.AF_INET, socket.AF_INET6} or self._retry is not None:
            return
        self._retry = self.context.loop.after(self._retry_in, self._try_again)
        self._retry_in = min(2 * self._retry_in, SEND_BACK_OFF_MOST)

    def _try_again(self) -> None:
        self._retry = None
        if self.open:
            self.outbox.flush()

    def sending_failed(self, error: Exception) -> None:
        """Do nothing: only this datagram failed, the next may go elsewhere."""
        self.traced.sample()
        self.errno = describe(error).errno


class DatagramEndpoint(Endpoint):
    """A datagram socket: bound, connected, both or neither."""

    _connection: DatagramConnection | None = None
    _former: DatagramConnection | None = None

    def own_connection(self) -> Connection | None:
        return self._connection

    def need(self) -> DatagramConnection:
        """The socket. Raises Problem: there is none."""
        if self._connection is None:
            raise Problem("engine.no_socket")
        return self._connection

    def _traced_or_none(self) -> TracedSocket | None:
        return self._connection.traced if self._connection is not None else None

    # -- set-up -------------------------------------------------------------------------------

    def start(self, ticket: Ticket) -> None:
        """socket, setsockopt and, where an address is given, bind. Raises Problem: it is open."""
        if self._connection is not None or self.under_way:
            raise Problem("engine.already_open")
        self._build(Purpose.START, ticket, ticket.finish)

    def _build(
        self,
        purpose: Purpose,
        ticket: Ticket,
        finish: Callable[[], None],
        peers: tuple[SockAddress, ...] = (),
    ) -> None:
        """Plan the calls that make the socket; `finish` is the rest of the command."""
        if self.under_way:
            raise Problem("engine.set_up_under_way")
        self.phase = Phase.SETTING_UP
        self.live.prepare()

        def build(found: tuple[SockAddress, ...]) -> None:
            local = within_reach(self.context, found, ticket) if found else ()
            calls = self._makers(local, peers, ticket).steps(
                planned_calls(self.settings, purpose), ticket
            )
            self._begin(calls, ticket, finish)

        own = own_address(self.settings, purpose)
        if own is None:
            build(())
        else:
            self.resolver.find(own, ticket, binding=True, then=build)

    def _makers(
        self, local: tuple[SockAddress, ...], peers: tuple[SockAddress, ...], ticket: Ticket
    ) -> CallMakers:
        return CallMakers(
            make=lambda: self.open_own(ticket),
            traced=lambda: self.need().traced,
            bind=lambda: self.bind(local, ticket),
            last=lambda: self.connect_now(peers, ticket),
            local=local[0] if local else None,
            peer=peers[0] if peers else None,
        )

    def _begin(
        self,
        calls: list[SetupStep],
        ticket: Ticket,
        finish: Callable[[], None],
        *,
        goes_on: bool = False,
    ) -> None:
        failing = self._failing(ticket)
        connects = calls[-1].call == ConnectCall.call

        def fail(error: BaseException) -> None:
            if connects and not setup.planned:
                # connect() itself failed: the socket is as it was, and can be used
                ticket.fail(error)
            else:
                failing(error)

        def made() -> None:
            with self.carrying_out(ticket):
                finish()

        setup = SocketSetup(calls, self._traced_or_none, made, fail)
        self.setup.begin(setup, goes_on=goes_on)
        if self.setup.queue and self.setup.pace is Pace.STEP:
            ticket.finish()

    def _failing(self, ticket: Ticket) -> Callable[[BaseException], None]:
        def fail(error: BaseException) -> None:
            if self._connection is not None:
                symbol = None if isinstance(error, Problem) else describe(error).errno
                self._connection.close(CloseCause.FAILED, ticket, symbol)
            self.phase = Phase.FAILED
            ticket.fail(error)

        return fail

    def open_own(self, ticket: Ticket) -> None:
        """socket(). Raises Problem: it has one."""
        if self._connection is not None:
            raise Problem("engine.already_open")
        traced = open_socket(self.context, ticket, numbered=self.registry.next_number)
        self._connection = DatagramConnection(self, traced)
        self._former = None
        self.registry.open[traced.id] = self._connection
        self.set_responder(self._connection, self.settings.responder, greet=False)
        self._connection.refresh()
        self.phase = Phase.OPEN

    def bind(self, sockaddrs: tuple[SockAddress, ...], ticket: Ticket | None) -> None:
        """bind(); with `port_search` to the next free port where this one is taken."""
        bind_searching(self.context, self.need(), sockaddrs, ticket)
        self.phase = Phase.BOUND

    def connect(self, ticket: Ticket, count: int | None) -> None:
        """connect(): fixes the peer and filters what is received; sends nothing.

        Raises Problem: it has no address, or a set-up is under way.
        """
        if not self.settings.address:
            raise Problem(fitting("engine.no_address", kind_of(self.settings)))
        if self.under_way:
            raise Problem("engine.set_up_under_way")

        if self._connection is None:
            self.phase = Phase.SETTING_UP

        def found(sockaddrs: tuple[SockAddress, ...]) -> None:
            if self._connection is None:
                self._build(Purpose.CONNECT, ticket, ticket.finish, sockaddrs)
                return
            planned = planned_calls(self.settings, Purpose.CONNECT)[-1:]
            calls = self._makers((), sockaddrs, ticket).steps(planned, ticket)
            self._begin(calls, ticket, ticket.finish, goes_on=True)

        self.resolver.find(self.settings.address, ticket, binding=False, then=found)

    def connect_now(self, sockaddrs: tuple[SockAddress, ...], ticket: Ticket) -> None:
        """connect() to the first address of a name that the kernel has a route to.

        Raises:
            OSError: of the last call; the socket stays.
        """
        traced = self.need().traced
        for sockaddr in sockaddrs[:-1]:
            try:
                traced.connect(sockaddr, ticket)
            except OSError:
                continue  # logged as a row
            return
        traced.connect(sockaddrs[-1], ticket)

    # -- sending ------------------------------------------------------------------------------

    def send(self, command: c.Send, ticket: Ticket) -> None:
        """One datagram to `to`, else to the connected peer, else to the endpoint's `address`; an
        endpoint that has none, or is bound to it, answers the peer seen last.
        """
        make = maker(command, self.settings, self.counter_of(command))
        if self._connection is None:
            self._build(Purpose.SEND, ticket, lambda: self._send_to(command, make, ticket))
            return
        self._send_to(command, make, ticket)

    def _send_to(self, command: c.Send, make: Make[bytes], ticket: Ticket) -> None:
        connection = self.need()
        where = command.to
        if where is None and connection.traced.peer is None:
            if self.settings.address and (
                self.settings.bind is not None
                or self.settings.address.startswith("@")
                or connection.traced.local is None
            ):
                where = self.settings.address
            elif connection.newest is not None:
                newest = connection.peers[connection.newest].sockaddr
                self._repeat(command, make, ticket, newest)
                return
        if where is None:  # connected, or no peer known: the kernel answers EDESTADDRREQ
            self._repeat(command, make, ticket, None)
            return
        self.resolver.find(
            where,
            ticket,
            binding=False,
            then=lambda sockaddrs: self._repeat(command, make, ticket, sockaddrs[0]),
        )

    def _repeat(
        self, command: c.Send, make: Make[bytes], ticket: Ticket, to: SockAddress | None
    ) -> None:
        connection = self.need()

        def once(last: Ticket | None) -> bool | None:
            if not connection.open:
                return None
            connection.outbox.write(make(), last, to=to)
            return True

        self.repeater.run(command, ticket, once, [connection])

    # -- groups -------------------------------------------------------------------------------

    def membership(self, command: c.Join | c.Leave, ticket: Ticket) -> None:
        """Join or leave a multicast group."""
        join = isinstance(command, c.Join)
        level, number, raw, name = options.multicast_request(
            command.group, command.interface, self.settings.family, join=join
        )
        shown = f"{name}, {command.group!r}"
        if command.interface is not None:
            shown += f", {command.interface!r}"
        self.need().traced.setsockopt(level, number, raw, shown, ticket)
        ticket.finish()

    # -- what a snapshot shows ----------------------------------------------------------------

    def connection_closed(self, connection: Connection) -> None:
        super().connection_closed(connection)
        self._former, self._connection = self._connection, None
        if self.phase is not Phase.FAILED:
            self.phase = Phase.CLOSED

    def current(self) -> list[Connection]:
        return [self._connection] if self._connection is not None else []

    def peers(self) -> tuple[PeerSnapshot, ...]:
        """The peers of the socket; after its close those that it had."""
        connection = self._connection or self._former
        if connection is None:
            return ()
        return tuple(
            PeerSnapshot(
                name,
                peer.datagrams_in,
                peer.datagrams_out,
                peer.last_ns,
                gone=connection is self._former,
            )
            for name, peer in list(connection.peers.items())[-200:]
        )

    def drops(self) -> int | None:
        return self._connection.traced.drops() if self._connection is not None else None
