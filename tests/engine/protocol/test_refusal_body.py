"""The body of a refusal: where it is over, however it is cut, and what is kept of it."""

from __future__ import annotations

import tracemalloc

import pytest

from workbench.engine.protocol.layer import LayerRow
from workbench.engine.protocol.refusal_body import BODY_MOST, RefusalBody, body_rows, unchunked

HEAD = "HTTP/1.1 403 No\r\n{}\r\n\r\n"


@pytest.mark.parametrize(
    ("length", "body", "plain"),
    [
        ("Content-Length: 5", b"hello", b"hello"),
        ("Content-Length: 0", b"", None),
        ("Transfer-Encoding: chunked", b"2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n", b"hello"),
    ],
)
def test_it_ends_by_its_own_length(length: str, body: bytes, plain: bytes | None) -> None:
    answer = HEAD.format(length).encode() + body
    rows = () if plain is None else (LayerRow("x.body", "", len(body), payload=plain),)
    for at in range(1, len(answer)):
        refused = RefusalBody()
        first = refused.feed(answer[:at])
        assert first is None
        assert refused.feed(answer[at:]) == answer
    assert body_rows("x.body", answer) == rows


def test_what_came_of_one_without_an_end() -> None:
    refused = RefusalBody()
    answer = HEAD.format("Connection: close").encode() + b"hel"
    assert refused.feed(answer) is None
    assert body_rows("x.body", refused.came())[0].payload == b"hel"


@pytest.mark.parametrize("length", ["Content-Length: x", "Content-Length: 1\r\nContent-Length: 2"])
def test_a_length_that_is_none_ends_it_at_once(length: str) -> None:
    answer = HEAD.format(length).encode() + b"hello"
    assert RefusalBody().feed(answer) == answer


@pytest.mark.parametrize(
    "length", ["Content-Length: 99999999999", "Connection: close", "Transfer-Encoding: chunked"]
)
def test_of_a_thousand_million_bytes_a_million_are_kept(length: str) -> None:
    refused = RefusalBody()
    answer = refused.feed(HEAD.format(length).encode() + b"fffffff\r\n")
    piece, count = bytes(1 << 16), 0
    tracemalloc.start()
    while answer is None and count < 1 << 30:
        answer = refused.feed(piece)
        count += len(piece)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert answer is not None
    assert len(answer) <= BODY_MOST + 2 * len(piece)
    assert peak < 4 * BODY_MOST


def test_a_body_in_chunks() -> None:
    assert unchunked(b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n") == b"abcde"
    assert unchunked(b"no chunks") == b"no chunks"
