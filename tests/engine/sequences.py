"""Random command sequences: what two people (or a person and a scenario) may ask for, in any order.

All that is drawn comes from one seed, so that a sequence can be had again; how the threads meet
is the machine's choice.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, get_args

from workbench.engine.model import commands as c
from workbench.engine.model.responders.echo import Echo
from workbench.engine.model.responders.greet import Greet
from workbench.engine.model.responders.nothing import Nothing
from workbench.engine.model.responders.reply import OnPeerClose, Then
from workbench.engine.model.responders.rule import Match, Rule
from workbench.engine.model.responders.rules import Rules
from workbench.engine.model.responders.sink import Sink
from workbench.engine.model.responders.table import Responder
from workbench.engine.model.settings import EndpointSettings, GateMode, OptionValue, Pace, Role

NAMES: Final = ("server", "client", "talker", "other")
FAMILIES: Final = (
    ("AF_INET", "SOCK_STREAM"), ("AF_INET", "SOCK_STREAM"), ("AF_UNIX", "SOCK_STREAM"),
    ("AF_UNIX", "SOCK_SEQPACKET"),
)  # fmt: skip
BIG: Final = "x" * 300_000
"""More than a small send buffer takes: such a send waits for the other side."""


@dataclass(frozen=True)
class Theme:
    """What a sequence is mostly about; anything may come in between.

    Attributes:
        often: these commands come more often.
        gate: is held at first, and mostly meant by steps; None: any.
    """

    often: tuple[type, ...]
    gate: c.Gate | None = None


THEMES: Final = (
    Theme((c.Start, c.Connect) * 4 + (c.Send, c.Recv, c.Step) * 2),
    Theme((c.Connect, c.Start, c.Step, c.Step, c.Abort, c.Close) * 5, c.Gate.CALLS),
    Theme((c.Start, c.Connect) * 6 + (c.Step,) * 20 + (c.Send,) * 3, c.Gate.SEND),
    Theme((c.Start, c.Connect, c.Step, c.Recv, c.Send) * 4, c.Gate.RECEIVE),
)


@dataclass(frozen=True)
class World:
    """The endpoints of one sequence.

    Attributes:
        settings: of each endpoint, as it is added.
        lanes: what each thread asks for, in order.
    """

    settings: tuple[EndpointSettings, ...]
    lanes: tuple[tuple[c.EndpointCommand, ...], ...]


def world(seed: int, length: int = 14) -> World:
    """The sequence of this seed: two threads of `length` commands."""
    rng = random.Random(seed)
    theme = THEMES[seed % len(THEMES)]
    settings = tuple(_themed(rng, item, theme.gate) for item in _endpoints(rng))
    draw = _Commands(rng, settings, theme)
    return World(settings, tuple(tuple(draw.one() for _ in range(length)) for _ in range(2)))


def _themed(
    rng: random.Random, settings: EndpointSettings, gate: c.Gate | None
) -> EndpointSettings:
    """With the theme's gate held, mostly."""
    if gate is None or rng.random() < 0.3:
        return settings
    if gate is c.Gate.CALLS:
        return replace(settings, calls=Pace.STEP)
    return replace(settings, **{gate.value: GateMode.PAUSED})  # type: ignore[arg-type]


def _endpoints(rng: random.Random) -> tuple[EndpointSettings, ...]:
    family, type_ = rng.choice(FAMILIES)
    unix = family == "AF_UNIX"
    datagrams = rng.choice(("AF_INET", "AF_UNIX"))
    server = _varied(
        rng,
        EndpointSettings(
            "server",
            Role.LISTENER,
            family,
            type_,
            address="temp:server" if unix else "127.0.0.1:0",
            backlog=rng.choice((0, 1, 128)),
        ),
    )
    client = _varied(
        rng,
        EndpointSettings(
            "client",
            Role.STREAM,
            family if unix else rng.choice((family, "AF_UNSPEC")),
            type_,
            address=_goal(rng, unix=unix),
            count=rng.choice((1, 1, 2, 5)),
            bind=None if unix else rng.choice((None, "127.0.0.1:0")),
        ),
    )
    talker = _varied(
        rng,
        EndpointSettings(
            "talker",
            Role.DATAGRAM,
            datagrams,
            "SOCK_DGRAM",
            address="temp:talker" if datagrams == "AF_UNIX" else "127.0.0.1:0",
        ),
    )
    other = _varied(
        rng,
        EndpointSettings(
            "other",
            Role.DATAGRAM,
            datagrams,
            "SOCK_DGRAM",
            address="@talker",
            bind=rng.choice((None, "temp:other" if datagrams == "AF_UNIX" else "127.0.0.1:0")),
        ),
    )
    return server, client, talker, other


def _goal(rng: random.Random, *, unix: bool) -> str:
    """Where a client connects to: the server, mostly."""
    if unix:
        return rng.choice(("@server", "@server", "@server", "temp:nobody", "abstract:nobody-swb"))
    return rng.choice(
        ("@server", "@server", "@server", "127.0.0.1:1", "localhost:1", f"{'x' * 64}:1")
    )  # too long for a label: no resolver is asked for it


def _varied(rng: random.Random, settings: EndpointSettings) -> EndpointSettings:
    return replace(
        settings,
        timeout=rng.choice((None, None, 0.0, 0.02, 0.2)),
        accept=_mode(rng),
        receive=_mode(rng),
        send=_mode(rng),
        calls=rng.choice((Pace.AT_ONCE,) * 4 + (Pace.STEP, Pace.SLOWLY)),
        bufsize=rng.choice((1, 100, 65536)),
        responder=_responder(rng),
        options=_options(rng, settings),
    )


def _mode(rng: random.Random) -> GateMode:
    return rng.choice((GateMode.AUTO, GateMode.AUTO, GateMode.PAUSED))


def _responder(rng: random.Random) -> Responder:
    end = rng.choice((None, OnPeerClose.KEEP, OnPeerClose.CLOSE))
    then = rng.choice([kind for kind in Then if kind is not Then.TLS])  # not without certificate
    rule = Rule(Match.CONTAINS, "a", "later", delay=rng.choice((0.01, 0.05, 5.0)), then=then)
    return rng.choice(
        (
            Nothing(end),
            Echo(end),
            Sink(end),
            Greet("hello", then=then, on_peer_close=end),
            Rules((rule,), end),
            Rules((Rule(Match.REGEX, "b+", "now", then=then), rule), end),
        )
    )


def _options(rng: random.Random, settings: EndpointSettings) -> tuple[tuple[str, OptionValue], ...]:
    wished: list[tuple[str, OptionValue]] = [
        ("SO_SNDBUF", 4608),
        ("SO_RCVBUF", 2304),
        ("SO_LINGER", (1, 0)),
        ("SO_LINGER", (1, 1)),
    ]
    if settings.family != "AF_UNIX":
        wished.append(("SO_REUSEADDR", 1))
        wished.append(("TCP_NODELAY", 1))  # no option of a datagram socket: it fails
    return tuple(rng.sample(wished, rng.choice((0, 0, 0, 1, 2))))


class _Commands:
    """Draws commands of every class."""

    def __init__(
        self, rng: random.Random, settings: tuple[EndpointSettings, ...], theme: Theme
    ) -> None:
        self._rng = rng
        self._theme = theme
        self._settings = {item.name: item for item in settings}
        self._makers: dict[type, Callable[[str], c.EndpointCommand]] = {
            c.Start: c.Start,
            c.Stop: c.Stop,
            c.Configure: self._configure,
            c.Connect: self._connect,
            c.Accept: self._accept,
            c.Listen: self._listen,
            c.Send: self._send,
            c.Cancel: c.Cancel,
            c.Recv: self._recv,
            c.Shutdown: self._shutdown,
            c.Close: self._close,
            c.Abort: self._abort,
            c.Pause: self._pause,
            c.Resume: self._resume,
            c.Step: self._step,
            c.SetPace: self._pace,
            c.Call: self._call,
            c.SetOption: self._set_option,
            c.GetOption: self._get_option,
            c.Sample: self._sample,
            c.Join: self._join,
            c.Leave: self._leave,
            c.Respond: self._respond,
            c.SendFrame: c.SendFrame,
            c.Ping: c.Ping,
            c.Pong: c.Pong,
            c.CloseWebSocket: c.CloseWebSocket,
            c.Raw: self._raw,
            c.StartLayer: self._start_layer,
            c.CloseTls: c.CloseTls,
        }
        missing = set(get_args(c.EndpointCommand)) - set(self._makers)
        assert not missing, f"no sequence has these commands: {missing}"
        self._kinds = [*self._makers, *theme.often]

    def _raw(self, name: str) -> c.Raw:
        below = self._rng.choice((None, None, "tls"))
        return c.Raw(name, hex=self._rng.choice(("", "00ff", "z")), below=below)

    def _start_layer(self, name: str) -> c.StartLayer:
        return c.StartLayer(name, self._rng.choice(("tls", "nonsense")))

    def one(self) -> c.EndpointCommand:
        """Any command for any endpoint; those of the theme, and for the client, more often."""
        kind = self._rng.choice(self._kinds)
        name = self._rng.choice(NAMES)
        if kind is c.Start and self._rng.random() < 0.6:
            name = "server"
        elif kind in {c.Connect, c.Step, c.Abort, c.Close} or self._rng.random() < 0.3:
            name = self._rng.choice(("client", "client", "talker", name))
        return self._makers[kind](name)

    def _target(self) -> c.Target:
        return self._rng.choice((None, None, None, c.ALL, 1, 2, 3))

    def _wait(self) -> bool:
        return self._rng.random() < 0.7

    def _configure(self, name: str) -> c.Configure:
        return c.Configure(name, _varied(self._rng, self._settings[name]))

    def _connect(self, name: str) -> c.Connect:
        return c.Connect(name, self._rng.choice((None, None, 1, 3, 0)), self._wait())

    def _accept(self, name: str) -> c.Accept:
        return c.Accept(name, self._wait())

    def _listen(self, name: str) -> c.Listen:
        return c.Listen(name, self._rng.choice((None, 0, 5, -1)))

    def _send(self, name: str) -> c.Send:
        draw = self._rng
        return c.Send(
            name,
            text=draw.choice(("a", "bb", "", BIG)),
            connection=self._target(),
            repeat=draw.choice((1, 1, 3, 200)),
            interval=draw.choice((0.0, 0.0, 0.005, 3.0)),
            to=draw.choice((None, "@talker")) if name in {"talker", "other"} else None,
            wait=self._wait(),
        )

    def _recv(self, name: str) -> c.Recv:
        return c.Recv(name, self._rng.choice((None, 1, 0)), self._target(), self._wait())

    def _shutdown(self, name: str) -> c.Shutdown:
        return c.Shutdown(name, self._rng.choice(tuple(c.How)), self._target())

    def _close(self, name: str) -> c.Close:
        return c.Close(name, self._target())

    def _abort(self, name: str) -> c.Abort:
        return c.Abort(name, self._target())

    def _gate(self) -> c.Gate:
        if self._theme.gate is not None and self._rng.random() < 0.8:
            return self._theme.gate
        return self._rng.choice(tuple(c.Gate))

    def _pause(self, name: str) -> c.Pause:
        return c.Pause(name, self._gate())

    def _resume(self, name: str) -> c.Resume:
        return c.Resume(name, self._gate())

    def _step(self, name: str) -> c.Step:
        return c.Step(name, self._gate(), self._rng.choice((1, 1, 2, 4, 0, -1)), self._wait())

    def _pace(self, name: str) -> c.SetPace:
        return c.SetPace(name, self._rng.choice(tuple(Pace)))

    def _call(self, name: str) -> c.Call:
        unix = self._settings[name].family == "AF_UNIX"
        somewhere: c.CallArgument = "" if unix else ("127.0.0.1", 0)
        nobody: c.CallArgument = "/nonexistent/nobody" if unix else ("127.0.0.1", 1)
        call, args = self._rng.choice(
            (
                ("socket", ()),
                ("socket", ()),
                ("bind", (somewhere,)),
                ("listen", (1,)),
                ("connect", (nobody,)),
                ("accept", ()),
                ("send", ("a",)),
                ("sendto", ("a", nobody)),
                ("recv", (10,)),
                ("recvfrom", (10,)),
                ("shutdown", ("SHUT_WR",)),
                ("close", ()),
                ("getsockname", ()),
                ("getpeername", ()),
                ("getsockopt", ("SO_TYPE",)),
                ("setsockopt", ("SO_KEEPALIVE", 1)),
                ("settimeout", (0.02,)),
                ("settimeout", (None,)),
                ("settimeout", (0,)),
                ("nosuch", ()),
                ("recv", ("many",)),
                ("connect", (1,)),
                ("bind", (("127.0.0.1", 70000),)),
                ("connect", (("127.0.0.1",),)),
            )
        )
        return c.Call(name, call, args, self._target())

    def _set_option(self, name: str) -> c.SetOption:
        option, value = self._rng.choice(
            (
                ("SO_LINGER", (1, 0)),
                ("SO_LINGER", (1, 1)),
                ("SO_SNDBUF", 4608),
                ("TCP_NODELAY", 1),
                ("NO_SUCH", 1),
                ("SO_KEEPALIVE", "x"),
            )
        )
        return c.SetOption(name, option, value, self._target())

    def _get_option(self, name: str) -> c.GetOption:
        return c.GetOption(
            name, self._rng.choice(("SO_ERROR", "SO_LINGER", "TCP_CONGESTION")), self._target()
        )

    def _sample(self, name: str) -> c.Sample:
        return c.Sample(name, self._target())

    def _join(self, name: str) -> c.Join:
        return c.Join(name, self._rng.choice(("239.1.2.3", "nonsense")), "127.0.0.1")

    def _leave(self, name: str) -> c.Leave:
        return c.Leave(name, "239.1.2.3", "127.0.0.1")

    def _respond(self, name: str) -> c.Respond:
        return c.Respond(name, _responder(self._rng), self._target())
