"""Text, escapes, hex and encodings to bytes and back; the hex dump."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from workbench.texts import Problem

ENCODINGS: Final = (
    "utf-8", "gbk", "gb18030", "big5", "shift_jis", "latin-1", "utf-16", "ascii",
)  # fmt: skip
_SUFFIXES: Final = {"nothing": b"", "lf": b"\n", "crlf": b"\r\n", "nul": b"\0"}
_SIMPLE: Final = {"r": "\r", "n": "\n", "t": "\t", "0": "\0", "\\": "\\"}
_ESCAPE: Final = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(.)|$)", re.DOTALL)
_SHOWN: Final = {"\r": "\\r", "\n": "\\n", "\t": "\\t", "\0": "\\0"}


def encode(text: str, encoding: str) -> bytes:
    """Text as bytes.

    Raises:
        Problem: unknown encoding, or a character that it cannot express (with its position).
    """
    try:
        return text.encode(encoding)
    except UnicodeEncodeError as error:
        raise Problem("payload.not_expressible", character=text[error.start],
                      position=error.start + 1, encoding=encoding) from error
    except LookupError as error:
        raise Problem("payload.unknown_encoding", encoding=encoding,
                      known=", ".join(ENCODINGS)) from error


def parse_hex(text: str) -> bytes:
    """Bytes written as hex: pairs of digits; spaces, commas, colons and 0x may stand between.

    Raises:
        Problem: another character, or a digit without its partner (with the position).
    """
    found = bytearray()
    position = 0
    while position < len(text):
        if text[position] in " \t\r\n,;:-_":
            position += 1
        elif text[position : position + 2] in {"0x", "0X", "\\x"}:
            position += 2
        else:
            pair = text[position : position + 2]
            if len(pair) < 2 or any(digit not in "0123456789abcdefABCDEF" for digit in pair):
                bad = position + (bool(pair) and pair[0] in "0123456789abcdefABCDEF")
                shown = text[bad : bad + 1]
                key = "payload.bad_hex" if shown.strip() else "payload.odd_hex"
                raise Problem(key, character=shown, position=bad + 1)
            found.append(int(pair, 16))
            position += 2
    return bytes(found)


def from_escapes(text: str, encoding: str) -> bytes:
    r"""Text with \r \n \t \0 \\ \xHH \uHHHH as bytes; \xHH is that byte whatever the encoding.

    Raises:
        Problem: an unknown escape, or what `encode` raises.
    """
    parts = []
    last = 0
    for found in _ESCAPE.finditer(text):
        parts.append(encode(text[last : found.start()], encoding))
        last = found.end()
        byte, point, simple = found.groups()
        if byte is not None:
            parts.append(bytes([int(byte, 16)]))
        elif point is not None:
            parts.append(encode(chr(int(point, 16)), encoding))
        elif simple in _SIMPLE:
            parts.append(encode(_SIMPLE[simple], encoding))
        else:
            raise Problem("payload.bad_escape", escape=found.group(), position=found.start() + 1)
    parts.append(encode(text[last:], encoding))
    return b"".join(parts)


def unescape(text: str) -> str | None:
    r"""The plain text of an escaped one; None where \xHH names bytes that no text is."""
    if any(found.group(1) is not None for found in _ESCAPE.finditer(text)):
        return None
    return _ESCAPE.sub(
        lambda found: chr(int(found.group(2), 16)) if found.group(2)
        else _SIMPLE.get(found.group(3) or "", found.group()),
        text,
    )


def escape(text: str) -> str:
    """Control characters shown as escapes; a backslash stays as it is typed."""
    return "".join(
        _SHOWN.get(char) or (f"\\x{ord(char):02x}" if char < " " or "\x7f" <= char < "\xa0"
                             else f"\\u{ord(char):04x}" if not char.isprintable() else char)
        for char in text
    )


def show(data: bytes, encoding: str = "utf-8") -> str:
    r"""Bytes as one line of text: what does not decode as \xHH, control characters escaped."""
    try:
        return escape(data.decode(encoding))
    except UnicodeDecodeError:
        return escape(data.decode(encoding, "backslashreplace"))
    except LookupError:
        return escape(data.decode("latin-1"))


def hexdump(data: bytes, start: int = 0) -> Iterator[str]:
    """Lines of offset, 16 bytes in hex, and the printable ASCII of them."""
    for offset in range(0, len(data), 16):
        row = data[offset : offset + 16]
        left = " ".join(f"{byte:02x}" for byte in row[:8])
        right = " ".join(f"{byte:02x}" for byte in row[8:])
        text = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)
        yield f"{start + offset:08x}  {left:<23}  {right:<23}  {text}"


def suffix(append: str) -> bytes:
    """What is appended: "nothing", "lf", "crlf" or "nul"."""
    return _SUFFIXES[append]
