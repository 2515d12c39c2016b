"""Endpoint: what listeners, streams and datagram sockets share: its state, its sockets, its parts.

Everything here runs on the endpoint's own thread, but for `submit` and `look`.
"""

from __future__ import annotations

import socket
import traceback
from collections import deque
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from workbench.engine.connection.connection import Connection
from workbench.engine.connection.gates import Gates
from workbench.engine.connection.registry import each, targets
from workbench.engine.connection.send_queue import Payload
from workbench.engine.endpoint.resolver import Resolver
from workbench.engine.endpoint.send import Counter, Make, Repeater, maker
from workbench.engine.endpoint.setup import SetupRunner
from workbench.engine.model import commands as c
from workbench.engine.model.events import NOTE, Cause, Event, EventSink
from workbench.engine.model.joined_ticket import JoinedTicket
from workbench.engine.model.kernel_reading import Reading
from workbench.engine.model.serialize import setting_text
from workbench.engine.model.settings import (
    EndpointSettings,
    GateMode,
    OnPeerClose,
    Responder,
    Role,
)
from workbench.engine.model.snapshot import CloseCause, PeerSnapshot, Phase, Reconnecting, Waiting
from workbench.engine.model.ticket import Ticket
from workbench.engine.model.unfinished import UnfinishedCommands
from workbench.engine.protocol.responder import ResponderRuntime, compile_responder
from workbench.engine.runtime.dispatch import perform
from workbench.engine.runtime.sampler import Sampler
from workbench.engine.runtime.snapshot_publisher import SnapshotPublisher
from workbench.engine.sockets.event_loop import EventLoop, Spawn
from workbench.engine.sockets.socket_factory import HERE, Maker
from workbench.engine.sockets.traced_socket import SockAddress
from workbench.engine.sockets.worker import Worker
from workbench.texts import Problem

if TYPE_CHECKING:
    from workbench.engine.model.events import Clock

KEPT_CLOSED: Final = 200


class Surroundings(Protocol):
    """What an endpoint needs from its session."""

    @property
    def sink(self) -> EventSink: ...
    @property
    def beyond_loopback(self) -> bool: ...

    def temp_dir(self) -> Path:
        """A private 0700 folder for temp:NAME addresses."""

    def link(self, name: str) -> str:
        """The address of another endpoint, in scenario spelling. Raises Problem."""


class Endpoint:
    """One endpoint: its settings, its sockets, and the parts that work on them.

    Attributes:
        id, name: in the record.
        settings: as configured; what is live may differ from the next start.
        timeout, bufsize, responder: live values; `behaviour` is the responder made ready.
        maker: makes the kernel sockets.
        connections: open sockets by their connection's id; `closed` are the newest closed ones.
        numbered: how many connections have had a number.
        bytes_closed: received and sent by the closed ones.
        last_local: where the own socket was bound before it was closed; @links still lead there.
        counter: fills {counter} in what is sent.
        no_room: accept() waits: no descriptor is left but those that the program keeps.
    """

    no_room = False

    def __init__(
        self, number: int, settings: EndpointSettings, surroundings: Surroundings, spawn: Spawn
    ) -> None:
        self.id = number
        self.name = settings.name
        self.settings = settings
        self.surroundings = surroundings
        self.sink = surroundings.sink
        self.clock: Clock = surroundings.sink.clock
        self.maker: Maker = HERE
        self.timeout = settings.timeout
        self.bufsize = settings.bufsize
        self.responder: Responder = settings.responder
        self.behaviour = ResponderRuntime(None, None)
        self.phase = Phase.IDLE
        self.connections: dict[int, Connection] = {}
        self.closed: deque[Connection] = deque(maxlen=KEPT_CLOSED)
        self.closed_count = 0
        self.bytes_closed = (0, 0)
        self.numbered = 0
        self.last_local: str | None = None
        self.counter = Counter()
        self._buffer = memoryview(bytearray(max(1, self.bufsize)))
        self._recv_args = str(self.bufsize)
        self.worker = Worker(self._new_loop, spawn)
        self.gates = Gates(self)
        self.setup = SetupRunner(self, settings.calls)
        self.resolver = Resolver(self)
        self.repeater = Repeater(self)
        self.sampler = Sampler(self)
        self.picture = SnapshotPublisher(self)
        self.unfinished = UnfinishedCommands()

    # -- from any thread ----------------------------------------------------------------------

    def submit(self, ticket: Ticket) -> None:
        """Hand a command to the endpoint's thread, and start one where there is none."""
        try:
            self.worker.post(lambda: perform(self, ticket))
        except Problem as problem:  # it got no thread
            self.not_done(problem, ticket)
            ticket.fail(problem)
            self.picture.redraw()  # no thread will

    def look(self, connection: int | None, answer: Callable[[Reading | None], None]) -> None:
        """Keep a reading in the record and hand it to `answer`, on the endpoint's thread.

        `connection` None: the own socket where there is one, else the current one; `answer` gets
        None where there is no such socket.
        """

        def read() -> None:
            own = self.own_connection() if connection is None else None
            found = (
                [own]
                if own is not None
                else self.current()
                if connection is None
                else [ch for ch in self.connections.values() if ch.number == connection]
            )
            answer(found[0].traced.sample() if found else None)

        if not self.worker.post_if_running(read):
            answer(None)

    # -- the loop's questions -----------------------------------------------------------------

    def _new_loop(self) -> EventLoop:
        return EventLoop(
            self.settings.name,
            busy=self.busy,
            turn=self._turn,
            ended=self._ended,
            crashed=self._crashed,
        )

    def busy(self) -> bool:
        """True while the endpoint owns anything: a socket, or a set-up under way."""
        return bool(self.connections or self.setup.queue)

    def _turn(self) -> None:
        if self.sink.congested is not self.gates.backpressured:
            self.gates.set_backpressure(self.sink.congested)
        if self.sampler.due is None and self.connections:
            self.sampler.plan()

    def _ended(self) -> None:
        """The loop's end. What still waits waits for nothing: there is no socket any more."""
        self.repeater.cancel_all()
        self.sampler.cancel_all()
        self.gates.stop()
        self.unfinished.fail(Problem("engine.closed_meanwhile"))
        self.picture.redraw()

    def _crashed(self, error: BaseException) -> None:
        """A bug of this program: the log says so, the other sockets go on."""
        where = traceback.extract_tb(error.__traceback__)[-1]
        text = f"{type(error).__name__}: {error} ({Path(where.filename).name}:{where.lineno})"
        self.note("internal_error", repr(text))

    # -- what is logged beside the calls ------------------------------------------------------

    def now(self) -> int:
        """Nanoseconds since the record began."""
        return self.clock.now()

    def note(
        self, key: str, args: str = "", connection: int | None = None, cause: Cause | None = None
    ) -> None:
        """The program speaking: `key` names the text, `args` are its Python literals."""
        self.sink.put(
            Event(
                self.now(),
                0,
                self.id,
                connection,
                NOTE,
                key,
                args,
                None,
                None,
                None,
                None,
                None,
                None,
                cause,
            )
        )

    def not_done(self, problem: Problem, cause: Cause | None) -> None:
        """A command that came to no call: the log says why, in the reader's language."""
        error = type(problem.__cause__).__name__ if problem.__cause__ is not None else None
        values = {key: str(value) for key, value in problem.args_.items()}
        self.sink.put(
            Event(
                self.now(),
                0,
                self.id,
                None,
                NOTE,
                "not_done",
                f"{problem.key!r}, {values!r}",
                None,
                None,
                error,
                None,
                None,
                None,
                cause,
            )
        )

    # -- commands: what each kind of endpoint makes of them -----------------------------------

    def start(self, ticket: Ticket) -> None:
        raise Problem("engine.not_for_role", role=self.settings.role.value)

    def connect(self, ticket: Ticket, count: int | None) -> None:
        raise Problem("engine.not_for_role", role=self.settings.role.value)

    def listen(self, ticket: Ticket, backlog: int | None) -> None:
        raise Problem("engine.not_for_role", role=self.settings.role.value)

    def accept_once(self, ticket: Ticket, count: int) -> None:
        raise Problem("engine.not_for_role", role=self.settings.role.value)

    def open_own(self, ticket: Ticket) -> None:
        """socket() alone, for a socket driven call by call."""
        raise Problem("engine.not_for_role", role=self.settings.role.value)

    def call_listen(self, connection: Connection, backlog: int, ticket: Ticket) -> None:
        """listen() as asked, whatever the socket is: UDP answers EOPNOTSUPP."""
        connection.traced.listen(backlog, ticket)

    def call_connect(self, connection: Connection, sockaddr: SockAddress, ticket: Ticket) -> None:
        """connect() as asked: a listening socket answers EISCONN or EINVAL."""
        connection.traced.connect(sockaddr, ticket)
        ticket.finish()

    def membership(self, command: c.Join | c.Leave, ticket: Ticket) -> None:
        raise Problem("engine.not_for_role", role=self.settings.role.value)

    def close(self, command: c.Close, ticket: Ticket) -> None:
        """close() on every meant connection."""
        each(
            self,
            command.connection,
            ticket,
            lambda connection: connection.close(CloseCause.LOCAL, ticket),
            closed_is_fine=True,
        )

    def abort(self, command: c.Abort, ticket: Ticket) -> None:
        """SO_LINGER (1, 0) and close() on every meant connection."""
        each(
            self,
            command.connection,
            ticket,
            lambda connection: connection.abort(ticket),
            closed_is_fine=True,
        )

    def stop(self, ticket: Ticket) -> None:
        """Close every socket; pending calls fail, planned ones are dropped."""
        self.setup.stop()
        self.resolver.stop()
        if not self.connections:
            self.note("nothing_open", "", None, ticket)
        for connection in list(self.connections.values()):
            connection.close(CloseCause.LOCAL, ticket)
        self.phase = Phase.IDLE if self.phase is Phase.IDLE else Phase.CLOSED
        self.gates.stop()
        self.unfinished.fail(Problem("engine.stopped_meanwhile"), but=ticket)
        ticket.finish()

    def configure(self, settings: EndpointSettings) -> None:
        """Take new settings; those that can change in a live endpoint do at once."""
        self.behaviour = compile_responder(settings.responder, settings.encoding)
        reply = (settings.responder, settings.encoding) != (self.responder, self.settings.encoding)
        if (settings.address, settings.family) != (self.settings.address, self.settings.family):
            self.last_local = None
        if self.connections:
            self._note_changes(self.settings, settings)
        self.settings = settings
        self.timeout = settings.timeout
        if settings.bufsize != self.bufsize:
            self.bufsize = settings.bufsize
            self._recv_args = str(self.bufsize)
        if reply:
            self.responder = settings.responder
            for connection in self.conversations():
                self.give_behaviour(connection, settings.responder, greet=False)
        self.setup.set_pace(settings.calls)
        for gate, mode in (
            (c.Gate.ACCEPT, settings.accept),
            (c.Gate.RECEIVE, settings.receive),
            (c.Gate.SEND, settings.send),
        ):
            self.gates.switch(gate, paused=mode is GateMode.PAUSED)

    def _note_changes(self, before: EndpointSettings, after: EndpointSettings) -> None:
        """What no call of a socket shows, while there is one: a change is in the log."""
        if after.timeout != before.timeout:
            self.note("settimeout", repr(after.timeout))
        for key in ("responder", "bufsize", "encoding"):
            old, new = getattr(before, key), getattr(after, key)
            if old != new:
                self.note(
                    "settings_changed", f"{key!r}, {setting_text(old)!r}, {setting_text(new)!r}"
                )

    # -- sockets ------------------------------------------------------------------------------

    @property
    def under_way(self) -> bool:
        """Whether a set-up is being made, or its name is being looked up."""
        return bool(self.setup.queue or self.resolver.pending)

    def next_number(self) -> int:
        """What the next connection is called."""
        self.numbered += 1
        return self.numbered

    def conversations(self) -> Iterable[Connection]:
        """The open connections that carry data."""
        return [
            connection
            for connection in self.connections.values()
            if connection.connected_ns is not None
        ]

    def current(self) -> list[Connection]:
        """What a command without `connection` means."""
        return list(self.conversations())[-1:]

    def own_connection(self) -> Connection | None:
        """The endpoint's own socket where it has one beside its conversations (a listener)."""
        return None

    def connect_finished(self, connection: Connection) -> None:
        """A connection's connect succeeded."""

    def connection_lost(self, connection: Connection) -> None:
        """Nothing more comes from a peer: its FIN was read, or the socket broke."""

    def connection_closed(self, connection: Connection) -> None:
        """A connection's descriptor is gone."""
        if connection is self.own_connection():
            self.last_local = connection.traced.local
        self.setup.closed(connection.traced)
        self.connections.pop(connection.traced.id, None)
        self.closed.append(connection)
        self.closed_count += 1
        into, out = self.bytes_closed
        self.bytes_closed = (into + connection.bytes_in, out + connection.bytes_out)

    def give_behaviour(self, connection: Connection, responder: Responder, *, greet: bool) -> None:
        """Let a connection answer by this responder from now on."""
        behaviour = (
            compile_responder(responder, self.settings.encoding)
            if responder is not self.responder
            else self.behaviour
        )
        connection.behaviour = behaviour.for_connection(
            stream=connection.traced.type == socket.SOCK_STREAM,
            tell=lambda call, args: self.note(call, args, connection.traced.id),
        )
        default = OnPeerClose.CLOSE if self.settings.role is Role.LISTENER else OnPeerClose.KEEP
        connection.on_peer_close = responder.on_peer_close or default
        connection.traced.keep = self.sink.capture if behaviour.keep else 0
        self.gates.tell()
        if greet and behaviour.greeting is not None:
            connection.reply(behaviour.greeting)

    # -- reading and sending ------------------------------------------------------------------

    def buffer(self, size: int) -> memoryview:
        """The endpoint's one read buffer, `size` bytes of it; valid until the next read."""
        if size > len(self._buffer):
            self._buffer = memoryview(bytearray(size))
        return self._buffer

    def recv_args(self, size: int) -> str:
        return self._recv_args if size == self.bufsize else str(size)

    def send(self, command: c.Send, ticket: Ticket) -> None:
        """Send to the meant connections, `repeat` times."""
        # a sendall() that may not wait is given what it has to send at once
        in_pieces = self.settings.type == "SOCK_STREAM" and self.timeout != 0
        make = maker(command, self.settings.encoding, self.counter, in_pieces=in_pieces)
        connections = targets(self, command.connection)
        self.repeater.run(command, ticket, lambda last: self._send_all(connections, make, last))

    def _send_all(
        self, connections: list[Connection], make: Make[Payload], ticket: Ticket | None
    ) -> bool | None:
        live = [connection for connection in connections if connection.open]
        if not live:
            return None
        ended = JoinedTicket(ticket, len(live)) if ticket is not None and len(live) > 1 else None
        for connection in live:
            connection.outbox.write(make(), ticket, ended=ended)
        return any(connection.can_send for connection in live)

    # -- the picture --------------------------------------------------------------------------

    def conversation_rows(self) -> Iterable[Connection]:
        return list(self.connections.values())

    def closed_rows(self) -> Iterable[Connection]:
        return list(self.closed)

    def waiting(self) -> Waiting | None:
        """The endpoint's own waiting call."""
        for connection in self.current():
            found = connection.waiting()
            if found is not None:
                return found
        return None

    def peers(self) -> tuple[PeerSnapshot, ...]:
        return ()

    def drops(self) -> int | None:
        return None

    def reconnecting(self) -> Reconnecting | None:
        return None
