"""Checksums against published check values of "123456789" (the CRC catalogue's)."""

from __future__ import annotations

import pytest

from workbench.payload.checksum import CHECKSUMS, checksum

CHECK = b"123456789"


@pytest.mark.parametrize(("kind", "value"), [
    ("sum8", 0xDD), ("xor8", 0x31), ("lrc", 0x23), ("crc16-modbus", 0x4B37),
    ("crc16-ccitt", 0x29B1), ("crc32", 0xCBF43926),
])  # fmt: skip
def test_check_values(kind: str, value: int) -> None:
    assert CHECKSUMS[kind].compute(CHECK) == value


def test_a_modbus_request_as_it_stands_in_the_standard() -> None:
    assert checksum("crc16-modbus", bytes.fromhex("0103000000 0a")) == bytes.fromhex("c5cd")


def test_an_lrc_makes_the_sum_zero() -> None:
    request = bytes.fromhex("01 03 00 00 00 0a")
    assert sum(request + checksum("lrc", request)) % 256 == 0


def test_order_and_range() -> None:
    assert checksum("crc32", CHECK, "little") == checksum("crc32", CHECK)[::-1]
    assert checksum("xor8", b"$" + CHECK, start=1) == checksum("xor8", CHECK)
    assert checksum("xor8", b"$" + CHECK + b"*", start=1, last=9) == checksum("xor8", CHECK)


def test_nothing_to_sum() -> None:
    assert [checksum(kind, b"") for kind in ("sum8", "xor8", "lrc")] == [b"\0"] * 3
