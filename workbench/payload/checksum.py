"""Checksums that serial and industrial protocols append to a payload."""

from __future__ import annotations

import binascii
import functools
import operator
import zlib
from collections.abc import Callable, Mapping
from typing import Final, Literal

from workbench.named_tuple import NamedTuple

Order = Literal["little", "big"]


class Checksum(NamedTuple):
    """One kind: its function, its width in bytes, and its usual byte order."""

    compute: Callable[[bytes], int]
    width: int
    order: Order


def sum8(data: bytes) -> int:
    """The sum of all bytes, modulo 256."""
    return sum(data) & 0xFF


def xor8(data: bytes) -> int:
    """All bytes combined by exclusive or (as in NMEA 0183)."""
    return functools.reduce(operator.xor, data, 0)


def lrc(data: bytes) -> int:
    """The byte that makes the sum of all bytes zero (Modbus over Serial Line 1.02, 2.5.2.2)."""
    return -sum(data) & 0xFF


def crc16_modbus(data: bytes) -> int:
    """Polynomial 0xA001 reflected, start 0xFFFF (Modbus over Serial Line 1.02, 6.2.2)."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ 0xA001 if crc & 1 else crc >> 1
    return crc


def crc16_ccitt(data: bytes) -> int:
    """CRC-16/CCITT-FALSE: polynomial 0x1021, start 0xFFFF, not reflected."""
    return binascii.crc_hqx(data, 0xFFFF)


CHECKSUMS: Final[Mapping[str, Checksum]] = {
    "sum8": Checksum(sum8, 1, "big"),
    "xor8": Checksum(xor8, 1, "big"),
    "lrc": Checksum(lrc, 1, "big"),
    "crc16-modbus": Checksum(crc16_modbus, 2, "little"),
    "crc16-ccitt": Checksum(crc16_ccitt, 2, "big"),
    "crc32": Checksum(zlib.crc32, 4, "big"),
}


FRAME: Final = 512
"""Bytes of the longest payload whose end is compared with checksums: frames that have one are
shorter, and the CRCs take a millisecond or so.
"""
_HEADERS: Final = (0, 1, 2)
"""Where what a CRC covers may begin. A single byte would too often fit by chance."""
_LEAST: Final = 3
"""Bytes that have to be covered."""


class ChecksumAtEnd(NamedTuple):
    """A checksum that the last bytes of a payload are.

    Attributes:
        start: the offset of the first byte that it covers.
        order: None: in the usual one of its kind.
    """

    kind: str
    value: bytes
    start: int = 0
    order: Order | None = None


def checksums_at_end(data: bytes) -> list[ChecksumAtEnd]:
    """The checksums of the bytes before them that the last bytes are; none in what is text."""
    if len(data) > FRAME or _is_text(data):
        return []
    found = []
    for kind, known in CHECKSUMS.items():
        body, value = data[: -known.width], data[-known.width :]
        for start in _HEADERS if known.width > 1 else (0,):
            if len(body) - start < _LEAST or not any(body[start:]):
                continue
            number = known.compute(body[start:])
            order = next((x for x in _orders(known) if number == int.from_bytes(value, x)), None)
            if order is not None:
                own = None if order == known.order else order
                found.append(ChecksumAtEnd(kind, value, start, own))
    return found


def _orders(known: Checksum) -> tuple[Order, ...]:
    other: Order = "little" if known.order == "big" else "big"
    return (known.order, other) if known.width > 1 else (known.order,)


def _is_text(data: bytes) -> bool:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return False
    return all(character.isprintable() or character.isspace() for character in text)


def checksum(
    kind: str, data: bytes, order: Order | None = None, start: int = 0, last: int | None = None
) -> bytes:
    """The checksum of the bytes from `start` to `last` inclusive (None: the end), in the kind's
    usual byte order or the one asked for.
    """
    found = CHECKSUMS[kind]
    covered = data[start:] if last is None else data[start : last + 1]
    return found.compute(covered).to_bytes(found.width, order or found.order)
