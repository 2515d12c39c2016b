"""WebSocket settings: the key `websocket` of an endpoint, as frozen data."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from workbench.engine.model.message_ends import MOST
from workbench.frozen import dataclass
from workbench.late_pattern import late_pattern
from workbench.texts import Problem

if TYPE_CHECKING:
    import re

OPCODES: Final[Mapping[str, int]] = {
    "CONTINUATION": 0,
    "TEXT": 1,
    "BINARY": 2,
    "CLOSE": 8,
    "PING": 9,
    "PONG": 10,
}
"""What the frames are called (RFC 6455 5.2); the other numbers up to 15 are reserved."""
FORMS: Final = (0, 2, 8)
"""Bytes of the extended length that can follow the first two of a frame (RFC 6455 5.2)."""
RIGHT: Final = "right"
"""The Sec-WebSocket-Accept that belongs to the key."""
_NO_BYTES: Final = late_pattern(r"[\ud800-\udfff]")
"""Half of a UTF-16 pair, which UTF-8 cannot express (RFC 3629 3)."""
_NOT_IN_A_HEAD: Final = late_pattern(r"[\x00\r\n\ud800-\udfff]")
_NOT_IN_A_LINE: Final = late_pattern(r"[\x00-\x20\x7f\ud800-\udfff]")


class Violations(StrEnum):
    """What the layer does after a frame that breaks the protocol.

    Attributes:
        FAIL: send a Close frame with the code of the fault, and end (RFC 6455 7.1.7).
        NOTE: log a row and read on.
    """

    FAIL = "fail"
    NOTE = "note"


class PongMode(StrEnum):
    """Whether the layer answers pings."""

    AUTO = "auto"
    WITHHOLD = "withhold"


@dataclass(frozen=True, slots=True)
class Deflate:
    """permessage-deflate with its parameters (RFC 7692 7.1): what a client offers, and what a
    server asks for beside what is offered.

    Attributes:
        server_max_window_bits, client_max_window_bits: 8 to 15; None: nothing is asked for.

    Raises:
        Problem: there is no such window.
    """

    server_no_context_takeover: bool = False
    client_no_context_takeover: bool = False
    server_max_window_bits: int | None = None
    client_max_window_bits: int | None = None

    def __post_init__(self) -> None:
        for bits in (self.server_max_window_bits, self.client_max_window_bits):
            if bits is not None and not 8 <= bits <= 15:
                raise Problem("engine.ws_window", value=bits)


@dataclass(frozen=True, slots=True)
class WebSocketSettings:
    """What the opening heads say, and what the layer does by itself (RFC 6455).

    Attributes:
        path: what a client asks for, with its query; "": "/". For a server, the only one it
            accepts, unless it is "/"; others get 404.
        subprotocols: what a client offers; what a server knows, the preferred one first.
        origin: the client's header; for a server, the only one it accepts, others get 403.
        headers: names and values, in order; a name may repeat. They replace those of the same name
            that the layer would write.
        drop: names of headers that are not written.
        key, version, method: of a client's request, if they are not the usual ones.
        deflate: whether permessage-deflate is offered, or accepted if offered.
        fragment: bytes of the longest frame of a message that is sent; 0: each message is one
            frame.
        max_message: bytes of the longest message that is accepted, unpacked.
        answer_close: whether a Close frame is answered by one.
        ping_interval: seconds between pings; None: none is sent automatically.
        ping_timeout: seconds that the answer may take; None: unlimited.
        status: what a server answers; anything but 101 is a refusal, with `body` as its text.
        accept: of a server's answer: "right", or a text to send in its place.
        choose: the subprotocol that a server names, offered or not; "": none; None: the first of
            its own that was offered.

    Raises:
        Problem: an impossible number, or a text that would break a head apart.
    """

    path: str = ""
    subprotocols: tuple[str, ...] = ()
    origin: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    drop: tuple[str, ...] = ()
    key: str | None = None
    version: str = "13"
    method: str = "GET"
    deflate: Deflate | None = None
    fragment: int = 0
    max_message: int = MOST
    violations: Violations = Violations.FAIL
    pong: PongMode = PongMode.AUTO
    answer_close: bool = True
    ping_interval: float | None = None
    ping_timeout: float | None = None
    status: int = 101
    body: str = ""
    accept: str = RIGHT
    choose: str | None = None

    def __post_init__(self) -> None:
        for name in ("path", "method"):
            if _holds(_NOT_IN_A_LINE, getattr(self, name)):
                raise Problem("engine.ws_request_line", key=name, value=getattr(self, name))
        parts = (self.origin, self.key, self.version, self.accept, self.choose)
        for part in (*filter(None, parts), *self.subprotocols, *sum(self.headers, ())):
            if _holds(_NOT_IN_A_HEAD, part):
                raise Problem("engine.ws_header", value=part)
        if _holds(_NO_BYTES, self.body):
            raise Problem("engine.ws_header", value=self.body)
        if any(not name or ":" in name for name, _ in self.headers):
            raise Problem("engine.ws_header_name")
        if self.fragment < 0:
            raise Problem("engine.ws_fragment", value=self.fragment)
        if self.max_message < 1:
            raise Problem("engine.ws_max_message", value=self.max_message)
        for name in ("ping_interval", "ping_timeout"):
            seconds = getattr(self, name)
            if seconds is not None and not seconds >= LEAST_PING:
                raise Problem("engine.ws_ping", key=name, value=f"{seconds:g}", least=LEAST_PING)
        if not 100 <= self.status <= 999:
            raise Problem("engine.ws_status", value=self.status)


LEAST_PING: Final = 0.01
"""Seconds: more than a hundred pings a second would only keep both ends busy."""


def _holds(pattern: re.Pattern[str], text: str) -> bool:
    """Whether the pattern is found in it. None of these can be in a text of printable ASCII without
    a space: a start, which makes such settings, need not spend a millisecond on compiling them.
    """
    plain = text.isascii() and text.isprintable() and " " not in text
    return not plain and pattern.search(text) is not None
