"""Heads: read as they come, however broken and cut, up to a limit; written as one likes."""

from __future__ import annotations

import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from tests.engine.protocol.websocket.peer import REQUEST, RESPONSE
from workbench.engine.protocol.websocket.heads import (
    HEAD_MOST,
    HeadReader,
    head_bytes,
    head_of,
    request_of,
    status_of,
)


@given(st.sampled_from([REQUEST, RESPONSE, "A\n\n", "\r\n\r\n"]), st.integers(1, 300))
def test_a_head_is_the_same_however_cut(text: str, size: int) -> None:
    data = text.encode() + b"more"
    reader = HeadReader()
    found = None
    for at in range(0, len(data), size):
        reader.feed(data[at : at + size])
        found = found or reader.take()
    assert found is not None
    assert found.data == text.encode()
    assert reader.rest() == b"more"


@given(st.binary(max_size=300))
def test_no_bytes_raise(data: bytes) -> None:
    head = head_of(data)
    request_of(head)
    status_of(head)
    reader = HeadReader()
    reader.feed(data)
    reader.take()


def test_what_a_head_says() -> None:
    head = head_of(REQUEST.replace("Version: 13", "Version : 13\r\nX: 1\r\nx:  2 ").encode())
    line = request_of(head)
    assert line is not None
    assert (line.method, line.target, line.version) == ("GET", "/chat", (1, 1))
    assert head.one("UPGRADE") == "websocket"
    assert head.all("X") == ["1", "2"]
    assert head.one("X") is None
    assert head.joined("x") == "1, 2"
    assert head.names("connection", "upgrade")
    assert head.others == ("Sec-WebSocket-Version : 13",)
    status = status_of(head_of(b"HTTP/1.1 404\r\n\r\n"))
    assert status is not None
    assert (status.code, status.phrase) == (404, "")
    assert status_of(head_of(b"SSH-2.0-x\r\n\r\n")) is None


def test_a_head_of_a_gigabyte_fills_no_memory() -> None:
    """Of 100 MB here: what is not kept does not depend on how much comes."""
    reader = HeadReader()
    piece = b"X-A: " + b"a" * 65529 + b"\r\n"
    tracemalloc.start()
    for _ in range(1600):
        reader.feed(piece)
        assert reader.take() is None
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert reader.too_long
    assert peak < 10 * HEAD_MOST


def test_headers_are_replaced_in_place_repeated_and_dropped() -> None:
    usual = [("Host", "a"), ("Upgrade", "websocket"), ("Connection", "Upgrade")]
    own = [("upgrade", "x"), ("upgrade", "y"), ("Cookie", "1"), ("Cookie", "2")]
    assert head_bytes("GET / HTTP/1.1", usual, own, ["HOST"]).decode().split("\r\n") == [
        "GET / HTTP/1.1", "upgrade: x", "upgrade: y", "Connection: Upgrade", "Cookie: 1",
        "Cookie: 2", "", "",
    ]  # fmt: skip
