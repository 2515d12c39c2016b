"""Commands: one frozen class for each thing that a person or scenario can ask of an endpoint.

`connection` counts within the endpoint: 1 is the first accepted (listener), the first
connected (stream), the socket itself (datagram). None is the current one: the newest open
connection of a listener, all open sockets of the last connect of a stream. `ALL` is every
open one.
"""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import Final, Literal

from workbench.engine.model.responders.table import Responder
from workbench.engine.model.settings import EndpointSettings, OptionValue, Pace
from workbench.engine.model.tail import Append, ByteOrder
from workbench.frozen import dataclass

All = Literal["all"]
ALL: Final = "all"
Target = int | All | None
READ_MOST: Final = 2**31 - 1
"""The most bytes that one recv() may be asked for: Linux reads no more at once (read(2)), and that
much memory is allocated.
"""


class Gate(StrEnum):
    """What can be paused: accept, receive, send, and the calls that build a socket."""

    ACCEPT = "accept"
    RECEIVE = "receive"
    SEND = "send"
    CALLS = "calls"


class How(StrEnum):
    """The argument of shutdown()."""

    READ = "SHUT_RD"
    WRITE = "SHUT_WR"
    BOTH = "SHUT_RDWR"


@dataclass(frozen=True, slots=True)
class Start:
    """Build the socket: socket, options, bind and, for a listener, listen."""

    endpoint: str


@dataclass(frozen=True, slots=True)
class Stop:
    """Close everything of the endpoint: listener, connections, pending calls.

    Attributes:
        at_end: nobody asked for it: the run ends, and closes what is open.
    """

    endpoint: str
    at_end: bool = False


@dataclass(frozen=True, slots=True)
class Configure:
    """New settings: those that can change while sockets are open take effect at once, the others
    with the next start.
    """

    endpoint: str
    settings: EndpointSettings


@dataclass(frozen=True, slots=True)
class Connect:
    """Connect `count` new sockets (None: as configured) and wait for their outcome."""

    endpoint: str
    count: int | None = None
    wait: bool = True


@dataclass(frozen=True, slots=True)
class Accept:
    """accept() once, waiting as `settimeout` says.

    `no_files`: during the call this process may open no further descriptor (setrlimit(2),
    RLIMIT_NOFILE), so that the kernel answers EMFILE.
    """

    endpoint: str
    wait: bool = True
    no_files: bool = False


@dataclass(frozen=True, slots=True)
class Listen:
    """listen(backlog) on the bound socket, again if it listens already."""

    endpoint: str
    backlog: int | None = None


@dataclass(frozen=True, slots=True)
class Send:
    """Send exactly one of text, hex or file, `repeat` times `interval` seconds apart.

    `repeat` 0: until `Cancel`, or until no connection is left that takes it.

    `Tailed` says what follows the payload. `hex` is a template, whose gaps are filled in for
    each single send, as with `placeholders` {counter}, {time} and {random:n} of `text` are.
    `wrap`: as one message, by the endpoint's `messages`.
    `pieces` (of a stream): bytes per send(), with `interval` between these too; 0: all.
    `to` (datagram) is an address in scenario spelling; None sends to the connected peer, else
    to the peer seen last.
    """

    endpoint: str
    text: str | None = None
    hex: str | None = None
    file: str | None = None
    encoding: str | None = None
    append: Append = Append.NOTHING
    checksum_order: ByteOrder | None = None
    checksum_from: int = 0
    checksum_to: int | None = None
    placeholders: bool = False
    wrap: bool = False
    connection: Target = None
    to: str | None = None
    repeat: int = 1
    interval: float = 0.0
    wait: bool = True
    append_hex: str = ""
    pieces: int = 0


@dataclass(frozen=True, slots=True)
class Cancel:
    """Stop a repeated Send before its end."""

    endpoint: str


@dataclass(frozen=True, slots=True)
class Recv:
    """recv(size) or recvfrom(size) once, waiting as `settimeout` says."""

    endpoint: str
    size: int | None = None
    connection: Target = None
    wait: bool = True


@dataclass(frozen=True, slots=True)
class Shutdown:
    """Half-close, or both directions."""

    endpoint: str
    how: How = How.WRITE
    connection: Target = None


@dataclass(frozen=True, slots=True)
class Close:
    """Orderly close. On a listener without `connection` it closes the listening socket only."""

    endpoint: str
    connection: Target = None


@dataclass(frozen=True, slots=True)
class Abort:
    """Close with SO_LINGER (1, 0): the peer gets a reset instead of a FIN."""

    endpoint: str
    connection: Target = None


@dataclass(frozen=True, slots=True)
class Pause:
    """Pause a gate."""

    endpoint: str
    gate: Gate


@dataclass(frozen=True, slots=True)
class Resume:
    """Open a gate."""

    endpoint: str
    gate: Gate


@dataclass(frozen=True, slots=True)
class Step:
    """Let `count` calls through a paused gate; waits until they were made."""

    endpoint: str
    gate: Gate
    count: int = 1
    wait: bool = True


@dataclass(frozen=True, slots=True)
class SetPace:
    """The pace of set-ups: at once, slowly or call by call; one that is under way goes on at the
    new pace.
    """

    endpoint: str
    calls: Pace


CallArgument = int | float | str | bool | None | tuple["CallArgument", ...]


@dataclass(frozen=True, slots=True)
class Call:
    """Any method of the socket, in any order: Call("s", "bind", (("127.0.0.1", 0),))."""

    endpoint: str
    call: str
    args: tuple[CallArgument, ...] = ()
    connection: Target = None


@dataclass(frozen=True, slots=True)
class SetOption:
    """setsockopt by name; the value then in effect is read back and logged."""

    endpoint: str
    option: str
    value: OptionValue
    connection: Target = None


@dataclass(frozen=True, slots=True)
class GetOption:
    """getsockopt by name, as a logged call."""

    endpoint: str
    option: str
    connection: Target = None


@dataclass(frozen=True, slots=True)
class Sample:
    """Keep a kernel reading of one connection, or of every open socket; no call is made."""

    endpoint: str
    connection: Target = ALL


@dataclass(frozen=True, slots=True)
class Join:
    """Join a multicast group; `interface` is a local IPv4 address or an interface name."""

    endpoint: str
    group: str
    interface: str | None = None


@dataclass(frozen=True, slots=True)
class Leave:
    """Leave a multicast group; as Join."""

    endpoint: str
    group: str
    interface: str | None = None


@dataclass(frozen=True, slots=True)
class Respond:
    """Change the responder of one connection, or of the endpoint (and its later connections)."""

    endpoint: str
    responder: Responder
    connection: Target = None


@dataclass(frozen=True, slots=True)
class Mark:
    """A person's note in the log; scenario step `note`."""

    text: str
    endpoint: str | None = None


@dataclass(frozen=True, slots=True)
class SendFrame:
    """One WebSocket frame, right or wrong (RFC 6455 5.2); at most one of text, hex and file.

    Attributes:
        opcode: 0 to 15; `OPCODES` has their names.
        rsv: 4 is RSV1, 2 RSV2, 1 RSV3.
        mask: None: as the role requires; "none", or four bytes of hex.
        wrong_mask: the payload is masked by another key than the one that is sent.
        length: what the header says in place of the payload's true length.
        form: bytes of the extended length, 0, 2 or 8; None: as few as possible.
    """

    endpoint: str
    opcode: int = 1
    text: str | None = None
    hex: str | None = None
    file: str | None = None
    encoding: str | None = None
    fin: bool = True
    rsv: int = 0
    mask: str | None = None
    wrong_mask: bool = False
    length: int | None = None
    form: int | None = None
    connection: Target = None
    wait: bool = True


@dataclass(frozen=True, slots=True)
class Ping:
    """A WebSocket ping; its answer is logged as a row with the time that it took."""

    endpoint: str
    text: str | None = None
    hex: str | None = None
    connection: Target = None
    wait: bool = True


@dataclass(frozen=True, slots=True)
class Pong:
    """A WebSocket pong, whether one was asked for or not."""

    endpoint: str
    text: str | None = None
    hex: str | None = None
    connection: Target = None
    wait: bool = True


@dataclass(frozen=True, slots=True)
class CloseWebSocket:
    """A WebSocket Close frame with any code; None: a frame without one, which the peer sees as
    1005.
    """

    endpoint: str
    code: int | None = 1000
    reason: str = ""
    connection: Target = None
    wait: bool = True


@dataclass(frozen=True, slots=True)
class Raw:
    """Send bytes below the layers: exactly one of text, hex and file.

    Attributes:
        below: the layer that they go out under ("websocket", "tls"); None: the topmost one except
            `messages`, which changes nothing that is sent.
    """

    endpoint: str
    text: str | None = None
    hex: str | None = None
    file: str | None = None
    encoding: str | None = None
    below: str | None = None
    connection: Target = None
    wait: bool = True


@dataclass(frozen=True, slots=True)
class StartLayer:
    """Put a layer into open connections, as STARTTLS does; it ends when the layer can talk.

    What was queued before it is sent through the layers that existed then.
    """

    endpoint: str
    layer: str = "tls"
    connection: Target = None
    wait: bool = True


@dataclass(frozen=True, slots=True)
class CloseTls:
    """The alert close_notify and nothing else: the connection stays open (RFC 8446 6.1)."""

    endpoint: str
    connection: Target = None
    wait: bool = True


EndpointCommand = (
    Start
    | Stop
    | Configure
    | Connect
    | Accept
    | Listen
    | Send
    | Cancel
    | Recv
    | Shutdown
    | Close
    | Abort
    | Pause
    | Resume
    | Step
    | SetPace
    | Call
    | SetOption
    | GetOption
    | Sample
    | Join
    | Leave
    | Respond
    | SendFrame
    | Ping
    | Pong
    | CloseWebSocket
    | Raw
    | StartLayer
    | CloseTls
)
Command = EndpointCommand | Mark


def is_brief(command: Command) -> bool:
    """Whether it makes at most a call or two that never wait, so that any thread may carry it
    out.
    """
    return isinstance(command, Send) and command.repeat == 1 and command.file is None


def numbered(command: Command) -> int | None:
    """The number of the connection that a command names; None: it names none."""
    target = getattr(command, "connection", None)
    return target if isinstance(target, int) else None


def aimed(command: Command, connection: Target) -> Command:
    """The same command for another connection. Only for commands that name one."""
    return replace(command, connection=connection)  # type: ignore[arg-type]  # it has the field
