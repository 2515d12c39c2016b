"""What divides a stream into messages, as the key `messages` of its endpoint says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from workbench.engine.protocol.framer import Fault, FramedMessage, Framer
from workbench.engine.protocol.plain_framing import widths_of
from workbench.payload.number_fields import encode_number
from workbench.texts import Problem


class Divider:
    """Divides what one connection brings. After a fault nothing more of it is a message.

    Attributes:
        asks: divides what a client of HTTP sends: its requests decide about the responses.
    """

    def __init__(self, framer: Framer, asks: Framer | None = None) -> None:
        self.framer: Any = framer
        self.asks = asks
        self.broken = False

    def came(self, data: bytes) -> Iterator[FramedMessage | Fault]:
        """Each message that these bytes complete; b"" is the end of the stream. A fault is last."""
        if self.broken:
            return
        self.framer.feed(data)
        try:
            while (found := self.framer.next()) is not None:
                yield found
            if not data and (found := self.framer.finish()) is not None:
                yield found
        except Fault as fault:
            self.broken = True
            yield fault

    def sent(self, data: bytes) -> None:
        """Note what was sent."""
        if self.asks is None:
            return
        self.asks.feed(data)
        try:
            while (request := self.asks.next()) is not None:
                self.framer.asked(request.data.lstrip(b"\r\n").split(b" ", 1)[0])
        except Fault:
            self.asks = None  # something other than HTTP was sent, on purpose


def wrapped(data: bytes, field: str, at: int, add: int | None) -> bytes:
    """The bytes with the field at its place."""
    for width in widths_of(field) if len(data) >= at else ():
        number = len(data) + width - (at + width if add is None else add)
        try:
            made = encode_number(field, number)
        except Problem:
            continue
        if len(made) == width:
            return data[:at] + made + data[at:]
    raise ValueError(f"{field} is too small for {len(data)} bytes, or they end before its place")
