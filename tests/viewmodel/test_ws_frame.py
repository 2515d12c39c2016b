"""A frame of the record: its header is made again bit by bit from what its row says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wsproto.frame_protocol import FrameProtocol, Opcode

from workbench.engine.model.events import LAYER
from workbench.journal.reader import Row
from workbench.viewmodel.ws_frame import WsFrame, fields, frame_of, meaning, on_wire, summary


def row(args: str, payload: bytes = b"", call: str = "ws.recv", result: int | None = None) -> Row:
    return Row(
        1, 0, 0, LAYER, "s", 1, call, args, result, None, None, None, None, len(payload), payload,
        None, 1,
    )  # fmt: skip


def made(args: str, payload: bytes = b"", call: str = "ws.recv") -> WsFrame:
    frame = frame_of(row(args, payload, call))
    assert frame is not None
    return frame


def test_the_frames_of_the_rfc_are_drawn_as_it_has_them() -> None:
    """RFC 6455 5.7."""
    assert on_wire(made("'TEXT'", b"Hello"), b"Hello") == bytes.fromhex("810548656c6c6f")
    assert on_wire(made("'TEXT', mask='37fa213d'", b"Hello"), b"Hello") == bytes.fromhex(
        "818537fa213d7f9f4d5158"
    )
    assert made("'TEXT', fin=False", b"Hel").header == bytes.fromhex("0103")
    assert made("'CONTINUATION'", b"lo").header == bytes.fromhex("8002")
    assert made("'BINARY'", bytes(256)).header == bytes.fromhex("827e0100")
    assert made("'BINARY'", bytes(65536)).header == bytes.fromhex("827f0000000000010000")


@given(
    opcode=st.sampled_from([Opcode.TEXT, Opcode.BINARY]),
    payload=st.binary(max_size=70_000) | st.binary(max_size=300),
    fin=st.booleans(),
)
def test_a_header_is_what_another_program_writes(opcode: Opcode, payload: bytes, fin: bool) -> None:
    theirs = FrameProtocol(client=False, extensions=[])._serialize_frame(opcode, payload, fin)
    ours = made(f"'{opcode.name}'" + ("" if fin else ", fin=False"), payload)
    assert on_wire(ours, payload) == bytes(theirs)


def test_what_breaks_the_rules_is_drawn_as_it_is() -> None:
    wrong = made("0xB, fin=False, rsv=7, mask='00000000', form=8, length=3", b"abc")
    assert wrong.header == bytes.fromhex("7b ff 0000000000000003 00000000")
    keys = [field.key for field in fields(wrong)]
    assert keys == ["fin", "rsv1", "rsv2", "rsv3", "opcode", "mask", "length", "extended", "key"]
    said = {field.key: meaning(wrong, field) for field in fields(wrong)}
    assert "fewest" in said["extended"]
    assert "Reserved" in said["opcode"]
    assert "Not set" not in said["rsv2"]


def test_fields_stand_one_after_the_other_up_to_the_payload() -> None:
    for args in ("'TEXT'", "'TEXT', mask='01020304'", "'TEXT', form=2", "'TEXT', form=8"):
        frame = made(args, b"abc")
        at = 0
        for field in fields(frame):
            assert field.first == at
            at += field.bits
        assert at == 8 * len(frame.header)


@pytest.mark.parametrize(
    "args",
    ["", "'TEXT', 5", "'TEXT', form=3", "'TEXT', mask='zz'", "f()", "'TEXT', length=-1", "(" * 500,
     "'TEXT', rsv=None", "'TEXT', length='x'"],
)  # fmt: skip
def test_rows_of_strangers_are_no_frames_and_no_fault(args: str) -> None:
    assert frame_of(row(args, b"x")) is None


def test_what_is_no_frame_is_none() -> None:
    assert frame_of(row("'TEXT'", call="ws.message")) is None
    unknown = made("'WHATEVER'")
    assert unknown.opcode is None
    assert fields(unknown) == ()


def test_it_is_said_in_a_sentence() -> None:
    assert "sent" in summary(made("'TEXT', mask='01020304'", b"abc", "ws.send"))
    assert "9 bytes on the wire" in summary(made("'TEXT', mask='01020304'", b"abc"))
