"""Two other implementations as judges: equal messages and verdicts, however the bytes are cut."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.extensions.permessage_deflate import PerMessageDeflate
from websockets.frames import Frame as TheirFrame
from websockets.frames import Opcode
from websockets.protocol import Protocol, Side
from wsproto.connection import Connection, ConnectionType
from wsproto.events import BytesMessage, CloseConnection, TextMessage
from wsproto.utilities import RemoteProtocolError

from tests.engine.protocol.websocket.peer import MASK, REQUEST, RESPONSE, Peer, wire
from workbench.engine.model.websocket_settings import Deflate, WebSocketSettings
from workbench.engine.protocol.websocket.deflate import Packer
from workbench.engine.protocol.websocket.frames import FrameReader, header

MOST = 400


class Verdict(NamedTuple):
    """`code`: of the Close frame that is sent; None: none is."""

    messages: tuple[bytes, ...]
    code: int | None


TEXTS = st.text(max_size=20).map(str.encode)
BROKEN_TEXT = st.sampled_from(
    [b"\xff", b"ab\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc3"]
)
CLOSES = st.sampled_from(
    [
        b"",
        b"\x03",
        b"\x03\xe8",
        b"\x03\xe8bye",
        b"\x03\xe7",
        b"\x03\xed",
        b"\x0f\xa0\xff",
        b"\x13\x88",
    ]
)


def frames(*, masked: bool, utf8: bool = True) -> st.SearchStrategy[list[bytes]]:
    """Conversations, right ones mostly: bytes of frames in order.

    `utf8`: text that is none is among them; who judges frames alone says nothing of it.
    """
    mask = MASK if masked else None

    def message(opcode: int, parts: list[bytes]) -> bytes:
        last = len(parts) - 1
        return b"".join(
            wire(0 if at else opcode, part, mask=mask, fin=at == last)
            for at, part in enumerate(parts)
        )

    data = st.lists(st.binary(max_size=150), min_size=1, max_size=3)
    one = st.one_of(
        TEXTS.map(lambda text: message(1, [text])),
        TEXTS.map(lambda text: message(1, [text[:3], text[3:4], text[4:]])),
        data.map(lambda parts: message(2, parts)),
        st.binary(max_size=125).map(lambda payload: wire(9, payload, mask=mask)),
        st.binary(max_size=125).map(lambda payload: wire(10, payload, mask=mask)),
    )
    wrong = st.one_of(
        BROKEN_TEXT.map(lambda text: message(1 if utf8 else 2, [text])),
        BROKEN_TEXT.map(lambda text: message(1 if utf8 else 2, [text, b"more"])),
        st.sampled_from([3, 7, 11, 15]).map(lambda opcode: wire(opcode, b"x", mask=mask)),
        st.sampled_from([1, 2, 4, 7]).map(lambda rsv: wire(1, b"x", mask=mask, rsv=rsv)),
        st.just(wire(9, b"x", mask=mask, fin=False)),
        st.just(wire(9, b"x" * 126, mask=mask)),
        st.just(wire(0, b"x", mask=mask)),
        st.just(wire(1, b"x", mask=mask, fin=False) + wire(1, b"y", mask=mask)),
        CLOSES.map(lambda payload: wire(8, payload, mask=mask)),
    )
    return st.lists(st.one_of(one, one, one, wrong), max_size=8)


CUTS = st.lists(st.integers(0, 5000), max_size=8)


def cut(data: bytes, places: Iterable[int]) -> list[bytes]:
    edges = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[a:b] for a, b in pairwise(edges) if b > a]


def ours(client: bool, pieces: list[bytes], deflate: Deflate | None = None) -> Verdict:
    peer = Peer(client, WebSocketSettings(max_message=MOST, deflate=deflate))
    head = RESPONSE if client else REQUEST
    if deflate is not None:
        head = head.replace("\r\n\r\n", "\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n")
    peer.came(head.encode())
    peer.sent = b""
    peer.came(*pieces)
    return Verdict(tuple(map(bytes, peer.messages)), peer.close_code())


def of_websockets(client: bool, pieces: list[bytes], *, deflate: bool = False) -> Verdict:
    side = Side.CLIENT if client else Side.SERVER
    protocol = Protocol(side, max_size=MOST)
    if deflate:
        protocol.extensions = [PerMessageDeflate(False, False, 15, 15)]
    messages: list[bytes] = []
    parts: list[bytes] = []
    for piece in pieces:
        protocol.receive_data(piece)
    for frame in protocol.events_received():
        assert isinstance(frame, TheirFrame)
        if frame.opcode in {Opcode.TEXT, Opcode.BINARY, Opcode.CONT}:
            parts.append(bytes(frame.data))
            if frame.fin:
                messages.append(b"".join(parts))
                parts = []
    sent = FrameReader(1 << 20).read(b"".join(protocol.data_to_send()))
    closes = [frame.payload for frame in sent if frame.opcode == 8]
    code = struct.unpack("!H", closes[0][:2])[0] if closes and closes[0] else None
    return Verdict(tuple(messages), code)


def of_wsproto(client: bool, pieces: list[bytes]) -> Verdict:
    connection = Connection(ConnectionType.CLIENT if client else ConnectionType.SERVER)
    messages: list[bytes] = []
    part = b""
    code = None
    try:
        for piece in pieces:
            connection.receive_data(piece)
            for event in connection.events():
                if isinstance(event, TextMessage | BytesMessage):
                    data = event.data
                    part += data.encode() if isinstance(data, str) else bytes(data)
                    if event.message_finished:
                        messages.append(part)
                        part = b""
                elif isinstance(event, CloseConnection):
                    return Verdict(tuple(messages), None if event.code == 1005 else event.code)
    except RemoteProtocolError as error:
        code = int(getattr(error.__cause__, "code", 1002))
    return Verdict(tuple(messages), code)


@pytest.mark.parametrize("client", [False, True])
@given(data=st.data())
def test_websockets_agrees(client: bool, data: st.DataObject) -> None:
    stream = b"".join(data.draw(frames(masked=not client, utf8=False)))
    pieces = cut(stream, data.draw(CUTS))
    assert ours(client, pieces) == of_websockets(client, pieces)


@pytest.mark.parametrize("client", [False, True])
@given(data=st.data())
def test_websockets_agrees_on_packed_messages(client: bool, data: st.DataObject) -> None:
    packer = Packer(15, anew=False)
    mask = None if client else MASK
    stream = b""
    for payload in data.draw(st.lists(st.binary(max_size=200), max_size=6)):
        packed = packer.pack(payload)
        place = data.draw(st.integers(0, len(packed)))
        stream += wire(2, packed[:place], mask=mask, rsv=4, fin=False)
        stream += wire(0, packed[place:], mask=mask)
    stream += data.draw(st.sampled_from([b"", wire(1, b"\xff\xff\xff", mask=mask, rsv=4)]))
    pieces = cut(stream, data.draw(CUTS))
    found = ours(client, pieces, Deflate())
    theirs = of_websockets(client, pieces, deflate=True)
    assert found.messages == theirs.messages
    assert (found.code is None) is (theirs.code is None)


@pytest.mark.parametrize("client", [False, True])
@given(data=st.data())
def test_wsproto_agrees(client: bool, data: st.DataObject) -> None:
    stream = b"".join(data.draw(frames(masked=not client)))
    pieces = cut(stream, data.draw(CUTS))
    assert ours(client, pieces) == of_wsproto(client, pieces)


@pytest.mark.parametrize("client", [False, True])
@given(st.data())
def test_garbage_never_raises(client: bool, data: st.DataObject) -> None:
    """Nor is more kept of it than a message may have."""
    for violations in ("fail", "note"):
        settings_ = WebSocketSettings(max_message=MOST, violations=violations)  # type: ignore[arg-type]
        peer = Peer(client, settings_, echo=True)
        if data.draw(st.booleans()):
            peer.open()
        junk = data.draw(st.lists(st.binary(max_size=300) | mutated(), max_size=6))
        peer.came(*junk)
        peer.fin()


def mutated() -> st.SearchStrategy[bytes]:
    """Frames and heads with some of their bytes changed."""
    whole = st.sampled_from([REQUEST.encode(), RESPONSE.encode()]) | st.builds(
        lambda opcode, length, payload: header(opcode, length, mask=MASK) + payload,
        st.integers(0, 15),
        st.integers(0, 2**64 - 1),
        st.binary(max_size=200),
    )

    def change(data: bytes, places: list[tuple[int, int]]) -> bytes:
        made = bytearray(data)
        for place, value in places:
            made[place % len(made)] = value
        return bytes(made)

    places = st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=4)
    return st.builds(change, whole, places)
