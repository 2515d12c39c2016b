"""A message that is sent in parts: its frames, what waits for its end, and one without an end."""

from __future__ import annotations

import pytest

from tests.engine.protocol.websocket.peer import REQUEST, Peer
from workbench.engine.model.ending import Ending
from workbench.engine.model.websocket_settings import Deflate, WebSocketSettings
from workbench.engine.protocol.layer import MessagePart, Text
from workbench.engine.protocol.websocket.asked import AskedFrame

PACKED = REQUEST.replace("\r\n\r\n", "\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n")


def part(data: bytes, *, first: bool = False, last: bool = False) -> MessagePart:
    made = MessagePart(data)
    made.first, made.last = first, last
    return made


def test_each_part_is_a_frame_and_control_frames_go_between() -> None:
    peer = Peer().open()
    peer.send(part(b"one", first=True))
    peer.came(peer.frame(9, b"ping"))
    peer.send(part(b"two"))
    peer.send(part(b"three", last=True))
    assert peer.frames() == [(2, b"one"), (10, b"ping"), (0, b"two"), (0, b"three")]
    told = peer.rows[-1]
    assert (told.call, told.args, told.size) == ("ws.message", "'BINARY', 'out', frames=3", 11)
    assert told.result == 2 + 3 + 2 + 3 + 2 + 5  # what its frames took, the pong not among them


def test_answers_wait_for_its_end() -> None:
    peer = Peer(echo=True).open()
    peer.send(part(b"one", first=True))
    peer.came(peer.frame(1, b"hello"), peer.frame(2, b"you"))
    assert peer.layer.held() == 8
    assert peer.frames() == [(2, b"one")]
    peer.send(part(b"two", last=True))
    assert peer.frames() == [(2, b"one"), (0, b"two"), (1, b"hello"), (2, b"you")]
    assert peer.layer.held() == 0
    peer.send(Text(b"after"))
    assert peer.frames()[-1] == (1, b"after")


def test_a_message_that_cannot_go_on_ends_the_talk() -> None:
    peer = Peer().open()
    peer.send(part(b"one", first=True))
    peer.take(peer.layer.cut(0.0))
    assert peer.close_code() == 1011
    assert peer.end is not None
    assert (peer.end.ending, peer.end.word) == (Ending.POLITE, "WS_1011")


@pytest.mark.parametrize("fragment", [0, 1000])
def test_packed_it_is_read_as_one(fragment: int) -> None:
    server = Peer(settings=WebSocketSettings(deflate=Deflate(), fragment=fragment))
    server.came(PACKED.encode())
    server.sent = b""
    client = Peer(client=True, settings=WebSocketSettings(deflate=Deflate()))
    answer = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    answer += "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
    client.came((answer + "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n").encode())
    data = bytes(range(256)) * 40
    for _ in range(2):  # the second one with what the first one has taught
        for at in range(0, len(data), 4096):
            server.send(part(data[at : at + 4096], first=not at, last=at + 4096 >= len(data)))
    client.came(server.sent)
    assert client.messages == [data, data]


def test_a_close_of_the_peer_in_its_middle_is_answered() -> None:
    peer = Peer().open()
    peer.send(part(b"one", first=True))
    peer.came(peer.frame(8, b"\x03\xe8"))
    peer.send(part(b"two", last=True))
    assert peer.frames() == [(2, b"one"), (8, b"\x03\xe8")]
    assert peer.layer.refuses() is not None or peer.end is not None


def test_what_nobody_hears_is_not_kept() -> None:
    peer = Peer(settings=WebSocketSettings(max_message=64 << 20)).open()
    peer.layer.wanted(4096)
    piece = bytes(1 << 16)
    peer.came(peer.frame(2, piece, fin=False))
    for _ in range(400):
        peer.came(peer.frame(0, piece, fin=False))
        assert len(peer.layer._inbound._data) <= 1 << 20
    peer.came(peer.frame(0, piece), peer.frame(1, b"short"))
    message = next(row for row in peer.rows if row.call == "ws.message")
    assert message.size == 402 << 16
    assert peer.messages == [b"short"]


def test_the_limit_is_that_of_what_came_not_of_what_is_kept() -> None:
    peer = Peer(settings=WebSocketSettings(max_message=3 << 20)).open()
    peer.layer.wanted(0)
    piece = bytes(1 << 18)
    peer.came(peer.frame(2, piece, fin=False))
    for _ in range(20):
        peer.came(peer.frame(0, piece, fin=False))
    assert peer.faults() == ["too_long"]
    assert peer.close_code() == 1009


def test_a_frame_of_ones_own_between_is_not_stopped() -> None:
    peer = Peer().open()
    peer.send(part(b"one", first=True))
    peer.ask(AskedFrame(1, b"on purpose"))
    assert peer.frames() == [(2, b"one"), (1, b"on purpose")]
