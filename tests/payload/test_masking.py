"""No value that is masked is left in any of its forms, and what is masked keeps its length."""

from __future__ import annotations

import base64
import json
import urllib.parse
from collections.abc import Callable
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.payload.masking import Masker

VALUES = st.text(st.characters(exclude_categories=["Cs"]), min_size=4, max_size=16)
AROUND = st.text(st.characters(max_codepoint=0x7F), max_size=12)
FORMS: Final[dict[str, Callable[[str], str]]] = {
    "plain": str,
    "json": lambda value: json.dumps(value)[1:-1],
    "json in json": lambda value: json.dumps(json.dumps(value))[1:-1],
    "json as it is": lambda value: json.dumps(value, ensure_ascii=False)[1:-1],
    "python": lambda value: repr(value)[1:-1],
    "python bytes": lambda value: repr(value.encode())[2:-1],
    "url": lambda value: urllib.parse.quote(value, safe=""),
    "url form": urllib.parse.quote_plus,
    "every byte in url": lambda value: "".join(f"%{byte:02x}" for byte in value.encode()),
    "hex": lambda value: value.encode().hex(),
    "HEX": lambda value: value.encode().hex(" ").upper(),
    "base64": lambda value: base64.b64encode(value.encode()).decode(),
    "base64 in a URL": lambda value: base64.urlsafe_b64encode(value.encode()).decode(),
}


def only_mask(text: str) -> bool:
    """A value that is made of what masks it is not told by being there."""
    return not text.strip("*") or set(text) <= set("2aA ")


@given(VALUES, AROUND, AROUND, st.sampled_from(list(FORMS)))
def test_no_form_of_a_value_is_left(value: str, before: str, after: str, form: str) -> None:
    written = FORMS[form](value)
    text = f"{before}{written}{after}"
    masker = Masker([value])
    shown = masker.text(text)
    assert len(shown) == len(text)
    core = written.rstrip("=")
    assert core not in shown or only_mask(core)
    data = text.encode()
    masked = masker.data(data)
    assert len(masked) == len(data)
    assert core.encode() not in masked or only_mask(core)


@given(VALUES, st.binary(max_size=5), st.binary(max_size=5))
def test_base64_at_any_place_among_other_bytes(value: str, before: bytes, after: bytes) -> None:
    written = base64.b64encode(before + value.encode() + after).decode()
    shown = Masker([value]).text(f"Basic {written}").removeprefix("Basic ")
    begin = -(-len(before) * 8 // 6)  # the characters that are of the value alone
    end = (len(before) + len(value.encode())) * 8 // 6
    assert shown[begin:end] == "*" * (end - begin)


@given(VALUES, st.binary(max_size=20), st.lists(st.integers(1, 6), max_size=60), st.booleans())
def test_a_value_is_masked_however_it_is_cut(
    value: str, around: bytes, cuts: list[int], plain: bool
) -> None:
    secret = value.encode() if plain else base64.b64encode(value.encode())
    stream = around + secret + around
    masker = Masker([value])
    pieces, at = [], 0
    for cut in [*cuts, len(stream)]:
        if stream[at : at + cut]:
            pieces.append(stream[at : at + cut])
        at += cut
    seen, end = b"", b""
    for index, piece in enumerate(pieces):
        after = b"".join(pieces[index + 1 :])[: masker.reach]
        seen += masker.within(end, piece, after)
        end = masker.end(end + piece)
    assert len(seen) == len(stream)
    core = secret.rstrip(b"=")
    assert core not in seen or only_mask(core.decode())


def test_what_has_not_come_yet_may_be_a_value() -> None:
    masker = Masker(["hunter2!"])
    assert masker.within(b"", b"say hunt", b"") == b"say ****"
    assert masker.within(b"", b"say hunt", b"ing") == b"say hunt"
    assert masker.within(b"", b"such", b"") == b"such"  # one character begins too much
    assert masker.may_go_on(b"say h")
    assert not masker.may_go_on(b"say {")
    assert masker.text("text='say hunt…'") == "text='say ****…'"


@given(VALUES.filter(lambda value: "…" not in value), st.integers(1, 14), st.integers(0, 14))
def test_what_is_left_of_a_value_between_cuts_is_masked(value: str, first: int, last: int) -> None:
    rest = value[first:]
    for left, after in ((rest, "|"), (rest[: len(rest) - last], "…")):
        text = f"text='xx…{left}{after}"
        shown = Masker([value]).text(text)
        assert len(shown) == len(text)
        assert len(left) < 2 or left not in shown.partition("…")[2] or only_mask(left)


def test_the_end_of_a_value_behind_a_cut() -> None:
    masker = Masker(["hunter2!"])
    assert masker.text("text='say…ter2! now'") == "text='say…***** now'"
    assert masker.text("text='say…ter…now'") == "text='say…***…now'"
    assert masker.text("text='say…terse'") == "text='say…terse'"
    assert masker.text("hex='00…65 723221 00'") == "hex='00…2a 2a2a2a 00'"
    assert masker.text("text='say…!'") == "text='say…!'"  # one character ends too much


def test_values_that_overlap_are_all_masked() -> None:
    assert Masker(["abcd", "cdef"]).text("abcdef") == "******"
    assert Masker(["abab"]).text("ababab") == "******"
    assert Masker(["abcd", "xabcdx"]).text("xabcdx") == "******"


def test_a_short_value_is_left_out() -> None:
    assert Masker(["abc", "密"]).text("abc 密") == "abc 密"


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        (b"GET /\r\nAuthorization: Bearer x y\r\nA: b\r\n", b"Bearer x y"),
        (b"cookie:a=b; c=d\r\n\r\n", b"a=b; c=d"),
        (b"HTTP/1.1 200 OK\nSET-COOKIE:  sid=1; Path=/\n", b"sid=1; Path=/"),
        (b"Proxy-Authorization: Basic eA==\r\n", b"Basic eA=="),
    ],
)
def test_what_stands_in_a_header_is_masked(sent: bytes, shown: bytes) -> None:
    masker = Masker(())
    masked = masker.data(sent)
    assert masked == sent.replace(shown, b"*" * len(shown))
    seen, end = b"", b""
    for at in range(len(sent)):  # a byte a read
        piece = sent[at : at + 1]
        seen += masker.within(end, piece, b"")
        end = masker.end(end + piece)
    assert seen == masked


def test_a_long_header_is_masked_to_its_end() -> None:
    masker = Masker(["hunter2!"])
    seen, end = b"", b""
    for piece in [b"Cookie: ", *[b"x" * 700] * 5, b"y\r\n", b"z" * 900]:
        seen += masker.within(end, piece, b"")
        end = masker.end(end + piece)
    assert seen == b"Cookie: " + b"*" * 3501 + b"\r\n" + b"z" * 900


@pytest.mark.parametrize("sent", [b"X-Cookie: a\r\n", b"cookies: a", b"no authorization here"])
def test_another_header_is_left(sent: bytes) -> None:
    assert Masker(()).data(sent) == sent


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (r"send(text='GET /\r\nCookie: a=b\r\n\r\n')", "a=b"),
        ("send(text='Cookie: a=b', append='crlf')", "a=b"),
        ('{"Authorization": "Bearer x", "n": 1}', "Bearer x"),
        ("headers = { Cookie = 'a=b', X = 'y' }", "a=b"),
        ("('Authorization', 'Bearer x')", "Bearer x"),
    ],
)
def test_a_header_in_code_is_masked_to_its_end(said: str, shown: str) -> None:
    assert Masker(()).text(said) == said.replace(shown, "*" * len(shown))


def test_a_header_in_hex_is_masked() -> None:
    line = b"GET /\r\nCookie: a=b\r\n"
    masked = line.replace(b"a=b", b"***")
    assert Masker(()).text(f"send(hex='{line.hex()}')") == f"send(hex='{masked.hex()}')"
    assert Masker(()).text(line.hex(" ")) == masked.hex(" ")


def test_a_header_goes_on_over_bytes_that_were_not_kept() -> None:
    masker = Masker(())
    end = masker.end(b"Cookie: a", cut=True)
    assert masker.within(end, b"b=c\r\nA: b", b"") == b"***\r\nA: b"
