"""What stands in the editor ↔ what a Send says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from workbench.engine.model.commands import Send
from workbench.engine.model.tail import Append
from workbench.payload import templates
from workbench.texts import Problem
from workbench.viewmodel.payload_form import (
    Content,
    PayloadForm,
    body,
    compose,
    content,
    converted,
)


def test_escapes_become_text_where_they_can() -> None:
    assert content(PayloadForm("你好\\r\\n")) == Content(text="你好\r\n")


def test_bytes_that_are_no_text_go_as_hex() -> None:
    assert content(PayloadForm("a\\xff")) == Content(hex="61ff")


def test_without_escapes_a_backslash_stays() -> None:
    assert body(PayloadForm("\\r", escapes=False)) == b"\\r"


def test_hex() -> None:
    assert content(PayloadForm("0x48 65", form="hex")) == Content(hex="4865")


@pytest.mark.parametrize(
    "draft",
    [
        PayloadForm("zz", form="hex"),
        PayloadForm("好", encoding="ascii"),
        PayloadForm("\\q"),
        PayloadForm("\\x1"),
    ],
)
def test_what_cannot_be_sent_is_explained(draft: PayloadForm) -> None:
    with pytest.raises(Problem) as caught:
        body(draft)
    assert caught.value.text


@pytest.mark.parametrize("encoding", ["utf-8", "gbk", "gb18030", "big5", "utf-16"])
def test_what_is_sent_is_what_was_previewed(encoding: str) -> None:
    draft = PayloadForm("中\\r\\n", encoding=encoding)
    said = content(draft)
    assert said.text is not None
    assert compose(draft).size == len(body(draft))


def test_what_is_appended_counts() -> None:
    made = compose(PayloadForm("a", append=Append.CRLF))
    assert (made.size, made.head) == (3, "61 0d 0a")


@pytest.mark.parametrize(
    ("draft", "form", "typed"),
    [
        (PayloadForm("hi\\r\\n"), "hex", "68 69 0d 0a"),
        (PayloadForm("a\\", escapes=False), "hex", "61 5c"),
        (PayloadForm("0d 0a ff", "hex"), "text", "\\r\\n\\xff"),
        (PayloadForm("c4 e3", "hex", "gbk"), "text", "你"),
        (PayloadForm("5c", "hex"), "text", "\\\\"),
        (PayloadForm("01"), "hex", "30 31"),
        (PayloadForm("GET 01 03"), "hex", "47 45 54 20 30 31 20 30 33"),
    ],
)
def test_text_and_hex_become_each_other(draft: PayloadForm, form: str, typed: str) -> None:
    made = converted(draft, form)
    assert made is not None
    assert made.typed == typed
    assert body(made) == body(draft)


@pytest.mark.parametrize(
    ("draft", "form"),
    [
        (PayloadForm("0", "hex"), "text"),
        (PayloadForm("\\q"), "hex"),
        (PayloadForm("/a/file", "file"), "text"),
        (PayloadForm("n {counter}", placeholders=True), "hex"),
        (PayloadForm(""), "hex"),
        (PayloadForm("01 03 00 0a"), "hex"),
        (PayloadForm(" c4 0B\n"), "hex"),
    ],
)
def test_what_cannot_be_said_so_stays_as_it_is_typed(draft: PayloadForm, form: str) -> None:
    assert converted(draft, form) is None


def test_a_text_full_of_placeholders_is_read_and_filled_in_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A megabyte of them is understood in a pause of typing."""
    read: list[object] = []
    filled: list[str] = []
    parts = templates._text_parts

    def told(source: str, names: list[str]) -> Iterator[object]:
        for part in parts(source, names):
            read.append(part)
            yield part

    def no_gap(*_args: object, **_named: object) -> None:
        raise AssertionError("one name alone takes no reader of sums")

    def count(number: int) -> str:
        filled.append(str(number))
        return str(number)

    monkeypatch.setattr(templates, "_text_parts", told)
    monkeypatch.setattr(templates, "_gap", no_gap)
    monkeypatch.setattr(templates, "BUILT_IN", {**templates.BUILT_IN, "counter": count})
    made = compose(PayloadForm("x{counter}" * 100, placeholders=True), 7)
    assert made.size == 200
    assert isinstance(made.send, Send)
    assert made.send.placeholders
    assert len(filled) == 100
    assert len(read) < 2 * len(filled) + 5
