"""A script divides a stream by the program's own framers, and wraps as they expect it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.engine.model.message_ends import LengthField
from workbench.engine.protocol.framer import Fault
from workbench.engine.protocol.framing import framer_of, wrapper_of
from workbench.engine.protocol.http_framing import HttpFramer
from workbench.engine.protocol.plain_framing import EndsFramer, LengthFramer
from workbench.scenario.script_help.dividing import Divider, wrapped
from workbench.texts import Problem

FIELDS = ("u8", "u16", "u24", "u32", "u64", "u16le", "u32le", "var7", "ber")


def divided(divider: Divider, *reads: bytes) -> list[object]:
    return [
        one.key if isinstance(one, Fault) else one.data
        for read in reads
        for one in divider.came(read)
    ]


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
    reads = [bytes([byte]) for byte in b"".join(messages)]
    assert divided(Divider(LengthFramer(field, at, add, kind.max)), *reads) == messages
    assert divided(Divider(framer_of(kind, "utf-8", requests=True)), *reads) == messages


@pytest.mark.parametrize(
    ("field", "at", "size"), [("u8", 0, 300), ("var7", 0, 1 << 28), ("u8", 4, 3)]
)
def test_what_a_field_cannot_say_is_refused_as_in_a_run(field: str, at: int, size: int) -> None:
    with pytest.raises(ValueError, match="too small"):
        wrapped(bytes(size), field, at, None)
    with pytest.raises(Problem):
        wrapper_of(LengthField(field, at, None), "utf-8")(bytes(size))


def test_after_a_fault_nothing_is_a_message() -> None:
    divider = Divider(EndsFramer(b"\n", 5))
    assert divided(divider, b"one\n", b"two", b" and three\nfour\n", b"") == [b"one", "too long"]
    assert divided(divider, b"five\n") == []


def test_the_end_of_the_stream_ends_a_message_or_cuts_it() -> None:
    whole = b"HTTP/1.1 200 OK\r\n\r\nto the end"
    assert divided(Divider(HttpFramer(requests=False)), whole, b"") == [whole]
    assert divided(Divider(EndsFramer(b"\n", 99)), b"one\ntwo", b"") == [b"one", "cut"]


def test_a_request_decides_about_its_response() -> None:
    divider = Divider(HttpFramer(requests=False), HttpFramer(requests=True))
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"
    divider.sent(b"HEAD / HTTP/1.1\r\n")
    divider.sent(b"\r\nGET / HTTP/1.1\r\n\r\n")
    assert divided(divider, head + head + b"123456789") == [head, head + b"123456789"]
    divider.sent(b"no HTTP\r\n\r\n")
    assert divider.asks is None
