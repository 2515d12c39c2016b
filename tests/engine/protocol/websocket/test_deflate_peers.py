"""permessage-deflate with every combination of its parameters, both roles, against two others.

What the groups 12 and 13 of the Autobahn suite try: messages of all sizes, each answered with
itself, text and bytes, whole and in fragments, with what both ends agreed on by a real handshake.
"""

from __future__ import annotations

import json
import random
from itertools import product
from typing import Final, Protocol

import pytest
from websockets.client import ClientProtocol
from websockets.extensions.permessage_deflate import (
    ClientPerMessageDeflateFactory,
    PerMessageDeflate,
    ServerPerMessageDeflateFactory,
)
from websockets.frames import Frame, Opcode
from websockets.http11 import Request as TheirRequest
from websockets.server import ServerProtocol
from websockets.uri import parse_uri
from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, BytesMessage, Request, TextMessage
from wsproto.extensions import PerMessageDeflate as WsprotoDeflate

from tests.engine.protocol.websocket.peer import Peer
from workbench.engine.model.websocket_settings import Deflate, WebSocketSettings
from workbench.engine.protocol.layer import Text

MOST: Final = 1 << 20
SIZES: Final = (0, 1, 16, 64, 256, 1024, 4096, 8192, 32768, 131072)
WINDOWS: Final = (None, 9, 15)
FLAGS: Final = (False, True)
PARAMETERS: Final = [Deflate(*each) for each in product(FLAGS, FLAGS, WINDOWS, WINDOWS)]
BITS: Final = [Deflate(False, False, bits, bits) for bits in range(10, 15)]
"""Of 8 bits neither of the others takes a window: zlib packs with none."""


class Theirs(Protocol):
    """The other end; it answers each message with itself."""

    messages: list[str | bytes]

    def receive(self, data: bytes) -> bytes:
        """What it says to that."""

    def agreed(self) -> tuple[bool, bool, int, int]:
        """No takeover at the server, the client; window of the server, the client."""


class OfWebsockets:
    def __init__(self, *, client: bool, wanted: Deflate) -> None:
        self.messages: list[str | bytes] = []
        self._parts: list[Frame] = []
        flags = wanted.server_no_context_takeover, wanted.client_no_context_takeover
        server, window = wanted.server_max_window_bits, wanted.client_max_window_bits
        self._client = client
        self._protocol: ClientProtocol | ServerProtocol
        if client:
            offered = ClientPerMessageDeflateFactory(*flags, server, window or True)
            uri = parse_uri("ws://server.example.com/chat")
            self._protocol = ClientProtocol(uri, extensions=[offered], max_size=MOST)
            self._protocol.send_request(self._protocol.connect())
        else:
            takes = ServerPerMessageDeflateFactory(*flags, server, window)
            self._protocol = ServerProtocol(extensions=[takes], max_size=MOST)

    def receive(self, data: bytes) -> bytes:
        protocol = self._protocol
        if data:
            protocol.receive_data(data)
        for event in protocol.events_received():
            if isinstance(event, TheirRequest):
                assert isinstance(protocol, ServerProtocol)
                protocol.send_response(protocol.accept(event))
            elif isinstance(event, Frame):
                self._frame(event)
        return b"".join(protocol.data_to_send())

    def _frame(self, frame: Frame) -> None:
        self._parts.append(frame)
        if not frame.fin:
            return
        whole = b"".join(bytes(part.data) for part in self._parts)
        text = self._parts[0].opcode is Opcode.TEXT
        self._parts = []
        self.messages.append(whole.decode() if text else whole)
        self._protocol.send_text(whole) if text else self._protocol.send_binary(whole)

    def agreed(self) -> tuple[bool, bool, int, int]:
        (made,) = self._protocol.extensions
        assert isinstance(made, PerMessageDeflate)
        local = made.local_no_context_takeover, made.local_max_window_bits
        remote = made.remote_no_context_takeover, made.remote_max_window_bits
        server, client = (remote, local) if self._client else (local, remote)
        return server[0], client[0], server[1], client[1]


class OfWsproto:
    def __init__(self, *, client: bool, wanted: Deflate) -> None:
        self.messages: list[str | bytes] = []
        self._whole: str | bytes | None = None
        self._deflate = WsprotoDeflate(
            wanted.client_no_context_takeover,
            wanted.client_max_window_bits,
            wanted.server_no_context_takeover,
            wanted.server_max_window_bits,
        )
        self._client = client
        self._connection = WSConnection(ConnectionType.CLIENT if client else ConnectionType.SERVER)
        self._out = b""
        if client:
            request = Request("server.example.com", "/chat", extensions=[self._deflate])
            self._out = self._connection.send(request)

    def receive(self, data: bytes) -> bytes:
        if data:
            self._connection.receive_data(data)
        for event in self._connection.events():
            if isinstance(event, Request):
                self._out += self._connection.send(AcceptConnection(extensions=[self._deflate]))
            elif isinstance(event, TextMessage | BytesMessage):
                part = event.data if isinstance(event.data, str) else bytes(event.data)
                self._whole = part if self._whole is None else self._whole + part  # type: ignore[operator]
                if event.message_finished:
                    whole, self._whole = self._whole, None
                    self.messages.append(whole)
                    made = TextMessage(whole) if isinstance(whole, str) else BytesMessage(whole)
                    self._out += self._connection.send(made)
        said, self._out = self._out, b""
        return said

    def agreed(self) -> tuple[bool, bool, int, int]:
        made = self._deflate
        assert made.enabled()
        return (
            made.server_no_context_takeover,
            made.client_no_context_takeover,
            made.server_max_window_bits or 15,
            made.client_max_window_bits or 15,
        )


OTHERS: dict[str, type[OfWebsockets | OfWsproto]] = {
    "websockets": OfWebsockets,
    "wsproto": OfWsproto,
}


def messages(dice: random.Random) -> list[str | bytes]:
    """Some that pack well, some that do not, and some that are like the one before."""
    made: list[str | bytes] = []
    for size in SIZES:
        made.append((json.dumps({"κ": size, "x": [1, 2, 3]}) * (size // 20 + 1))[:size])
        made.append(dice.randbytes(size))
        made.append(bytes(size))
    return made


def talk(ours: Peer, theirs: Theirs) -> None:
    """Hand on what each says, until both are quiet."""
    said = theirs.receive(b"")
    while said or ours.sent:
        if said:
            ours.came(*(said[at : at + 65536] for at in range(0, len(said), 65536)))
        sent, ours.sent = ours.sent, b""
        said = theirs.receive(sent) if sent else b""


def agreed_by(peer: Peer) -> tuple[bool, bool, int, int]:
    opened = next(row for row in peer.rows if row.call == "ws.open")
    said = {
        name.strip(): value
        for name, _, value in (
            part.partition("=") for part in opened.args.split("'")[1].split(";")[1:]
        )
    }
    return (
        "server_no_context_takeover" in said,
        "client_no_context_takeover" in said,
        int(said.get("server_max_window_bits", 15)),
        int(said.get("client_max_window_bits", 15)),
    )


def check(*, client: bool, other: str, ours: Deflate, theirs: Deflate, fragment: int) -> None:
    """Our end, and theirs in the other role, agree and understand one another."""
    settings = WebSocketSettings(path="/chat", deflate=ours, fragment=fragment, max_message=MOST)
    peer = Peer(client, settings)
    their = OTHERS[other](client=not client, wanted=theirs)
    talk(peer, their)
    assert peer.opened, peer.words()
    mine, said = agreed_by(peer), their.agreed()
    assert mine[0] == said[0]
    # who packs may have a window smaller than it says
    assert mine[2] == said[2] or (other == "wsproto" and client and said[2] < mine[2])
    if other == "websockets":
        assert (mine[1], mine[3]) == (said[1], said[3])
    sent = messages(random.Random(fragment))
    for data in sent:
        peer.send(Text(data.encode()) if isinstance(data, str) else data)
        talk(peer, their)
        assert not peer.faults()
        assert their.messages[-1] == data
        back = peer.messages[-1]
        assert (back.decode() if isinstance(back, Text) else back) == data
    assert len(their.messages) == len(peer.messages) == len(sent)


@pytest.mark.parametrize("wanted", PARAMETERS + BITS, ids=repr)
@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("client", FLAGS, ids=["server", "client"])
def test_what_we_want(client: bool, other: str, wanted: Deflate) -> None:
    check(client=client, other=other, ours=wanted, theirs=Deflate(), fragment=0)


@pytest.mark.parametrize("wanted", PARAMETERS, ids=repr)
@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("client", FLAGS, ids=["server", "client"])
def test_what_they_want(client: bool, other: str, wanted: Deflate) -> None:
    check(client=client, other=other, ours=Deflate(), theirs=wanted, fragment=1000)
