"""Tells which rows of a connection say what came: those of the topmost layer, not those below.

Without layers these are the reads. With `messages` on top they are its messages. With a WebSocket
they are whole messages: a frame that is one, or the row of a message in several frames; a fragment,
a control frame and a frame that broke the protocol do not count. With TLS they are the plain data,
with a proxy what it passed on.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, TypeVar

from workbench.engine.model.message_ends import RECV, Http
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.model.web_address import TLS, WEBSOCKET
from workbench.engine.model.websocket_settings import Violations, WebSocketSettings
from workbench.engine.protocol.stack import PROXY, layer_names
from workbench.journal.reader import Row
from workbench.named_tuple import NamedTuple
from workbench.scenario.handshakes import TLS_HANDSHAKE, WS_OPEN, Handshakes
from workbench.scenario.layer_rows import FRAME, PROXY_RESPONSE, REQUEST, RESPONSE

READS: Final = frozenset({"recv", "recvfrom"})
MESSAGES: Final = frozenset({RECV})
WS_MESSAGE: Final = "ws.message"
WS_MESSAGES: Final = frozenset({FRAME, WS_MESSAGE})
TLS_DATA: Final = frozenset({"tls.recv"})
PROXY_DATA: Final = frozenset({"proxy.recv"})
_DATA: Final = "'data'"
_IN: Final = "'in'"
_WHOLE: Final = {"'TEXT'": True, "'BINARY'": False}
"""What the row of a data frame begins with: whether it is text."""
_CLOSE: Final = "'CLOSE'"
_CONTINUATION: Final = "'CONTINUATION'"
_ODD: Final = ("fin=", "rsv=", "form=", "length=")
"""What a frame that is a message by itself has not."""
_TLS_ROWS: Final = "tls."
_RECORD: Final = b"\x16"
"""What TLS begins with, and no line of text does: a handshake record (RFC 8446 5.1)."""


class ToldRow(NamedTuple):
    """The columns of a row that decide whether it says what came."""

    seq: int
    call: str
    args: str
    result: int | None
    payload: bytes | None
    size: int | None


AnyRow = TypeVar("AnyRow", Row, ToldRow)


class WhatCame:
    """The rows of one connection; `note` is given them in order.

    Attributes:
        calls: those of the rows that can say what came.
        layered: what the kernel read is not what came.
        heads: the calls of rows about an HTTP head that came.
        handshakes: those of its layers, which are told of their rows by whoever keeps these.
        unfinished: how many bytes a call has read that belong to no whole message yet; 0 above
            another layer, where what the calls read is not what is divided.
    """

    __slots__ = ("_last_read", "calls", "handshakes", "heads", "layered", "unfinished")

    def __init__(self, calls: frozenset[str] = READS) -> None:
        self.calls = calls
        self.layered = False
        self.heads: frozenset[str] = frozenset()
        self.handshakes = Handshakes()
        self.unfinished = 0
        self._last_read: bytes | None = None

    def note(self, row: AnyRow) -> AnyRow:
        """Note a row, with the bytes that it is about."""
        if self.calls is not MESSAGES:
            return row
        if not self.layered and row.call.startswith(_TLS_ROWS):
            self.layered, self.unfinished = True, 0  # it was inserted below the messages
        # a message that was exactly what one call read has no bytes of its own
        if row.call in READS:
            self._last_read = row.payload
            if not self.layered:
                self.unfinished += row.size or 0
        elif row.call in MESSAGES:
            if not self.layered:
                self.unfinished -= row.result or 0
            if row.payload is None:
                return row._replace(payload=self._last_read)
        return row

    def __call__(self, row: Row | ToldRow) -> bool:
        """Whether a row that was noted says what came."""
        return row.call in self.calls

    def forget(self, before: int) -> None:
        """Forget rows with smaller numbers, which are not asked for any more."""


class _Layered(WhatCame):
    """A connection with a layer that has rows of its own."""

    __slots__ = ("_others",)

    def __init__(self, calls: frozenset[str]) -> None:
        super().__init__(calls)
        self.layered = True
        self._others: set[int] = set()

    def note(self, row: AnyRow) -> AnyRow:
        if row.call in self.calls and not self._is_one(row):
            self._others.add(row.seq)
        return row

    def __call__(self, row: Row | ToldRow) -> bool:
        return row.call in self.calls and row.seq not in self._others

    def forget(self, before: int) -> None:
        if self._others:
            self._others = {seq for seq in self._others if seq >= before}

    def _is_one(self, row: Row | ToldRow) -> bool:
        return row.args == _DATA


class _OfWebSocket(_Layered):
    """A connection with WebSocket. A frame that breaks the protocol is no message: its row precedes
    that of the fault.
    """

    __slots__ = ("_begun", "_closed", "_deflate", "_lenient", "_mask", "_most")

    def __init__(self, settings: EndpointSettings) -> None:
        super().__init__(WS_MESSAGES)
        said = settings.websocket or WebSocketSettings()
        self._mask = settings.role is Role.LISTENER
        self._lenient = said.violations is Violations.NOTE
        self._most = said.max_message
        self._begun = self._closed = self._deflate = False

    def note(self, row: AnyRow) -> AnyRow:
        if row.call == WS_OPEN:
            self._deflate = "deflate=" in row.args
        return super().note(row)

    def _is_one(self, row: Row | ToldRow) -> bool:
        if row.call == WS_MESSAGE:
            return _IN in row.args
        kind = row.args.partition(",")[0]
        if kind == _CLOSE:
            self._closed = True
        if kind == _CONTINUATION:
            self._begun = self._begun and "fin=False" in row.args
        text = _WHOLE.get(kind)
        if text is None:
            return False
        begun, self._begun = self._begun, "fin=False" in row.args
        if self._begun or self._closed or "length=" in row.args:
            return False
        if (row.size or 0) > self._most:
            return False
        packed = "rsv=4" in row.args and self._deflate
        if packed or self._lenient:
            return not packed  # if packed, the row of the message has its bytes
        if begun or any(odd in row.args for odd in _ODD) or ("mask=" in row.args) != self._mask:
            return False
        return not text or _is_text(row.payload or b"")


class _LaterTls(WhatCame):
    """A stream that may be switched to TLS: reads count until then, plain data from then on."""

    __slots__ = ("_below", "_others", "_told")

    def __init__(self, below: frozenset[str], *, told: bool) -> None:
        """`below`: the rows that say what comes before; `told`: that TLS may begin is in the
        settings, so that its first record shows it too, before any row tells of TLS.
        """
        super().__init__(below | TLS_DATA)
        self._below = below
        self._told = told
        self._others: set[int] = set()

    def note(self, row: AnyRow) -> AnyRow:
        if not self.layered:
            may_begin = self._told and row.call in self._below
            begins = may_begin and (row.payload or b"").startswith(_RECORD)
            self.layered = begins or row.call.startswith(_TLS_ROWS)
        if self.layered and row.call in self.calls and self._is_other(row):
            self._others.add(row.seq)
        return row

    def _is_other(self, row: Row | ToldRow) -> bool:
        return row.call in self._below or row.args != _DATA

    def __call__(self, row: Row | ToldRow) -> bool:
        return row.call in self.calls and row.seq not in self._others

    def forget(self, before: int) -> None:
        if self._others:
            self._others = {seq for seq in self._others if seq >= before}


def what_came(settings: EndpointSettings, *, stream: bool) -> WhatCame:
    """What reads the rows of a new connection; `stream`: it is a SOCK_STREAM."""
    if not stream:
        return WhatCame()
    names = layer_names(settings)
    made = _of_layers(settings, names)
    tls = (TLS_HANDSHAKE,) if TLS in names else ()
    made.handshakes = Handshakes((*tls, WS_OPEN) if WEBSOCKET in names else tls)
    if WEBSOCKET in names:
        made.heads = frozenset({REQUEST if settings.role is Role.LISTENER else RESPONSE})
    elif isinstance(settings.messages, Http):
        made.heads = MESSAGES
    if PROXY in names:
        made.heads |= {PROXY_RESPONSE}
    return made


def _of_layers(settings: EndpointSettings, names: Collection[str]) -> WhatCame:
    if settings.messages is not None:
        made = WhatCame(MESSAGES)
        made.layered = len(names) > 1
        return made
    if WEBSOCKET in names:
        return _OfWebSocket(settings)
    if TLS in names:
        return _Layered(TLS_DATA)
    told = settings.tls is not None
    if told or settings.role is not Role.LISTENER:  # a client needs no settings to begin it
        return _LaterTls(PROXY_DATA if PROXY in names else READS, told=told)
    return WhatCame()


def gives_stream(settings: EndpointSettings) -> bool:
    """Whether what comes is bytes without message boundaries."""
    if settings.type != "SOCK_STREAM" or settings.messages is not None:
        return False
    return WEBSOCKET not in layer_names(settings)


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
