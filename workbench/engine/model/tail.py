"""The tail of a payload on the wire: fixed bytes, or a checksum over it."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol


class Append(StrEnum):
    """What can be appended to a payload."""

    NOTHING = "nothing"
    LF = "lf"
    CRLF = "crlf"
    NUL = "nul"
    SUM8 = "sum8"
    XOR8 = "xor8"
    LRC = "lrc"
    CRC16_MODBUS = "crc16-modbus"
    CRC16_CCITT = "crc16-ccitt"
    CRC32 = "crc32"


class ByteOrder(StrEnum):
    """A checksum's byte order, where it differs from the usual one of its kind."""

    LITTLE = "little"
    BIG = "big"


class Tailed(Protocol):
    """The fields of a Send or a reply that say what is appended.

    Attributes:
        checksum_from, checksum_to: the first and the last byte that a checksum covers; None: to
            the end.
        append_hex: a template of hex that follows after that.
    """

    @property
    def append(self) -> Append: ...
    @property
    def checksum_order(self) -> ByteOrder | None: ...
    @property
    def checksum_from(self) -> int: ...
    @property
    def checksum_to(self) -> int | None: ...
    @property
    def append_hex(self) -> str: ...
