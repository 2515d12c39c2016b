"""Endpoint: what listeners, streams and datagram sockets share: set-up, gates, commands, picture.

Everything here runs on the endpoint's own thread, but for `submit`, `picture` and `ask_picture`.
"""

from __future__ import annotations

import itertools
import socket
import traceback
from collections import deque
from collections.abc import Callable, Iterable
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Final, Protocol

from workbench.engine import address as addresses
from workbench.engine import commands as c
from workbench.engine import options
from workbench.engine.calls import do_call
from workbench.engine.channel import Channel
from workbench.engine.drawing import draw
from workbench.engine.errors import USER_ERRORS
from workbench.engine.events import NOTE, Cause, Event, Sink
from workbench.engine.kernel import Reading
from workbench.engine.loop import EndpointLoop, Runner, Spawn, Timer
from workbench.engine.making import HERE, Maker
from workbench.engine.naming import Names
from workbench.engine.responders import Behaviour, prepare
from workbench.engine.sending import Make, Repeater, maker
from workbench.engine.settings import EndpointSettings, GateMode, OnPeerClose, Pace, Responder, Role
from workbench.engine.setup import Assembly, Planned
from workbench.engine.snapshot import (
    CloseCause,
    EndpointSnapshot,
    PeerSnapshot,
    Phase,
    Waiting,
)
from workbench.engine.ticket import Ticket
from workbench.engine.traced import SockAddress, TracedSocket
from workbench.texts import Problem

if TYPE_CHECKING:
    from workbench.engine.events import Clock

KEPT_CLOSED: Final = 200
CONGESTION_CHECK: Final = 0.02
SILENCE: Final = 1.0
SAMPLED_AT_ONCE: Final = 100
FEW: Final = 32
"""Sockets whose picture costs nothing worth saving."""


class Surroundings(Protocol):
    """What an endpoint needs from its session."""

    @property
    def sink(self) -> Sink: ...
    @property
    def beyond_loopback(self) -> bool: ...

    def temp_dir(self) -> Path:
        """A private 0700 folder for temp:NAME addresses."""

    def link(self, name: str) -> str:
        """The address of another endpoint, in scenario spelling. Raises Problem."""


class Endpoint:
    """One endpoint and the thread that drives it while it owns anything.

    Attributes:
        id, name: in the record.
        settings: as configured; what is live may differ from the next start.
        receive, send: gates; `held` is back-pressure from the journal.
        timeout, bufsize: live values.
        counter: fills {counter} in what is sent.
        maker: makes the kernel sockets.
        last_local: where the own socket was bound before it was closed; @links still lead there.
    """

    def __init__(self, number: int, settings: EndpointSettings, around: Surroundings,
                 spawn: Spawn) -> None:
        self.id = number
        self.name = settings.name
        self.settings = settings
        self.around = around
        self.sink = around.sink
        self.clock: Clock = around.sink.clock
        self.loop: EndpointLoop = self._new_loop()
        self._spawn = spawn
        self.maker: Maker = HERE
        self._runner: Runner | None = None
        self.accept = settings.accept
        self.receive = settings.receive
        self.sending = settings.send
        self.timeout = settings.timeout
        self.bufsize = settings.bufsize
        self.responder: Responder = settings.responder
        self.behaviour = Behaviour(None, None)
        self.held = False
        self.phase = Phase.IDLE
        self.channels: dict[int, Channel] = {}
        self.closed: deque[Channel] = deque(maxlen=KEPT_CLOSED)
        self.closed_count = 0
        self.assembly = Assembly(self, settings.calls)
        self.bytes_closed = (0, 0)
        self._numbers = 0
        self._send_steps = 0
        self._send_step_ticket: Ticket | None = None
        self.names = Names(self)
        self.counter = itertools.count(1)
        self.last_local: str | None = None
        self.repeater = Repeater(self)
        self._buffer = memoryview(bytearray(max(1, self.bufsize)))
        self._recv_args = str(self.bufsize)
        self._picture: EndpointSnapshot | None = None
        self._watched: frozenset[int] = frozenset()
        self._picture_asked = False
        self._drawn = (0.0, 0.0)
        self._drawing_due: Timer | None = None
        self._sampler: Timer | None = None

    # -- from any thread ----------------------------------------------------------------------

    def submit(self, ticket: Ticket) -> None:
        """Hand a command to the endpoint's thread, and start one where there is none."""
        self._post(lambda: self._handle(ticket))

    def picture(self) -> EndpointSnapshot:
        """The newest snapshot; never waits."""
        if self._picture is None:
            self._picture = draw(self, self._watched)
        return self._picture

    def ask_picture(self, detail: frozenset[int]) -> None:
        """Have a fresh snapshot made; an endpoint without a thread has nothing new to show."""
        self._watched = detail
        if not self._picture_asked:
            self._picture_asked = True
            if not self.loop.post(self.redraw):
                self._picture_asked = False

    def look(self, connection: int | None, answer: Callable[[Reading | None], None]) -> None:
        """Keep a reading in the record and hand it to `answer`, on the endpoint's thread.

        `connection` None: the own socket where there is one, else the current one; `answer` gets
        None where there is no such socket.
        """
        def read() -> None:
            own = self.own_channel() if connection is None else None
            found = [own] if own is not None else self.current() if connection is None else [
                ch for ch in self.channels.values() if ch.number == connection]
            answer(found[0].traced.sample() if found else None)

        if self._runner is None or not self.loop.post(read):
            answer(None)

    def join(self, timeout: float | None) -> bool:
        """Wait for the thread's end; False if it is still there after `timeout` seconds."""
        runner = self._runner
        if runner is None:
            return True
        runner.join(timeout)
        return not runner.is_alive()

    def _post(self, job: Callable[[], None]) -> None:
        if self._runner is not None and self.loop.post(job):
            return
        if self._runner is not None:
            self._runner.join(5.0)  # it has ended already: this only collects it
        self.loop = self._new_loop()
        self._sampler = self._drawing_due = None  # they belonged to the loop that has ended
        self.loop.post(job)
        self._runner = self._spawn(self.loop)

    def _ended(self) -> None:
        self.repeater.lapse()
        self.redraw()

    def _new_loop(self) -> EndpointLoop:
        return EndpointLoop(self.settings.name, busy=self.busy, turn=self._turn,
                            ended=self._ended, crashed=self._crashed)

    # -- the loop's questions -----------------------------------------------------------------

    def busy(self) -> bool:
        """True while the endpoint owns anything: a socket, or a set-up under way."""
        return bool(self.channels or self.assembly.queue)

    def _turn(self) -> None:
        if self.sink.congested is not self.held:
            self.hold(self.sink.congested)
        if self._sampler is None and self.channels:
            self._sampler = self.loop.after(SILENCE, self._sample_silent)

    def hold(self, held: bool) -> None:
        """Back-pressure: stop reading while the journal is behind."""
        self.held = held
        self.note("reading_held" if held else "reading_resumed")
        for channel in self.channels.values():
            channel.refresh()
        if held:
            self.loop.after(CONGESTION_CHECK, self._check_congestion)

    def _check_congestion(self) -> None:
        if self.held and self.sink.congested:
            self.loop.after(CONGESTION_CHECK, self._check_congestion)

    def _sample_silent(self) -> None:
        """Keep readings of connections that have something to do and made no event for 1 s."""
        self._sampler = None
        before = self.now() - int(SILENCE * 1e9)
        silent = (
            channel for channel in self.channels.values()
            if (channel.outbox.items or channel.ops or channel.connecting is not None)
            and (channel.traced.last is None or channel.traced.last.t_ns < before)
        )
        for channel, _ in zip(silent, range(SAMPLED_AT_ONCE), strict=False):
            channel.traced.sample()

    def _crashed(self, error: BaseException) -> None:
        """A bug of this program: the log says so, the other sockets go on."""
        where = traceback.extract_tb(error.__traceback__)[-1]
        text = f"{type(error).__name__}: {error} ({Path(where.filename).name}:{where.lineno})"
        self.note("internal_error", repr(text))

    def now(self) -> int:
        """Nanoseconds since the record began."""
        return self.clock.now()

    def note(self, key: str, args: str = "", connection: int | None = None,
             cause: Cause | None = None) -> None:
        """The program speaking: `key` names the text, `args` are its Python literals."""
        self.sink.put(Event(self.now(), 0, self.id, connection, NOTE, key, args,
                            None, None, None, None, None, None, cause))

    def not_done(self, problem: Problem, cause: Cause) -> None:
        """A command that came to no call: the log says why, in the reader's language."""
        error = type(problem.__cause__).__name__ if problem.__cause__ is not None else None
        values = {key: str(value) for key, value in problem.args_.items()}
        self.sink.put(Event(self.now(), 0, self.id, None, NOTE, "not_done",
                            f"{problem.key!r}, {values!r}", None, None, error, None, None, None,
                            cause))

    # -- commands -----------------------------------------------------------------------------

    def _handle(self, ticket: Ticket) -> None:
        try:
            self.do(ticket.command, ticket)
        except Problem as problem:
            self.not_done(problem, ticket)
            if self.phase in {Phase.CONNECTING, Phase.SETTING_UP} and not (
                self.under_way or self.channels
            ):
                self.phase = Phase.FAILED  # its address could not be used: nothing was begun
            ticket.fail(problem)
        except USER_ERRORS as error:
            ticket.fail(error)
        except Exception as error:
            ticket.fail(Problem("engine.internal_error", reason=repr(error)))
            raise
        finally:
            self._redraw_soon()

    def do(self, command: c.Command, ticket: Ticket) -> None:  # noqa: C901, PLR0912 - one table
        """Carry out a command; what takes time finishes the ticket later."""
        match command:
            case c.Start():
                self.start(ticket)
            case c.Stop():
                self.stop(ticket)
            case c.Configure():
                self.configure(command.settings)
                ticket.finish()
            case c.Connect():
                self.connect(ticket, command.count)
            case c.Accept():
                self.accept_once(ticket, 1)
            case c.Listen():
                self.listen(ticket, command.backlog)
            case c.Send():
                self.send(command, ticket)
            case c.Cancel():
                self.repeater.cancel()
                ticket.finish()
            case c.Recv():
                self.ask_read(ticket, command.connection, command.size)
            case c.Shutdown():
                self.each(command.connection, ticket, lambda channel: self.shutdown_channel(
                    channel, command.how, ticket))
            case c.Close():
                self.close(command, ticket)
            case c.Abort():
                self.each(command.connection, ticket, lambda channel: channel.abort(ticket),
                          closed_is_fine=True)
            case c.Pause() | c.Resume():
                self.set_gate(command.gate, isinstance(command, c.Pause))
                ticket.finish()
            case c.Step():
                self.step(command, ticket)
            case c.SetPace():
                self.assembly.set_pace(command.calls)
                ticket.finish()
            case c.Call():
                do_call(self, command, ticket)
            case c.SetOption():
                self.each(command.connection, ticket, lambda channel: self.set_option(
                    channel, command, ticket), listener=True)
            case c.GetOption():
                self.each(command.connection, ticket, lambda channel: self.read_option(
                    channel, command.option, ticket), listener=True)
            case c.Join() | c.Leave():
                self.membership(command, ticket)
            case c.Respond():
                self.respond(command)
                ticket.finish()
            case c.Mark():
                ticket.finish()

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

    def call_listen(self, channel: Channel, backlog: int, ticket: Ticket) -> None:
        """listen() as asked, whatever the socket is: UDP answers EOPNOTSUPP."""
        channel.traced.listen(backlog, ticket)

    def call_connect(self, channel: Channel, sockaddr: SockAddress, ticket: Ticket) -> None:
        """connect() as asked: a listening socket answers EISCONN or EINVAL."""
        channel.traced.connect(sockaddr, ticket)
        ticket.finish()

    def membership(self, command: c.Join | c.Leave, ticket: Ticket) -> None:
        raise Problem("engine.not_for_role", role=self.settings.role.value)

    def stop(self, ticket: Ticket | None) -> None:
        """Close every socket; pending calls fail, planned ones are dropped."""
        self.assembly.stop()
        self.names.stop()
        if not self.channels:
            self.note("nothing_open", "", None, ticket)
        for channel in list(self.channels.values()):
            channel.close(CloseCause.LOCAL, ticket)
        self.phase = Phase.IDLE if self.phase is Phase.IDLE else Phase.CLOSED
        if self._send_step_ticket is not None:
            self._send_step_ticket.fail(Problem("engine.stopped_meanwhile"))
            self._send_step_ticket = None
        if ticket is not None:
            ticket.finish()

    def configure(self, settings: EndpointSettings) -> None:
        """Take new settings; those that can change in a live endpoint do at once."""
        self.behaviour = prepare(settings.responder)
        if (settings.address, settings.family) != (self.settings.address, self.settings.family):
            self.last_local = None
        self.settings = settings
        self.timeout = settings.timeout
        if settings.bufsize != self.bufsize:
            self.bufsize = settings.bufsize
            self._recv_args = str(self.bufsize)
        if settings.responder != self.responder:
            self.responder = settings.responder
            for channel in self.conversations():
                self.give_behaviour(channel, settings.responder, greet=False)
        self.assembly.set_pace(settings.calls)
        for gate, mode in (
            (c.Gate.ACCEPT, settings.accept),
            (c.Gate.RECEIVE, settings.receive),
            (c.Gate.SEND, settings.send),
        ):
            self.set_gate(gate, mode is GateMode.PAUSED)

    # -- gates --------------------------------------------------------------------------------

    @property
    def under_way(self) -> bool:
        """Whether a set-up is being made, or its name is being looked up."""
        return bool(self.assembly.queue or self.names.pending)

    def set_gate(self, gate: c.Gate, paused: bool) -> None:
        """Hold a gate, or open it."""
        mode = GateMode.PAUSED if paused else GateMode.AUTO
        match gate:
            case c.Gate.ACCEPT:
                self.accept = mode
            case c.Gate.RECEIVE:
                self.receive = mode
            case c.Gate.SEND:
                self.sending = mode
            case c.Gate.CALLS:
                self.assembly.set_pace(Pace.STEP if paused else Pace.AT_ONCE)
                return
        for channel in list(self.channels.values()):
            channel.refresh()

    def may_send(self) -> bool:
        return self.sending is GateMode.AUTO or self._send_steps > 0

    def used_send_step(self) -> None:
        """One send call of a step was made."""
        if self._send_steps:
            self._send_steps -= 1
            if not self._send_steps and self._send_step_ticket is not None:
                self._send_step_ticket.finish()
                self._send_step_ticket = None

    def step(self, command: c.Step, ticket: Ticket) -> None:
        """Let `count` calls through a gate."""
        match command.gate:
            case c.Gate.ACCEPT:
                self.accept_once(ticket, command.count)
            case c.Gate.RECEIVE:
                self.ask_read(ticket, None, None, command.count)
            case c.Gate.SEND:
                self._send_steps += command.count
                self._send_step_ticket = ticket
                for channel in list(self.channels.values()):
                    channel.refresh()
            case c.Gate.CALLS:
                self.assembly.step(command.count)
                ticket.finish()

    # -- set-up -------------------------------------------------------------------------------

    def option_calls(self, traced: Callable[[], TracedSocket], ticket: Ticket) -> list[Planned]:
        """The setsockopt calls that a socket gets before bind and connect."""
        wished = list(self.settings.options)
        if self.settings.dual_stack is not None and self.settings.family == "AF_INET6":
            wished.insert(0, ("IPV6_V6ONLY", 0 if self.settings.dual_stack else 1))
        calls = []
        for name, value in wished:
            option = options.find(name)
            raw = options.encode(option, value)
            shown = f"{options.level_name(option)}, {name}, {value!r}"

            def run(option: options.Option = option, raw: int | bytes = raw,
                    shown: str = shown) -> None:
                traced().setsockopt(option.level, option.required(), raw, shown, ticket)

            calls.append(Planned("setsockopt", f"{name}, {value!r}", run, traced))
        return calls

    def numbers(self) -> tuple[int, int]:
        """Family and type as this system's numbers. Raises Problem where it has none."""
        return (
            options.required_family(self.settings.family),
            options.required_type(self.settings.type),
        )

    def open_socket(self, ticket: Ticket) -> TracedSocket:
        """socket(family, type, protocol)."""
        family, type_ = self.numbers()
        names = f"{self.settings.family}, {self.settings.type}"
        if self.settings.protocol:
            names += f", {self.settings.protocol}"
        traced = TracedSocket.open(
            self.sink, self.id, family, type_, self.settings.protocol, names, ticket, self.maker
        )
        if self.maker.note is not None:
            self.note(self.maker.note, self.maker.args, traced.id, ticket)
        return traced

    def check_reach(self, sockaddr: SockAddress, ticket: Ticket) -> None:
        """Refuse, or warn of, a bind that other machines can reach."""
        family, _ = self.numbers()
        if not addresses.beyond_loopback(sockaddr, family):
            return
        if not self.around.beyond_loopback:
            raise Problem("engine.beyond_loopback", address=str(sockaddr[0]))
        self.note("listens_beyond_loopback", repr(sockaddr[0]), None, ticket)

    # -- channels -----------------------------------------------------------------------------

    def next_number(self) -> int:
        self._numbers += 1
        return self._numbers

    def conversations(self) -> Iterable[Channel]:
        """The open channels that carry data."""
        return [channel for channel in self.channels.values() if channel.connected_ns is not None]

    def current(self) -> list[Channel]:
        """What a command without `connection` means."""
        return list(self.conversations())[-1:]

    def targets(self, connection: c.Target) -> list[Channel]:
        """The open channels that a command means. Raises Problem when there is none."""
        if connection is None:
            found = self.current()
        elif connection == c.ALL:
            found = list(self.conversations())
        else:
            found = [ch for ch in self.channels.values() if ch.number == connection]
        if not found:
            raise Problem("engine.no_connection" if connection in {None, c.ALL}
                          else "engine.no_such_connection", number=str(connection))
        return found

    def was_closed(self, connection: c.Target) -> bool:
        """True where the meant connection existed and is closed: close() may be called again."""
        if connection in {None, c.ALL}:
            return self.closed_count > 0
        return isinstance(connection, int) and 0 < connection <= self._numbers

    def each(self, connection: c.Target, ticket: Ticket, work: Callable[[Channel], None], *,
             listener: bool = False, closed_is_fine: bool = False) -> None:
        """Do `work` on every meant channel; the first error ends it and fails the ticket."""
        own = self.own_channel() if listener and connection is None else None
        try:
            found = [own] if own is not None else self.targets(connection)
        except Problem:
            if closed_is_fine and self.was_closed(connection):
                self.note("already_closed", "", None, ticket)
                ticket.finish()
                return
            raise
        for channel in found:
            work(channel)
        ticket.finish()

    def own_channel(self) -> Channel | None:
        """The endpoint's own socket where it has one beside its conversations (a listener)."""
        return None

    def close(self, command: c.Close, ticket: Ticket) -> None:
        self.each(command.connection, ticket,
                  lambda channel: channel.close(CloseCause.LOCAL, ticket), closed_is_fine=True)

    def shutdown_channel(self, channel: Channel, how: c.How, ticket: Ticket) -> None:
        """Half-close, or both directions."""
        channel.traced.shutdown(getattr(socket, how.value), how.value, ticket)
        channel.refresh()

    def channel_connected(self, channel: Channel) -> None:
        """A channel's connect succeeded."""

    def connect_ended(self, ticket: Ticket | None, error: BaseException | None) -> None:
        """A connect has its outcome."""

    def channel_closed(self, channel: Channel) -> None:
        """A channel's descriptor is gone."""
        if channel is self.own_channel():
            self.last_local = channel.traced.local
        self.channels.pop(channel.traced.id, None)
        self.closed.append(channel)
        self.closed_count += 1
        into, out = self.bytes_closed
        self.bytes_closed = (into + channel.bytes_in, out + channel.bytes_out)

    def give_behaviour(self, channel: Channel, responder: Responder, *, greet: bool) -> None:
        """Let a channel answer by this responder from now on."""
        behaviour = prepare(responder) if responder is not self.responder else self.behaviour
        channel.behaviour = behaviour
        default = OnPeerClose.CLOSE if self.settings.role is Role.LISTENER else OnPeerClose.KEEP
        channel.on_peer_close = responder.on_peer_close or default
        channel.traced.keep = self.sink.capture if behaviour.keep else 0
        if greet and behaviour.greeting is not None:
            channel.reply(behaviour.greeting)

    def respond(self, command: c.Respond) -> None:
        """Change the responder of one connection, or of all and of those to come."""
        behaviour = prepare(command.responder)
        if command.connection is None:
            self.responder = command.responder
            self.behaviour = behaviour
            found: Iterable[Channel] = self.conversations()
        else:
            found = self.targets(command.connection)
        for channel in found:
            self.give_behaviour(channel, command.responder, greet=False)

    # -- reading and sending ------------------------------------------------------------------

    def buffer(self, size: int) -> memoryview:
        """The endpoint's one read buffer, `size` bytes of it; valid until the next read."""
        if size > len(self._buffer):
            self._buffer = memoryview(bytearray(size))
        return self._buffer

    def recv_args(self, size: int) -> str:
        return self._recv_args if size == self.bufsize else str(size)

    def ask_read(self, ticket: Ticket, connection: c.Target, size: int | None,
                 count: int = 1) -> None:
        """`count` reads, one after the other, on the meant connection."""
        wished = self.bufsize if size is None else size
        if wished <= 0:
            raise Problem("engine.bad_size", size=wished)
        channel = self.targets(connection)[0]
        call = "recvfrom" if self.settings.role is Role.DATAGRAM else "recv"
        for index in range(count):
            channel.ask(call, wished, ticket if index == count - 1 else None)

    def send(self, command: c.Send, ticket: Ticket) -> None:
        """Send to the meant connections, `repeat` times."""
        make = maker(command, self.settings.encoding, self.counter)
        channels = self.targets(command.connection)
        self.repeater.run(command, ticket, lambda last: self._send_all(channels, make, last))

    def _send_all(self, channels: list[Channel], make: Make, ticket: Ticket | None) -> bool:
        live = [channel for channel in channels if channel.open]
        if not live and ticket is not None:
            ticket.fail(Problem("engine.closed_meanwhile"))
        for channel in live:
            channel.outbox.write(make(), ticket if channel is live[-1] else None)
        return bool(live)

    # -- options ------------------------------------------------------------------------------

    def set_option(self, channel: Channel, command: c.SetOption, ticket: Ticket) -> None:
        """setsockopt, then getsockopt: what was asked and what is in effect."""
        option = options.find(command.option)
        shown = f"{options.level_name(option)}, {option.name}, {command.value!r}"
        raw = options.encode(option, command.value)
        channel.traced.setsockopt(option.level, option.required(), raw, shown, ticket)
        self.get_option(channel.traced, command.option, ticket)

    def read_option(self, channel: Channel, name: str, ticket: Ticket) -> None:
        """getsockopt for its event alone."""
        self.get_option(channel.traced, name, ticket)

    def get_option(self, traced: TracedSocket, name: str, ticket: Ticket) -> int | bytes:
        option = options.find(name)
        shown = f"{options.level_name(option)}, {option.name}"
        if option.size:
            shown += f", {option.size}"
        return traced.getsockopt(option.level, option.required(), option.size, shown, ticket)

    # -- the picture --------------------------------------------------------------------------

    def redraw(self) -> None:
        """Make the snapshot anew."""
        self._picture_asked = False
        if self._drawing_due is not None:
            self._drawing_due.cancel()
            self._drawing_due = None
        begin = perf_counter()
        self._picture = draw(self, self._watched)
        self._drawn = (begin, perf_counter())

    def _redraw_soon(self) -> None:
        """After a command: at once; of many sockets in at most a tenth of the time.

        A thousand commands to five hundred sockets would else draw half a million rows.
        """
        if len(self.channels) + len(self.closed) <= FEW:
            self.redraw()
            return
        begin, end = self._drawn
        wait = end + 9 * (end - begin) - perf_counter()
        if wait <= 0:
            self.redraw()
        elif self._drawing_due is None:
            self._drawing_due = self.loop.after(wait, self.redraw)

    def conversation_rows(self) -> Iterable[Channel]:
        return list(self.channels.values())

    def closed_rows(self) -> Iterable[Channel]:
        return list(self.closed)

    def waiting(self) -> Waiting | None:
        """The endpoint's own waiting call."""
        for channel in self.current():
            found = channel.waiting()
            if found is not None:
                return found
        return None

    def peers(self) -> tuple[PeerSnapshot, ...]:
        return ()

    def drops(self) -> int | None:
        return None
