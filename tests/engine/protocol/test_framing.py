"""Messages in a stream: however it is cut, they are those that a plain look at all bytes finds."""

from __future__ import annotations

import struct
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.engine.model.message_ends import (
    ByPattern,
    Delimiter,
    FixedSize,
    Http,
    Idle,
    LengthField,
    Messages,
)
from workbench.engine.protocol.framer import Fault, FramedMessage
from workbench.engine.protocol.framing import framer_of, wrapper_of
from workbench.engine.protocol.http_framing import HttpFramer
from workbench.texts import Problem

ANY_BYTES = st.binary(max_size=12)
PARTS = st.lists(ANY_BYTES, max_size=8)
CUTS = st.lists(st.integers(1, 9), max_size=40)
ENDS = st.sampled_from([b"\n", b"\r\n", b"\r\n\r\n", b"aab", b"\0"])
FIELDS = st.sampled_from(
    ["u8", "u16", "u16le", "u24", "u24le", "u32", "u32le", "u64", "var7", "ber"]
)
LONG = settings(max_examples=100_000 if settings.get_current_profile_name() == "long" else 100)
"""Talks that are compared with a plain look at all bytes, with `--long` and without."""


def cut(stream: bytes, cuts: Sequence[int]) -> list[bytes]:
    """A stream in pieces of these sizes, then the rest."""
    pieces = []
    for size in cuts:
        pieces.append(stream[:size])
        stream = stream[size:]
    return [piece for piece in (*pieces, stream) if piece]


def divided(
    kind: Messages, pieces: Sequence[bytes], *, requests: bool = True
) -> tuple[list[bytes], bytes]:
    """The messages of a stream, and what is left."""
    framer = framer_of(kind, "utf-8", requests=requests)
    found: list[FramedMessage] = []
    for piece in pieces:
        framer.feed(piece)
        while (message := framer.next()) is not None:
            found.append(message)
    rest = framer.unread()
    assert sum(item.taken for item in found) + len(rest) == sum(map(len, pieces))
    return [item.data for item in found], rest


@LONG
@given(PARTS, ANY_BYTES, ENDS, CUTS)
def test_ends_divide_as_split_does(
    parts: list[bytes], last: bytes, end: bytes, cuts: list[int]
) -> None:
    stream = b"".join(part + end for part in parts) + last
    *whole, rest = stream.split(end)
    assert divided(Delimiter(ends_hex=end.hex()), cut(stream, cuts)) == (whole, rest)


def plain_length(kind: LengthField, stream: bytes) -> tuple[list[bytes], bytes]:
    """The same by looking at all of it."""
    found: list[bytes] = []
    while True:
        field, width = stream[kind.at :], kind.width
        if kind.length == "ber":
            width = 1 + (field[0] & 127 if field and field[0] > 127 else 0)
            if len(field) < width:
                return found, stream
            value = int.from_bytes(field[1:width] or field[:1], "big")
        elif width is None:
            width = next((n for n, byte in enumerate(field, 1) if byte < 128), 0)
            if not width:
                return found, stream
            value = sum((byte & 127) << (7 * place) for place, byte in enumerate(field[:width]))
        elif len(field) < width:
            return found, stream
        else:
            digits = field[:width] if kind.length.endswith("le") else field[:width][::-1]
            value = sum(byte << (8 * place) for place, byte in enumerate(digits))
        total = value + (kind.at + width if kind.add is None else kind.add)
        if len(stream) < total:
            return found, stream
        found.append(stream[:total])
        stream = stream[total:]


@LONG
@given(PARTS, FIELDS, st.integers(0, 4), st.booleans(), CUTS)
def test_lengths_of_every_width_order_and_meaning(
    parts: list[bytes], field: str, at: int, whole: bool, cuts: list[int]
) -> None:
    kind = LengthField(field, at, 0 if whole else None)
    wrap = wrapper_of(kind, "utf-8")
    parts = [b"head"[:at] + part for part in parts]
    stream = b"".join(map(wrap, parts)) + b"\x01"
    messages, rest = divided(kind, cut(stream, cuts))
    assert (messages, rest) == plain_length(kind, stream)
    assert messages[: len(parts)] == list(map(wrap, parts))


@LONG
@given(st.binary(max_size=40), st.integers(1, 7), CUTS)
def test_sizes(stream: bytes, size: int, cuts: list[int]) -> None:
    count = len(stream) // size
    whole = [stream[size * place : size * (place + 1)] for place in range(count)]
    assert divided(FixedSize(size), cut(stream, cuts)) == (whole, stream[count * size :])


def test_a_length_as_postgresql_has_it_counts_itself_and_not_the_type() -> None:
    kind = LengthField("u32", at=1, add=1)
    asked = wrapper_of(kind, "utf-8")(b"Qselect 1\0")
    assert asked == b"Q" + struct.pack("!I", 13) + b"select 1\0"
    assert divided(kind, [asked + b"X\0\0\0\4"]) == ([asked, b"X\0\0\0\4"], b"")


def test_a_length_as_mqtt_has_it() -> None:
    kind = LengthField("var7", at=1)
    wrap = wrapper_of(kind, "utf-8")
    long = wrap(b"\x30" + bytes(200))
    assert long[:3] == b"\x30\xc8\x01"
    assert divided(kind, [wrap(b"\xc0"), long]) == ([b"\xc0\0", long], b"")


def test_a_length_as_ldap_has_it() -> None:
    kind = LengthField("ber", at=1)
    wrap = wrapper_of(kind, "utf-8")
    short, long, longer = wrap(b"0abc"), wrap(b"0" + bytes(200)), wrap(b"0" + bytes(300))
    assert (short, long[:3], longer[:4]) == (b"0\3abc", b"0\x81\xc8", b"0\x82\1\x2c")
    padded = b"0\x84\0\0\0\3abc"  # X.690 allows it, and Active Directory writes it so
    stream = short + long + padded + longer
    assert divided(kind, cut(stream, [1] * len(stream))) == ([short, long, padded, longer], b"")


def test_what_a_field_cannot_count_is_said() -> None:
    with pytest.raises(Problem) as caught:
        wrapper_of(LengthField("u8"), "utf-8")(bytes(256))
    assert caught.value.key == "engine.messages_wrap"
    with pytest.raises(Problem):
        wrapper_of(LengthField("u8", add=9), "utf-8")(b"short")


def test_a_pause_ends_a_message() -> None:
    framer = framer_of(Idle(0.05), "utf-8", requests=True)
    for piece in (b"a", b"b"):
        framer.feed(piece)
        assert framer.next() is None
    assert framer.finish() == FramedMessage(b"ab", 2)
    assert framer.finish() is None


@pytest.mark.parametrize(
    ("kind", "stream", "key"),
    [
        (Delimiter("\n", max=3), b"abcd", "too long"),
        (Delimiter("\n", max=3), b"abcd\n", "too long"),
        (LengthField("u16", max=9), b"\0\x08", "too long"),
        (LengthField("u8", add=0), b"\0", "short length"),
        (LengthField("var7"), b"\xff\xff\xff\xff\x01", "bad length"),
        (LengthField("ber"), b"\x80\0\0", "bad length"),
        (LengthField("ber"), b"\x89", "bad length"),
        (Idle(max=3), b"abcd", "too long"),
        (Http(), b"nonsense\r\n\r\n", "bad head"),
        (
            Http(),
            b"GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
            "bad head",
        ),
        (Http(), b"GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n", "bad head"),
        (Http(), b"GET / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", "bad head"),
        (Http(), b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", "bad chunk"),
        (Http(), b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc", "bad chunk"),
    ],
)
def test_where_a_stream_cannot_be_divided(kind: Messages, stream: bytes, key: str) -> None:
    for pieces in ([stream], cut(stream, [1] * len(stream))):
        with pytest.raises(Fault) as caught:
            divided(kind, pieces)
        assert caught.value.key == key


@pytest.mark.parametrize("kind", [Delimiter("\n"), LengthField("u16"), FixedSize(3), Http()])
def test_an_end_within_a_message_is_a_fault(kind: Messages) -> None:
    framer = framer_of(kind, "utf-8", requests=True)
    framer.feed(b"\0")
    assert framer.next() is None
    with pytest.raises(Fault) as caught:
        framer.finish()
    assert (caught.value.key, caught.value.rest) == ("cut", b"\0")


@pytest.mark.parametrize(
    "make",
    [
        lambda: Delimiter(),
        lambda: Delimiter("a", "62"),
        lambda: Delimiter("a", max=0),
        lambda: LengthField("u12"),
        lambda: LengthField("u16", at=-1),
        lambda: FixedSize(0),
        lambda: Idle(0.0),
        lambda: framer_of(Delimiter("é"), "ascii", requests=True),
        lambda: framer_of(Delimiter(ends_hex="1"), "ascii", requests=True),
    ],
)
def test_what_divides_nothing_is_refused(make: object) -> None:
    assert callable(make)
    with pytest.raises(Problem):
        make()


# -- HTTP -------------------------------------------------------------------------------------

HEADS = st.sampled_from([b"GET /a HTTP/1.1", b"POST /b HTTP/1.0", b"OPTIONS * HTTP/1.1"])
BREAKS = st.sampled_from([b"\r\n", b"\n"])


@st.composite
def requests_(draw: st.DrawFn) -> bytes:
    """A request with a body of either kind, or none."""
    end = draw(BREAKS)
    head = draw(HEADS) + end + b"Host: x" + end
    how = draw(st.sampled_from(["none", "length", "chunked"]))
    if how == "none":
        return head + end
    body = draw(ANY_BYTES)
    if how == "length":
        return head + b"content-length:" + str(len(body)).encode() + end + end + body
    chunks = [part for part in draw(PARTS) if part]
    wire = b"".join(b"%x;a=b%s%s%s" % (len(part), end, part, end) for part in chunks)
    trailer = draw(st.sampled_from([b"", b"Digest: y" + end]))
    return (
        head + b"Transfer-Encoding: gzip, Chunked" + end + end + wire + b"0" + end + trailer + end
    )


@given(st.lists(requests_(), max_size=5), st.booleans(), CUTS)
def test_requests_one_behind_the_other(
    messages: list[bytes], empty_line: bool, cuts: list[int]
) -> None:
    if empty_line and messages:  # RFC 9112, 2.2: a server passes it over
        messages[0] = b"\r\n" + messages[0]
    assert divided(Http(), cut(b"".join(messages), cuts)) == (messages, b"")


def responses(stream: bytes, *asked: bytes) -> tuple[list[bytes], bytes | None]:
    """Messages of a client's stream, and what ended with it."""
    framer = framer_of(Http(), "utf-8", requests=False)
    assert isinstance(framer, HttpFramer)
    for method in asked:
        framer.asked(method)
    framer.feed(stream)
    found = []
    while (message := framer.next()) is not None:
        found.append(message.data)
    last = framer.finish()
    return found, None if last is None else last.data


def test_responses_that_have_no_body_whatever_their_heads_say() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
    nothing = b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"
    interim = b"HTTP/1.1 100 Continue\r\n\r\n"
    stream = interim + head + nothing + head + b"hello"
    found = responses(stream, b"HEAD", b"GET", b"GET")
    assert found == ([interim, head, nothing, head + b"hello"], None)


def test_a_body_without_a_length_ends_with_the_stream() -> None:
    stream = b"HTTP/1.0 200 OK\r\n\r\nall that comes"
    assert responses(stream, b"GET") == ([], stream)


@pytest.mark.parametrize(
    ("method", "head"),
    [
        (b"GET", b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"),
        (b"CONNECT", b"HTTP/1.1 200 Established\r\n\r\n"),
    ],
)
def test_what_comes_after_the_end_of_http_is_as_it_was_read(method: bytes, head: bytes) -> None:
    assert responses(head + b"\x81\x00", method) == ([head, b"\x81\x00"], None)


@pytest.mark.parametrize(
    ("said", "wrapped"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\nhi", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"),
        (
            b"HTTP/1.1 200 OK\r\nA: b\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 0\r\n\r\n",
        ),
        (b"POST / HTTP/1.1\r\n\r\nx=1", b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nx=1"),
        (b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", None),
        (b"HTTP/1.1 304 Not Modified\r\n\r\n", None),
        (b"HTTP/1.1 100 Continue\r\n\r\n", None),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhi", None),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", None),
    ],
)
def test_of_http_the_head_says_the_length(said: bytes, wrapped: bytes | None) -> None:
    wanted = said if wrapped is None else wrapped
    assert wrapper_of(Http(), "utf-8")(said) == wanted


@pytest.mark.parametrize("said", [b"HTTP/1.1 200 OK\r\n", b""])
def test_without_a_head_nothing_could_say_the_length(said: bytes) -> None:
    with pytest.raises(Problem) as caught:
        wrapper_of(Http(), "utf-8")(said)
    assert caught.value.key == "engine.messages_wrap_head"


@pytest.mark.parametrize("kind", [ByPattern("(?P<length>a)"), FixedSize(8), Idle(0.1)])
def test_where_a_message_has_nothing_that_could_be_added_wrap_is_refused(kind: Messages) -> None:
    with pytest.raises(Problem) as caught:
        wrapper_of(kind, "utf-8")
    assert caught.value.key == "engine.wrap_nothing"


def test_a_length_behind_what_a_message_does_not_have_is_refused() -> None:
    wrap = wrapper_of(LengthField("u16", at=2), "utf-8")
    assert wrap(b"ab") == b"ab\0\0"
    with pytest.raises(Problem) as caught:
        wrap(b"a")
    assert caught.value.key == "engine.messages_wrap_at"
