"""Escapes foreign text so that it fits on one line of a terminal, log, label or comment."""

from __future__ import annotations

from typing import Final
from unicodedata import east_asian_width

_SHOWN: Final = {"\r": "\\r", "\n": "\\n", "\t": "\\t", "\0": "\\0"}


def escape(text: str) -> str:
    r"""The text with everything escaped that is not a plain character; a backslash stays.

    That is everything `str.isprintable` rejects: control characters (ECMA-48: ESC, BEL, C1), line
    breaks, marks that change the direction of writing (UAX #9) or have no width, lone surrogates.
    """
    if text.isprintable():
        return text
    for char, shown in _SHOWN.items():  # in C: most texts with lines are those of a protocol
        text = text.replace(char, shown)
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _escaped(char) for char in text)


def escape_lines(text: str) -> str:
    """As `escape`, except that line breaks stay."""
    return text if text.isprintable() else "\n".join(map(escape, text.split("\n")))


def width(text: str) -> int:
    """Columns in a font of fixed width: Chinese characters take two (UAX #11)."""
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)


def _escaped(char: str) -> str:
    code = ord(char)
    if code < 0xA0:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
