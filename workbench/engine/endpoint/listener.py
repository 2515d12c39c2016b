"""Listeners: bind, listen, accept through a gate, and the accepted connections."""

from __future__ import annotations

import errno
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from typing import Final, Protocol

from workbench.engine.connection.connection import Connection, ConnectionOwner
from workbench.engine.connection.failing_calls import BackOff
from workbench.engine.connection.pending_call import PendingCall
from workbench.engine.connection.stream_connection import new_stream
from workbench.engine.endpoint.base import Endpoint
from workbench.engine.endpoint.bind import bind_searching, within_reach
from workbench.engine.endpoint.setup import CallMakers, SocketSetup, open_socket
from workbench.engine.model import commands as c
from workbench.engine.model.errors import describe
from workbench.engine.model.events import Cause
from workbench.engine.model.planned_calls import Purpose, planned_calls
from workbench.engine.model.settings import GateMode, Pace
from workbench.engine.model.snapshot import CloseCause, Phase, Waiting
from workbench.engine.model.ticket import Ticket
from workbench.engine.sockets import descriptors, kernel_readings
from workbench.engine.sockets.event_loop import Timer
from workbench.engine.sockets.poller import READ
from workbench.engine.sockets.traced_socket import SockAddress, TracedSocket
from workbench.texts import Problem

BACK_OFF: Final = 0.5
"""Seconds without accept after EMFILE, or while no descriptor is left for a connection: it stays
queued, and the poller would spin.
"""
_NO_ROOM = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}
_NOBODY = {errno.EAGAIN, errno.ECONNABORTED}
"""Nobody is in the queue any more; nothing is wrong with the listener (accept(2))."""


class AcceptOwner(ConnectionOwner, Protocol):
    """The endpoint, as its listening socket sees it."""

    def accepts(self) -> bool:
        """Whether to wait for the next connection now."""

    def accept_ready(self) -> None:
        """A connection is in the accept queue."""


class OwnSocket(Connection):
    """A listening (or only bound) socket: it carries no data, its endpoint accepts."""

    def __init__(self, owner: AcceptOwner, traced: TracedSocket) -> None:
        super().__init__(owner, traced)
        self._listener = owner
        self.backing_off = BackOff(self.context, traced.id, "accept", self.refresh)

    def has_pending_work(self) -> bool:
        """Also while it does not accept: whoever waits in its queue is worth kernel readings."""
        return super().has_pending_work() or not self._listener.accepts()

    def interest(self) -> int:
        return READ if self._listener.accepts() else 0

    def ready(self, mask: int) -> None:
        self._listener.accept_ready()

    def ask(self, call: str, size: int, ticket: Ticket | None) -> None:
        """recv() on a socket that carries no data, which the kernel refuses. Raises OSError."""
        self.traced.recv_into(self.live.reads.view(size), size, str(size), ticket)
        if ticket is not None:
            ticket.finish()


class ListenerEndpoint(Endpoint):
    """A server: one listening socket and the connections it accepted."""

    _own: OwnSocket | None = None
    _backing_off: Timer | None = None

    @property
    def _pending(self) -> deque[PendingCall]:
        """The asked-for accepts: they wait on the listener as reads wait on a connection."""
        return self._own.ops if self._own is not None else deque()

    def own_connection(self) -> Connection | None:
        return self._own

    def conversations(self) -> Iterable[Connection]:
        return [
            connection for connection in self.registry.open.values() if connection is not self._own
        ]

    conversation_rows = conversations

    def closed_rows(self) -> Iterable[Connection]:
        return [connection for connection in self.registry.closed if connection.number]

    # -- set-up -------------------------------------------------------------------------------

    def start(self, ticket: Ticket) -> None:
        """socket, setsockopt, bind, listen, once the address is resolved."""
        self._check_closed()
        self.live.prepare()
        kernel_readings.check_backlog(self.settings.backlog)
        self.phase = Phase.SETTING_UP
        self.resolver.find(
            self.settings.address,
            ticket,
            binding=True,
            then=lambda sockaddrs: self._plan(sockaddrs, ticket),
        )

    def _check_closed(self) -> None:
        if self._own is not None or self.under_way:
            raise Problem("engine.already_listening")

    def _plan(self, sockaddrs: tuple[SockAddress, ...], ticket: Ticket) -> None:
        sockaddrs = within_reach(self.context, sockaddrs, ticket)
        backlog = self.settings.backlog
        calls = CallMakers(
            make=lambda: self.open_own(ticket),
            traced=lambda: self.need_own().traced,
            bind=lambda: self.bind(sockaddrs, ticket),
            last=lambda: self.listen_now(backlog, ticket),
            local=sockaddrs[0],
        ).steps(planned_calls(self.settings, Purpose.START), ticket)
        self.setup.begin(
            SocketSetup(calls, self._traced_or_none, ticket.finish, self._failing(ticket))
        )
        if self.setup.queue and self.setup.pace is Pace.STEP:
            ticket.finish()  # at once: the calls wait for their steps

    def _failing(self, ticket: Ticket) -> Callable[[BaseException], None]:
        def fail(error: BaseException) -> None:
            if self._own is not None:
                symbol = None if isinstance(error, Problem) else describe(error).errno
                self._own.close(CloseCause.FAILED, ticket, symbol)
            self.phase = Phase.FAILED
            ticket.fail(error)

        return fail

    def open_own(self, ticket: Ticket) -> None:
        """socket()."""
        self._check_no_socket()
        traced = open_socket(self.context, ticket)
        self._own = OwnSocket(self, traced)
        self.registry.open[traced.id] = self._own
        self.phase = Phase.SETTING_UP

    def _check_no_socket(self) -> None:
        if self._own is not None:
            raise Problem("engine.already_open")

    def need_own(self) -> OwnSocket:
        """The listening socket. Raises Problem: there is none."""
        if self._own is None:
            raise Problem("engine.no_socket")
        return self._own

    def _traced_or_none(self) -> TracedSocket | None:
        return self._own.traced if self._own is not None else None

    def bind(self, sockaddrs: tuple[SockAddress, ...], ticket: Ticket | None) -> None:
        """bind(); with `port_search` to the next free port where this one is taken."""
        bind_searching(self.context, self.need_own(), sockaddrs, ticket)
        self.phase = Phase.BOUND

    def listen_now(self, backlog: int, ticket: Ticket | None) -> None:
        own = self.need_own()
        kernel_readings.check_backlog(backlog)
        own.traced.listen(backlog, ticket)
        self.phase = Phase.LISTENING
        own.connected_ns = self.context.now()
        own.refresh()

    def listen(self, ticket: Ticket, backlog: int | None) -> None:
        """listen() again: on Linux it changes the limit of the live queue."""
        self.listen_now(self.settings.backlog if backlog is None else backlog, ticket)
        ticket.finish()

    def call_listen(self, connection: Connection, backlog: int, ticket: Ticket) -> None:
        self.listen_now(backlog, ticket)

    # -- accept -------------------------------------------------------------------------------

    def accepts(self) -> bool:
        """Whether to wait for the next connection."""
        if self.phase is not Phase.LISTENING or self._backing_off is not None:
            return False
        if self._pending:
            return True
        held = self.gates.backpressured or self.need_own().backing_off.waiting
        return self.gates.accept is GateMode.AUTO and not held

    def accept_once(self, ticket: Ticket, count: int) -> None:
        """Make `count` accepts, each waiting as `settimeout` says."""
        own = self.need_own()
        if isinstance(ticket.command, c.Accept) and ticket.command.no_files:
            descriptors.check_file_limit()
        for index in range(count):
            op = PendingCall("accept", 0, ticket if index == count - 1 else None)
            own.ops.append(op)
            if self.live.timeout == 0 or self.phase is not Phase.LISTENING:
                self._accept(op, ticket)
                continue
            op.start_deadline(self.context, self._accept_expired)
        own.refresh()

    def _accept_expired(self, op: PendingCall) -> None:
        own = self._own
        if own is None or op not in own.ops:
            return
        error = TimeoutError("timed out")
        own.traced.end("accept", "", op.begun, error, op.ticket)
        own.traced.sample()
        own.end_op(op, error)

    def accept_ready(self) -> None:
        """A connection is in the queue: make one accept."""
        op = self._pending[0] if self._pending else None
        self._accept(op, op.ticket if op is not None else None)

    def _accept(self, op: PendingCall | None, cause: Cause | None) -> None:
        own = self.need_own()
        if not self._may_take_one(own, op):
            return
        try:
            with self._room(op):
                traced = own.traced.accept(cause, self.registry.next_number)
        except OSError as error:
            if op is not None:
                own.end_op(op, error)
            if error.errno in _NO_ROOM:
                self._back_off(own)
            elif error.errno not in _NOBODY:
                own.backing_off.failed(error)
            return
        own.backing_off.ended()
        try:
            connection = new_stream(self, traced, cause)
        except Problem as problem:
            self.context.not_done(problem, cause)
            if op is not None:
                own.end_op(op, problem)
            return
        connection.connected_ns = self.context.now()
        self.registry.open[traced.id] = connection
        if op is not None:
            own.end_op(op)
        self.set_responder(connection, self.settings.responder, greet=True)
        connection.refresh()

    def _may_take_one(self, own: OwnSocket, op: PendingCall | None) -> bool:
        """Whether another connection leaves the program its own descriptors; if not, accepting
        pauses.
        """
        if _without_files(op) or descriptors.has_room(own.traced.raw):
            if self.no_room:
                self.no_room = False
                self.context.note("accept_goes_on", "", own.traced.id)
            return True
        if op is not None and (self.live.timeout == 0 or self.phase is not Phase.LISTENING):
            own.end_op(op, descriptors.no_room())  # it waits for nothing
            return False
        if not self.no_room:
            self.no_room = True
            self.context.note("accept_held", descriptors.facts(), own.traced.id)
        self._wait(own)
        return False

    def _room(self, op: PendingCall | None) -> AbstractContextManager[None]:
        """A block with a free descriptor, or with none if the accept was asked for that way."""
        if not _without_files(op):
            return nullcontext()
        own = self.need_own()
        self.context.note("no_files", "", own.traced.id, op.ticket if op is not None else None)
        return descriptors.no_more_files(own.traced.raw)

    def _back_off(self, own: OwnSocket) -> None:
        self.context.note("accept_backs_off", str(BACK_OFF), own.traced.id)
        self._wait(own)

    def _wait(self, own: OwnSocket) -> None:
        """Pause accepting for a moment."""
        if self._backing_off is None:
            self._backing_off = self.context.loop.after(BACK_OFF, self._try_again)
        own.refresh()

    def _try_again(self) -> None:
        if self._backing_off is not None:
            self._backing_off.cancel()
        self._backing_off = None
        if self._own is not None:
            self._own.refresh()

    # -- the end ------------------------------------------------------------------------------

    def close(self, command: c.Close, ticket: Ticket) -> None:
        """Without `connection` only the listening socket is closed; accepted ones stay open."""
        if command.connection is not None:
            super().close(command, ticket)
            return
        self.need_own().close(CloseCause.LOCAL, ticket)
        ticket.finish()

    def connection_closed(self, connection: Connection) -> None:
        super().connection_closed(connection)
        if connection is self._own:
            self._own = None
            self.no_room = False
            self.phase = Phase.CLOSED
            if self._backing_off is not None:
                self._backing_off.cancel()
                self._backing_off = None
        elif self.no_room:
            self._try_again()

    def waiting(self) -> Waiting | None:
        own = self._own
        if own is None or self.phase is not Phase.LISTENING:
            return None
        asked = own.waiting()
        if asked is not None or self.gates.accept is not GateMode.AUTO:
            return asked
        newest = own.traced.last
        return Waiting("accept", newest.t_ns if newest is not None else self.context.now(), None)

    def drops(self) -> int | None:
        return self._own.traced.drops() if self._own is not None else None


def _without_files(op: PendingCall | None) -> bool:
    """Whether this accept was asked for with no descriptor free, so that it meets EMFILE."""
    asked = op.ticket.command if op is not None and op.ticket is not None else None
    return isinstance(asked, c.Accept) and asked.no_files
