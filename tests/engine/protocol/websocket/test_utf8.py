"""UTF-8 that comes in pieces: the verdict is that of the whole, and as early as can be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.engine.protocol.websocket.utf8 import Utf8

BYTES = st.binary(max_size=12) | st.text(max_size=6).map(str.encode)


@given(BYTES, BYTES)
def test_pieces_are_judged_as_the_whole(first: bytes, second: bytes) -> None:
    whole = first + second
    checker = Utf8()
    verdict = all(checker.takes(bytes([byte])) for byte in whole) and checker.takes(b"", last=True)
    try:
        whole.decode()
    except UnicodeDecodeError:
        assert not verdict
    else:
        assert verdict


def can_go_on(begun: bytes) -> bool:
    """Whether any further bytes make it UTF-8."""
    for more in (b"", b"\x80", b"\x80\x80", b"\x80\x80\x80", b"\x90\x80\x80", b"\xa0\x80"):
        try:
            (begun + more).decode()
        except UnicodeDecodeError:
            continue
        return True
    return False


@pytest.mark.parametrize("first", range(0xC0, 0x100))
def test_it_is_said_with_the_first_byte_that_cannot_be(first: int) -> None:
    for second in range(256):
        begun = bytes((first, second))
        assert Utf8().takes(begun) is can_go_on(begun), begun
