"""Endpoint: what listeners, streams and datagram endpoints share: state, sockets, parts.

Everything here runs on the endpoint's own thread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from functools import partial
from types import TracebackType

from workbench.engine.connection.connection import Connection
from workbench.engine.connection.context import EngineContext
from workbench.engine.connection.gates import Gates
from workbench.engine.connection.registry import Registry
from workbench.engine.endpoint.resolver import Resolver
from workbench.engine.endpoint.send import (
    Counter,
    InPieces,
    Make,
    Repeater,
    maker,
    send_again,
    send_all,
)
from workbench.engine.endpoint.setup import SetupRunner
from workbench.engine.model import commands as c
from workbench.engine.model.errors import USER_ERRORS
from workbench.engine.model.identity_cache import IdentityCache
from workbench.engine.model.responders.reply import OnPeerClose
from workbench.engine.model.responders.table import Responder
from workbench.engine.model.serialize import setting_text
from workbench.engine.model.settings import EndpointSettings, GateMode, Pace, Role
from workbench.engine.model.snapshot import CloseCause, PeerSnapshot, Phase, Reconnecting, Waiting
from workbench.engine.model.ticket import Ticket
from workbench.engine.model.unfinished import UnfinishedCommands
from workbench.engine.sockets.traced_socket import SockAddress
from workbench.texts import Problem


class Endpoint:
    """One endpoint: its settings in effect, its sockets, and the parts that act on them.

    Attributes:
        context: the services given to its parts; live: its settings in effect.
        phase: the state of its own socket.
        registry: the sockets.
        gates, setup, resolver, repeater: the parts.
        unfinished: commands that have not ended.
        last_local: where the own socket was bound before it was closed; @links still lead there.
        counter: fills {counter} in what is sent once; each repeated send counts for itself.
        no_room: accept() waits, since no descriptor is left but those that the program reserves.
    """

    no_room = False

    def __init__(self, context: EngineContext) -> None:
        self.context = context
        self.live = context.live
        self.phase = Phase.IDLE
        self.last_local: str | None = None
        self.counter = Counter()
        self.registry = Registry()
        self.gates = Gates(context, self.registry.refresh)
        self.setup = SetupRunner(context)
        self.resolver = Resolver(context, self.setup, self)
        self.repeater = Repeater(context)
        self.unfinished = UnfinishedCommands()
        self._remember_messages(self.live.settings)

    @property
    def settings(self) -> EndpointSettings:
        """The settings in effect."""
        return self.live.settings

    def busy(self) -> bool:
        """Whether the endpoint owns a socket or a set-up under way."""
        return bool(self.registry.open or self.under_way)

    def ended(self) -> None:
        """End with the thread: whatever still waits fails, since no socket is left to wait for."""
        self.repeater.cancel_all()
        self.gates.stop()
        self.unfinished.fail(Problem("engine.closed_meanwhile"))

    def carrying_out(self, ticket: Ticket) -> AbstractContextManager[None]:
        """A block that carries out a command: an exception in it ends the ticket, with a row if no
        call was made.

        An exception that leaves the block is a bug of this program.
        """
        return _CarryingOut(self, ticket)

    def not_carried_out(self, ticket: Ticket, error: BaseException) -> bool:
        """End a command with its exception. False: the exception is a bug of this program."""
        if isinstance(error, Problem):
            self.context.not_done(error, ticket)
            if self.phase in {Phase.CONNECTING, Phase.SETTING_UP} and not (
                self.under_way or self.registry.open
            ):
                self.phase = Phase.FAILED  # its address could not be used: nothing had begun
            ticket.fail(error)
        elif isinstance(error, USER_ERRORS):
            ticket.fail(error)
        else:
            if isinstance(error, Exception):
                ticket.fail(Problem("engine.internal_error", reason=repr(error)))
            return False
        return True

    def lookup_failed(self) -> None:
        self.phase = Phase.FAILED

    # -- commands: what each kind of endpoint makes of them -----------------------------------

    def start(self, ticket: Ticket) -> None:
        """Make the calls of a start, up to where it waits for peers. Raises Problem."""
        raise Problem("engine.not_for_role", role=self.settings.role.value)

    def connect(self, ticket: Ticket, count: int | None) -> None:
        """Connect `count` new sockets; None: as configured. Raises Problem."""
        raise Problem("engine.not_for_role", role=self.settings.role.value)

    def listen(self, ticket: Ticket, backlog: int | None) -> None:
        """listen() on the endpoint's own socket; None: the configured backlog. Raises Problem."""
        raise Problem("engine.not_for_role", role=self.settings.role.value)

    def accept_once(self, ticket: Ticket, count: int) -> None:
        """Make `count` asked-for accepts. Raises Problem: this kind makes none."""
        raise Problem("engine.not_for_role", role=self.settings.role.value)

    def open_own(self, ticket: Ticket) -> None:
        """socket() alone, for a socket that is driven call by call. Raises Problem."""
        raise Problem("engine.not_for_role", role=self.settings.role.value)

    def call_listen(self, connection: Connection, backlog: int, ticket: Ticket) -> None:
        """listen() as asked, whatever the socket is: UDP answers EOPNOTSUPP."""
        connection.traced.listen(backlog, ticket)

    def call_connect(self, connection: Connection, sockaddr: SockAddress, ticket: Ticket) -> None:
        """connect() as asked: a listening socket answers EISCONN or EINVAL."""
        connection.traced.connect(sockaddr, ticket)
        ticket.finish()

    def membership(self, command: c.Join | c.Leave, ticket: Ticket) -> None:
        """Join or leave a multicast group. Raises Problem, OSError."""
        raise Problem("engine.not_for_role", role=self.settings.role.value)

    def close(self, command: c.Close, ticket: Ticket) -> None:
        """close() on every meant connection."""
        self.each(
            command.connection,
            ticket,
            lambda connection: connection.close(CloseCause.LOCAL, ticket),
            closed_is_fine=True,
        )

    def abort(self, command: c.Abort, ticket: Ticket) -> None:
        """SO_LINGER (1, 0) and close() on every meant connection."""
        self.each(
            command.connection,
            ticket,
            lambda connection: connection.abort(ticket),
            closed_is_fine=True,
        )

    def stop(self, ticket: Ticket) -> None:
        """Close every socket; pending calls fail, planned ones are dropped."""
        self.setup.stop()
        self.resolver.stop()
        if not self.registry.open:
            self.context.note("nothing_open", "", None, ticket)
        for connection in list(self.registry.open.values()):
            connection.close(CloseCause.LOCAL, ticket)
        self.phase = Phase.IDLE if self.phase is Phase.IDLE else Phase.CLOSED
        self.gates.stop()
        self.unfinished.fail(Problem("engine.stopped_meanwhile"), but=ticket)
        ticket.finish()

    def switch(self, gate: c.Gate, *, paused: bool) -> None:
        """Pause a gate, or open it."""
        if gate is c.Gate.CALLS:
            self.setup.set_pace(Pace.STEP if paused else Pace.AT_ONCE)
        else:
            self.gates.switch(gate, paused=paused)

    def configure(self, settings: EndpointSettings) -> None:
        """Take new settings; those that can change while sockets are open take effect at once."""
        before = self.settings
        try:
            self.live.take(settings)
        except Problem as problem:
            self.live.refuse(problem)
            raise
        if (settings.address, settings.family) != (before.address, before.family):
            self.last_local = None
        if self.registry.open:
            self._note_changes(before, settings)
        if (settings.responder, settings.encoding) != (before.responder, before.encoding):
            for connection in self.conversations():
                self.set_responder(connection, settings.responder, greet=False)
        self.setup.set_pace(settings.calls)
        for gate, mode in (
            (c.Gate.ACCEPT, settings.accept),
            (c.Gate.RECEIVE, settings.receive),
            (c.Gate.SEND, settings.send),
        ):
            self.gates.switch(gate, paused=mode is GateMode.PAUSED)

    def _note_changes(self, before: EndpointSettings, after: EndpointSettings) -> None:
        """Log the settings that changed, as far as no call of a socket shows the change."""
        if after.timeout != before.timeout:
            self.context.note("settimeout", repr(after.timeout))
        for key in ("responder", "bufsize", "encoding"):
            old, new = getattr(before, key), getattr(after, key)
            if old != new:
                self.context.note(
                    "settings_changed", f"{key!r}, {setting_text(old)!r}, {setting_text(new)!r}"
                )

    # -- sockets ------------------------------------------------------------------------------

    @property
    def under_way(self) -> bool:
        """Whether a set-up is under way, or its name is being looked up."""
        return bool(self.setup.queue or self.resolver.pending)

    def conversations(self) -> Iterable[Connection]:
        """The open connections that carry data."""
        return [
            connection
            for connection in self.registry.open.values()
            if connection.connected_ns is not None
        ]

    def current(self) -> list[Connection]:
        """The open connections meant by a command that names none."""
        return list(self.conversations())[-1:]

    def own_connection(self) -> Connection | None:
        """The endpoint's own socket, such as a listening one; None: it has none."""
        return None

    def targets(self, target: c.Target) -> list[Connection]:
        """The open connections that a command means. Raises Problem when there is none."""
        if target is None:
            found = self.current()
        elif isinstance(target, int):
            found = self.registry.numbered_as(target)
        else:
            found = list(self.conversations())
        found = [item for item in found if item.open]  # close() may still wait, in C
        if not found:
            raise Problem(
                "engine.no_connection" if target in {None, c.ALL} else "engine.no_such_connection",
                number=str(target),
            )
        return found

    def each(
        self,
        target: c.Target,
        ticket: Ticket,
        work: Callable[[Connection], object],
        *,
        own_first: bool = False,
        closed_is_fine: bool = False,
    ) -> None:
        """Do `work` on every meant connection; the first error stops and fails the ticket.

        `own_first`: without a target the endpoint's own socket is meant where it has one.
        `closed_is_fine`: one that is already closed is noted, not refused.
        """
        own = self.own_connection() if own_first and target is None else None
        try:
            found = [own] if own is not None else self.targets(target)
        except Problem:
            if closed_is_fine and self.registry.was_closed(
                target if isinstance(target, int) else None
            ):
                self.context.note("already_closed", "", None, ticket)
                ticket.finish()
                return
            raise
        for connection in found:
            work(connection)
        ticket.finish()

    def connect_finished(self, connection: Connection) -> None:
        """Do nothing: a connection that is established needs no help."""

    def connection_lost(self, connection: Connection) -> None:
        """Do nothing: what follows is the user's decision."""

    def connection_closed(self, connection: Connection) -> None:
        if connection is self.own_connection():
            self.last_local = connection.traced.local
        self.setup.closed(connection.traced)
        self.registry.retire(connection)

    def set_responder(self, connection: Connection, responder: Responder, *, greet: bool) -> None:
        """Have a connection answer by this responder from now on."""
        runtime = (
            self.live.responder_runtime
            if responder is self.settings.responder
            else self.live.compiled(responder)
        )
        connection.answer_by(runtime)
        default = OnPeerClose.CLOSE if self.settings.role is Role.LISTENER else OnPeerClose.KEEP
        connection.on_peer_close = responder.on_peer_close or default
        sink = self.context.sink
        sink.keep_bytes(connection.traced.id, kept=runtime.keep)
        connection.traced.keep = sink.capture if runtime.keep or sink.read_whole else 0
        self.gates.tell()
        if greet:
            connection.begin()

    # -- sending ------------------------------------------------------------------------------

    def send(self, command: c.Send, ticket: Ticket) -> None:
        """Send to the meant connections, `repeat` times."""
        settings = self.live.settings
        # a sendall() that may not wait is given everything it has to send at once
        in_pieces = settings.type == "SOCK_STREAM" and settings.timeout != 0
        if command.pieces:
            self._send_pieces(command, ticket)
            return
        counter = self.counter_of(command)
        connections = self.targets(command.connection)
        if command.file is not None or command.repeat != 1:
            make = maker(command, settings, counter, in_pieces=in_pieces)
        else:
            if settings is not self._made_with:
                self._remember_messages(settings)
            make = self._made.of(command)

        def again(last: Ticket | None) -> bool | None:
            with counter.for_all():
                return send_again(connections, make, last)

        if command.repeat != 1:
            self.repeater.run(command, ticket, again, connections)
            return
        with counter.for_all():
            if not send_all(connections, make, ticket):
                ticket.fail(Problem("engine.closed_meanwhile"))

    def counter_of(self, command: c.Send) -> Counter:
        """The counter for the messages of a send."""
        return self.counter if command.repeat == 1 else Counter()

    def _remember_messages(self, settings: EndpointSettings) -> None:
        """Keep the messages made for a Send for the next time, as long as the settings stay the
        same.
        """
        self._made_with = settings
        make: Callable[[c.Send], Make[bytes]] = partial(
            maker, settings=settings, counter=self.counter
        )
        self._made = IdentityCache(make)

    def _send_pieces(self, command: c.Send, ticket: Ticket) -> None:
        """Send the same piece to each connection, then the next."""
        connections = self.targets(command.connection)
        pieces = InPieces(
            maker(command, self.live.settings, self.counter_of(command)), command.pieces
        )
        self.repeater.run(
            command,
            ticket,
            lambda last: send_again(connections, lambda: pieces.piece, last),
            connections,
            pieces,
        )

    # -- what a snapshot shows ----------------------------------------------------------------

    def conversation_rows(self) -> Iterable[Connection]:
        """The open connections for the tables."""
        return list(self.registry.open.values())

    def closed_rows(self) -> Iterable[Connection]:
        """The closed connections for the tables."""
        return list(self.registry.closed)

    def waiting(self) -> Waiting | None:
        """The waiting call of the endpoint's own socket; None: there is none."""
        for connection in self.current():
            found = connection.waiting()
            if found is not None:
                return found
        return None

    def peers(self) -> tuple[PeerSnapshot, ...]:
        """The peers of a datagram socket."""
        return ()

    def drops(self) -> int | None:
        """Datagrams or SYNs that the kernel dropped at the endpoint's own socket."""
        return None

    def reconnecting(self) -> Reconnecting | None:
        """The state of connecting again by itself; None: it does not."""
        return None


class _CarryingOut:
    """The context manager of `Endpoint.carrying_out`: a class, since every command enters one."""

    __slots__ = ("_endpoint", "_ticket")

    def __init__(self, endpoint: Endpoint, ticket: Ticket) -> None:
        self._endpoint = endpoint
        self._ticket = ticket

    def __enter__(self) -> None:
        """Enter without a value."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        try:
            return error is not None and self._endpoint.not_carried_out(self._ticket, error)
        finally:
            self._endpoint.context.changed()
