"""Text, escapes, hex and encodings to bytes and back; the hex dump."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from workbench.late_pattern import late_pattern
from workbench.payload.characters import codec
from workbench.payload.signs import plain_sign
from workbench.printable import escape
from workbench.texts import Problem

ENCODINGS: Final = (
    "utf-8", "gbk", "gb18030", "big5", "shift_jis", "latin-1", "utf-16", "ascii",
)  # fmt: skip
MOST: Final = 64 << 20
"""The most bytes, or characters, that may result from filling in: a value of values of values soon
exceeds any memory. Larger contents belong in a file.
"""
_SUFFIXES: Final = {"nothing": b"", "lf": b"\n", "crlf": b"\r\n", "nul": b"\0"}
_SIMPLE: Final = {"r": "\r", "n": "\n", "t": "\t", "0": "\0", "\\": "\\"}
_ESCAPE: Final = late_pattern(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(.)|$)", re.DOTALL)


def encode(text: str, encoding: str) -> bytes:
    """Text as bytes.

    Raises:
        Problem: unknown encoding, or a character that it cannot express (with its position).
    """
    return _encoded(text, encoding, range(len(text)), str.encode)


def check_encoding(encoding: str) -> str:
    """Python's name for an encoding. Raises Problem, with the nearest name, if there is no such
    encoding of text.
    """
    try:
        name = codec(encoding)
        if not codecs.lookup(name)._is_text_encoding:  # rot13, hex, base64: not text
            raise LookupError(encoding)
    except (LookupError, ValueError) as error:  # ValueError: a NUL in the name
        import difflib  # only needed for a misspelled name

        near = difflib.get_close_matches(encoding.lower(), ENCODINGS, 1, 0.3) or ["utf-8"]
        raise Problem(
            "payload.unknown_encoding", encoding=encoding, near=near[0], known=", ".join(ENCODINGS)
        ) from error
    return name


def _encoded(
    text: str, encoding: str, places: Sequence[int], method: Callable[[str, str], bytes]
) -> bytes:
    """Encode a text; `places`: where each character is in what was typed, for the message."""
    name = encoding if encoding in ENCODINGS else check_encoding(encoding)
    try:
        return method(text, name)
    except UnicodeEncodeError as error:
        # idna counts `start` within one label; to a person the message reads the same
        start = min(error.start, len(text) - 1)
        key = "lone_surrogate" if "\ud800" <= text[start] <= "\udfff" else "not_expressible"
        raise Problem(
            f"payload.{key}",
            character=text[start],
            code=f"U+{ord(text[start]):04X}",
            position=places[start] + 1,
            encoding=encoding,
        ) from error
    except UnicodeError as error:  # idna and undefined report no more than that
        raise Problem("payload.not_this_text", encoding=encoding) from error


_FIELD: Final = late_pattern(r"u\d+(?:le|be)?|var\d+|(?:ber|pad\d*|align\d*)(?=\W|\Z)", re.ASCII)
"""What looks like a field of a template but is not, or has no bracket after it."""
_WELL_FORMED: Final = late_pattern(r"(?:[ \t\r\n,;:_-]|0[xX]|\\x|[0-9A-Fa-f]{2})*+")
_NO_DIGITS: Final = dict.fromkeys(map(ord, " \t\r\n,;:_-"))


def parse_hex(text: str) -> bytes:
    """Bytes written as hex: pairs of digits; spaces, commas, colons and 0x may come between them.

    Raises:
        Problem: another character, or a digit without its partner (with the position).
    """
    well = _WELL_FORMED.match(text)
    end = 0 if well is None else well.end()
    if end == len(text):
        digits = text.translate(_NO_DIGITS)
        return bytes.fromhex(digits.replace("0x", "").replace("0X", "").replace("\\x", ""))
    bad = end + (text[end] in "0123456789abcdefABCDEF")
    shown = text[bad : bad + 1]
    key = "payload.bad_hex" if shown.strip() else "payload.odd_hex"
    field = _FIELD.match(text, bad)
    if field is not None:
        raise Problem("payload.no_width", character=field[0], position=bad + 1)
    plain = plain_sign(shown) if shown else ""
    key = "payload.foreign_sign" if plain else key
    raise Problem(key, character=shown, position=bad + 1, plain=plain)


def from_escapes(text: str, encoding: str) -> bytes:
    r"""Text with \r \n \t \0 \\ \xHH \uHHHH as bytes; \xHH is that byte whatever the encoding.

    Raises:
        Problem: an unknown escape, or what `encode` raises; positions are those in `text`.
    """
    if "\\" not in text:
        return _encoded(text, encoding, range(len(text)), str.encode)
    pieces = list(_pieces(text))
    if not any(isinstance(piece, bytes) for piece, _ in pieces):
        piece, places = pieces[0] if pieces else ("", [])
        return _encoded(str(piece), encoding, places, str.encode)
    name = check_encoding(encoding)
    encoder = codecs.getincrementalencoder(name)()  # encoded at once: UTF-16 gets one mark

    def go_on(piece: str, _encoding: str) -> bytes:
        return encoder.encode(piece, True)

    return b"".join(
        piece if isinstance(piece, bytes) else _encoded(piece, encoding, places, go_on)
        for piece, places in pieces
    )


def inexpressible(text: str, encoding: str, *, escapes: bool) -> list[int]:
    """The positions of characters that an encoding cannot express; for an escaped one, that of its
    backslash.

    Raises:
        Problem: an unknown escape or encoding.
    """
    check_encoding(encoding)
    whole: list[tuple[str | bytes, list[int]]] = [(text, list(range(len(text))))]
    found: list[int] = []
    for piece, places in _pieces(text) if escapes else whole:
        if isinstance(piece, bytes):
            continue
        for char, place in zip(piece, places, strict=True):
            try:
                char.encode(codec(encoding))
            except UnicodeError:
                found.append(place)
    return found


def _pieces(text: str) -> Iterator[tuple[str | bytes, list[int]]]:
    """Runs of characters and single bytes, with their positions in the text."""
    chars: list[str] = []
    places: list[int] = []
    last = 0
    for found in _ESCAPE.finditer(text):
        chars += text[last : found.start()]
        places += range(last, found.start())
        last = found.end()
        byte, point, simple = found.groups()
        if byte is not None:
            if chars:
                yield "".join(chars), places
            chars, places = [], []
            yield bytes([int(byte, 16)]), [found.start()]
            continue
        if point is None and simple not in _SIMPLE:
            raise Problem("payload.bad_escape", escape=found.group(), position=found.start() + 1)
        char = chr(int(point, 16)) if point is not None else _SIMPLE[simple]
        if chars and "\ud800" <= chars[-1] <= "\udbff" and "\udc00" <= char <= "\udfff":
            # two halves, the way JSON writes what is beyond \uFFFF
            chars[-1] = (chars[-1] + char).encode("utf-16", "surrogatepass").decode("utf-16")
            continue
        chars.append(char)
        places.append(found.start())
    chars += text[last:]
    places += range(last, len(text))
    if chars:
        yield "".join(chars), places


def show(data: bytes, encoding: str = "utf-8") -> str:
    r"""Bytes as one line of text: undecodable ones as \xHH, control characters escaped."""
    for errors in ("strict", "backslashreplace"):
        try:
            return escape(data.decode(codec(encoding), errors))
        except (UnicodeError, LookupError, ValueError):  # UTF-7 and idna ignore `errors`
            continue
    return escape(data.decode("latin-1"))


def hexdump(data: bytes, start: int = 0, *, width: int = 16) -> Iterator[str]:
    """Lines of offset, `width` bytes in hex (8 or 16), and the printable ASCII of them.

    The narrow form has a short offset as long as that is enough.
    """
    digits = 4 if width <= 8 and start + len(data) <= 0xFFFF else 8
    for offset in range(0, len(data), width):
        row = data[offset : offset + width]
        left = " ".join(f"{byte:02x}" for byte in row[:8])
        right = " ".join(f"{byte:02x}" for byte in row[8:])
        text = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)
        if width > 8:
            left = f"{left:<23}  {right:<23}"
        yield f"{start + offset:0{digits}x}  {left:<23}  {text}"


def suffix(append: str) -> bytes:
    """The bytes of what is appended: "nothing", "lf", "crlf" or "nul"."""
    return _SUFFIXES[append]


class Allowance:
    """A limit on how long a filled template may become: each part is counted before it is added."""

    __slots__ = ("_left",)

    def __init__(self) -> None:
        self._left = MOST

    def take(self, size: int) -> None:
        """Count a part.

        Raises:
            Problem: with this part the whole is too long.
        """
        self._left -= size
        if self._left < 0:
            raise Problem("template.too_long", most=MOST >> 20)
