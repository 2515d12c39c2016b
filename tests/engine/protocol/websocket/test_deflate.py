"""permessage-deflate: what two ends agree on, messages packed by it, the examples of the RFC."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.engine.model.websocket_settings import Deflate
from workbench.engine.protocol.websocket.deflate import (
    Agreed,
    Packer,
    TooLong,
    Unpacker,
    accepted,
    agreed,
    extensions,
    offer,
)

DEFLATE = st.builds(
    Deflate,
    st.booleans(),
    st.booleans(),
    st.none() | st.integers(8, 15),
    st.none() | st.integers(8, 15),
)


@given(DEFLATE, DEFLATE, st.lists(st.binary(max_size=400), max_size=6))
def test_both_ends_come_to_the_same_and_understand_one_another(
    ours: Deflate, theirs: Deflate, messages: list[bytes]
) -> None:
    at_server = accepted(offer(ours), theirs)
    assert at_server is not None
    ((name, parameters),) = extensions(at_server.header())
    assert name == "permessage-deflate"
    at_client = agreed(parameters, ours)
    assert at_client is not None
    assert at_client.server_no_context_takeover is at_server.server_no_context_takeover
    assert at_client.server_max_window_bits == at_server.server_max_window_bits
    assert at_client.client_max_window_bits <= at_server.client_max_window_bits
    for bits, anew, their_bits, their_anew in (
        (at_client.client_max_window_bits, at_client.client_no_context_takeover,
         at_server.client_max_window_bits, at_server.client_no_context_takeover),
        (at_server.server_max_window_bits, at_server.server_no_context_takeover,
         at_client.server_max_window_bits, at_client.server_no_context_takeover),
    ):  # fmt: skip
        packer, unpacker = Packer(bits, anew=anew), Unpacker(their_bits, anew=their_anew)
        if packer.packs:
            for data in messages:
                assert unpacker.unpack(packer.pack(data), 400, last=True) == data


@pytest.mark.parametrize(
    "header",
    [
        "foo",
        "permessage-deflate; unknown",
        "permessage-deflate; server_max_window_bits",
        "permessage-deflate; server_max_window_bits=7",
        "permessage-deflate; server_max_window_bits=16",
        "permessage-deflate; server_max_window_bits=08",
        "permessage-deflate; server_no_context_takeover=1",
        "permessage-deflate; client_max_window_bits=10; client_max_window_bits=11",
    ],
)
def test_what_cannot_be_offered_is_not_taken_but_what_follows_it_is(header: str) -> None:
    assert accepted(header, Deflate()) is None
    assert accepted(f"{header}, permessage-deflate", Deflate()) == Agreed()


@pytest.mark.parametrize(
    ("answer", "offered"),
    [
        ("permessage-deflate; client_max_window_bits", Deflate()),
        ("permessage-deflate; x", Deflate()),
        ("permessage-deflate", Deflate(server_no_context_takeover=True)),
        ("permessage-deflate", Deflate(server_max_window_bits=10)),
        ("permessage-deflate; server_max_window_bits=11", Deflate(server_max_window_bits=10)),
    ],
)
def test_what_must_not_be_answered(answer: str, offered: Deflate) -> None:
    ((_, parameters),) = extensions(answer)
    assert agreed(parameters, offered) is None


def test_quoted_values() -> None:
    found = list(extensions('permessage-deflate; client_max_window_bits="10", a; b="x"'))
    assert found == [("permessage-deflate", {"client_max_window_bits": "10"}), ("a", {"b": "x"})]
    assert list(extensions('a; b="x,y"')) == [("a", None)]


def test_the_examples_of_the_rfc() -> None:
    """RFC 7692 7.2.3."""
    packer = Packer(15, anew=False)
    assert packer.pack(b"Hello") == bytes.fromhex("f248cdc9c90700")
    assert packer.pack(b"Hello") == bytes.fromhex("f200110000")
    unpacker = Unpacker(15, anew=False)
    for packed in (
        "f248cdc9c90700",
        "f200110000",
        "f248cdc9c90700",
        "f348cdc9c9070000",  # a last block
        "f248050000 00ffffcac9c90700",  # two blocks
        "000500faff48656c6c6f00",  # nothing is packed
    ):
        assert unpacker.unpack(bytes.fromhex(packed), 5, last=True) == b"Hello"


def test_a_bomb_gives_no_more_than_it_may() -> None:
    bomb = Packer(15, anew=False).pack(bytes(10_000_000))
    assert len(bomb) < 20_000
    with pytest.raises(TooLong):
        Unpacker(15, anew=False).unpack(bomb, 1000, last=True)
    assert len(Unpacker(15, anew=False).unpack(bomb, 10_000_000, last=True)) == 10_000_000


def test_what_is_no_deflate_stream_is_an_error() -> None:
    with pytest.raises(zlib.error):
        Unpacker(15, anew=False).unpack(b"\xff\xff\xff", 100, last=True)
