"""Peers that would fill a memory, at a server on real sockets: what it grows by stays below what
its limits say, and it goes on serving others.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.engine.protocol.websocket.peer import MASK, REQUEST, wire
from tests.engine.test_wss_memory import BEGIN

MESSAGE: Final = 8 << 20
"""Bytes of the longest message that the server takes."""
MOST: Final = (4 * MESSAGE + (24 << 20)) >> 10
"""KiB that it may grow by: a message as it comes, whole, and on its way back, and its record."""
FLOOD: Final = 192 << 10
"""... where each byte is a frame: of 100 000 those that come and those that go are a row each."""
FRAGMENTS: Final = 100_000
BOUND: Final = 120.0
"""Seconds; only catches a hang."""
SERVER = f"""{BEGIN}
import threading
from workbench.engine.model.responders.echo import Echo
from workbench.engine.model.websocket_settings import Deflate

with Session(Path(sys.argv[1])) as session:
    settings = WebSocketSettings(max_message=int(sys.argv[2]), deflate=Deflate(), fragment=
        int(sys.argv[3]))
    session.add(EndpointSettings("server", Role.LISTENER, address="127.0.0.1:0", responder=Echo(),
        websocket=settings))
    do(c.Start("server"))
    made = threading.Event()
    session.refresh("server", frozenset(), frozenset(), made.set)
    assert made.wait(60)
    print(session.snapshot("server").local, flush=True)
    before = grown()
    for line in sys.stdin:
        print(grown() - before, flush=True)
"""
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="/proc is of Linux")


class Victim:
    """The server, in a process of its own."""

    def __init__(self, folder: Path, fragment: int) -> None:
        command = (sys.executable, "-c", SERVER, str(folder / "r.swb"), str(MESSAGE), str(fragment))
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)
        self.port = int(self._line().rpartition(":")[2])

    def _line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def grown(self) -> int:
        """KiB since it began, at its highest."""
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return int(self._line())

    def connected(self, head: bytes) -> socket.socket:
        """Somebody who has said this."""
        sock = socket.create_connection(("127.0.0.1", self.port), timeout=BOUND)
        sock.sendall(head)
        return sock

    def opened(self, more: str = "") -> socket.socket:
        """Somebody whose WebSocket is open."""
        sock = self.connected(REQUEST.replace("\r\n\r\n", f"{more}\r\n\r\n", 1).encode())
        came = b""
        while b"\r\n\r\n" not in came:
            came += sock.recv(1)
        return sock

    def serves(self) -> bool:
        """Whether it still answers."""
        with self.opened() as sock:
            sock.sendall(wire(1, b"?", mask=MASK))
            return sock.recv(3) == b"\x81\x01?"


@pytest.fixture
def victim(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Victim]:
    made = Victim(tmp_path, getattr(request, "param", 0))
    try:
        yield made
    finally:
        made.process.kill()
        made.process.communicate()


def floods(sock: socket.socket, piece: bytes, count: int) -> None:
    """Send it so often, if that is let."""
    try:
        for _ in range(count):
            sock.sendall(piece)
    except OSError:
        pass  # it was broken off: that is its right


def to_the_end(sock: socket.socket) -> bytes:
    """What came, up to the peer's FIN or its reset."""
    came = bytearray()
    try:
        while piece := sock.recv(1 << 16):
            came += piece
    except OSError:
        pass
    return bytes(came)


def head_without_end(victim: Victim) -> None:
    with victim.connected(REQUEST[:-2].encode()) as sock:
        floods(sock, b"X: " + bytes([121]) * 65531 + b"\r\n", 1 << 14)  # 1 GB
        to_the_end(sock)


def frame_of_the_most_there_is(victim: Victim) -> None:
    with victim.opened() as sock:
        sock.sendall(wire(2, mask=MASK, length=(1 << 63) - 1, form=8))
        floods(sock, bytes(1 << 16), 1 << 12)
        to_the_end(sock)


def frame_of_all_that_is_taken(victim: Victim) -> None:
    with victim.opened() as sock:
        sock.sendall(wire(2, bytes(MESSAGE), mask=MASK))
        assert len(receive(sock, MESSAGE + 10)) == MESSAGE + 10


def frame_that_is_too_long(victim: Victim) -> None:
    with victim.opened() as sock:
        floods(sock, wire(2, bytes(8 * MESSAGE), mask=MASK), 1)
        to_the_end(sock)


def bomb(victim: Victim) -> None:
    """256 MB in 256 kB."""
    packer = zlib.compressobj(9, wbits=-15)
    packed = b"".join(packer.compress(bytes(1 << 20)) for _ in range(1 << 8))
    packed += packer.flush(zlib.Z_SYNC_FLUSH)
    with victim.opened("\r\nSec-WebSocket-Extensions: permessage-deflate") as sock:
        floods(sock, wire(2, packed, mask=MASK, rsv=4), 1)
        to_the_end(sock)


def receive(sock: socket.socket, size: int) -> bytes:
    came = bytearray()
    while len(came) < size and (piece := sock.recv(1 << 16)):
        came += piece
    return bytes(came)


@pytest.mark.parametrize(
    "attack",
    [
        head_without_end,
        frame_of_the_most_there_is,
        frame_of_all_that_is_taken,
        frame_that_is_too_long,
        bomb,
    ],
)
def test_it_stays_below_its_limit(victim: Victim, attack: Callable[[Victim], None]) -> None:
    attack(victim)
    assert victim.grown() < MOST
    assert victim.serves()


@pytest.mark.parametrize("victim", [1], indirect=True)
def test_a_hundred_thousand_frames_of_a_byte_and_as_many_in_answer(victim: Victim) -> None:
    with victim.opened() as sock:
        sock.sendall(wire(2, b"x", mask=MASK, fin=False))
        piece = wire(0, b"x", mask=MASK, fin=False) * 500
        for _ in range((FRAGMENTS - 500) // 500):
            sock.sendall(piece)
        sock.sendall(wire(0, b"x", mask=MASK, fin=False) * 498 + wire(0, b"x", mask=MASK))
        came = receive(sock, 3 * FRAGMENTS)
    assert came[:3] == b"\x02\x01x"
    assert came[3:-3] == b"\x00\x01x" * (FRAGMENTS - 2)
    assert came[-3:] == b"\x80\x01x"
    assert victim.grown() < FLOOD
    assert victim.serves()
