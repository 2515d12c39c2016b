"""An answer becomes a step that it meets, and that the same answer meets another time."""

from __future__ import annotations

import pytest

from workbench.payload.hex_patterns import Extent, compile_hex
from workbench.payload.patterns import compile_pattern
from workbench.scenario.answers import Answer
from workbench.scenario.expected import choice, expectation, loosely, parts_of
from workbench.scenario.steps import Expect
from workbench.scenario.varying import Circumstances

NOW = 1_795_888_938.0


def answer(data: bytes | None, call: str = "recv", *, ends: bool = False) -> Answer:
    return Answer("client", call, 1, 3, 7, 0, len(data or b""), data, ends)


def step(
    data: bytes, second: bytes | None = None, same: bytes | None = None, call: str = "recv"
) -> Expect:
    parts = parts_of(answer(data, call), "utf-8", Circumstances(now=NOW), second, same)
    return expectation(answer(data, call), parts, "utf-8", None, ())


def meets(made: Expect, data: bytes) -> bool:
    if made.hex is not None:
        return compile_hex(made.hex, Extent.WHOLE).matches(data.decode("latin-1"), 1.0)
    if made.regex is not None:
        return compile_pattern(made.regex, None).matches(data.decode(), 1.0)
    return (made.text or "").encode() == data


@pytest.mark.parametrize(
    ("first", "second", "other"),
    [
        (b"hello\r\n", b"hello\r\n", b"hullo\r\n"),
        (
            b"Date: Sat, 28 Nov 2026 18:39:30 GMT\r\n",
            b"Date: Sun, 29 Nov 2026 00:00:01 GMT\r\n",
            b"Date: now\r\n",
        ),
        (
            b"[a.b] is *not* (so)? at 1795888930\n",
            b"[a.b] is *not* (so)? at 1795888999\n",
            b"[aXb]",
        ),
        (
            b"\xff\x00K\x00\x00\x00\x0c12345678Z",
            b"\xff\x00K\x00\x00\x00\x0cabcd\x01\x02\x03\x04Z",
            b"\xff\x00K",
        ),
    ],
)
def test_by_its_looks(first: bytes, second: bytes, other: bytes) -> None:
    made = step(first)
    assert meets(made, first)
    assert meets(made, second)
    assert not meets(made, other)


@pytest.mark.parametrize(
    ("first", "second", "third"),
    [
        (b":7\r\n", b":8\r\n", b":12\r\n"),
        (b"you are nr 5 of 9\r\n", b"you are nr 6 of 9\r\n", b"you are nr 77 of 9\r\n"),
        (b"\x00\x01 123456 \xff\xfe", b"\x00\x01 153956 \xff\xfe", b"\x00\x01 999999 \xff\xfe"),
        (b"\x01\x02\x03\xff", b"\x01\x04\x05\x06\x03\xff", b"\x01\x09\x03\xff"),
    ],
)
def test_by_a_second_run(first: bytes, second: bytes, third: bytes) -> None:
    assert not meets(step(first), third)
    made = step(first, second)
    assert all(meets(made, data) for data in (first, second, third))


def test_by_another_answer_to_the_same_question() -> None:
    assert meets(step(b":7\r\n", same=b":8\r\n"), b":9\r\n")
    assert not meets(step(b"hello\r\n", same=b"world\r\n"), b"world\r\n")


def test_a_datagram_is_wholly_what_is_expected() -> None:
    made = step(b"at 1795888930", call="recvfrom")
    assert meets(made, b"at 1795888931")
    assert not meets(made, b"at 1795888931 and more")


def test_what_the_record_did_not_keep_only_has_to_come() -> None:
    assert expectation(answer(None), (), "utf-8", None, ()).regex == r"(?s)\A.+"
    ended = expectation(answer(b"", ends=True), (), "utf-8", 2, ())
    assert (ended.result, ended.call, ended.connection) == (0, "recv", 2)


def test_loosely_anything_has_to_come() -> None:
    made = loosely(answer(b"hello"), (), "utf-8", None)
    assert made is not None
    assert made.regex == r"(?s)\A.+"
    assert loosely(answer(b"", ends=True), (), "utf-8", None) is None


def test_a_choice_can_be_read() -> None:
    came = answer(b"Date: Sat, 28 Nov 2026 18:39:30 GMT\r\n")
    (part,) = parts_of(came, "utf-8", Circumstances(now=NOW), None, None)
    shown = choice(came, part, "utf-8")
    assert (shown.place, shown.kind, shown.was) == ((7, 6), "date", "Sat, 28 Nov 2026 18:39:30 GMT")
    assert shown.now == part.pattern
