"""The kinds of cases that the Autobahn suite tries, against our own layer as server and as client.

Each case says what is sent, what must come back, and with which close code it ends.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Iterable
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.protocol.websocket.peer import Peer, wire
from workbench.engine.model.ending import Ending
from workbench.engine.model.websocket_settings import WebSocketSettings
from workbench.engine.protocol.layer import Text
from workbench.engine.protocol.websocket.frames import (
    BINARY,
    CLOSE,
    CONTINUATION,
    PING,
    PONG,
    TEXT,
)

Make = Callable[[Peer], bytes]
NOTHING: tuple[tuple[int, bytes], ...] = ()
WORDS = "Hello-µ@ßöäüàá-UTF-8!!".encode()
EARLY = "κόσμε".encode() + b"\xf4\x90\x80\x80" + b"edited"


class Case(NamedTuple):
    """`came`: frames as (opcode, payload, how). `back`: what is answered, before the Close."""

    name: str
    came: tuple[tuple[int, bytes, dict[str, object]], ...]
    back: tuple[tuple[int, bytes], ...]
    code: int | None


def f(opcode: int, payload: bytes = b"", **more: object) -> tuple[int, bytes, dict[str, object]]:
    return opcode, payload, more


def c(payload: bytes) -> tuple[int, bytes, dict[str, object]]:
    return f(CLOSE, payload)


def code(number: int, reason: bytes = b"") -> bytes:
    return struct.pack("!H", number) + reason


def message(opcode: int, payload: bytes) -> tuple[tuple[int, bytes], ...]:
    return ((opcode, payload),)


BYE = c(code(1000))
SIZES = (0, 1, 125, 126, 127, 128, 65535, 65536, 65537)


def cases() -> Iterable[Case]:
    for opcode in (TEXT, BINARY):
        for size in SIZES:
            yield Case(f"1 size {opcode} {size}", (f(opcode, b"*" * size), BYE),
                message(opcode, b"*" * size), 1000)  # fmt: skip
    yield Case("2.1 empty ping", (f(PING), BYE), ((PONG, b""),), 1000)
    yield Case("2.2 ping", (f(PING, b"Hello"), BYE), ((PONG, b"Hello"),), 1000)
    yield Case("2.3 binary ping", (f(PING, b"\x00\xff\xfe"), BYE), ((PONG, b"\x00\xff\xfe"),), 1000)
    yield Case("2.4 ping of 125", (f(PING, b"\xfe" * 125), BYE), ((PONG, b"\xfe" * 125),), 1000)
    yield Case("2.5 ping of 126", (f(PING, b"\xfe" * 126),), NOTHING, 1002)
    yield Case("2.7 unasked pong", (f(PONG), BYE), NOTHING, 1000)
    yield Case("2.8 unasked pong", (f(PONG, b"x"), f(PING, b"y"), BYE), ((PONG, b"y"),), 1000)
    pings = tuple(f(PING, b"%d" % n) for n in range(10))
    yield Case("2.10 ten pings", (*pings, BYE), tuple((PONG, b"%d" % n) for n in range(10)), 1000)
    for rsv in range(1, 8):
        yield Case(f"3 rsv {rsv}", (f(TEXT, b"a"), f(TEXT, b"b", rsv=rsv), f(PING)),
            message(TEXT, b"a"), 1002)  # fmt: skip
        yield Case(f"3 ping rsv {rsv}", (f(PING, b"a", rsv=rsv),), NOTHING, 1002)
        yield Case(f"3 close rsv {rsv}", (f(CLOSE, b"", rsv=rsv),), NOTHING, 1002)
    for opcode in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15):
        yield Case(f"4 opcode {opcode}", (f(TEXT, b"a"), f(opcode, b"b"), f(PING)),
            message(TEXT, b"a"), 1002)  # fmt: skip
    yield Case("5.1 ping in two", (f(PING, b"a", fin=False), f(CONTINUATION, b"b")), NOTHING, 1002)
    yield Case("5.2 pong in two", (f(PONG, b"a", fin=False), f(CONTINUATION, b"b")), NOTHING, 1002)
    two = f(TEXT, b"a", fin=False), f(CONTINUATION, b"b")
    yield Case("5.3 text in two", (*two, BYE), message(TEXT, b"ab"), 1000)
    yield Case("5.6 ping between", (two[0], f(PING, b"p"), two[1], BYE),
        ((PONG, b"p"), (TEXT, b"ab")), 1000)  # fmt: skip
    for fin in (True, False):
        yield Case(f"5.9 continuation of nothing, fin {fin}",
            (f(CONTINUATION, b"a", fin=fin), f(TEXT, b"b")), NOTHING, 1002)  # fmt: skip
    yield Case("5.12 continuation after the end", (*two, f(CONTINUATION, b"c", fin=False)),
        message(TEXT, b"ab"), 1002)  # fmt: skip
    yield Case("5.18 text in a text", (two[0], f(TEXT, b"b")), NOTHING, 1002)
    yield Case("5.19 five with pings", (
        two[0], f(CONTINUATION, b"2", fin=False), f(PING, b"x"), f(CONTINUATION, b"3", fin=False),
        f(CONTINUATION, b"4", fin=False), f(PING, b"y"), f(CONTINUATION, b"5"), BYE),
        ((PONG, b"x"), (PONG, b"y"), (TEXT, b"a2345")), 1000)  # fmt: skip
    empty = f(TEXT, b"", fin=False), f(CONTINUATION, b"", fin=False), f(CONTINUATION)
    yield Case("6.1 three empty", (*empty, BYE), message(TEXT, b""), 1000)
    yield Case("6.2 utf-8", (f(TEXT, WORDS), BYE), message(TEXT, WORDS), 1000)
    cut = [f(CONTINUATION, bytes([byte]), fin=False) for byte in WORDS]
    bytewise = (f(TEXT, b"", fin=False), *cut, f(CONTINUATION), BYE)
    yield Case("6.2 utf-8 byte by byte", bytewise, message(TEXT, WORDS), 1000)
    yield Case("6.3 not utf-8", (f(TEXT, EARLY),), NOTHING, 1007)
    yield Case("6.4 not utf-8, early", (f(TEXT, EARLY[:12], fin=False),
        f(CONTINUATION, EARLY[12:13], fin=False)), NOTHING, 1007)  # fmt: skip
    for bad in (
        "80", "bf", "c0af", "e080af", "f08080af", "f888808080", "fc8480808080", "fe", "ff",
        "eda080", "edbfbf", "f4908080", "ceba e1bd b9cf 83ce bcce b5ed", "c0", "c3",
        "e28f",
    ):  # fmt: skip
        yield Case(f"6 {bad}", (f(TEXT, bytes.fromhex(bad)),), NOTHING, 1007)
    for good in ("", "7f", "c280", "dfbf", "e0a080", "ed9fbf", "ee8080", "efbfbd", "efbfbf",
        "f0908080", "f48fbfbf", "f09fbfbe"):  # fmt: skip
        data = bytes.fromhex(good)
        yield Case(f"6 good {good}", (f(TEXT, data), BYE), message(TEXT, data), 1000)
    yield Case("7.1.2 two closes", (BYE, BYE), NOTHING, 1000)
    yield Case("7.1.3 ping after close", (BYE, f(PING)), NOTHING, 1000)
    yield Case("7.1.4 text after close", (BYE, f(TEXT, b"a")), NOTHING, 1000)
    yield Case("7.1.5 message across the close", (two[0], BYE, two[1]), NOTHING, 1000)
    yield Case("7.3.1 close without payload", (c(b""),), NOTHING, None)
    yield Case("7.3.2 close of one byte", (c(b"\x03"),), NOTHING, 1002)
    yield Case("7.3.4 reason", (c(code(1000, b"Hello World!")),), NOTHING, 1000)
    yield Case("7.3.5 reason of 123", (c(code(1000, b"*" * 123)),), NOTHING, 1000)
    yield Case("7.3.6 reason of 124", (c(code(1000, b"*" * 124)),), NOTHING, 1002)
    yield Case("7.5.1 reason is no utf-8", (c(code(1000, EARLY)),), NOTHING, 1007)
    for good_code in (1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999):
        yield Case(f"7.7 code {good_code}", (c(code(good_code)),), NOTHING, good_code)
    for wrong in (0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535):
        yield Case(f"7.9 code {wrong}", (c(code(wrong)),), NOTHING, 1002)
    yield Case("form 2 for 3", (f(TEXT, b"abc", form=2),), NOTHING, 1002)
    yield Case("form 8 for 126", (f(TEXT, b"a" * 126, form=8),), NOTHING, 1002)


CASES = {case.name: case for case in cases()}
CUTS = {"whole": None, "bytes": 1, "sevens": 7}


@pytest.mark.parametrize("client", [False, True], ids=["server", "client"])
@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("name", CASES)
def test_a_case(name: str, cut: str, client: bool) -> None:
    case = CASES[name]
    step = CUTS[cut]
    came = sum((len(payload) for _, payload, _ in case.came), 0)
    if step and came > 1000:
        step = 999
    peer = Peer(client, echo=True).open()
    whole = b"".join(peer.frame(opcode, payload, **more) for opcode, payload, more in case.came)
    pieces = [whole] if step is None else [whole[i : i + step] for i in range(0, len(whole), step)]
    peer.came(*pieces)
    frames = peer.frames()
    closes = [payload for opcode, payload in frames if opcode == CLOSE]
    assert tuple(item for item in frames if item[0] != CLOSE) == case.back
    assert len(closes) == 1
    assert frames[-1][0] == CLOSE
    assert closes[0][:2] == (b"" if case.code is None else code(case.code))
    first = client and set(peer.faults()) <= {
        "after_close"
    }  # the server closes first, unless it broke a rule
    assert (peer.end is None) is first
    peer.fin()
    assert peer.end is not None
    assert peer.end.ending is (Ending.CLOSE if first else Ending.POLITE)
    assert [row.call for row in peer.rows].count("ws.end") == 1


@pytest.mark.parametrize("client", [False, True])
def test_what_is_no_utf8_ends_it_before_its_frame_has_come(client: bool) -> None:
    """Fail early: 8.1, and cases 6.4."""
    peer = Peer(client, echo=True).open()
    whole = peer.frame(TEXT, b"x" * 1000 + EARLY + b"y" * 1000)
    peer.came(whole[: 1000 + 8 + 13])
    assert peer.close_code() == 1007
    assert peer.faults() == ["utf8"]


def test_a_mask_that_is_missing_or_not_wanted() -> None:
    server = Peer().open()
    server.came(wire(TEXT, b"a"))
    assert server.faults() == ["mask_missing"]
    client = Peer(client=True).open()
    client.came(wire(TEXT, b"a", mask=b"abcd"))
    assert client.faults() == ["mask_unwanted"]
    assert client.close_code() == server.close_code() == 1002


@pytest.mark.parametrize("client", [False, True])
@pytest.mark.parametrize("size", [1 << 16, 1 << 20, 16 << 20])
def test_large_messages_come_whole_however_cut(size: int, client: bool) -> None:
    peer = Peer(client, echo=True).open()
    data = os.urandom(1 << 16) * (size >> 16)
    whole = peer.frame(BINARY, data)
    peer.came(*(whole[i : i + 65536] for i in range(0, len(whole), 65536)))
    assert peer.messages == [data]
    assert peer.frames() == [(BINARY, data)]


@pytest.mark.parametrize("size", [64, 256, 1024, 65536])
def test_large_messages_in_fragments(size: int) -> None:
    peer = Peer().open()
    data = os.urandom(1 << 20)
    parts = [data[i : i + size] for i in range(0, len(data), size)]
    last = len(parts) - 1
    for number, part in enumerate(parts):
        peer.came(peer.frame(CONTINUATION if number else BINARY, part, fin=number == last))
    assert peer.messages == [data]


@pytest.mark.parametrize("client", [False, True])
def test_many_small_messages_are_answered_in_order(client: bool) -> None:
    peer = Peer(client, echo=True).open()
    sent = [b"%d" % number for number in range(3000)]
    whole = b"".join(peer.frame(TEXT, data) for data in sent)
    peer.came(*(whole[i : i + 4096] for i in range(0, len(whole), 4096)))
    assert peer.messages == sent
    assert [payload for _, payload in peer.frames()] == sent
    assert all(isinstance(item, Text) for item in peer.messages)


@given(st.data())
def test_what_is_sent_is_taken_whole_by_our_own_other_end(data: st.DataObject) -> None:
    settings = WebSocketSettings(fragment=data.draw(st.integers(0, 40)))
    client, server = Peer(client=True, settings=settings), Peer(echo=True)
    assert client.sent
    server.came(client.sent)
    client.came(server.sent)
    client.sent = server.sent = b""
    messages = data.draw(st.lists(st.binary(max_size=200) | st.text(max_size=60), max_size=8))
    for item in messages:
        client.send(Text(item.encode()) if isinstance(item, str) else item)
    server.came(client.sent)
    client.came(server.sent)
    wanted = [item.encode() if isinstance(item, str) else item for item in messages]
    assert server.messages == client.messages == wanted
    kinds = [isinstance(item, str) for item in messages]
    assert [isinstance(item, Text) for item in client.messages] == kinds
