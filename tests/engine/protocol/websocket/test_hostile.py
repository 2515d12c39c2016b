"""A peer that keeps to nothing: frames and heads at random, and those that would fill a memory.

Whatever comes: nothing raises, each row can be read back, what is kept stays below the limit that
is said, and nobody is sent more than he has paid for.
"""

from __future__ import annotations

import random
import tracemalloc
import zlib
from collections.abc import Callable
from typing import Final

import pytest

from tests.engine.protocol.websocket.attacker import EXTENSION, MOST, Attacker
from tests.engine.protocol.websocket.peer import REQUEST, Peer
from workbench.engine.model.ending import Ending
from workbench.engine.model.websocket_settings import Deflate, Violations, WebSocketSettings
from workbench.engine.protocol.layer import LayerRow, ToPeer
from workbench.engine.protocol.refusal_body import BODY_MOST
from workbench.engine.protocol.websocket.frames import FRAMES_MOST, FrameReader
from workbench.engine.protocol.websocket.heads import HEAD_MOST
from workbench.engine.protocol.websocket.websocket_layer import WebSocketLayer
from workbench.literals import parse_expression

BLOCK: Final = 250
"""Conversations that one test has with one of the eight kinds of ends."""
LONG: Final = 500
"""Such blocks with `--long`: a million conversations."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "block" in metafunc.fixturenames:
        blocks = LONG if metafunc.config.getoption("--long") else 1
        metafunc.parametrize("block", range(blocks))


def kept(layer: WebSocketLayer) -> int:
    """Bytes of what came that it holds."""
    return len(layer.unread()) + len(layer._inbound._data)


def look(peer: Peer, came: int) -> None:
    """What holds whatever came."""
    answered = len(peer.sent)
    rows = len(peer.rows)
    assert kept(peer.layer) <= max(2 * MOST + 14, HEAD_MOST + 5000 + BODY_MOST)
    assert answered <= 40 * came + 4000
    assert rows <= 4 * came + 20


def readable(rows: list[LayerRow]) -> None:
    for row in rows:
        parse_expression(f"f({row.args})")


def end(peer: Peer, dice: random.Random) -> None:
    """... in every way."""
    match dice.randrange(4):
        case 0:
            peer.fin()
        case 1:
            peer.take(peer.layer.close(0.0))
        case 2:
            for name in [name for name, seconds in peer.timers.items() if seconds is not None]:
                peer.wake(name)
        case _:
            peer.rows += peer.layer.lost()


KINDS = [
    (client, deflate, violations)
    for client in (False, True)
    for deflate in (False, True)
    for violations in Violations
]


@pytest.mark.parametrize(("client", "deflate", "violations"), KINDS)
def test_broken_frames_and_heads(
    client: bool, deflate: bool, violations: Violations, block: int
) -> None:
    settings = WebSocketSettings(
        max_message=MOST, deflate=Deflate() if deflate else None, violations=violations
    )
    for seed in range(block * BLOCK, (block + 1) * BLOCK):
        attacker = Attacker(seed, client=client, deflate=deflate)
        peer = Peer(client, settings, echo=bool(seed & 1))
        head = attacker.head if seed % 4 else attacker.mutated(attacker.head)
        data = head + attacker.frames()
        try:
            peer.came(*attacker.cut(data))
            end(peer, attacker.dice)
            look(peer, len(data))
            if not seed % 16:
                readable(peer.rows)
        except Exception as error:
            raise AssertionError(f"seed {seed}: {data!r}") from error


# -- what would fill a memory ------------------------------------------------------------------

PIECE: Final = 1 << 16


def peak(work: Callable[[], None]) -> int:
    """The most bytes of Python's that it took at once."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("client", [False, True])
@pytest.mark.parametrize("violations", Violations)
def test_a_head_without_end(client: bool, violations: Violations) -> None:
    """1 GB of it: said, answered, and no more is read."""
    peer = Peer(client, WebSocketSettings(violations=violations))
    peer.sent = b""
    first = b"HTTP/1.1 101 Switching Protocols\r\n" if client else b"GET / HTTP/1.1\r\n"
    line = b"X-Long: " + b"y" * (PIECE - 10) + b"\r\n"

    def work() -> None:
        peer.came(first)
        for _ in range((1 << 30) // PIECE):
            peer.came(line)
            if peer.end is not None:
                break

    assert peak(work) < 8 * HEAD_MOST
    assert peer.faults() == ["head_too_long"]
    assert peer.end is not None
    assert peer.end.word == ("WS_HANDSHAKE" if client else "HTTP_431")
    assert client or peer.sent.startswith(b"HTTP/1.1 431 ")


@pytest.mark.parametrize("line", [b"y" * PIECE, b"a:b\r\n" * (PIECE // 5), b"\r\n\r\n" * 999])
def test_the_body_of_a_refusal_without_end(line: bytes) -> None:
    peer = Peer(client=True)

    def work() -> None:
        peer.came(b"HTTP/1.1 403 No\r\n\r\n")
        for _ in range((1 << 30) // len(line)):
            peer.came(line)
            if peer.end is not None:
                break

    assert peak(work) < 8 * BODY_MOST
    assert peer.end is not None
    assert peer.end.word == "HTTP_403"


@pytest.mark.parametrize("client", [False, True])
@pytest.mark.parametrize("violations", Violations)
@pytest.mark.parametrize("opcode", [0, 1, 2, 8, 9, 10, 3])
def test_a_frame_that_announces_the_most_there_is(
    client: bool, violations: Violations, opcode: int
) -> None:
    most = 1 << 18
    peer = Peer(client, WebSocketSettings(max_message=most, violations=violations)).open()

    def work() -> None:
        peer.came(peer.frame(opcode, length=(1 << 63) - 1, form=8))
        for _ in range((64 << 20) // PIECE):
            peer.came(bytes(PIECE))

    assert peak(work) < 6 * most
    if violations is Violations.FAIL:
        assert peer.end is not None
        assert peer.close_code() == (1009 if opcode in {1, 2} else 1002)
    else:
        assert peer.faults()


def test_a_hundred_thousand_fragments() -> None:
    peer = Peer(settings=WebSocketSettings(max_message=1 << 20)).open()

    def work() -> None:
        peer.came(peer.frame(1, b"a", fin=False))
        piece = peer.frame(0, fin=False) * 500
        for _ in range(200):
            peer.came(piece)
            peer.rows.clear()
        peer.came(peer.frame(0, b"z"))

    assert peak(work) < 1 << 20
    assert peer.messages == [b"az"]
    assert "frames=100002" in peer.rows[-1].args


def test_a_control_frame_between_each_of_many_fragments() -> None:
    peer = Peer().open()
    piece = (peer.frame(2, b"", fin=False), peer.frame(9, b"p"), peer.frame(0, b"x"))
    peer.came(b"".join(piece) * 3000)
    assert len(peer.messages) == 3000
    assert len(peer.frames()) == 3000


@pytest.mark.parametrize("violations", Violations)
@pytest.mark.parametrize("frames", [1, 50])
def test_a_deflate_bomb(violations: Violations, frames: int) -> None:
    """100 MB in 100 kB: the limit is that of what comes out."""
    most = 1 << 18
    packer = zlib.compressobj(9, wbits=-15)
    bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(100))
    bomb += packer.flush(zlib.Z_SYNC_FLUSH)
    settings = WebSocketSettings(max_message=most, deflate=Deflate(), violations=violations)
    peer = Peer(settings=settings)
    peer.came(REQUEST.replace("\r\n\r\n", EXTENSION, 1).encode())
    peer.sent = b""
    size = len(bomb) // frames + 1
    pieces = [
        peer.frame(
            0 if at else 2, bomb[at : at + size], rsv=0 if at else 4, fin=at + size >= len(bomb)
        )
        for at in range(0, len(bomb), size)
    ]

    def work() -> None:
        peer.came(*pieces)

    assert peak(work) < 8 * most
    assert peer.faults() == ["inflates_too_long"]
    assert not peer.messages
    if violations is Violations.FAIL:
        assert peer.close_code() == 1009
        assert peer.end is not None
        assert peer.end.ending is Ending.POLITE


def test_pings_that_are_never_answered_and_pongs_that_nobody_asked_for() -> None:
    peer = Peer(client=True).open()

    def work() -> None:
        for at in range(20_000):
            peer.came(peer.frame(10, b"%d" % at))
            peer.rows.clear()

    assert peak(work) < 1 << 20


def test_a_message_goes_in_as_many_frames_as_can_wait_together() -> None:
    """... whatever `fragment` says: an echo would be a flood of our own."""
    peer = Peer(settings=WebSocketSettings(fragment=1)).open()
    sent = list(peer.layer.send(bytes(3 * FRAMES_MOST), 0.0))
    (made,) = [action.data for action in sent if isinstance(action, ToPeer)]
    frames = FrameReader(8).read(made)
    assert len(frames) == FRAMES_MOST
    assert {len(frame.payload) for frame in frames} == {3}
