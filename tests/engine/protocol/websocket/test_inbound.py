"""Messages out of frames: limits, packing, and the earliest moment at which a fault is known."""

from __future__ import annotations

import tracemalloc

from workbench.engine.protocol.websocket.deflate import Packer, Unpacker
from workbench.engine.protocol.websocket.frames import Frame
from workbench.engine.protocol.websocket.inbound import Inbound, WebSocketMessage


def frame(opcode: int, payload: bytes, *, fin: bool = True, rsv: int = 0) -> Frame:
    return Frame(opcode, fin, rsv, None, 0, len(payload), payload, 2 + len(payload))


def test_a_message_of_several_frames() -> None:
    inbound = Inbound(100, None)
    assert inbound.frame(frame(1, b"a", fin=False)) == (None, None)
    assert inbound.begun
    assert inbound.frame(frame(0, b"", fin=False)) == (None, None)
    assert inbound.frame(frame(0, b"b")) == (None, WebSocketMessage(True, b"ab", 3, False, 2, 8))
    assert not inbound.begun
    assert inbound.frame(frame(2, b"")) == (None, WebSocketMessage(False, b"", 1, False, 0, 2))


def test_pieces_of_a_frame_are_looked_at_once() -> None:
    inbound = Inbound(100, Unpacker(15, anew=False))
    packed = Packer(15, anew=False).pack(b"hello")
    whole = frame(1, packed, rsv=4)
    assert inbound.piece(whole, packed[:2]) is None
    assert inbound.piece(whole, packed[2:4]) is None
    assert inbound.frame(whole) == (
        None,
        WebSocketMessage(True, b"hello", 1, True, 5, 2 + len(packed)),
    )


def test_a_message_that_is_too_long_is_lost_and_the_next_one_is_not() -> None:
    inbound = Inbound(4, None)
    assert inbound.frame(frame(2, b"abc", fin=False)) == (None, None)
    assert inbound.frame(frame(0, b"de", fin=False)) == ("too_long", None)
    assert inbound.frame(frame(0, b"f")) == (None, None)
    assert inbound.frame(frame(2, b"next")) == (
        None,
        WebSocketMessage(False, b"next", 1, False, 4, 6),
    )
    assert inbound.too_long(frame(2, b"12345"))


def test_a_bomb_is_said_and_not_unpacked() -> None:
    inbound = Inbound(1000, Unpacker(15, anew=False))
    bomb = Packer(15, anew=False).pack(bytes(1 << 20))
    assert inbound.frame(frame(2, bomb, rsv=4)) == ("inflates_too_long", None)
    broken = frame(2, b"\xff\xff\xff", rsv=4)
    assert Inbound(9, Unpacker(15, anew=False)).frame(broken) == ("inflate", None)


def test_a_hundred_thousand_fragments_take_no_more_than_their_bytes() -> None:
    inbound = Inbound(1 << 20, None)
    part, empty = frame(0, b"x", fin=False), frame(0, b"", fin=False)
    inbound.frame(frame(2, b"", fin=False))
    tracemalloc.start()
    for _ in range(100_000):
        assert inbound.frame(part)[0] is None
        assert inbound.frame(empty)[0] is None
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1 << 20
    _, message = inbound.frame(frame(0, b""))
    assert message is not None
    assert len(message.data) == 100_000
