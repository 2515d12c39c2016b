"""How the bytes of a conversation are shown and copied: with line breaks, as hex beside text."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from typing import Final

from workbench.late_pattern import late_pattern
from workbench.payload.characters import codec
from workbench.printable import width

BESIDE: Final = "beside"
"""The form with hex and text side by side."""
TIMES: Final = ("clock", "start", "previous")
"""The clock, since the record began, since the line before."""
COPIES: Final = ("text", "hex", "python", "base64")
"""What a message is copied as."""
WIDTH: Final = 16
_BREAK_BYTES: Final = late_pattern(r"(\n)|\\n")
_BREAK_SHOWN: Final = late_pattern(r"(?:\\r)?\\n")


def beside(data: bytes) -> tuple[str, ...]:
    """Lines of bytes in hex and the printable ASCII of them."""
    lines = []
    for begin in range(0, len(data), WIDTH):
        row = data[begin : begin + WIDTH]
        text = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)
        lines.append(f"{row.hex(' '):<{3 * WIDTH - 1}}  {text}")
    return tuple(lines) or ("",)


def broken(text: str, data: bytes, encoding: str) -> tuple[str, ...]:
    r"""The text of `data`, split into lines at its line feeds.

    In `text` a line feed is an escape, and so a backslash and an n that came literally look the
    same: their order in the bytes tells which is which. If it does not, the text stays on one line.
    """
    try:
        plain = data.decode(codec(encoding), "replace")
    except (LookupError, UnicodeError, ValueError):
        return (text,)
    real = [found[1] is not None for found in _BREAK_BYTES.finditer(plain)]
    shown = list(_BREAK_SHOWN.finditer(text))
    if len(real) != len(shown):
        return (text,)
    lines, begin = [], 0
    for is_real, found in zip(real, shown, strict=True):
        if is_real:
            lines.append(text[begin : found.start()])
            begin = found.end()
    if begin < len(text) or not lines:
        lines.append(text[begin:])
    return tuple(lines)


def copied(messages: Sequence[bytes], form: str, encoding: str) -> str:
    """Messages as one text for the clipboard: text and hex one after the other, Python literals and
    Base64 one per line.
    """
    if form == "hex":
        return "\n".join(data.hex(" ") for data in messages)
    if form == "python":
        return "\n".join(map(repr, messages))
    if form == "base64":
        return "\n".join(base64.b64encode(data).decode() for data in messages)
    return _decoded(b"".join(messages), encoding)


def _decoded(data: bytes, encoding: str) -> str:
    for errors in ("strict", "backslashreplace"):
        try:
            return data.decode(codec(encoding), errors)
        except (LookupError, UnicodeError, ValueError):
            continue
    return data.decode("latin-1")


def indented(lines: Iterable[str], head: str) -> tuple[str, ...]:
    """Lines below another, indented as far as what follows its head."""
    return tuple(f"{' ' * width(head)}{line}" for line in lines)
