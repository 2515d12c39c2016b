"""Which rule a frame breaks: every fault has its code and section, and a frame that shows it."""

from __future__ import annotations

import struct
from typing import Any

import pytest

from workbench.engine.protocol.websocket.faults import (
    CODES_SENT,
    FAULTS,
    close_facts,
    close_faults,
    frame_faults,
)
from workbench.engine.protocol.websocket.frames import Frame

RIGHT = Frame(1, True, 0, None, 0, 3, b"abc", 5)


def faults(
    *, masked: bool = False, deflate: bool = False, begun: bool = False, **wrong: Any
) -> list[str]:
    frame = RIGHT._replace(**wrong)
    return list(frame_faults(frame, masked=masked, deflate=deflate, begun=begun))


@pytest.mark.parametrize(
    ("wrong", "how", "found"),
    [
        ({}, {}, []),
        ({"rsv": 4}, {}, ["rsv"]),
        ({"rsv": 4}, {"deflate": True}, []),
        ({"rsv": 6}, {"deflate": True}, ["rsv"]),
        ({"rsv": 4, "opcode": 0}, {"deflate": True, "begun": True}, ["rsv1_within"]),
        ({"rsv": 4, "opcode": 9}, {"deflate": True}, ["rsv1_within"]),
        ({"opcode": 3}, {}, ["opcode"]),
        ({"opcode": 11, "fin": False}, {}, ["opcode", "control_fragmented"]),
        ({}, {"masked": True}, ["mask_missing"]),
        ({"mask": b"abcd"}, {}, ["mask_unwanted"]),
        ({"mask": b"abcd"}, {"masked": True}, []),
        ({"opcode": 8, "fin": False}, {}, ["control_fragmented"]),
        ({"opcode": 10, "length": 126, "form": 2}, {}, ["control_long"]),
        ({"opcode": 0}, {}, ["continuation_alone"]),
        ({"opcode": 0}, {"begun": True}, []),
        ({"opcode": 2}, {"begun": True}, ["message_unfinished"]),
        ({"opcode": 9}, {"begun": True}, []),
        ({"form": 2}, {}, ["form"]),
        ({"form": 8, "length": 65536}, {}, []),
        ({"form": 8, "length": 65535}, {}, ["form"]),
        ({"form": 8, "length": 2**63}, {}, ["length_top_bit"]),
    ],
)
def test_a_frame(wrong: dict[str, Any], how: dict[str, bool], found: list[str]) -> None:
    assert faults(**how, **wrong) == found


def test_close_frames() -> None:
    assert list(close_faults(b"")) == []
    assert list(close_faults(b"\x03")) == ["close_length"]
    for code in range(5001):
        wanted = [] if code in CODES_SENT else ["close_code"]
        assert list(close_faults(struct.pack("!H", code))) == wanted
    assert list(close_faults(b"\x03\xe8\xff")) == ["close_utf8"]
    assert not CODES_SENT & {0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000}
    assert close_facts(b"") == close_facts(b"\x03") == (1005, "")
    assert close_facts(b"\x03\xe8ok\xff") == (1000, "ok\\xff")


def test_each_fault_can_be_sent_in_a_close_frame() -> None:
    for fault in FAULTS.values():
        assert fault.code in CODES_SENT
        assert len(fault.reason.encode()) <= 123
        assert fault.section
