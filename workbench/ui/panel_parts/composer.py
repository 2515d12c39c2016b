"""What will be sent: text or hex, encoding, escapes, and what is appended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from workbench import payload
from workbench.engine.commands import Append
from workbench.texts import Problem

PREVIEWED: Final = 8


@dataclass(frozen=True, slots=True)
class Draft:
    """The editor's fields.

    Attributes:
        form: "text" or "hex".
        escapes: a backslash starts an escape (CR, LF, TAB, NUL, a byte in hex, a code point).
    """

    typed: str
    form: str = "text"
    encoding: str = "utf-8"
    escapes: bool = True
    append: Append = Append.NOTHING


@dataclass(frozen=True, slots=True)
class Content:
    """What a Send says: exactly one of text and hex."""

    text: str | None = None
    hex: str | None = None


def body(draft: Draft) -> bytes:
    """The bytes without what is appended.

    Raises:
        Problem: malformed hex or escape, or a character that the encoding lacks.
    """
    if draft.form == "hex":
        return payload.parse_hex(draft.typed)
    typed = draft.typed
    if draft.escapes:
        return payload.from_escapes(typed, draft.encoding)
    return payload.encode(typed, draft.encoding)


def content(draft: Draft) -> Content:
    """Text wherever the bytes are that text in that encoding, else hex."""
    data = body(draft)
    if draft.form != "hex":
        try:
            text = data.decode(draft.encoding)
            if payload.encode(text, draft.encoding) == data:
                return Content(text=text)
        except (UnicodeError, Problem):
            pass
    return Content(hex=data.hex())


def preview(draft: Draft) -> tuple[int, str]:
    """How many bytes will go, and the first of them in hex."""
    data = body(draft) + payload.suffix(draft.append.value)
    shown = data[:PREVIEWED].hex(" ")
    return len(data), shown + (" …" if len(data) > PREVIEWED else "")
