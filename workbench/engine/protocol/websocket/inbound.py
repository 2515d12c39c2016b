"""Inbound: puts messages together from data frames, and finds faults as early as it can."""

from __future__ import annotations

import zlib
from typing import Final

from workbench.engine.protocol.websocket.deflate import TooLong, Unpacker
from workbench.engine.protocol.websocket.frames import TEXT, Frame
from workbench.engine.protocol.websocket.utf8 import Utf8
from workbench.named_tuple import NamedTuple

LEAST_KEPT: Final = 1 << 20
"""Bytes of a message that are kept although nobody asked for it."""


class WebSocketMessage(NamedTuple):
    """A complete message.

    Attributes:
        data: all of it, or only its beginning if nobody wants all.
        deflate: its frames are packed. size: how many bytes it has. wire: how many bytes its frames
            took in the layer below.
    """

    text: bool
    data: bytes
    frames: int
    deflate: bool
    size: int
    wire: int

    @property
    def kept(self) -> bool:
        """Whether `data` is the whole message."""
        return len(self.data) == self.size


class Inbound:
    """The data frames of one direction.

    Attributes:
        begun: a message has begun and has not ended.
        wanted: how many bytes of a message somebody needs; None: all.
    """

    def __init__(self, most: int, unpacker: Unpacker | None) -> None:
        """`most`: the size in bytes of the longest message, unpacked; no more is ever kept."""
        self.begun = False
        self.wanted: int | None = None
        self._most = most
        self._size = self._wire = 0  # bytes of the message so far, and of its frames
        self._keeps: int | None = None
        self._unpacker = unpacker
        self._text = False
        self._packed = False
        self._frames = 0
        self._data = bytearray()
        self._utf8: Utf8 | None = None
        self._lost = False  # it is too long, or cannot be unpacked: nobody gets it
        self._seen = 0  # bytes of the incomplete frame
        self._entered = False  # ... whose header has been seen too

    def too_long(self, head: Frame) -> bool:
        """Whether the header alone says that its message has too many bytes."""
        before = self._size if self.begun and not head.opcode else 0
        return not self._lost and before + head.length > self._most

    def piece(self, head: Frame, data: bytes) -> str | None:
        """Take a piece of an incomplete frame's payload; returns the rule it breaks, if any."""
        self._enter(head)
        self._seen += len(data)
        return self._take(data, last=False)

    def frame(self, frame: Frame) -> tuple[str | None, WebSocketMessage | None]:
        """Take a complete data frame; returns the rule it breaks, and the message that ends with
        it.
        """
        self._enter(frame)
        rest = frame.payload[self._seen :] if self._seen else frame.payload
        self._seen, self._entered = 0, False
        self._wire += frame.taken
        if len(frame.payload) != frame.length and not self._lost:  # not all of it was kept
            self.lose()
            fault: str | None = "too_long"
        else:
            fault = self._take(rest, last=frame.fin)
        if not frame.fin:
            return fault, None
        self.begun = False
        message = None
        if not self._lost:
            message = WebSocketMessage(
                self._text, bytes(self._data), self._frames, self._packed, self._size, self._wire
            )
        self._data = bytearray()
        return fault, message

    def lose(self) -> None:
        """Drop the message: it is too long."""
        self._lost = True
        self._data = bytearray()

    def _enter(self, frame: Frame) -> None:
        if self._entered:
            return
        self._entered = True
        if frame.opcode or not self.begun:
            self._text = frame.opcode == TEXT
            self._packed = frame.rsv & 4 != 0 and self._unpacker is not None
            self._utf8 = Utf8() if self._text else None
            self._data = bytearray()
            self._frames = 0
            self._size = self._wire = 0
            self._keeps = None if self.wanted is None else max(self.wanted, LEAST_KEPT)
            self._lost = False
        self.begun = True
        self._frames += 1

    def _take(self, data: bytes, *, last: bool) -> str | None:
        if self._lost:
            return None
        made = data
        if self._packed:
            assert self._unpacker is not None
            try:
                made = self._unpacker.unpack(data, self._most - self._size, last=last)
            except TooLong:
                self.lose()
                return "inflates_too_long"
            except zlib.error:
                self.lose()
                return "inflate"
        elif self._size + len(data) > self._most:
            self.lose()
            return "too_long"
        self._size += len(made)
        if self._keeps is None:
            self._data += made
        elif len(self._data) < self._keeps:
            self._data += made[: self._keeps - len(self._data)]
        if self._utf8 is not None and not self._utf8.takes(made, last=last):
            self._utf8 = None
            return "utf8"
        return None
