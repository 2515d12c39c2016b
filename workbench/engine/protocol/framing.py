"""Framing: divides a stream into messages as the key `messages` says. No I/O, no clock.

Every framer is linear in the bytes: what has been searched once is not searched again, however
small the reads are. The simple ones are in `plain_framing`.
"""

from __future__ import annotations

from collections.abc import Callable

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
from workbench.engine.protocol.framer import Buffered, FramedMessage, Framer
from workbench.engine.protocol.http_framing import HttpFramer, with_content_length
from workbench.engine.protocol.pattern_framing import PatternFramer
from workbench.engine.protocol.plain_framing import (
    EndsFramer,
    LengthFramer,
    SizeFramer,
    widths_of,
)
from workbench.engine.protocol.text_framing import TextFramer
from workbench.payload.characters import keeps_apart, within_stream
from workbench.payload.notation import check_encoding, encode, parse_hex
from workbench.payload.number_fields import encode_number
from workbench.texts import Problem


def framer_of(kind: Messages, encoding: str, *, requests: bool) -> Framer:
    """The framer for these settings; `requests`: HTTP requests, else responses.

    Raises:
        Problem: an end that the encoding cannot express, malformed hex, a broken pattern.
    """
    match kind:
        case Delimiter():
            end = end_of(kind, encoding)
            if kind.ends_hex or keeps_apart(encoding):
                return EndsFramer(end, kind.max)
            return TextFramer(kind.ends, encoding, kind.max)
        case LengthField():
            return LengthFramer(kind.length, kind.at, kind.add, kind.max)
        case FixedSize():
            return SizeFramer(kind.size)
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
    for width in widths_of(kind.length):
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
