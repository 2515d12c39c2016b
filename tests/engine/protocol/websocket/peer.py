"""A WebSocket layer without a socket: bytes in, and what it answers sorted by what it is."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.model.websocket_settings import WebSocketSettings
from workbench.engine.protocol.layer import (
    Action,
    End,
    LayerRow,
    Opened,
    PeerFinished,
    Text,
    ToApp,
    ToPeer,
    Wake,
)
from workbench.engine.protocol.websocket.asked import AskedFrame
from workbench.engine.protocol.websocket.frames import CLOSE, FrameReader, header, masked
from workbench.engine.protocol.websocket.websocket_layer import WebSocketLayer

KEY = "dGhlIHNhbXBsZSBub25jZQ=="
REQUEST = (
    "GET /chat HTTP/1.1\r\nHost: server.example.com\r\nUpgrade: websocket\r\n"
    f"Connection: Upgrade\r\nSec-WebSocket-Key: {KEY}\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
RESPONSE = (
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
)
MASK = b"\x37\xfa\x21\x3d"


@dataclass
class Peer:
    """One end under test; `echo`: it answers each message with itself, as a responder would."""

    client: bool = False
    settings: WebSocketSettings = field(default_factory=WebSocketSettings)
    echo: bool = False
    now: float = 0.0

    def __post_init__(self) -> None:
        role = Role.STREAM if self.client else Role.LISTENER
        address = "server.example.com:80"
        settings = replace(self.settings, key=KEY) if self.client else self.settings
        self.layer = WebSocketLayer(
            EndpointSettings("a", role, address=address, websocket=settings)
        )
        self.sent = b""
        self.rows: list[LayerRow] = []
        self.messages: list[bytes] = []
        self.opened = False
        self.finished = False
        self.end: End | None = None
        self.timers: dict[str, float | None] = {}
        self.take(self.layer.start(self.now))

    def take(self, actions: Iterable[Action]) -> None:
        for action in actions:
            if self.end is not None:
                return
            match action:
                case ToPeer(data):
                    self.sent += data
                case ToApp(data):
                    self.messages.append(data if isinstance(data, Text) else bytes(data))
                    if self.echo:
                        self.take(self.layer.send(data, self.now))
                case LayerRow():
                    self.rows.append(action)
                case Opened():
                    self.opened = True
                case PeerFinished():
                    self.finished = True
                case End():
                    self.end = action
                case Wake(name, seconds):
                    self.timers[name] = seconds

    def came(self, *pieces: bytes) -> None:
        for piece in pieces:
            if self.end is None:
                self.take(self.layer.receive(memoryview(bytearray(piece)), self.now))

    def open(self) -> Peer:
        self.came((RESPONSE if self.client else REQUEST).encode())
        assert self.opened
        self.sent = b""
        self.rows.clear()
        return self

    def fin(self) -> None:
        if self.end is None:
            self.take(self.layer.receive_end(self.now))

    def wake(self, name: str) -> None:
        self.take(self.layer.wake(name, self.now))

    def send(self, data: bytes) -> None:
        self.take(self.layer.send(data, self.now))

    def ask(self, frame: AskedFrame) -> None:
        self.take(self.layer.ask(frame, self.now))

    def frame(self, opcode: int, payload: bytes = b"", **more: object) -> bytes:
        """A frame as the other end sends it: masked by a client."""
        return wire(opcode, payload, mask=None if self.client else MASK, **more)

    def words(self) -> list[tuple[str, str, str | None]]:
        """Call, arguments and fault of each row."""
        return [(row.call, row.args, row.errno) for row in self.rows]

    def faults(self) -> list[str | None]:
        return [row.error for row in self.rows if row.call == "ws.fault"]

    def frames(self) -> list[tuple[int, bytes]]:
        """What it sent."""
        return [(frame.opcode, frame.payload) for frame in FrameReader(1 << 30).read(self.sent)]

    def close_code(self) -> int | None:
        """Of the Close frame that it sent."""
        found = [payload for opcode, payload in self.frames() if opcode == CLOSE]
        assert len(found) <= 1
        return struct.unpack("!H", found[0][:2])[0] if found and found[0] else None


def wire(opcode: int, payload: bytes = b"", *, mask: bytes | None = None, **more: object) -> bytes:
    """A frame as bytes."""
    made = payload if mask is None else masked(payload, mask)
    length = more.pop("length", len(payload))
    return header(opcode, length, mask=mask, **more) + made  # type: ignore[arg-type]
