"""PatternFramer: messages whose beginning a regular expression matches."""

from __future__ import annotations

from typing import Final, Literal

from workbench.engine.model.message_ends import ByPattern
from workbench.engine.protocol.framer import Buffer, Fault, FramedMessage
from workbench.payload.characters import BYTES
from workbench.payload.patterns import RULE_TIME, Found, TooSlow, compile_pattern
from workbench.texts import Problem

_IN_WORDS: Final = {"length": 10, "hex": 16}
_FIELDS: Final = frozenset(
    f"u{bits}{order}" for bits in (8, 16, 24, 32, 64) for order in ("", "le")
)
_NEAR: Final = 4096
"""Bytes that are searched first: of many short messages in one read, each ends near the
beginning.
"""
_DIGITS: Final = 18
"""Digits of more bytes than any message has."""


class PatternFramer:
    """Divides one direction of a stream by a pattern that tells how long each message is.

    While a match is incomplete, each read searches everything again, so the pattern should be that
    of a head or a short message. A match that could still grow waits for what follows it.
    """

    def __init__(self, kind: ByPattern) -> None:
        """Raises Problem: a broken pattern, or none of its groups that say a length is valid."""
        self._pattern = compile_pattern(kind.pattern, BYTES)
        names = self._pattern.names
        self._group = next((name for name in names if name in _IN_WORDS.keys() | _FIELDS), None)
        unknown = next((name for name in names if name != self._group), None)
        if unknown is not None:
            raise Problem("engine.messages_group", name=unknown)
        self._add = kind.add
        self._most = kind.max
        self._buffer = Buffer()
        self._looked = 0
        self._total: int | None = None

    def feed(self, data: bytes) -> None:
        self._buffer.feed(data)

    def unread(self) -> bytes:
        return self._buffer.unread()

    def next(self) -> FramedMessage | None:
        return self._next(over=False)

    def finish(self) -> FramedMessage | None:
        found = self._next(over=True)
        if found is None and len(self._buffer):
            raise self._fault("cut")
        return found

    def _next(self, *, over: bool) -> FramedMessage | None:
        if self._total is None:
            self._look(over=over)
        if (len(self._buffer) if self._total is None else self._total) > self._most:
            raise self._fault("too long")
        if self._total is None or len(self._buffer) < self._total:
            return None
        total, self._total, self._looked = self._total, None, 0
        return FramedMessage(self._buffer.take(total), total)

    def _look(self, *, over: bool) -> None:
        """Determine the length of the message as soon as more bytes cannot change it."""
        if not len(self._buffer) or (len(self._buffer) == self._looked and not over):
            return
        self._looked = len(self._buffer)
        found = self._found(self._buffer.peek(0, _NEAR), over=over)
        if found is None and len(self._buffer) > _NEAR:
            found = self._found(self._buffer.unread(), over=over)
        if found is None:
            return
        self._total = found.end + self._behind(found)
        if not found.end or self._total < found.end:
            raise self._fault("short length" if found.end else "no match")

    def _found(self, data: bytes, *, over: bool) -> Found | None:
        """The match at the beginning, if more bytes cannot change it."""
        text = data.decode("latin-1")
        whole = len(data) == len(self._buffer)
        try:
            found = self._pattern.at_begin(text, RULE_TIME)
            if found is not None:
                return found if not found.grows or (over and whole) else None
            if whole and not over and not self._pattern.may_begin(text, RULE_TIME):
                raise self._fault("no match")
        except TooSlow:
            raise self._fault("slow pattern") from None
        return None

    def _behind(self, found: Found) -> int:
        """How many bytes follow the match."""
        said = dict(found.groups).get(self._group or "")
        if said is None or self._group is None:
            return 0
        base = _IN_WORDS.get(self._group)
        if base is None:
            order: Literal["little", "big"] = "little" if self._group.endswith("le") else "big"
            return int.from_bytes(said.encode("latin-1"), order) + self._add
        try:
            return int(said[: _DIGITS + 1], base) + self._add
        except ValueError:
            raise self._fault("bad length") from None

    def _fault(self, key: str) -> Fault:
        return Fault(key, self._buffer.unread())
