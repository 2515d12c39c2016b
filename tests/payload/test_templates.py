"""Templates: gaps in text and in hex, lengths and numbers of every width."""

from __future__ import annotations

import datetime
import re
import struct
import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.payload.templates import (
    PLACEHOLDERS,
    Value,
    gives_other_text,
    hex_template,
    text_template,
)
from workbench.texts import Problem

NAMES = ("x", "y", "xy", "name-1.port")
VALUES = {
    "x": Value(b"5"),
    "y": Value(b"\x01\x00", hexed=True),
    "xy": Value(b"seven"),
    "name-1.port": Value(b"80"),
}


def test_what_is_left_when_values_are_filled_in() -> None:
    """Once filled in and then again, or in one go: the same bytes."""
    for source in ("{x}{counter}{y+counter} {{counter}} {x", "{xy}{ {counter}", "{len:x}{counter}"):
        template = text_template(source, {*NAMES, *PLACEHOLDERS}, "utf-8")
        left = template.left(VALUES)
        again = text_template(left, PLACEHOLDERS, "utf-8")
        assert again.fill({}, 7) == template.fill(VALUES, 7), source
    hexed = hex_template("{x} u16le+2[{counter} ber[{y}]] u8(x+counter) 00", NAMES, "utf-8")
    assert hex_template(hexed.left(VALUES), (), "utf-8").fill({}, 7) == hexed.fill(VALUES, 7)


def test_a_value_that_looks_like_a_gap_is_none() -> None:
    template = text_template("{x}{counter}", {"x", *PLACEHOLDERS}, "utf-8")
    left = template.left({"x": Value(b"{time}")})
    assert text_template(left, PLACEHOLDERS, "utf-8").fill({}, 7) == b"{time}7"


def text(source: str, encoding: str = "utf-8") -> bytes:
    return text_template(source, NAMES, encoding).fill(VALUES)


def as_hex(source: str) -> str:
    return hex_template(source, NAMES, "utf-8").fill(VALUES).hex()


@pytest.mark.parametrize(
    ("source", "made"),
    [
        ("a {x} b", "a 5 b"),
        ("{x}{xy}", "5seven"),
        ("{x+1} {x*2-1} {2+x*3} {y+1}", "6 9 17 257"),
        ("{name-1.port} {name-1.port-1}", "80 79"),
        ("{{x}} {{{x}}}", "{x} {{x}}"),
        ('{"a": {"b": "{x}"}, "c": {}}', '{"a": {"b": "5"}, "c": {}}'),
        ("{z} {x y} { x } {} {x", "{z} {x y} { x } {} {x"),
        ("{time} {counter} {random:4} {len:xy}", "{time} {counter} {random:4} {len:xy}"),
        ("{1} {1+2}", "{1} {1+2}"),
        ("", ""),
    ],
)
def test_text(source: str, made: str) -> None:
    assert text(source).decode() == made


def test_a_value_of_bytes_is_not_touched() -> None:
    made = text_template("<{x}>", ["x"], "utf-8").fill({"x": Value(b"\xff\x00")})
    assert made == b"<\xff\x00>"


def test_an_encoding_has_one_mark() -> None:
    made = text_template("a{x}b", ["x"], "utf-16").fill({"x": Value("x".encode("utf-16-le"))})
    assert made == "axb".encode("utf-16")


def expand(source: str, counter: int) -> str:
    return text_template(source, PLACEHOLDERS, "utf-8").fill({}, counter).decode()


def test_counter_and_random() -> None:
    assert len(expand("{random:131072}", 1)) == 131072
    head, _, tail = expand("n={counter} r={random:6}.", 7).partition(" r=")
    assert head == "n=7"
    assert len(tail) == 7
    assert tail[:6].isalnum()


def test_time_is_a_moment_with_zone() -> None:
    assert datetime.datetime.fromisoformat(expand("{time}", 1)).tzinfo is not None


@pytest.mark.parametrize(
    "source", ['{"a": {"b": 1}}', "{counter", "{random:}", "{random:9999999}", "{}"]
)
def test_other_braces_stay(source: str) -> None:
    template = text_template(source, PLACEHOLDERS, "utf-8")
    assert template.fixed == source.encode()
    assert not template.varies


def test_what_is_another_one_each_time() -> None:
    varies = [hex_template(text, (), "utf-8").varies for text in ("00", "{counter}", "{ntp}")]
    assert varies == [False, False, True]


def test_built_in_names_are_on_where_they_are_asked_for() -> None:
    names = ["counter", "random", "len", "base64", "x"]
    template = text_template("{counter} {random:6} {len:x} {base64:x}", names, "ascii")
    made = template.fill(VALUES, 7).decode()
    assert re.fullmatch(r"7 \w{6} 1 NQ==", made)
    assert template.names == {"x"}


@pytest.mark.parametrize(
    ("source", "made"),
    [
        ("00 ff:0x10", "00ff10"),
        ('"GET" 0d0a', b"GET\r\n".hex()),
        ("u16[ 01 02 03 ]", "0003010203"),
        ("u16le[01] u24[] u32(5) u64le(1)", "010001000000000000050100000000000000"),
        ('u16["MQTT"] 04', "00044d51545404"),
        ("var7[" + "00" * 200 + "]", "c801" + "00" * 200),
        ("ber[" + "00" * 200 + "]", "81c8" + "00" * 200),
        ("30 ber[02 ber[01]]", "3003020101"),
        ("u32+4[0102] u16le+1[]", "0000000601020100"),
        ("u16(0xffa5) u8(x+0x10) u32le(0x1)", "ffa51501000000"),
        ('pad8["abc"] pad3[] ff', "6162630000000000000000ff"),
        ('align4["abcde"] align4[] align4[01020304] 7', None),
        ('align4["abcde"] align4[] align4[01020304]', "616263646500000001020304"),
        ('align4[u32["abcde"]] pad6[u8[{y}]]', "000000056162636465000000020100000000"),
        ("{y} 8180", "01008180"),
        ("u8(x) u16(y*2+x) u16(name-1.port)", "0502050050"),
        ("u16[{y} {xy}]", "00070100" + b"seven".hex()),
        ("u16({x})", None),
    ],
)
def test_hex(source: str, made: str | None) -> None:
    if made is None:
        with pytest.raises(Problem):
            as_hex(source)
    else:
        assert as_hex(source) == made


@pytest.mark.parametrize(
    ("source", "key", "position"),
    [
        ("12 u16[00", "template.open", 10),
        ("00]", "template.close", 3),
        ('00 "ab', "template.quote", 4),
        ("{x+1}", "template.width", 1),
        ("u16()", "template.expression", 4),
        ("00 0g", "payload.bad_hex", 5),
        ("u8[00 0g]", "payload.bad_hex", 8),
        ("00 1", "payload.odd_hex", 5),
        ("u8[" * 30, "template.deep", None),
        ("pad2[" * 30, "template.deep", None),
        ("pad2[00", "template.open", 8),
        ("align0[00]", "payload.bad_hex", 2),
    ],
)
def test_what_is_wrong_is_pointed_at(source: str, key: str, position: int | None) -> None:
    with pytest.raises(Problem) as caught:
        as_hex(source)
    assert caught.value.key == key
    if position is not None:
        assert caught.value.args_["position"] == position


def test_an_unknown_name_has_the_nearest_beside_it() -> None:
    with pytest.raises(Problem) as caught:
        hex_template("{nam}", ["name", "other"], "utf-8")
    assert (caught.value.key, caught.value.args_["near"]) == ("template.unknown", "name")


@pytest.mark.parametrize(
    ("source", "key"),
    [
        ("u8(y)", "template.too_large"),
        ("u16(xy)", "template.no_number"),
        ("u8(x-6)", "template.too_large"),
        ("u8[" + "00" * 256 + "]", "template.too_large"),
        ("pad1[{y}]", "template.too_large"),
    ],
)
def test_what_cannot_be_filled_in_is_said(source: str, key: str) -> None:
    with pytest.raises(Problem) as caught:
        as_hex(source)
    assert caught.value.key == key


def test_a_value_that_is_not_there_is_said() -> None:
    with pytest.raises(Problem) as caught:
        text_template("{x}", ["x"], "utf-8").fill({})
    assert caught.value.key == "template.missing"


def test_a_stamp_of_ntp_is_the_time_in_seconds_since_1900() -> None:
    before = time.time()
    stamp = struct.unpack("!Q", hex_template("{ntp}", [], "utf-8").fill({}))[0] / 2**32
    assert before - 1 <= stamp - 2_208_988_800 <= time.time() + 1


CHARACTERS = st.characters(exclude_categories=["Cs"])  # half a character is no text


@given(st.text(CHARACTERS), st.lists(st.sampled_from(["x", "y", "counter"]), max_size=3))
def test_any_text_is_a_template_and_without_known_names_itself(
    source: str, names: list[str]
) -> None:
    template = text_template(source, names, "utf-8")
    if not names:
        assert template.fixed == source.encode()
    assert template.fixed is not None or template.names <= {"x", "y"}


@given(st.text(alphabet="{}xy:+-1en lcouter", max_size=30) | st.sampled_from(["{x}", "{{x}}"]))
def test_what_says_something_else_than_its_source_is_known_without_reading_it_all(
    source: str,
) -> None:
    names = ["x", "y", "len", "counter"]
    whole = text_template(source, names, "utf-8")
    assert gives_other_text(source, names) == (whole.fixed != source.encode())
    assert not gives_other_text(source, [])


def test_what_stands_alone_in_braces_is_the_longest_name() -> None:
    """A name may begin with another one, and look like a sum of two."""
    values = {name: Value(name.upper().encode()) for name in ("a", "a-1", "a.port", "port")}
    made = text_template("{a}{a-1}{a.port}{{a}}{port}{a.por}", values, "utf-8").fill(values)
    assert made.decode() == "AA-1A.PORT{a}PORT{a.por}"


def test_a_character_that_an_encoding_lacks_is_said_beside_gaps_too() -> None:
    with pytest.raises(Problem) as caught:
        text_template("{x} 好", ["x"], "ascii")
    assert caught.value.key == "payload.not_expressible"


@given(st.text(alphabet='0123456789abcdef {}[]()"u16var7berl:+*-xyz', max_size=30))
def test_any_hex_is_made_or_refused_in_a_sentence(source: str) -> None:
    with suppress(Problem):
        hex_template(source, NAMES, "utf-8").fill(VALUES)


WIDTHS = st.sampled_from(["u16", "u32le", "var7", "ber"])


@given(st.lists(st.binary(max_size=300), max_size=3), WIDTHS)
def test_what_a_length_says_is_what_is_inside(parts: list[bytes], width: str) -> None:
    inside = b"".join(parts)
    made = hex_template(f"{width}[{' '.join(part.hex() for part in parts)}]", [], "utf-8").fixed
    assert made is not None
    assert made.endswith(inside)
    field = made[: len(made) - len(inside)]
    if width == "ber":
        number = field[0] if len(field) == 1 else int.from_bytes(field[1:], "big")
    elif width == "var7":
        number = sum((byte & 127) << (7 * place) for place, byte in enumerate(field))
    else:
        number = int.from_bytes(field, "little" if width.endswith("le") else "big")
    assert number == len(inside)
