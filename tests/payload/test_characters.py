"""Characters of a stream: the same however reads cut them, and each knows where its bytes end."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.payload.characters import (
    BYTES,
    Characters,
    canonical,
    codec,
    decoded,
    within_stream,
)

TEXTS = {
    "utf-8": "hello 中文 首😀",
    "gbk": "中文首x",
    "gb18030": "中文😀1",
    "big5": "中文x",
    "shift_jis": "日本x語",
    "latin-1": "é\xff",
    "utf-16": "中😀x",
    "ascii": "abc",
    BYTES: "é\xff",
    "utf-8-sig": "中x",
    "iso2022_jp": "a日本b",
    "utf-32": "中😀",
}


@pytest.mark.parametrize("encoding", TEXTS)
@given(cuts=st.lists(st.integers(1, 5), max_size=30))
def test_cuts_change_nothing(encoding: str, cuts: list[int]) -> None:
    text = TEXTS[encoding]
    data = text.encode(codec(encoding))
    characters = Characters(encoding)
    at = 0
    for cut in [*cuts, len(data)]:
        characters.feed(data[at : at + cut])
        at += cut
    characters.finish()
    assert characters.text == text
    assert characters.size == len(data)
    for count in range(1, len(text) + 1):
        size, state = characters.place(count)
        assert state is not None
        rest = Characters(encoding, state)
        rest.feed(data[size:])
        assert rest.text == text[count:]


@given(st.binary(max_size=40), st.sampled_from(sorted(TEXTS)), st.integers(1, 7))
def test_any_bytes_are_characters(data: bytes, encoding: str, step: int) -> None:
    characters = Characters(encoding)
    for at in range(0, len(data), step):
        characters.feed(data[at : at + step])
    characters.finish()
    assert characters.text == decoded(data, encoding)


def test_a_damaged_byte_is_no_character_of_a_text() -> None:
    assert decoded(b"a\xffb", "utf-8") == "a\udcffb"
    assert decoded(b"\xd6", "gbk") == "\udcd6"


@given(st.integers(0, 12), st.integers(0, 12))
def test_what_is_dropped_is_counted(first: int, second: int) -> None:
    data = "中文ab首形".encode("gbk")
    whole, part = Characters("gbk"), Characters("gbk")
    for at in range(len(data)):
        for characters in (whole, part):
            characters.feed(data[at : at + 1])
        part.drop(min(first, part.length))
    assert part.text == whole.text[part.dropped :]
    if part.dropped < second <= part.length:
        assert part.place(second)[0] == whole.place(second)[0]


def test_the_order_of_a_stream_is_in_its_mark() -> None:
    assert within_stream("utf-16", b"\xfe\xff") == "utf-16-be"
    assert within_stream("utf-16", b"\xff\xfe") == "utf-16-le"
    assert within_stream("UTF-8-SIG", b"\xef\xbb\xbf") == "utf-8"
    assert within_stream("gbk", b"\xfe\xff") == "gbk"


@pytest.mark.parametrize("name", ["\0", "\ud800", "utf-8\0", "nobody"])
def test_what_names_no_encoding_is_told_so(name: str) -> None:
    with pytest.raises(LookupError):
        canonical(name)
