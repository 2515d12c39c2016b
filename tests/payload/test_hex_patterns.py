"""Patterns of hex: any byte, any run, and bytes that are taken as values."""

from __future__ import annotations

import pytest

from workbench.payload.hex_patterns import (
    Extent,
    Parting,
    compile_hex,
    filled_pattern,
    is_pattern,
    numbers_in,
    parting,
    taken_by_hex,
    taken_value,
)
from workbench.payload.number_fields import encode_number
from workbench.payload.patterns import TooSlow
from workbench.payload.templates import Value
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


def numbers(source: str, data: bytes) -> dict[str, int | None]:
    found = taken(source, data)
    assert found is not None
    widths = numbers_in(source)
    return {name: taken_value(part, widths.get(name)).number for name, part in found.items()}


@pytest.mark.parametrize(
    "width", ["u8", "u16", "u24", "u32", "u64", "u16le", "u24le", "u32le", "u64le", "var7", "ber"]
)
@pytest.mark.parametrize("number", [0, 5, 127, 128, 200])
def test_a_number_is_taken_as_it_is_written(width: str, number: int) -> None:
    data = b"\x01" + encode_number(width, number) + b"\x02"
    assert numbers(f"01 {{{width}:n}} 02", data) == {"n": number}
    assert taken(f"01 {width}({number}) 02", data) == {}
    assert taken(f"01 {width}({number}+1) 02", data) is None


def test_a_number_is_a_decimal_text_and_bytes_are_bytes() -> None:
    assert taken_value(b"\x01\x02", "u16le") == Value(b"513", literal=True)
    assert taken_value(b"\x01\x02", None) == Value(b"\x01\x02", hexed=True)
    assert taken_by_hex("{a:2} {u16:b} {ber:c} {d:*} {e} u8(f)") == ["a", "b", "c", "d"]


def test_lengths_of_what_is_known_stand_in_a_pattern() -> None:
    source = 'u16+2["ab" 01] ?? pad4["x"] {n:1}'
    assert taken(source, b"\x00\x05ab\x01.x\0\0\0!") == {"n": b"!"}


@pytest.mark.parametrize(
    ("source", "position"),
    [("01 u16[02 ??]", 11), ("u16[{n:2}]", 5), ("u16[0g]", 6), ("01 u8(300)", None), ("u8(n)", 4)],
)
def test_what_is_wrong_with_a_number_is_pointed_at(source: str, position: int | None) -> None:
    with pytest.raises(Problem) as caught:
        compile_hex(source)
    assert caught.value.args_.get("position") == position


def test_values_are_filled_in_but_for_those_between_quotes() -> None:
    values = {"id": Value(b"7"), "raw": Value(b"\x01\xff", hexed=True)}
    source = '{raw} u16(id+1) "{id}" u16[{raw} 00] {id:2} u8(3) {id}'
    said = filled_pattern(source, {"id", "raw"}, values, "utf-8")
    assert said == '01ff 0008 "{id}" 000301ff00 {id:2} u8(3) 37'
    with pytest.raises(Problem):
        filled_pattern("u16(other)", {"other"}, {}, "utf-8")


@pytest.mark.parametrize(
    ("source", "data", "same", "missing"),
    [
        ("01 02 ?? u16(7) {x:1}", "01 02 03 04", 3, "u16(7) {x:1}"),
        ("01 02 {u16:x} 05 06", "01 02 03 04 05", 5, "06"),
        ("01 ?? 03", "02 02 03", 0, "01 ?? 03"),
        ('01 * "ab" 05', "01 00 00 61 62 06", 5, "05"),
        ("01 * 05", "01 00 00", 1, "* 05"),
        ("01 ??", "01 02 03", 2, ""),
        ("{x:*} 01", "", 0, "{x:*} 01"),
    ],
)
def test_where_bytes_part_from_it(source: str, data: str, same: int, missing: str) -> None:
    assert parting(source, bytes.fromhex(data)) == Parting(same, missing)


def test_a_search_that_is_given_up_names_the_pattern_as_it_was_written() -> None:
    source = "* 61 " * 25 + "62"
    with pytest.raises(TooSlow) as caught:
        compile_hex(source).search("a" * 3000, 0.01)
    assert source in caught.value.text
