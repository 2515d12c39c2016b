"""Bytes in lines, beside each other and as text for the clipboard."""

from __future__ import annotations

import pytest

from workbench.printable import escape
from workbench.viewmodel.conversation_text import beside, broken, copied, indented


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"a\r\nb\nc", ("a", "b", "c")),
        (b"a\r\n", ("a",)),
        (b"\n\n", ("", "")),
        (b"no break", ("no break",)),
        (rb"a\nb", (r"a\nb",)),
        (b"a\\n\nb\\r\\n", (r"a\n", r"b\r\n")),
        (b"", ("",)),
    ],
)
def test_a_line_feed_begins_a_line_and_a_backslash_does_not(
    data: bytes, lines: tuple[str, ...]
) -> None:
    assert broken(escape(data.decode()), data, "utf-8") == lines


@pytest.mark.parametrize("encoding", ["utf-16-le", "gbk", "shift_jis", "big5", "gb18030"])
def test_in_every_encoding(encoding: str) -> None:
    text = "表\n功\\n能\n" if encoding != "shift_jis" else "表\nソ\\n能\n"
    lines = broken(escape(text), text.encode(encoding), encoding)
    assert lines == tuple(text.split("\n")[:-1])


def test_what_cannot_be_told_apart_stays_on_one_line() -> None:
    assert broken("a\\nb", b"a\nb\nc", "utf-8") == ("a\\nb",)
    assert broken("a\\nb", b"a\nb", "no such") == ("a\\nb",)


def test_hex_stands_beside_text() -> None:
    first, second = beside(b"hello, \x00\xff 0123456789")
    assert first.startswith("68 65 6c 6c 6f 2c 20 00 ff 20 30")
    assert first.endswith("  hello, .. 012345")
    assert second.split() == ["36", "37", "38", "39", "6789"]
    assert first.index("hello") == second.index("6789")


def test_messages_are_copied_in_each_form() -> None:
    messages = [b"a\r\n", "你".encode(), b"\x00'"]
    assert copied(messages, "text", "utf-8") == "a\r\n你\x00'"
    assert copied(messages, "hex", "utf-8") == "61 0d 0a\ne4 bd a0\n00 27"
    assert copied(messages, "python", "utf-8").split("\n")[0] == r"b'a\r\n'"
    assert copied(messages, "base64", "utf-8") == "YQ0K\n5L2g\nACc="
    assert copied([b"\xff"], "text", "utf-8") == r"\xff"


def test_what_stands_below_begins_where_the_first_line_does() -> None:
    assert indented(["b"], "> sent  ") == ("        b",)
    assert indented(["b"], "> 发出  ") == ("        b",)
