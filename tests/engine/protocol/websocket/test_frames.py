"""Frames: what is written is read again, however cut, and no bytes are unreadable."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.engine.protocol.websocket.frames import (
    FRAMES_MOST,
    Frame,
    FrameReader,
    frame_size,
    header,
    least_form,
    masked,
)
from workbench.texts import Problem

FRAME = st.builds(
    lambda opcode, fin, rsv, mask, payload, form: (opcode, fin, rsv, mask, payload, form),
    st.integers(0, 15),
    st.booleans(),
    st.integers(0, 7),
    st.none() | st.binary(min_size=4, max_size=4),
    st.binary(max_size=300),
    st.sampled_from([None, 2, 8]),
)


def cut(data: bytes, places: list[int]) -> list[bytes]:
    edges = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[a:b] for a, b in pairwise(edges)]


@given(st.lists(FRAME, max_size=6), st.lists(st.integers(0, 2000), max_size=6))
def test_what_is_written_is_read_however_cut(
    frames: list[tuple[int, bool, int, bytes | None, bytes, int | None]], places: list[int]
) -> None:
    stream, wanted = b"", []
    for opcode, fin, rsv, mask, payload, form in frames:
        head = header(opcode, len(payload), fin=fin, rsv=rsv, mask=mask, form=form)
        made = payload if mask is None else masked(payload, mask)
        stream += head + made
        used = least_form(len(payload)) if form is None else form
        size = len(head) + len(payload)
        wanted.append(Frame(opcode, fin, rsv, mask, used, len(payload), payload, size))
    reader = FrameReader(1 << 20)
    found = [frame for piece in cut(stream, places) for frame in reader.read(piece)]
    assert found == wanted
    assert not reader.unread()


@given(st.binary(max_size=400), st.lists(st.integers(0, 400), max_size=5))
def test_every_byte_is_of_a_frame(data: bytes, places: list[int]) -> None:
    reader = FrameReader(64)
    found = [frame for piece in cut(data, places) for frame in reader.read(piece)]
    rest = reader.rest()
    taken = sum(frame.taken for frame in found)
    if rest is not None:
        assert not rest.whole
        assert taken + rest.taken == len(data)
    else:
        assert taken + len(reader.unread()) == len(data)
    assert all(len(frame.payload) <= 64 for frame in found)


@given(st.binary(max_size=200_000), st.binary(min_size=4, max_size=4), st.integers(0, 9))
def test_masking_twice_gives_the_same(data: bytes, key: bytes, offset: int) -> None:
    assert masked(masked(data, key, offset), key, offset) == data
    assert masked(data[:20], key) == bytes(b ^ key[i % 4] for i, b in enumerate(data[:20]))


def test_the_examples_of_the_rfc() -> None:
    """RFC 6455 5.7."""
    data = bytes.fromhex("818537fa213d7f9f4d5158 890548656c6c6f 827e0100") + b"x" * 256
    reader = FrameReader(1 << 20)
    text, ping, binary = reader.read(data)
    assert (text.opcode, text.payload, text.mask) == (1, b"Hello", bytes.fromhex("37fa213d"))
    assert (ping.opcode, ping.payload, ping.mask) == (9, b"Hello", None)
    assert (binary.opcode, binary.form, binary.length) == (2, 2, 256)


def test_a_frame_of_2_to_63_bytes_fills_no_memory() -> None:
    reader = FrameReader(1000)
    assert reader.read(header(2, 2**63 - 1)) == []
    for _ in range(100):
        assert reader.read(bytes(65536)) == []
    rest = reader.rest()
    assert rest is not None
    assert (rest.length, len(rest.payload), rest.taken) == (2**63 - 1, 1000, 10 + 6_553_600)


@pytest.mark.parametrize(("length", "form"), [(126, 0), (65536, 2), (2**64, 8), (-1, 0)])
def test_a_length_that_does_not_fit_is_refused(length: int, form: int) -> None:
    with pytest.raises(Problem):
        header(1, length, form=form)


@pytest.mark.parametrize(
    ("fragment", "size", "longest"),
    [
        (0, 0, 1),
        (0, 9, 9),
        (4, 9, 4),
        (1, FRAMES_MOST, 1),
        (1, FRAMES_MOST + 1, 2),
        (1, 9 * FRAMES_MOST, 9),
        (70_000, 1 << 30, 70_000),
    ],
)
def test_frames_are_as_long_as_is_said_and_never_too_many(
    fragment: int, size: int, longest: int
) -> None:
    assert frame_size(fragment, size) == longest
