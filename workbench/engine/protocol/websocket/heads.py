"""HTTP/1.1 heads of a WebSocket's opening: read however malformed, written as the user likes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from workbench.engine.protocol.layer import Data
from workbench.named_tuple import NamedTuple

HEAD_MOST: Final = 64 * 1024
"""Bytes of the longest head that is read."""
_ENDS: Final = re.compile(rb"\r?\n\r?\n")
_LINE: Final = re.compile(r"\r?\n")
_REQUEST: Final = re.compile(r"([!#$%&'*+.^`|~\w-]+) (\S+) HTTP/(\d)\.(\d)\Z", re.ASCII)
_STATUS: Final = re.compile(r"HTTP/(\d)\.(\d) (\d{3})(?: (.*))?\Z", re.DOTALL)
_FIELD: Final = re.compile(r"([!#$%&'*+.^`|~\w-]+):[ \t]*(.*?)[ \t]*\Z", re.ASCII)
Headers = Sequence[tuple[str, str]]


class Head(NamedTuple):
    """A head as it came.

    Attributes:
        line: the first line. fields: the lines that are header fields, in order.
        others: lines that are not.
        data: its bytes.
    """

    line: str
    fields: Headers
    others: tuple[str, ...]
    data: bytes

    def all(self, name: str) -> list[str]:
        """Every value of a header; the case of its name does not matter."""
        wanted = name.lower()
        return [value for found, value in self.fields if found.lower() == wanted]

    def one(self, name: str) -> str | None:
        """The header's value, if there is exactly one."""
        found = self.all(name)
        return found[0] if len(found) == 1 else None

    def joined(self, name: str) -> str:
        """All values as one list (RFC 9110 5.3)."""
        return ", ".join(self.all(name))

    def names(self, name: str, word: str) -> bool:
        """Whether a list contains a word; case does not matter."""
        return word in {part.strip().lower() for part in self.joined(name).split(",")}


class Request(NamedTuple):
    """The parts of a request's first line."""

    method: str
    target: str
    version: tuple[int, int]


class Status(NamedTuple):
    """The parts of a response's first line."""

    code: int
    phrase: str
    version: tuple[int, int]


def request_of(head: Head) -> Request | None:
    """The request line; None: it is not one."""
    found = _REQUEST.match(head.line)
    return None if found is None else Request(found[1], found[2], (int(found[3]), int(found[4])))


def status_of(head: Head) -> Status | None:
    """The status line; None: it is not one."""
    found = _STATUS.match(head.line)
    if found is None:
        return None
    return Status(int(found[3]), found[4] or "", (int(found[1]), int(found[2])))


class HeadReader:
    """Collects bytes up to the end of a head.

    Attributes:
        too_long: it has more than HEAD_MOST bytes; it is not looked at any more.
    """

    def __init__(self) -> None:
        self.too_long = False
        self._came = bytearray()
        self._looked = 0

    def feed(self, data: Data) -> None:
        """Take more bytes; those beyond the limit are not kept."""
        if len(self._came) <= HEAD_MOST:
            self._came += data
        else:
            self.too_long = True

    def take(self) -> Head | None:
        """The head, once it is complete."""
        found = _ENDS.search(self._came, self._looked)
        if found is None or found.end() > HEAD_MOST:
            self.too_long = self.too_long or len(self._came) > HEAD_MOST
            self._looked = max(0, len(self._came) - 3)
            return None
        data = bytes(self._came[: found.end()])
        del self._came[: found.end()]
        self._looked = 0
        return head_of(data)

    def rest(self) -> bytes:
        """The bytes that come after the head."""
        return bytes(self._came)


def head_of(data: bytes) -> Head:
    """Parse the lines of a head."""
    line, *lines = _LINE.split(data.decode("latin-1").rstrip("\r\n"))
    fields, others = [], []
    for item in lines:
        found = _FIELD.match(item)
        if found is None:
            others.append(item)
        else:
            fields.append((found[1], found[2]))
    return Head(line, tuple(fields), tuple(others), data)


def head_bytes(line: str, usual: Headers, own: Headers, drop: Iterable[str]) -> bytes:
    """The bytes of a head: the usual headers, some of them replaced by the user's."""
    dropped = {name.lower() for name in drop}
    replaced = {name.lower() for name, _ in own}
    written: list[tuple[str, str]] = []
    done: set[str] = set()
    for name, value in usual:
        key = name.lower()
        if key in replaced:
            if key not in done:
                written += [item for item in own if item[0].lower() == key]
            done.add(key)
        elif key not in dropped:
            written.append((name, value))
    written += [item for item in own if item[0].lower() not in done]
    lines = [line, *(f"{name}: {value}" for name, value in written), "", ""]
    return "\r\n".join(lines).encode("utf-8")
