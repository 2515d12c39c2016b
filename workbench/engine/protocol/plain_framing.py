"""The framers of messages that end with certain bytes, say how long they are, or have one size.

They stand for themselves, on the standard library alone: an exported script has them as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from workbench.engine.protocol.framer import Buffered, Fault, FramedMessage


def widths_of(field: str) -> Sequence[int]:
    """How many bytes a length field may have: at most 4 of MQTT (MQTT 5.0, 1.5.5), 9 of ASN.1, the
    first of which says how many follow (X.690, 8.1.3).
    """
    if field in {"var7", "ber"}:
        return range(1, 10 if field == "ber" else 5)
    return (int(field.removeprefix("u").removesuffix("le")) // 8,)


class EndsFramer(Buffered):
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


class LengthFramer(Buffered):
    """Messages with a length field."""

    def __init__(self, field: str, at: int, add: int | None, most: int) -> None:
        """As the keys of `LengthField`."""
        super().__init__(most)
        self._name = field
        self._at = at
        self._add = add
        self._widths = widths_of(field)
        self._order: Literal["little", "big"] = "little" if field.endswith("le") else "big"

    def next(self) -> FramedMessage | None:
        found = self._field()
        if found is None:
            return None
        value, end = found
        total = value + (end if self._add is None else self._add)
        if total < end:
            raise Fault("short length", self._buffer.unread())
        if total > self._most:
            raise self._too_long()
        if len(self._buffer) < total:
            return None
        return FramedMessage(self._buffer.take(total), total)

    def _field(self) -> tuple[int, int] | None:
        """The value of the field, and where it ends; None: it has not come yet."""
        if len(self._widths) > 1:
            return self._ber() if self._name == "ber" else self._var7()
        end = self._at + self._widths[0]
        if len(self._buffer) < end:
            return None
        return int.from_bytes(self._buffer.peek(self._at, self._widths[0]), self._order), end

    def _ber(self) -> tuple[int, int] | None:
        at = self._at
        if at >= len(self._buffer):
            return None
        first = self._buffer.byte(at)
        width = 0 if first < 128 else first & 127
        if first == 128 or width >= self._widths[-1]:  # of no known length, or longer than any
            raise Fault("bad length", self._buffer.unread())
        end = at + 1 + width
        if end > len(self._buffer):
            return None
        return (int.from_bytes(self._buffer.peek(at + 1, width), "big") if width else first), end

    def _var7(self) -> tuple[int, int] | None:
        value = 0
        for number in range(self._widths[-1]):
            place = self._at + number
            if place >= len(self._buffer):
                return None
            byte = self._buffer.byte(place)
            value |= (byte & 127) << (7 * number)
            if byte < 128:
                return value, place + 1
        raise Fault("bad length", self._buffer.unread())


class SizeFramer(Buffered):
    """Messages of a fixed size."""

    def __init__(self, size: int) -> None:
        super().__init__(size)

    def next(self) -> FramedMessage | None:
        if len(self._buffer) < self._most:
            return None
        return FramedMessage(self._buffer.take(self._most), self._most)
