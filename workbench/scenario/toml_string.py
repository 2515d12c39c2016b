"""A text as a string of TOML 1.0."""

from __future__ import annotations

import json


def string(text: str) -> str:
    """A string of TOML 1.0, literal if that saves backslashes; invisible characters are escaped.

    TOML cannot contain half a character (a lone surrogate), which becomes U+FFFD.
    """
    if ("\\" in text or '"' in text) and "'" not in text and text.isprintable():
        return f"'{text}'"
    return basic(text)


def basic(text: str) -> str:
    """A text as a TOML string, always in double quotes."""
    shown = json.dumps(text, ensure_ascii=False)  # quotes, backslashes and C0 as in TOML
    return "".join(char if char.isprintable() else _escaped(ord(char)) for char in shown)


def _escaped(code: int) -> str:
    if 0xD800 <= code <= 0xDFFF:
        return "\ufffd"
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"
