"""Patterns of hex: any byte, any run, and bytes that are taken as values."""

from __future__ import annotations

import pytest

from workbench.payload.hex_patterns import Extent, compile_hex, is_pattern
from workbench.texts import Problem


def taken(source: str, data: bytes) -> dict[str, bytes] | None:
    found = compile_hex(source).captured(data.decode("latin-1"), 1.0)
    return None if found is None else {name: part.encode("latin-1") for name, part in found.items()}


@pytest.mark.parametrize(
    ("source", "data", "found"),
    [
        ("{id:2} 01 00", b"\x12\x34\x01\x00rest", {"id": b"\x12\x34"}),
        ("01 ?? 03", b"\x01\x0a\x03", {}),
        ("01 ?? 03", b"\x01\x03", None),
        ("01 * 03 {x:1}", b"\x01\n\n\x03\x04\x03\x05", {"x": b"\x04"}),
        ('00 04 "MQ.T" {level:1}', b"\x00\x04MQ.T\x05", {"level": b"\x05"}),
        ('00 04 "MQ.T"', b"\x00\x04MQTT", None),
        ('"?{*}" 01', b"?{*}\x01", {}),
        ('00 01 {file:*} 00 "octet"', b"\x00\x01a\nb\x00octet\x00", {"file": b"a\nb"}),
        ("5b 2e 2a", b"[.*", {}),
        ("5b 2e 2a", b"[xy", None),
        ("{a:1}{b:0}{c:1}", b"\xff\x00", {"a": b"\xff", "b": b"", "c": b"\x00"}),
    ],
)
def test_what_fits_and_what_is_taken(
    source: str, data: bytes, found: dict[str, bytes] | None
) -> None:
    assert taken(source, data) == found


def test_how_much_of_the_bytes_it_has_to_be() -> None:
    data = "\x01\x02\x03"
    for extent, source, fits in (
        (Extent.ANYWHERE, "02 ??", True),
        (Extent.START, "02 ??", False),
        (Extent.START, "01 ??", True),
        (Extent.WHOLE, "01 ??", False),
        (Extent.WHOLE, "01 *", True),
    ):
        assert compile_hex(source, extent).matches(data, 1.0) is fits


def test_bytes_alone_are_no_pattern() -> None:
    assert not is_pattern("01 0a:0x03")
    assert all(map(is_pattern, ("01 ??", "*", "{id:2}", "{id}", "?", '"a"')))


@pytest.mark.parametrize(
    ("source", "position"),
    [("01 ?", 4), ("01 {id}", 4), ("01 {id:x}", 4), ("01 ?? 0g", 8), ('01 "a', 4), ('"\u00e9"', 1)],
)
def test_what_is_wrong_is_pointed_at(source: str, position: int) -> None:
    with pytest.raises(Problem) as caught:
        compile_hex(source)
    assert caught.value.args_["position"] == position


def test_a_name_is_there_once() -> None:
    with pytest.raises(Problem):
        compile_hex("{id:2} {id:3}")
