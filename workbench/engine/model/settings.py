"""EndpointSettings: the keys of a scenario's [endpoint.NAME] table, as frozen data."""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum
from math import inf
from typing import Final

from workbench.engine.model.message_ends import Messages, check_wrap
from workbench.engine.model.proxy_settings import FROM_ENVIRONMENT, parse_proxy
from workbench.engine.model.responders.nothing import Nothing
from workbench.engine.model.responders.table import Responder
from workbench.engine.model.tls_settings import TlsSettings
from workbench.engine.model.websocket_settings import WebSocketSettings
from workbench.frozen import dataclass
from workbench.texts import Problem


class Role(StrEnum):
    """What kind of endpoint it is."""

    LISTENER = "listener"
    STREAM = "stream"
    DATAGRAM = "datagram"


class GateMode(StrEnum):
    """Whether a gate lets calls through by itself; a `step` lets single ones through while it is
    paused.
    """

    AUTO = "auto"
    PAUSED = "paused"


class Pace(StrEnum):
    """How fast the calls that build a socket follow each other: at once, 0.8 s apart, or one a
    step.
    """

    AT_ONCE = "at once"
    SLOWLY = "slowly"
    STEP = "step"


OptionValue = int | str | tuple[int, ...]
"""int as for setsockopt; str for a named or textual value; a tuple for structs (SO_LINGER)."""


@dataclass(frozen=True, slots=True)
class Reconnect:
    """A client connects again by itself when its connection is lost or never came.

    Attributes:
        first: seconds before the first new attempt; each failure doubles the next wait.
        most: the longest wait.
        times: attempts in a row before it gives up; 0: it never does.

    Raises:
        Problem: a wait of less than LEAST_WAIT or a longest that is shorter, times below 0.
    """

    first: float = 0.5
    most: float = 30.0
    times: int = 0

    def __post_init__(self) -> None:
        if self.first < LEAST_WAIT or self.most < self.first:
            raise Problem(
                "engine.bad_reconnect",
                first=f"{self.first:g}",
                most=f"{self.most:g}",
                least=LEAST_WAIT,
            )
        if self.times < 0:
            raise Problem("engine.bad_reconnect_times", times=self.times)

    def wait_before(self, attempt: int) -> float:
        """Seconds before the attempt of this number, counted from 1."""
        doublings = min(attempt - 1, 64)  # 2.0 ** 1024 is too large for a float
        return min(self.first * 2.0**doublings, self.most)


LEAST_WAIT: Final = 0.01
"""Seconds: a port that refuses at once must not keep a processor busy."""


@dataclass(frozen=True, slots=True)
class EndpointSettings:
    """Everything that is decided before an endpoint starts. Names and defaults are as in scenarios.

    Attributes:
        address: where to bind (listener, datagram) or connect to (stream), in scenario
            spelling: "host:port", "[v6%zone]:port", "/path", "abstract:NAME", "temp:NAME",
            "hostname:PORT", "@endpoint". A datagram socket that only sends may leave it "".
        family: AF_UNSPEC, for a stream: IPv4 and IPv6; each address of a name is tried with a
            socket of its own family.
        bind: the local address that a stream is bound to before connect; None lets the kernel
            choose.
        timeout: seconds of one asked-for call; None waits for ever, 0 does not wait.
        bufsize: recv's argument in bytes.
        count: how many sockets one connect makes.
        port_search: take the next free port when the wanted one is in use.
        dual_stack: AF_INET6 only: True clears IPV6_V6ONLY, False sets it, None leaves it.
        encoding: how `text` is turned into bytes by default.
        layers: the names of the layers between the stream and its responder.
        messages: where a message ends in what comes; None: a stream is not divided, and a datagram
            is a message.
        reconnect: for a stream: how it connects again by itself; None: it does not.
        handshake_timeout: for a listener: seconds within which the layers of a connection have to
            be open; 0: unlimited.
        proxy: for a stream: the URL of the proxy it goes through, http://user:password@host:port or
            socks5://…, or "env": the one that the environment names; None: it connects directly.
        tls: settings of the layer tls, where `layers` names it or it is started later; None: the
            defaults.
        websocket: settings of the layer websocket, which they imply; None: the defaults, where
            `layers` names it.
        type: "" is the role's usual one: SOCK_DGRAM for a datagram endpoint, else SOCK_STREAM.

    Raises:
        Problem: role and type contradict each other, a reply is to be wrapped as a message and
            nothing says what a message is or what could be added, `handshake_timeout` is not a
            time, or `proxy` does not name a proxy, or not one for such a socket.
    """

    name: str
    role: Role
    family: str = "AF_INET"
    type: str = ""
    protocol: int = 0
    address: str = ""
    bind: str | None = None
    backlog: int = 128
    timeout: float | None = None
    accept: GateMode = GateMode.AUTO
    receive: GateMode = GateMode.AUTO
    send: GateMode = GateMode.AUTO
    calls: Pace = Pace.AT_ONCE
    bufsize: int = 65536
    count: int = 1
    port_search: bool = False
    responder: Responder = field(default_factory=Nothing)
    options: tuple[tuple[str, OptionValue], ...] = ()
    dual_stack: bool | None = None
    encoding: str = "utf-8"
    layers: tuple[str, ...] = ()
    messages: Messages | None = None
    reconnect: Reconnect | None = None
    handshake_timeout: float = 60.0
    proxy: str | None = None
    tls: TlsSettings | None = None
    websocket: WebSocketSettings | None = None

    def __post_init__(self) -> None:
        if not self.type:
            object.__setattr__(self, "type", usual_type(self.role))
        elif not fits(self.role, self.type):
            raise Problem(
                "engine.role_and_type",
                role=self.role.value,
                type=self.type,
                usual=usual_type(self.role),
            )
        if self.responder.wraps():
            check_wrap(self.messages)
        if not 0 <= self.handshake_timeout < inf:
            raise Problem("engine.handshake_timeout", value=f"{self.handshake_timeout:g}")
        if self.proxy is not None:
            self._check_proxy(self.proxy)

    def _check_proxy(self, proxy: str) -> None:
        if self.role is not Role.STREAM or self.type != "SOCK_STREAM" or self.family == "AF_UNIX":
            raise Problem("engine.proxy_needs_tcp")
        # in a scenario it may have a gap, which is filled in when the endpoint connects
        if proxy != FROM_ENVIRONMENT and "{" not in proxy:
            parse_proxy(proxy)


CONNECTED_TYPES: Final = ("SOCK_STREAM", "SOCK_SEQPACKET")
"""Sockets that a listener accepts and a stream connects; the others carry datagrams."""


def fits(role: Role, type_: str) -> bool:
    """Whether a socket of this type can have this role."""
    return type_ not in (CONNECTED_TYPES if role is Role.DATAGRAM else ("SOCK_DGRAM",))


def usual_type(role: Role) -> str:
    """The type of an endpoint that names none."""
    return "SOCK_DGRAM" if role is Role.DATAGRAM else "SOCK_STREAM"
