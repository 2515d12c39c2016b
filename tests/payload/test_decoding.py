"""However a stream is cut into pieces, its characters are the same, and a cut is marked."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.payload.decoding import (
    BEGUN,
    Decoder,
    Piece,
    marked,
    may_go_on,
    message,
    resume,
    show_next,
)
from workbench.payload.notation import ENCODINGS

MORE = (
    *ENCODINGS,
    "utf-16-le",
    "utf-16-be",
    "utf-32",
    "euc_jp",
    "cp949",
    "johab",
    "big5hkscs",
    "hz",
    "iso2022_jp",
    "cp1252",
)
LETTERS = "中文首。形é한アｱ𠀀aZ019@~\n\r \\"


def texts(encoding: str) -> st.SearchStrategy[bytes]:
    """Bytes of text, of text with a byte of another kind in it, and any bytes."""
    written = st.text(LETTERS, max_size=12).map(lambda text: text.encode(encoding, "ignore"))
    odd = st.lists(
        st.one_of(st.integers(0x81, 0xFE), st.integers(0x30, 0x39), st.integers(0, 255)),
        max_size=10,
    ).map(bytes)
    return st.one_of(written, odd, st.tuples(written, odd, written).map(b"".join))


def cut(data: bytes, places: list[int]) -> list[bytes]:
    edges = [0, *sorted({place % (len(data) + 1) for place in places}), len(data)]
    return [data[begin:end] for begin, end in pairwise(edges) if end > begin]


CUTS = st.lists(st.integers(0, 1000), max_size=8)


def plain(data: bytes, encoding: str) -> str:
    """The reference: all at once, each message's mark left out."""
    if encoding in {"utf-16", "utf-32"} and not data.startswith(
        (b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")
    ):
        encoding += "-le"
    return data.decode(encoding, "backslashreplace").replace("\ufeff", "")


@settings(max_examples=300)
@given(encoding=st.sampled_from(MORE), data=st.data())
def test_text_does_not_depend_on_the_cuts(encoding: str, data: st.DataObject) -> None:
    whole = data.draw(texts(encoding))
    decoder = Decoder(encoding)
    text = "".join(decoder.feed(part).text for part in cut(whole, data.draw(CUTS))) + decoder.end()
    assert text.replace("\ufeff", "") == plain(whole, encoding)


@settings(max_examples=300)
@given(encoding=st.sampled_from(MORE), data=st.data())
def test_a_decoder_can_begin_in_the_middle(encoding: str, data: st.DataObject) -> None:
    """From what came before, a later piece has the same text as in an unbroken decoding."""
    parts = cut(data.draw(texts(encoding)), data.draw(CUTS))
    unbroken = Decoder(encoding)
    for number, part in enumerate(parts):
        resumed = resume(encoding, (Piece(old) for old in reversed(parts[:number])))
        expected = unbroken.feed(part)
        assert resumed.feed(part) == expected
        if not may_go_on(part, encoding):
            assert Decoder(encoding).feed(part).text == expected.text or expected.begun


@pytest.mark.parametrize(
    ("encoding", "before", "taken"),
    [
        ("utf-8", [b"\xb8", b"\xe4", b"never"], 2),
        ("utf-8", ["中".encode(), b"never"], 1),
        ("gbk", ["中文".encode("gbk"), b"\n", b"never"], 2),
        ("gbk", [b"a line\n", b"never"], 1),
        ("gb18030", [b"\x810\x81", b"90", b"A", b"never"], 3),
        ("latin-1", [b"\xe9", b"never"], 1),
    ],
)
def test_no_more_is_read_than_needed(encoding: str, before: list[bytes], taken: int) -> None:
    left = iter(before)
    resume(encoding, (Piece(data) for data in left))
    assert len(list(left)) == len(before) - taken


def test_a_cut_is_marked_and_no_byte_is_shown_as_another_character() -> None:
    """d6 | d0 ce | c4 ca d7, the GBK of 中文首: 形 and 氖 are what its reads alone would say."""
    decoder = Decoder("gbk")
    shown = [marked(decoder.feed(bytes.fromhex(read))) for read in ("d6", "d0 ce", "c4 ca d7")]
    assert shown == ["‹d6…›", f"{BEGUN}中‹ce…›", f"{BEGUN}文首"]
    decoder = Decoder("utf-8")
    assert [marked(decoder.feed(bytes([byte]))) for byte in "中".encode()] == [
        "‹e4…›",
        "‹…b8…›",
        f"{BEGUN}中",
    ]


def test_a_byte_order_mark_is_no_character() -> None:
    decoder = Decoder("utf-16")
    pieces = (b"\xff", b"\xfe", b"\x2d", b"\x4e", "文".encode("utf-16"))
    assert [marked(decoder.feed(piece)) for piece in pieces] == [
        "‹ff…›",
        "",
        "‹2d…›",
        f"{BEGUN}中",
        "文",
    ]


def test_what_was_not_kept_breaks_a_character() -> None:
    decoder = Decoder("utf-8")
    assert show_next(decoder, Piece(b"a\xe4", 1)).text == "a‹e4…›"
    assert show_next(decoder, Piece(b"\xadb")).text == "\\xadb"
    decoder = Decoder("utf-16-le")  # the place within the unit is known from the sizes
    assert show_next(decoder, Piece("中".encode("utf-16-le"), 3)).text == "中"
    assert show_next(decoder, Piece(b"\x4e" + "文".encode("utf-16-le"))).text == "\\x4e文"


def test_a_view_cuts_no_character() -> None:
    decoder = Decoder("utf-8")
    assert show_next(decoder, Piece("a中文".encode()), most=3) == ("a", 1)
    assert show_next(decoder, Piece(b"!")).text == "!"
    assert message(Piece("a中文".encode()), "utf-8", 5) == ("a中", 4)


def test_a_message_stands_alone() -> None:
    assert message(Piece(b"\xd6"), "gbk") == ("\\xd6", 1)
    assert message(Piece("中".encode("gbk")), "gbk") == ("中", 2)
    assert message(Piece(b"a\xd6", missing=1), "gbk").text == "a‹d6…›"


@pytest.mark.parametrize("encoding", ["no such", "rot13", "undefined", "idna", "a\0b"])
def test_an_encoding_that_cannot_decode_still_shows_the_bytes(encoding: str) -> None:
    assert message(Piece(b"ab\n"), encoding).text == "ab\\n"
