"""RefusalBody: the body of a server's or proxy's refusal, kept for the log."""

from __future__ import annotations

import re
from typing import Final

from workbench.engine.protocol.framer import Fault
from workbench.engine.protocol.http_framing import HttpFramer
from workbench.engine.protocol.layer import LayerRow

BODY: Final = "body"
"""The name of the timer that limits it."""
BODY_WAIT: Final = 3.0
"""Seconds of that timer."""
BODY_MOST: Final = 1 << 20
"""Bytes that are kept of it, with its head."""
_HEAD_ENDS: Final = re.compile(rb"\r?\n\r?\n")
_CHUNK: Final = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\n]*)?\r?\n")


class RefusalBody:
    """Collects the body until its length, BODY_MOST or the caller ends it."""

    __slots__ = ("_framer",)

    def __init__(self) -> None:
        self._framer = HttpFramer(requests=False, most=1 << 63)

    def feed(self, data: bytes) -> bytes | None:
        """Take more of the answer, its head first. Returns all of it once it is complete."""
        self._framer.feed(data)
        try:
            message = self._framer.next()
        except Fault:
            return self.came()
        if message is not None:
            return message.data
        return self.came() if len(self._framer.unread()) > BODY_MOST else None

    def came(self) -> bytes:
        """Head and body so far."""
        return self._framer.unread()


def body_rows(call: str, answer: bytes) -> tuple[LayerRow, ...]:
    """The row of an answer's body; none if the answer has no body."""
    ends = _HEAD_ENDS.search(answer)
    if ends is None or ends.end() == len(answer):
        return ()
    head, body = answer[: ends.end()], answer[ends.end() :]
    plain = unchunked(body) if b"chunked" in head.lower() else body
    return (LayerRow(call, "", len(body), payload=plain),)


def unchunked(data: bytes) -> bytes:
    """The body with its chunks put together (RFC 9112 7.1); malformed chunks stay as they are."""
    pieces: list[bytes] = []
    at = 0
    while (found := _CHUNK.match(data, at)) is not None:
        size = int(found[1], 16)
        if not size:
            return b"".join(pieces)
        pieces.append(data[found.end() : found.end() + size])
        at = found.end() + size
        at += 2 if data.startswith(b"\r\n", at) else 1
    return b"".join(pieces) or data
