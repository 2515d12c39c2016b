"""What a server sends anew each time is known by its looks, and what it sends always is left."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.scenario.varying import (
    Circumstances,
    between,
    class_of,
    counted,
    in_bytes,
    in_text,
    shape,
)

NOW = 1_795_888_938.0  # 2026-11-28


def found(text: str, known: Circumstances | None = None) -> list[tuple[str, str]]:
    return [
        (part.kind, text[part.start : part.end])
        for part in in_text(text, known or Circumstances(now=NOW))
    ]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Date: Sat, 28 Nov 2026 18:39:30 GMT\r\n", [("date", "Sat, 28 Nov 2026 18:39:30 GMT")]),
        ("Last-Modified: Sat, 28 Nov 2009 18:39:30 GMT\r\n", []),
        ('{"at": "2026-11-28T18:39:30.075Z"}', [("date", "2026-11-28T18:39:30.075Z")]),
        ("213 20261128183930\r\n", [("date", "20261128183930")]),
        ("Nov 28 18:39 hello.txt", [("date", "Nov 28 18:39")]),
        ("HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\n", []),
        ("$5\r\nhello\r\n", []),
        ("Set-Cookie: sid=abc; Path=/\r\n", [("cookie", "abc")]),
        ("X-Request-Id: 7\r\n", [("id", "7")]),
        ("227 Passive (127,0,0,1,188,26).", [("address", "188"), ("address", "26")]),
        ("229 Extended (|||40112|)", [("address", "40112")]),
        (
            "id 0f8fad5b-d9cb-469f-a165-70867728950e",
            [("id", "0f8fad5b-d9cb-469f-a165-70867728950e")],
        ),
        ("250 Ok: queued as 4F2A3B991C", [("id", "4F2A3B991C")]),
        ("To: <sip:b@x>;tag=12SIPp", [("id", "12SIPp")]),
        ("at 1795888930", [("number", "1795888930")]),
        ("from 127.0.0.1:50502", [("number", "50502")]),
        ("took 12 ms", [("number", "12")]),
        ("Uptime: 0d 0h00m07s\n", [("number", "0d 0h00m07s")]),
        ("a=1 b=2 c=3 d=4 e=5", []),
        ("a=1 b=2 c=3 d=4 e=5 f=x g=-6", [("reading", word) for word in "1 2 3 4 5 -6".split()]),
        ("version 7.0.15 of 2", []),
    ],
)
def test_in_text(text: str, parts: list[tuple[str, str]]) -> None:
    known = Circumstances(now=NOW, ports=frozenset({50502}))
    assert found(text, known) == parts
    for part in in_text(text, known):
        assert part.pattern is not None
        assert re.fullmatch(part.pattern, text[part.start : part.end])


def test_what_was_sent_comes_back_because_it_was() -> None:
    assert found("id=abcdefgh12") == [("id", "abcdefgh12")]
    assert found("id=abcdefgh12", Circumstances(now=NOW, sent=b"GET abcdefgh12")) == []


def test_a_list_of_readings_and_its_length() -> None:
    lines = "".join(f"STAT item_{letter} {number}\r\n" for number, letter in enumerate("abcdef"))
    assert [kind for kind, _ in found(lines)] == ["reading"] * 6
    assert found("Content-Length: 3\r\nAge: 1\r\n\r\nabc") == [("id", "1")]
    text = f"HTTP/1.1 200 OK\r\nContent-Length: {len(lines)}\r\n\r\n{lines}"
    assert found(text)[0] == ("length", str(len(lines)))
    assert found("$10\r\n1795888930\r\n") == [("length", "10"), ("number", "1795888930")]


@pytest.mark.parametrize(
    ("data", "spans"),
    [
        (b"K\x00\x00\x00\x0c\x00\x00\x01\x02\x09\x08\x07\x06Z", [(5, 9), (9, 13)]),
        (b"\x06\x08\x2b\x43\x02\x12\x34", [(5, 7)]),
        ((int(NOW) + 2_208_988_800).to_bytes(4, "big") + b"\x80\x00\x00\x01\x00", [(0, 8)]),
        (b"\xff\x00" + int(NOW).to_bytes(4, "little"), [(2, 6)]),
        (b"\x00\x00\x00\x29auto-189CA471-C65B-B210-6670-7563FF7F762F\x00", [(9, 45)]),
        (b"\x00\x01\x02\x03\x04\x05\x06\x07", []),
    ],
)
def test_in_bytes(data: bytes, spans: list[tuple[int, int]]) -> None:
    assert [(part.start, part.end) for part in in_bytes(data, Circumstances(now=NOW))] == spans


@given(st.datetimes().map(lambda moment: moment.strftime("%a, %d %b %Y %H:%M:%S GMT")))
def test_a_shape_fits_its_date(date: str) -> None:
    assert re.fullmatch(shape(date), date)
    assert not re.fullmatch(shape(date), "yesterday")


@given(
    st.text(st.sampled_from("ab1 2\n-"), max_size=12),
    st.text(st.sampled_from("ab1 2\n-"), max_size=12),
)
def test_what_is_between_two_fits_both(first: str, second: str) -> None:
    """With its parts in place of what differs, the first is a pattern of both."""
    pattern, place = "", 0
    for part in between(first, second):
        assert part.pattern is not None
        assert part.start >= place
        pattern += re.escape(first[place : part.start]) + part.pattern
        place = part.end
    pattern += re.escape(first[place:])
    assert re.fullmatch(pattern, first)
    assert re.fullmatch(pattern, second)


def test_two_answers_to_one_question() -> None:
    assert [(part.start, part.end) for part in counted(":1\r\n", ":2\r\n")] == [(1, 2)]
    assert counted("hello", "world") == []
    assert counted("7 of 7", "7 of 7") == []
    assert class_of("12", "345") == r"\d+"
    assert class_of("", "a") == r"[\da-fA-F]*"
