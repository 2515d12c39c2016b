"""HttpFramer: where an HTTP/1.1 request or response ends (RFC 9112, section 6).

It decides nothing else: broken messages come through as they are wherever their end is known. An
exported script has this module as it is.
"""

from __future__ import annotations

import re
from collections import deque
from enum import Enum
from typing import Final

from workbench.engine.model.message_ends import MOST
from workbench.engine.protocol.framer import Buffer, Fault, FramedMessage
from workbench.texts import Problem

_END_OF_HEAD: Final = re.compile(rb"\r?\n\r?\n")
_NO_BREAK: Final = re.compile(rb"[^\r\n]")
_LINE: Final = re.compile(rb"\r?\n")
_FIELD: Final = re.compile(rb"([^:\s]+)[ \t]*:[ \t]*(.*?)[ \t]*\Z", re.DOTALL)
_STATUS: Final = re.compile(rb"HTTP/\d\.\d (\d{3})(?:\s|\Z)")
_REQUEST: Final = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+) \S.* HTTP/\d\.\d\Z")
_CHUNK_LINE: Final = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;.*)?\Z", re.DOTALL)
_LONGEST_LINE: Final = 64 * 1024
"""Bytes of a chunk's first line, whose extensions nobody needs."""
_NO_BODY: Final = frozenset({204, 304})


class _At(Enum):
    """The part of a message that is expected next."""

    HEAD = "the end of the head"
    LENGTH = "the last byte of a body of known length"
    CHUNK = "a chunk, or the last"
    TRAILER = "the end of the lines behind the last chunk"
    CLOSE = "the end of the stream"
    NOTHING = "what is no HTTP any more"


def with_content_length(data: bytes) -> bytes:
    """An HTTP message with Content-Length added, unless its head states the length of the body.

    A request without a body, and a response that cannot have one, stay as they are (RFC 9110,
    section 8.6).

    Raises:
        Problem: there is no whole head.
    """
    end = _END_OF_HEAD.search(data)
    if end is None:
        raise Problem("engine.messages_wrap_head")
    first, *lines = _LINE.split(data[: end.start()])
    names = {found[1].lower() for line in lines if (found := _FIELD.match(line))}
    if names & {b"content-length", b"transfer-encoding"}:
        return data
    body = data[end.end() :]
    status = _STATUS.match(first)
    if not body if status is None else status[1][:1] == b"1" or int(status[1]) in _NO_BODY:
        return data
    return b"%b\r\nContent-Length: %d\r\n\r\n%b" % (data[: end.start()], len(body), body)


class HttpFramer:
    """Divides one direction of an HTTP connection.

    A response belongs to the oldest unanswered request noted by `asked`: one to HEAD has no body,
    and after a 2xx to CONNECT, as after a 101, the stream is not HTTP any more, and what follows is
    no message.
    """

    def __init__(self, *, requests: bool, most: int = MOST) -> None:
        self._requests = requests
        self._most = most
        self._buffer = Buffer()
        self._asked: deque[bytes] = deque()
        self._begin()

    def _begin(self) -> None:
        self._at = self._after = _At.HEAD
        self._end = 0  # what of the buffer certainly belongs to the message
        self._looked = 0
        self._start: int | None = None

    def asked(self, method: bytes) -> None:
        """Note that a request of this method was sent: it decides whether its response has a
        body.
        """
        self._asked.append(method)

    def feed(self, data: bytes) -> None:
        self._buffer.feed(data)

    def unread(self) -> bytes:
        return self._buffer.unread()

    def next(self) -> FramedMessage | None:
        if self._at is _At.NOTHING:
            count = len(self._buffer)
            return FramedMessage(self._buffer.take(count), count) if count else None
        while self._step():
            pass
        if max(self._end, len(self._buffer) if self._at is _At.HEAD else 0) > self._most:
            raise Fault("too long", self._buffer.unread())
        if self._at is not _At.LENGTH or len(self._buffer) < self._end:
            return None
        return self._taken()

    def finish(self) -> FramedMessage | None:
        if self._at is _At.CLOSE:
            self._end = len(self._buffer)
            return self._taken()
        if len(self._buffer):
            raise Fault("cut", self._buffer.unread())
        return None

    def _taken(self) -> FramedMessage:
        data = self._buffer.take(self._end)
        after = self._after
        self._begin()
        if after is _At.NOTHING:
            self._at = after
        return FramedMessage(data, len(data))

    # -- parts of a message -------------------------------------------------------------------

    def _step(self) -> bool:
        """Take one more part of the message. False: more bytes are needed, or the message is
        complete.
        """
        if self._at is _At.HEAD:
            return self._head()
        if self._at is _At.CHUNK:
            return self._chunk()
        if self._at is _At.TRAILER:
            return self._trailer()
        if self._at is _At.CLOSE:
            self._end = len(self._buffer)
        return False

    def _head(self) -> bool:
        if self._start is None:  # empty lines may precede a start line (RFC 9112, 2.2)
            begin = self._buffer.search(_NO_BREAK, 0)
            if begin is None:
                return False
            self._start = self._looked = begin[0]
        found = self._buffer.search(_END_OF_HEAD, self._looked)
        if found is None:
            self._looked = max(len(self._buffer) - 3, self._start)
            return False
        self._end = found[1]
        lines = _LINE.split(self._buffer.peek(self._start, found[0] - self._start))
        fields = [_FIELD.match(line) for line in lines[1:]]
        values = [(item[1].lower(), item[2]) for item in fields if item is not None]
        self._body(lines[0], values)
        return True

    def _body(self, start: bytes, fields: list[tuple[bytes, bytes]]) -> None:
        """Determine how the end of the body is known (RFC 9112, 6.3)."""
        without = self._without_body(start)
        codings = b",".join(value for name, value in fields if name == b"transfer-encoding")
        lengths = {value for name, value in fields if name == b"content-length"}
        if without:
            self._at = _At.LENGTH
        elif codings:
            last = codings.rsplit(b",", 1)[-1].strip().lower()
            if last != b"chunked" and self._requests:
                raise Fault("bad head", self._buffer.unread())
            self._at = _At.CHUNK if last == b"chunked" else _At.CLOSE
        elif lengths:
            length = lengths.pop()
            if lengths or not re.fullmatch(rb"\d{1,18}", length):
                raise Fault("bad head", self._buffer.unread())
            self._end += int(length)
            self._at = _At.LENGTH
        else:
            self._at = _At.LENGTH if self._requests else _At.CLOSE

    def _without_body(self, start: bytes) -> bool:
        if self._requests:
            if _REQUEST.match(start) is None:
                raise Fault("bad head", self._buffer.unread())
            return False
        status = _STATUS.match(start)
        if status is None:
            raise Fault("bad head", self._buffer.unread())
        code = int(status[1])
        if code == 101:
            self._after = _At.NOTHING
        if code < 200:
            return True  # an interim response: the request has not been answered yet
        method = self._asked.popleft() if self._asked else b""
        if method == b"CONNECT" and code < 300:
            self._after = _At.NOTHING
            return True
        return code in _NO_BODY or method == b"HEAD"

    def _chunk(self) -> bool:
        found = self._line()
        if found is None:
            return False
        size = _CHUNK_LINE.match(found[0])
        if size is None:
            raise Fault("bad chunk", self._buffer.unread())
        count = int(size[1], 16)
        if not count:
            self._end = found[1]
            self._at = _At.TRAILER
            return True
        ends = found[1] + count
        if ends > self._most:
            raise Fault("too long", self._buffer.unread())
        behind = self._buffer.peek(ends, 2)
        if not behind or behind == b"\r":
            return False  # the line is read again with the next bytes; it is short
        if behind[:1] != b"\n" and behind != b"\r\n":
            raise Fault("bad chunk", self._buffer.unread())
        self._end = self._looked = ends + (1 if behind[:1] == b"\n" else 2)
        return True

    def _trailer(self) -> bool:
        found = self._line()
        if found is None:
            return False
        self._end = self._looked = found[1]
        if not found[0]:
            self._at = _At.LENGTH
        return True

    def _line(self) -> tuple[bytes, int] | None:
        """The line that begins at the end of what is known, and where the next one does."""
        place = self._buffer.find(b"\n", max(self._looked, self._end))
        if place < 0:
            self._looked = max(len(self._buffer), self._end)
            if self._looked - self._end > _LONGEST_LINE:
                raise Fault("bad chunk", self._buffer.unread())
            return None
        self._looked = self._end
        return self._buffer.peek(self._end, place - self._end).removesuffix(b"\r"), place + 1
