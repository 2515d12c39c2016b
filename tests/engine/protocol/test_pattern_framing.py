"""Messages that begin with a pattern: however they are cut, they are those that stand there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.protocol.test_framing import CUTS, PARTS, cut, divided
from workbench.engine.model.message_ends import ByPattern
from workbench.engine.protocol.framer import Fault
from workbench.engine.protocol.framing import framer_of
from workbench.texts import Problem

OCTETS = ByPattern(r"(?P<length>\d+) ")  # RFC 6587, 3.4.1
NETSTRING = ByPattern(r"(?P<length>\d+):", add=1)
POSTGRES = ByPattern("[A-Za-z]?(?P<u32>.{4})", add=-4)
RESP = ByPattern(
    r"\*(?:" + "|".join(f"{n}\r\n(?:[$].*?\r\n.*?\r\n){{{n}}}" for n in range(1, 5)) + ")"
)
HEADS = ByPattern(r"(?i)[^\r\n]+\r\n(?:(?:content-length: *(?P<length>\d+)|[^\r\n]*)\r\n)*?\r\n")
AMQP = ByPattern("AMQP.{4}|.{3}(?P<u32>.{4})", add=1)


@given(PARTS, CUTS)
def test_counted_octets(parts: list[bytes], cuts: list[int]) -> None:
    messages = [b"%d %s" % (len(part), part) for part in parts]
    assert divided(OCTETS, cut(b"".join(messages), cuts)) == (messages, b"")
    messages = [b"%d:%s," % (len(part), part) for part in parts]
    assert divided(NETSTRING, cut(b"".join(messages), cuts)) == (messages, b"")


@given(PARTS, CUTS)
def test_a_length_that_counts_itself_behind_a_letter_or_none(
    parts: list[bytes], cuts: list[int]
) -> None:
    lengths = [(len(part) + 4).to_bytes(4, "big") + part for part in parts]
    messages = [lengths[0], *(b"Q" + item for item in lengths[1:])] if parts else []
    assert divided(POSTGRES, cut(b"".join(messages), cuts)) == (messages, b"")


@given(st.lists(st.lists(st.from_regex(rb"\A[a-z ]{0,9}\Z"), min_size=1, max_size=4)), CUTS)
def test_a_command_of_redis(commands: list[list[bytes]], cuts: list[int]) -> None:
    messages = [
        b"*%d\r\n%s" % (len(words), b"".join(b"$%d\r\n%s\r\n" % (len(w), w) for w in words))
        for words in commands
    ]
    assert divided(RESP, cut(b"".join(messages), cuts)) == (messages, b"")


@pytest.mark.parametrize("size", [1, 3, 100])
def test_heads_that_say_a_length_or_none(size: int) -> None:
    messages = [
        b"RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n",
        b"RTSP/1.0 200 OK\r\nContent-Length: 4\r\nCSeq: 2\r\n\r\n\r\n\r\n",
        b"SIP/2.0 100 Trying\r\n\r\n",
    ]
    stream = b"".join(messages)
    assert divided(HEADS, cut(stream, [size] * len(stream))) == (messages, b"")


@pytest.mark.parametrize("size", [1, 100])
def test_a_head_of_another_kind_comes_first(size: int) -> None:
    messages = [b"AMQP\0\0\x09\x01", b"\1\0\0\0\0\0\2ab\xce"]
    stream = b"".join(messages)
    assert divided(AMQP, cut(stream, [size] * len(stream))) == (messages, b"")


def test_many_in_one_read_and_one_in_many_reads() -> None:
    many = b"1 a" * 30_000
    assert divided(OCTETS, [many]) == ([b"1 a"] * 30_000, b"")
    long = b"100000 " + b"a" * 100_000
    assert divided(OCTETS, cut(long, [10_000] * 10)) == ([long], b"")
    lines = ByPattern(r"[^\n]*\n")
    assert divided(lines, [b"b" * 9_000, b"\nc\n"]) == ([b"b" * 9_000 + b"\n", b"c\n"], b"")


def test_a_match_that_could_grow_waits_for_what_follows_or_the_end() -> None:
    framer = framer_of(ByPattern(r"\d+;?"), "utf-8", requests=True)
    framer.feed(b"12")
    assert framer.next() is None
    framer.feed(b"3;4")
    assert framer.next() == (b"123;", 4)
    assert framer.next() is None
    assert framer.finish() == (b"4", 1)
    assert framer.finish() is None


@pytest.mark.parametrize(
    ("kind", "stream", "key"),
    [
        (OCTETS, b"x", "no match"),
        (ByPattern("a*"), b"b", "no match"),
        (ByPattern(r"(?P<length>\d+) ", max=9), b"10 ", "too long"),
        (ByPattern("(?P<length>..)"), b"no", "bad length"),
        (POSTGRES, b"Q\0\0\0\3", "short length"),
        (ByPattern("(a|aa)+b"), b"a" * 60 + b"c", "slow pattern"),
    ],
)
def test_what_cannot_be_divided(kind: ByPattern, stream: bytes, key: str) -> None:
    framer = framer_of(kind, "utf-8", requests=True)
    framer.feed(stream)
    with pytest.raises(Fault) as caught:
        framer.next()
    assert (caught.value.key, caught.value.rest) == (key, stream)


def test_a_stream_that_ends_within_one() -> None:
    framer = framer_of(OCTETS, "utf-8", requests=True)
    framer.feed(b"5 abc")
    assert framer.next() is None
    with pytest.raises(Fault, match="cut"):
        framer.finish()


@pytest.mark.parametrize("pattern", ["", "(", "(?P<size>.)", "(?P<u8>.)(?P<u16>..)"])
def test_what_is_no_pattern_of_messages(pattern: str) -> None:
    with pytest.raises(Problem):
        framer_of(ByPattern(pattern), "utf-8", requests=True)
