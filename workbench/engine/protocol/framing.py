"""Framing: divides a stream into messages as the key `messages` says. No I/O, no clock.

Every framer is linear in the bytes: what has been searched once is not searched again, however
small the reads are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from workbench.engine.model.message_ends import (
    ByPattern,
    Delimiter,
    FixedSize,
    Http,
    Idle,
    LengthField,
    Messages,
    check_wrap,
)
from workbench.engine.protocol.framer import Buffered, Fault, FramedMessage, Framer
from workbench.engine.protocol.http_framing import HttpFramer, with_content_length
from workbench.engine.protocol.pattern_framing import PatternFramer
from workbench.engine.protocol.text_framing import TextFramer
from workbench.payload.characters import keeps_apart, within_stream
from workbench.payload.notation import check_encoding, encode, parse_hex
from workbench.payload.number_fields import encode_number
from workbench.texts import Problem

_VAR7_MOST: Final = 4
"""Bytes of a length field of MQTT (MQTT 5.0, 1.5.5)."""
_BER_MOST: Final = 9
"""Bytes of a length field of ASN.1: a 64-bit number, and how many bytes it has (X.690, 8.1.3)."""


def framer_of(kind: Messages, encoding: str, *, requests: bool) -> Framer:
    """The framer for these settings; `requests`: HTTP requests, else responses.

    Raises:
        Problem: an end that the encoding cannot express, malformed hex, a broken pattern.
    """
    match kind:
        case Delimiter():
            end = end_of(kind, encoding)
            if kind.ends_hex or keeps_apart(encoding):
                return _Ends(end, kind.max)
            return TextFramer(kind.ends, encoding, kind.max)
        case LengthField():
            return _Lengths(kind)
        case FixedSize():
            return _Sizes(kind.size)
        case Idle():
            return _UntilTold(kind.max)
        case ByPattern():
            return PatternFramer(kind)
        case Http():
            return HttpFramer(requests=requests)


def end_of(kind: Delimiter, encoding: str) -> bytes:
    """The bytes that end each message, without a byte order mark. Raises Problem."""
    if kind.ends_hex:
        return parse_hex(kind.ends_hex)
    check_encoding(encoding)
    return encode(kind.ends, within_stream(encoding, b""))


def wrapper_of(kind: Messages, encoding: str) -> Callable[[bytes], bytes]:
    """A function that makes bytes one message of the stream: `wrap` of a step or rule.

    A delimiter is put after them; a length field at its place in them, counting as `add` says; for
    HTTP, Content-Length in the head. The function raises Problem if the field cannot hold so large
    a number or has no place in them, or if there is no head.

    Raises:
        Problem: an end that the encoding cannot express, malformed hex, settings that add nothing.
    """
    check_wrap(kind)
    match kind:
        case Delimiter():
            end = end_of(kind, encoding)
            return lambda data: data + end
        case LengthField():
            return lambda data: _with_length(kind, data)
        case Http():
            return with_content_length
        case FixedSize() | Idle() | ByPattern():
            return as_given


def as_given(data: bytes) -> bytes:
    """A wrapper that adds nothing."""
    return data


def _with_length(kind: LengthField, data: bytes) -> bytes:
    if len(data) < kind.at:
        raise Problem("engine.messages_wrap_at", at=kind.at, size=len(data))
    most = _BER_MOST if kind.length == "ber" else _VAR7_MOST
    widths = range(1, most + 1) if kind.width is None else (kind.width,)
    for width in widths:
        value = len(data) + width - (kind.at + width if kind.add is None else kind.add)
        field = _length_field(kind, value)
        if field is not None and len(field) == width:
            return data[: kind.at] + field + data[kind.at :]
    raise Problem("engine.messages_wrap", field=kind.length, size=len(data))


def _length_field(kind: LengthField, value: int) -> bytes | None:
    """A number in the field's form; None: it does not fit."""
    try:
        return encode_number(kind.length, value)
    except Problem:
        return None


class _Ends(Buffered):
    """Messages that each end with the same bytes."""

    def __init__(self, end: bytes, most: int) -> None:
        super().__init__(most)
        self._end = end
        self._looked = 0

    def next(self) -> FramedMessage | None:
        place = self._buffer.find(self._end, self._looked)
        if place < 0:
            self._looked = max(len(self._buffer) - len(self._end) + 1, 0)
            if self._looked > self._most:
                raise self._too_long()
            return None
        if place > self._most:
            raise self._too_long()
        self._looked = 0
        data = self._buffer.take(place)
        self._buffer.take(len(self._end))
        return FramedMessage(data, place + len(self._end))


class _Lengths(Buffered):
    """Messages with a length field."""

    def __init__(self, kind: LengthField) -> None:
        super().__init__(kind.max)
        self._kind = kind

    def next(self) -> FramedMessage | None:
        found = self._field()
        if found is None:
            return None
        value, end = found
        total = value + (end if self._kind.add is None else self._kind.add)
        if total < end:
            raise Fault("short length", self._buffer.unread())
        if total > self._most:
            raise self._too_long()
        if len(self._buffer) < total:
            return None
        return FramedMessage(self._buffer.take(total), total)

    def _field(self) -> tuple[int, int] | None:
        """The value of the field, and where it ends; None: it has not come yet."""
        kind = self._kind
        width = kind.width
        if width is not None:
            if len(self._buffer) < kind.at + width:
                return None
            return int.from_bytes(self._buffer.peek(kind.at, width), kind.order), kind.at + width
        return self._ber() if kind.length == "ber" else self._var7()

    def _ber(self) -> tuple[int, int] | None:
        at = self._kind.at
        if at >= len(self._buffer):
            return None
        first = self._buffer.byte(at)
        width = 0 if first < 128 else first & 127
        if first == 128 or width >= _BER_MOST:  # of no known length, or longer than anything
            raise Fault("bad length", self._buffer.unread())
        end = at + 1 + width
        if end > len(self._buffer):
            return None
        return (int.from_bytes(self._buffer.peek(at + 1, width), "big") if width else first), end

    def _var7(self) -> tuple[int, int] | None:
        kind = self._kind
        value = 0
        for number in range(_VAR7_MOST):
            place = kind.at + number
            if place >= len(self._buffer):
                return None
            byte = self._buffer.byte(place)
            value |= (byte & 127) << (7 * number)
            if byte < 128:
                return value, place + 1
        raise Fault("bad length", self._buffer.unread())


class _Sizes(Buffered):
    """Messages of a fixed size."""

    def __init__(self, size: int) -> None:
        super().__init__(size)

    def next(self) -> FramedMessage | None:
        if len(self._buffer) < self._most:
            return None
        return FramedMessage(self._buffer.take(self._most), self._most)


class _UntilTold(Buffered):
    """A message is everything that came until `finish`, which a pause or the end of the stream
    calls.
    """

    def next(self) -> FramedMessage | None:
        if len(self._buffer) > self._most:
            raise self._too_long()
        return None

    def finish(self) -> FramedMessage | None:
        count = len(self._buffer)
        return FramedMessage(self._buffer.take(count), count) if count else None
