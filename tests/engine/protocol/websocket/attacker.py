"""Attacker: conversations at random in which something is broken, frames and heads."""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable, Iterator
from typing import Final

from tests.engine.protocol.websocket.peer import MASK, REQUEST, RESPONSE, wire

MOST: Final = 1000
"""Bytes of the longest message that whoever is attacked is to take."""


def packed(level: int, size: int) -> bytes:
    packer = zlib.compressobj(level, wbits=-15)
    return (packer.compress(bytes(size)) + packer.flush(zlib.Z_SYNC_FLUSH))[:-4]


PACKED: Final = [packed(level, size) for level, size in ((0, 3), (0, 900), (9, 1001), (9, 100_000))]
EXTENSION: Final = "\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n"


class Attacker:
    """Conversations with one kind of end; the same for the same seed."""

    def __init__(self, seed: int, *, client: bool, deflate: bool) -> None:
        self.dice = random.Random(seed)
        self._client = client
        self._deflate = deflate
        self._mask = None if client else MASK
        head = RESPONSE if client else REQUEST
        self.head = (head.replace("\r\n\r\n", EXTENSION, 1) if deflate else head).encode()
        self._parts: tuple[Callable[[], bytes], ...] = (
            self._data, self._data, self._control, self._close, self._packed, self._any,
        )  # fmt: skip

    def frames(self) -> bytes:
        """A few frames, of which something is broken."""
        parts = [self.dice.choice(self._parts)() for _ in range(self.dice.randint(1, 5))]
        return self.mutated(b"".join(parts))

    def mutated(self, data: bytes) -> bytes:
        """The bytes with some changed, lost, doubled, or put in."""
        dice, made = self.dice, bytearray(data)
        for _ in range(dice.randint(0, 4)):
            at = dice.randrange(len(made) + 1)
            match dice.randrange(7):
                case 0 if at < len(made):
                    made[at] ^= 1 << dice.randrange(8)
                case 1 if at < len(made):
                    made[at] = dice.choice((0, 0x7F, 0x80, 0xFF, 0x7E, 0x0A, 0x0D, 0x3A))
                case 2:
                    made[at:at] = dice.randbytes(dice.randint(1, 12))
                case 3:
                    del made[at : at + dice.randint(1, 12)]
                case 4:
                    made[at:at] = made[at : at + dice.randint(1, 80)]
                case 5:
                    del made[at:]
                case _:
                    made[at:at] = b"\xff" * dice.randint(1, 9)
        return bytes(made)

    def cut(self, data: bytes) -> Iterator[bytes]:
        """In reads of any length."""
        if not self.dice.randrange(3):
            yield data
            return
        at, usual = 0, self.dice.choice((3, 14, 200, 5000))
        while at < len(data):
            size = usual if at % 5 else self.dice.randint(1, usual)
            yield data[at : at + size]
            at += size

    def _some(self, most: int) -> bytes:
        return self.dice.choice((b"a\xc3\xa9\xe2\x82\xac", b"x", b"\xff\xfe", b"\0")) * (
            self.dice.randrange(most + 1) // 3
        )

    def _data(self) -> bytes:
        dice = self.dice
        opcode, fin = dice.choice((0, 1, 2)), dice.random() < 0.7
        return wire(opcode, self._some(400), mask=self._mask, fin=fin)

    def _control(self) -> bytes:
        return wire(self.dice.choice((9, 10)), self._some(130), mask=self._mask)

    def _close(self) -> bytes:
        code = self.dice.choice((b"", b"\3", b"\3\xe8", b"\3\xed", b"\x13\x88", b"\3\xe8\xff"))
        return wire(8, code, mask=self._mask)

    def _packed(self) -> bytes:
        return wire(self.dice.choice((1, 2)), self.dice.choice(PACKED), mask=self._mask, rsv=4)

    def _any(self) -> bytes:
        """A header with all its bits by chance, lying lengths too."""
        dice = self.dice
        length = dice.choice((0, 1, 125, 126, 65535, 65536, MOST + 1, (1 << 63) - 1, 1 << 63))
        form = dice.choice((None, 8))
        return wire(
            dice.randrange(16),
            self._some(60),
            mask=dice.choice((None, MASK)),
            fin=dice.random() < 0.5,
            rsv=dice.randrange(8),
            length=length,
            form=form,
        )
