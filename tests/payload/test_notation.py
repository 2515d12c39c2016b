"""Text, escapes and hex are the bytes that they say; what is wrong is pointed at."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.payload.notation import (
    ENCODINGS,
    check_encoding,
    encode,
    from_escapes,
    hexdump,
    parse_hex,
    show,
    suffix,
)
from workbench.printable import escape
from workbench.texts import LANGUAGES, Problem, set_language

WHOLE = st.text(st.characters(exclude_categories=["Cs"]))
ANY = st.text(st.characters())


def or_problem(call: Callable[..., object], *args: object) -> object:
    """What a call returns, or the Problem that it raises."""
    try:
        return call(*args)
    except Problem as problem:
        return problem


def said(call: Callable[..., object], *args: object) -> Problem:
    with pytest.raises(Problem) as caught:
        call(*args)
    for language in LANGUAGES:
        set_language(language)
        assert caught.value.text
    set_language("en")
    return caught.value


# -- encodings --------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ENCODINGS)
@given(text=WHOLE)
def test_text_as_python_encodes_it_or_its_first_bad_character(encoding: str, text: str) -> None:
    got = or_problem(encode, text, encoding)
    if isinstance(got, Problem):
        position = got.args_["position"]
        assert isinstance(position, int)
        with pytest.raises(UnicodeEncodeError):
            text[position - 1].encode(encoding)
        assert encode(text[: position - 1], encoding) == text[: position - 1].encode(encoding)
    else:
        assert got == text.encode(encoding)


@given(text=ANY, encoding=st.one_of(st.text(), st.sampled_from([
    "hex", "rot13", "base64", "undefined", "idna", "punycode", "unicode_escape", "utf-7", "hz",
    "iso2022_jp", "a\0b",
])))  # fmt: skip
def test_no_name_of_an_encoding_is_a_fault(text: str, encoding: str) -> None:
    for call in (encode, from_escapes):
        got = or_problem(call, text, encoding)
        assert isinstance(got, bytes) or str(got)
    assert isinstance(show(b"\xffa\0", encoding), str)


def test_a_character_that_the_encoding_lacks_is_pointed_at() -> None:
    problem = said(encode, "ab你", "ascii")
    assert problem.key == "payload.not_expressible"
    assert problem.args_["position"] == 3
    assert said(encode, "a\udc80", "utf-8").key == "payload.lone_surrogate"
    assert said(encode, "a", "undefined").key == "payload.not_this_text"


@pytest.mark.parametrize(
    ("wrong", "near"),
    [("utf9", "utf-8"), ("GBK2", "gbk"), ("hex", "utf-8"), ("shift-jis-x", "shift_jis")],
)
def test_the_nearest_encoding_is_offered(wrong: str, near: str) -> None:
    assert f"Did you mean {near}?" in said(check_encoding, wrong).text


# -- hex --------------------------------------------------------------------------------------


@given(
    st.lists(
        st.tuples(
            st.binary(min_size=1, max_size=1),
            st.sampled_from(["", " ", ",", ":", "-", "_", ";", "\n", " 0x", "\\x"]),
            st.booleans(),
        )
    )
)
def test_hex_in_any_spelling(pieces: list[tuple[bytes, str, bool]]) -> None:
    text = "".join(
        between + (byte.hex().upper() if upper else byte.hex()) for byte, between, upper in pieces
    )
    assert parse_hex(text) == b"".join(byte for byte, _, _ in pieces)


@given(st.binary())
def test_hex_of_any_bytes_comes_back(data: bytes) -> None:
    assert parse_hex(data.hex()) == parse_hex(data.hex(" ")) == data


@given(ANY)
def test_hex_is_bytes_or_a_problem_with_its_place(text: str) -> None:
    got = or_problem(parse_hex, text)
    if isinstance(got, Problem):
        position = got.args_["position"]
        assert isinstance(position, int)
        assert 1 <= position <= len(text) + 1
        assert text[position - 1 : position].strip() == str(got.args_["character"]).strip()
    else:
        assert isinstance(got, bytes)
        assert len(got) <= len(text) / 2


@pytest.mark.parametrize(("text", "key", "position"), [
    ("zz", "bad_hex", 1), ("4z", "bad_hex", 2), ("48 6", "odd_hex", 5), ("48 6 5", "odd_hex", 5),
    ("48 你", "bad_hex", 4),
])  # fmt: skip
def test_what_is_no_hex_is_pointed_at(text: str, key: str, position: int) -> None:
    problem = said(parse_hex, text)
    assert (problem.key, problem.args_["position"]) == (f"payload.{key}", position)


# -- escapes ----------------------------------------------------------------------------------

_AS_ESCAPE = {"\r": "\\r", "\n": "\\n", "\t": "\\t", "\0": "\\0", "\\": "\\\\"}


def typed(text: str, *, points: bool) -> str:
    """A text as somebody may type it with escapes."""
    return "".join(
        _AS_ESCAPE.get(char) or (f"\\u{ord(char):04x}" if points and ord(char) < 0x10000 else char)
        for char in text
    )


@pytest.mark.parametrize("encoding", ENCODINGS)
@given(text=WHOLE, points=st.booleans())
def test_escapes_are_the_text_they_stand_for(encoding: str, text: str, points: bool) -> None:
    try:
        wanted = encode(text, encoding)
    except Problem:
        with pytest.raises(Problem):
            from_escapes(typed(text, points=points), encoding)
        return
    assert from_escapes(typed(text, points=points), encoding) == wanted


@given(st.binary(min_size=1))
def test_every_byte_can_be_escaped(data: bytes) -> None:
    assert from_escapes("".join(f"\\x{byte:02x}" for byte in data), "utf-16") == data


def test_bytes_between_text_keep_one_mark() -> None:
    assert from_escapes("a\\nb", "utf-16") == "a\nb".encode("utf-16")
    mark = "".encode("utf-16")
    one, two = ("a".encode("utf-16")[len(mark) :], "b".encode("utf-16")[len(mark) :])
    assert from_escapes("a\\xffb", "utf-16") == mark + one + b"\xff" + two


def test_two_halves_are_one_character() -> None:
    assert from_escapes("\\ud83d\\ude00", "utf-8") == "😀".encode()
    assert said(from_escapes, "ab\\ud83d!", "utf-8").args_["position"] == 3


@pytest.mark.parametrize(("text", "encoding", "key", "position"), [
    ("ab\\q", "utf-8", "bad_escape", 3), ("ab\\", "utf-8", "bad_escape", 3),
    ("\\x4", "utf-8", "bad_escape", 1), ("\\u12", "utf-8", "bad_escape", 1),
    ("\\r\\n你", "ascii", "not_expressible", 5), ("a\\xff\\u4f60", "ascii", "not_expressible", 6),
])  # fmt: skip
def test_what_is_no_escape_is_pointed_at(text: str, encoding: str, key: str, position: int) -> None:
    problem = said(from_escapes, text, encoding)
    assert (problem.key, problem.args_["position"]) == (f"payload.{key}", position)


@given(ANY)
def test_what_is_shown_is_one_line_of_printable_characters(text: str) -> None:
    shown = escape(text)
    assert shown.isprintable()
    assert len(shown.splitlines()) <= 1


@given(st.binary(), st.sampled_from(ENCODINGS))
def test_any_bytes_can_be_shown(data: bytes, encoding: str) -> None:
    assert show(data, encoding).isprintable()


def test_what_is_shown() -> None:
    assert show("你好\r\n\0\x7f".encode()) == "你好\\r\\n\\0\\x7f"
    assert show(b"a\xff\xfe") == "a\\xff\\xfe"
    assert show("你".encode("gbk"), "gbk") == "你"
    assert show(b"a", "no-such") == "a"


# -- dump, suffix ---------------------------------------------------------------------------


@given(st.binary(max_size=100), st.integers(0, 2**20))
def test_a_dump_has_every_byte(data: bytes, start: int) -> None:
    lines = list(hexdump(data, start))
    assert b"".join(bytes.fromhex(line[10:58]) for line in lines) == data
    assert [int(line[:8], 16) for line in lines] == list(range(start, start + len(data), 16))
    assert all(len(line) <= 76 and line.isascii() for line in lines)


def test_a_dump_looks_like_one() -> None:
    assert list(hexdump(b"GET / HTTP/1.1\r\n\0")) == [
        "00000000  47 45 54 20 2f 20 48 54  54 50 2f 31 2e 31 0d 0a  GET / HTTP/1.1..",
        "00000010  00                                                .",
    ]


def test_suffixes() -> None:
    assert [suffix(name) for name in ("nothing", "lf", "crlf", "nul")] == [
        b"", b"\n", b"\r\n", b"\0",
    ]  # fmt: skip


def test_a_narrow_hexdump_has_eight_bytes_a_row() -> None:
    assert list(hexdump(b"GET / HTTP", width=8)) == [
        "0000  47 45 54 20 2f 20 48 54  GET / HT",
        "0008  54 50                    TP",
    ]
