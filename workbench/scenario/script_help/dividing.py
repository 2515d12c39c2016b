"""Where a message ends in what a stream brings."""

from __future__ import annotations

import re
from collections.abc import Callable

Cut = Callable[[bytes], tuple[bytes, int] | None]
"""A message at the begin of what came, and how many bytes it takes; None: it is not whole yet."""


def ends(end: bytes) -> Cut:
    """Each message is followed by these bytes."""

    def cut(data: bytes) -> tuple[bytes, int] | None:
        place = data.find(end)
        return None if place < 0 else (data[:place], place + len(end))

    return cut


def size(count: int) -> Cut:
    """Each message has this many bytes."""
    return lambda data: None if len(data) < count else (data[:count], count)


def length(field: str, at: int, add: int | None) -> Cut:
    """A field says how long the message is; `add`: bytes that it does not count."""

    def cut(data: bytes) -> tuple[bytes, int] | None:
        if field == "var7":
            end = next((i + 1 for i, byte in enumerate(data[at:], at) if byte < 128), 0)
            number = sum((byte & 127) << 7 * i for i, byte in enumerate(data[at:end]))
        elif field == "ber":  # X.690, 8.1.3
            width = data[at] & 127 if data[at : at + 1] > b"\x7f" else 0
            end = at + 1 + width if at < len(data) else 0
            number = int.from_bytes(data[at + 1 : end] if width else data[at:end], "big")
        else:
            end = at + int(field.removeprefix("u").removesuffix("le")) // 8
            order = "little" if field.endswith("le") else "big"
            number = int.from_bytes(data[at:end], "little" if order == "little" else "big")
        whole = number + (end if add is None else add)
        return None if not end or len(data) < max(end, whole) else (data[:whole], whole)

    return cut


def pattern(source: bytes, add: int) -> Cut:
    """Each message begins with a match; a named group says how many bytes follow, and `add` more
    do.

    A match is taken as it is: the pattern has to show its own end.
    """
    wanted = re.compile(source, re.DOTALL)

    def cut(data: bytes) -> tuple[bytes, int] | None:
        found = wanted.match(data)
        if found is None:
            return None
        whole = found.end()
        for name, said in found.groupdict().items():
            if said is not None and name in {"length", "hex"}:
                whole += int(said, 10 if name == "length" else 16) + add
            elif said is not None:
                order = "little" if name.endswith("le") else "big"
                whole += int.from_bytes(said, "little" if order == "little" else "big") + add
        return None if len(data) < whole else (data[:whole], whole)

    return cut


def wrapped(data: bytes, field: str, at: int, add: int | None) -> bytes:
    """The bytes with the field at its place."""
    varies = field in {"var7", "ber"}
    for width in range(1, 10) if varies else [int(field[1:].removesuffix("le")) // 8]:
        number = len(data) + width - (at + width if add is None else add)
        if field == "var7":
            made = bytes(
                (number >> 7 * i & 127) | (128 if number >> 7 * (i + 1) else 0)
                for i in range(width)
            )
            if number >> 7 * width or (width > 1 and not number >> 7 * (width - 1)):
                continue
        elif field == "ber":
            bits = number.bit_length()
            if width != (1 if number < 128 else 1 + (bits + 7) // 8):
                continue
            rest = number.to_bytes(width - 1, "big") if width > 1 else b""
            made = bytes([127 + width]) + rest if rest else bytes([number])
        else:
            made = number.to_bytes(width, "little" if field.endswith("le") else "big")
        return data[:at] + made + data[at:]
    raise ValueError(f"{field} is too small for {len(data)} bytes")


def with_content_length(data: bytes) -> bytes:
    """An HTTP message with the length of its body in the head, if that does not say it."""
    head, gap, body = [*re.split(rb"(\r?\n\r?\n)", data, maxsplit=1), b"", b""][:3]
    said = re.search(rb"(?im)^(content-length|transfer-encoding)[ \t]*:", head)
    status = re.match(rb"HTTP/\d\.\d (1\d\d|204|304)?", head)
    if not gap or said or (status[1] if status else not body):
        return data
    return b"%b\r\nContent-Length: %d\r\n\r\n%b" % (head, len(body), body)


def http(data: bytes) -> tuple[bytes, int] | None:
    """A request or response with its head (RFC 9112, 6): by its length, in chunks, or until the
    end.
    """
    head = re.search(rb"\r?\n\r?\n", data)
    if head is None:
        return None
    fields = {
        name.strip().lower(): text.strip()
        for name, _, text in (line.partition(b":") for line in data[: head.end()].splitlines()[1:])
    }
    place = head.end()
    if b"chunked" in fields.get(b"transfer-encoding", b"").lower():
        while True:
            line = re.compile(rb"([0-9A-Fa-f]+)[^\n]*\n").match(data, place)
            if line is None:
                return None
            chunk = int(line[1], 16)
            place = line.end() + chunk + 2
            if len(data) < place:
                return None
            if not chunk:
                return data[:place], place
    status = re.match(rb"HTTP/\d\.\d (\d{3})", data)
    empty = status is not None and (status[1] in {b"204", b"304"} or status[1][:1] == b"1")
    place += 0 if empty else int(fields.get(b"content-length", b"0"))
    return None if len(data) < place else (data[:place], place)
