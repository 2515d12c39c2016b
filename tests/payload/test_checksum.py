"""Checksums against published check values of "123456789" (the CRC catalogue's)."""

from __future__ import annotations

import pytest

from workbench.payload.checksum import CHECKSUMS, Order, checksum, checksums_at_end

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


def at_end(data: bytes) -> list[tuple[str, int, str | None]]:
    return [(found.kind, found.start, found.order) for found in checksums_at_end(data)]


BODY = bytes.fromhex("55 aa 81 00 c4 02")


@pytest.mark.parametrize("kind", CHECKSUMS)
def test_a_checksum_at_the_end_is_recognised(kind: str) -> None:
    value = checksum(kind, BODY)
    (found,) = checksums_at_end(BODY + value)
    assert found == (kind, value, 0, None)
    assert at_end(BODY + bytes([value[0] ^ 1]) + value[1:]) == []


@pytest.mark.parametrize("kind", ["crc16-modbus", "crc16-ccitt", "crc32"])
def test_a_crc_may_leave_out_a_header_and_have_the_other_order(kind: str) -> None:
    usual = CHECKSUMS[kind].order
    assert at_end(BODY + checksum(kind, BODY, start=2)) == [(kind, 2, None)]
    other: Order = "big" if usual == "little" else "little"
    assert at_end(BODY + checksum(kind, BODY, other)) == [(kind, 0, other)]


@pytest.mark.parametrize("data", [
    b"", b"\1", b"\1\1", bytes(20), b"ab\xc3\xa9\n", "你好\r\n".encode(),
    BODY * 100 + checksum("sum8", BODY * 100),
])  # fmt: skip
def test_text_zeros_and_what_is_no_frame_have_none(data: bytes) -> None:
    assert at_end(data) == []
