"""A script finds the same messages as the program, however they are cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.engine.model.message_ends import LengthField
from workbench.engine.protocol.framing import wrapper_of
from workbench.scenario.script_help.dividing import Cut, ends, http, length, pattern, size, wrapped

FIELDS = ("u8", "u16", "u24", "u32", "u64", "u16le", "u32le", "var7", "ber")


def divided(cut: Cut, data: bytes) -> tuple[list[bytes], bytes]:
    found = []
    while data and (one := cut(data)) is not None:
        found.append(one[0])
        data = data[one[1] :]
    return found, data


@given(
    st.sampled_from(FIELDS),
    st.integers(0, 4),
    st.none() | st.integers(0, 6),
    st.lists(st.binary(max_size=100), max_size=4),
)
def test_what_is_wrapped_is_found_again(
    field: str, at: int, add: int | None, parts: list[bytes]
) -> None:
    kind = LengthField(field, at, add)
    bodies = [bytes(at) + part + bytes(8) for part in parts]
    messages = [wrapped(body, field, at, add) for body in bodies]
    assert messages == [wrapper_of(kind, "utf-8")(body) for body in bodies]
    whole = b"".join(messages)
    assert divided(length(field, at, add), whole) == (messages, b"")
    for end in range(len(whole)):
        found, left = divided(length(field, at, add), whole[:end])
        assert messages[: len(found)] == found
        assert b"".join(found) + left == whole[:end]


def test_ends_and_sizes() -> None:
    assert divided(ends(b"\r\n"), b"one\r\n\r\ntwo\rthree") == ([b"one", b""], b"two\rthree")
    assert divided(size(3), b"abcdefgh") == ([b"abc", b"def"], b"gh")


@pytest.mark.parametrize(
    "message",
    [
        b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        b"POST / HTTP/1.1\r\ncontent-length: 4\r\n\r\nbody",
        b"HTTP/1.1 304 Not Modified\r\nContent-Length: 4\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=1\r\nabc\r\n0\r\n\r\n",
    ],
)
def test_http(message: bytes) -> None:
    assert divided(http, message + message) == ([message, message], b"")
    for end in range(1, len(message)):
        assert http(message[:end]) is None


@given(st.lists(st.binary(max_size=20), max_size=4))
def test_a_pattern_says_what_follows(parts: list[bytes]) -> None:
    counted = [b"%d:%s," % (len(part), part) for part in parts]
    assert divided(pattern(rb"(?P<length>\d+):", 1), b"".join(counted)) == (counted, b"")
    startup = [(len(part) + 4).to_bytes(4, "little") + part for part in parts]
    assert divided(pattern(b"(?P<u32le>.{4})", -4), b"".join(startup)) == (startup, b"")
    assert divided(pattern(b"[a-z]+;", 0), b"ab;c;d") == ([b"ab;", b"c;"], b"d")
