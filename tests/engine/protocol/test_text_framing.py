"""Messages that end with a text, whose bytes may stand within other characters: no end there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.protocol.test_framing import CUTS, cut
from workbench.engine.model.message_ends import Delimiter
from workbench.engine.protocol.framer import Fault
from workbench.engine.protocol.framing import framer_of, wrapper_of
from workbench.engine.protocol.text_framing import TextFramer
from workbench.payload.characters import decoded

ENCODINGS = (
    "big5", "cp932", "euc_jp", "gb18030", "gbk", "hz", "iso2022_jp", "iso2022_kr", "johab",
    "shift_jis", "utf-7", "utf-16", "utf-16-le", "utf-16-be", "utf-32",
)  # fmt: skip


def divided(end: str, encoding: str, pieces: list[bytes]) -> tuple[list[bytes], bytes]:
    framer = framer_of(Delimiter(end), encoding, requests=True)
    assert isinstance(framer, TextFramer)
    found = []
    for piece in pieces:
        framer.feed(piece)
        while (message := framer.next()) is not None:
            found.append(message.data)
    return found, framer.unread()


@pytest.mark.parametrize(("encoding", "end", "text"), [
    ("big5", "|", "教育"), ("gbk", "|", "膢"), ("shift_jis", "\\", "表示"), ("gb18030", "0", "¥"),
    ("utf-16-le", "\n", "ੁ一"), ("utf-16-be", "\n", "Āਅ"), ("big5", "功", "A許功蓋"),
    ("iso2022_jp", "F", "日本"),
])  # fmt: skip
@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_an_end_within_a_character_is_none(encoding: str, end: str, text: str, size: int) -> None:
    one = text.replace(end, "")
    assert end.encode(encoding) in text.encode(encoding)
    stream = wrapper_of(Delimiter(end), encoding)(one.encode(encoding)) * 2
    found, rest = divided(end, encoding, cut(stream, [size] * 99))
    assert [item.decode(encoding) for item in found] == [one, one]
    assert rest == b""


@pytest.mark.parametrize("mark", [b"", b"\xff\xfe", b"\xfe\xff"])
def test_the_mark_of_a_stream_says_the_order_of_its_ends(mark: bytes) -> None:
    order = "utf-16-be" if mark == b"\xfe\xff" else "utf-16-le"
    stream = mark + "PING\nPONG\n".encode(order)
    found, rest = divided("\n", "utf-16", [stream])
    assert [decoded(item, "utf-16") for item in found] == ["PING", "PONG"], "each by itself"
    assert rest == b""


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_an_end_has_no_mark_though_each_message_may(encoding: str) -> None:
    wrap = wrapper_of(Delimiter("\n"), encoding)
    stream = b"".join(wrap(text.encode(encoding)) for text in ("a", "文"))
    found, rest = divided("\n", encoding, [stream])
    assert [decoded(item, encoding) for item in found] == ["a", "文"]
    assert rest == b""


@given(st.sampled_from(ENCODINGS), st.data(), CUTS)
def test_they_divide_as_a_look_at_the_characters_does(
    encoding: str, data: st.DataObject, cuts: list[int]
) -> None:
    letters = st.sampled_from([*"ab|0\\~+", *(c for c in "中功育表膢文日本" if _has(encoding, c))])
    texts = data.draw(st.lists(st.text(letters, max_size=6), max_size=6))
    end = data.draw(st.sampled_from(["\n", "\r\n", "|\n"]))
    wrap = wrapper_of(Delimiter(end), encoding)
    stream = b"".join(wrap(text.encode(encoding)) for text in texts)
    found, rest = divided(end, encoding, cut(stream, cuts))
    assert [decoded(item, encoding) for item in found] == texts
    assert rest == b""


def _has(encoding: str, char: str) -> bool:
    try:
        char.encode(encoding)
    except UnicodeError:
        return False
    return True


def test_one_that_is_too_long_is_a_fault() -> None:
    framer = framer_of(Delimiter("|", max=4), "big5", requests=True)
    framer.feed("育育育".encode("big5"))
    with pytest.raises(Fault, match="too long"):
        framer.next()
