"""Framer: divides one direction of a stream into messages."""

from __future__ import annotations

import re
from typing import Protocol

from workbench.named_tuple import NamedTuple


class FramedMessage(NamedTuple):
    """One message: its bytes as shown and matched, and how many bytes of the stream it took up."""

    data: bytes
    taken: int


class Fault(Exception):
    """Raised when the stream cannot be divided any further; `key` names the reason.

    Attributes:
        key: "too long" (more bytes than a message may have), "short length" (a length field that
            does not even count itself), "bad length" (more bytes than its kind has), "cut" (the
            stream ended within a message), "bad head" and "bad chunk" (of HTTP), "no match" (no
            message begins so), "slow pattern" (it takes too long to tell).
        rest: the bytes that belong to no message.
    """

    def __init__(self, key: str, rest: bytes = b"") -> None:
        super().__init__(key)
        self.key = key
        self.rest = rest


class Framer(Protocol):
    """Divides one direction of a stream into messages."""

    def feed(self, data: bytes) -> None:
        """Take the next bytes of the stream."""

    def next(self) -> FramedMessage | None:
        """The next complete message; None: more bytes are needed. Raises Fault."""

    def finish(self) -> FramedMessage | None:
        """The stream ended: the message that ends with it, if any. Raises Fault: it ended within
        one.
        """

    def unread(self) -> bytes:
        """The bytes that came and belong to no complete message."""


class Buffer:
    """Bytes of an incomplete message. Taken bytes are removed from the buffer now and then, not
    each time.
    """

    __slots__ = ("_begin", "_data")

    def __init__(self) -> None:
        self._data = bytearray()
        self._begin = 0

    def __len__(self) -> int:
        return len(self._data) - self._begin

    def feed(self, data: bytes) -> None:
        """Add bytes."""
        if self._begin and self._begin * 2 >= len(self._data):
            del self._data[: self._begin]
            self._begin = 0
        self._data += data

    def take(self, count: int) -> bytes:
        """Remove and return the first bytes."""
        begin = self._begin
        self._begin += count
        return bytes(self._data[begin : begin + count])

    def byte(self, at: int) -> int:
        """The value of one byte."""
        return self._data[self._begin + at]

    def peek(self, at: int, count: int) -> bytes:
        """The first bytes without removing them; fewer if there are not that many."""
        begin = self._begin + at
        return bytes(self._data[begin : begin + count])

    def find(self, wanted: bytes, begin: int) -> int:
        """Where bytes first occur, from `begin` on; -1: nowhere."""
        found = self._data.find(wanted, self._begin + begin)
        return found if found < 0 else found - self._begin

    def search(self, pattern: re.Pattern[bytes], begin: int) -> tuple[int, int] | None:
        """The first match of a pattern, from `begin` on."""
        found = pattern.search(self._data, self._begin + begin)
        return None if found is None else (found.start() - self._begin, found.end() - self._begin)

    def unread(self) -> bytes:
        """All bytes of the buffer."""
        return bytes(self._data[self._begin :])


class Buffered:
    """The base of most framers: they have a buffer, and none of their messages ends with the
    stream.
    """

    def __init__(self, most: int) -> None:
        self._buffer = Buffer()
        self._most = most

    def feed(self, data: bytes) -> None:
        """As `Framer.feed`."""
        self._buffer.feed(data)

    def finish(self) -> FramedMessage | None:
        """As `Framer.finish`."""
        if len(self._buffer):
            raise Fault("cut", self._buffer.unread())
        return None

    def unread(self) -> bytes:
        """As `Framer.unread`."""
        return self._buffer.unread()

    def _too_long(self) -> Fault:
        return Fault("too long", self._buffer.unread())
