"""Rules of frames and messages (RFC 6455): which one is broken, and its close code and section.

All sections are of RFC 6455, except where they say RFC 7692.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from workbench.engine.protocol.websocket.frames import NAMES, Frame, least_form
from workbench.named_tuple import NamedTuple

PROTOCOL: Final = 1002
INVALID: Final = 1007
TOO_BIG: Final = 1009
UNEXPECTED: Final = 1011
NO_CODE: Final = 1005
NO_CLOSE: Final = 1006


class BrokenRule(NamedTuple):
    """A rule that was broken.

    Attributes:
        code: of the Close frame that answers it. section: where the rule is stated.
        reason: what that Close frame says, for whoever reads it at the other end.
    """

    code: int
    section: str
    reason: str


FAULTS: Final[Mapping[str, BrokenRule]] = {
    "rsv": BrokenRule(PROTOCOL, "5.2", "a reserved bit is set"),
    "opcode": BrokenRule(PROTOCOL, "5.2", "reserved opcode"),
    "form": BrokenRule(PROTOCOL, "5.2", "the length is not in its shortest form"),
    "length_top_bit": BrokenRule(PROTOCOL, "5.2", "the highest bit of the length is set"),
    "mask_missing": BrokenRule(PROTOCOL, "5.1", "a client's frame is not masked"),
    "mask_unwanted": BrokenRule(PROTOCOL, "5.1", "a server's frame is masked"),
    "control_fragmented": BrokenRule(PROTOCOL, "5.5", "fragmented control frame"),
    "control_long": BrokenRule(PROTOCOL, "5.5", "control frame of more than 125 bytes"),
    "continuation_alone": BrokenRule(PROTOCOL, "5.4", "continuation of nothing"),
    "message_unfinished": BrokenRule(PROTOCOL, "5.4", "a message before the end of the last"),
    "close_length": BrokenRule(PROTOCOL, "5.5.1", "close frame of one byte"),
    "close_code": BrokenRule(PROTOCOL, "7.4", "this close code cannot be sent"),
    "close_utf8": BrokenRule(INVALID, "5.5.1", "the reason is not UTF-8"),
    "after_close": BrokenRule(PROTOCOL, "5.5.1", "a frame after the close frame"),
    "utf8": BrokenRule(INVALID, "8.1", "text that is not UTF-8"),
    "too_long": BrokenRule(TOO_BIG, "7.4.1", "message too long"),
    "inflates_too_long": BrokenRule(TOO_BIG, "7.4.1", "message too long"),
    "inflate": BrokenRule(INVALID, "RFC 7692 7.2.2", "compressed data is broken"),
    "rsv1_within": BrokenRule(
        PROTOCOL, "RFC 7692 6", "RSV1 in other than the first frame of a message"
    ),
    "ping_timeout": BrokenRule(UNEXPECTED, "5.5.2", "no pong in time"),
}
CODES_SENT: Final = frozenset({1000, 1001, 1002, 1003, *range(1007, 1015), *range(3000, 5000)})
"""Codes that may be in a Close frame (RFC 6455 7.4, and the registry of IANA: 1012 to 1014)."""


def frame_faults(frame: Frame, *, masked: bool, deflate: bool, begun: bool) -> Iterator[str]:
    """The rules that a frame's header breaks, the most telling first.

    `masked`: frames in this direction have to be masked. `deflate`: permessage-deflate is on, which
    gives RSV1 a meaning. `begun`: a message has begun and has not ended.
    """
    opcode, fin, rsv, mask, form, length = frame[:6]
    control = opcode >= 8
    if rsv and not (rsv == 4 and deflate and opcode in {1, 2}):
        within = deflate and rsv == 4 and (control or not opcode)
        yield "rsv1_within" if within else "rsv"
    if opcode not in NAMES:
        yield "opcode"
    elif (mask is None) is masked:
        yield "mask_missing" if masked else "mask_unwanted"
    if control:
        if not fin:
            yield "control_fragmented"
        if length > 125:
            yield "control_long"
    elif opcode == 0:
        if not begun:
            yield "continuation_alone"
    elif begun and opcode in NAMES:
        yield "message_unfinished"
    if length >> 63:
        yield "length_top_bit"
    elif form and form != least_form(length):
        yield "form"


def close_faults(payload: bytes) -> Iterator[str]:
    """The rules that the payload of a Close frame breaks."""
    if len(payload) == 1:
        yield "close_length"
    elif payload:
        if int.from_bytes(payload[:2], "big") not in CODES_SENT:
            yield "close_code"
        try:
            payload[2:].decode()
        except UnicodeDecodeError:
            yield "close_utf8"


def close_facts(payload: bytes) -> tuple[int, str]:
    """Code and reason of a Close frame, however malformed; 1005: it has no code."""
    if len(payload) < 2:
        return NO_CODE, ""
    return int.from_bytes(payload[:2], "big"), payload[2:].decode("utf-8", "backslashreplace")
