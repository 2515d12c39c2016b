"""What tomllib says about a broken text, in the user's language."""

from __future__ import annotations

import re
import tomllib
from typing import Final

from workbench.texts import Problem

_STARTS: Final = {
    "Illegal character '\\n'": "line_end",
    "Illegal character": "character",
    "Found invalid character": "character",
    "Unterminated string": "unterminated",
    "Expected '=' after": "equals",
    "Expected ']": "bracket",
    "Expected newline": "after",
    "Invalid initial character": "key",
    "Invalid statement": "key",
    "Invalid value": "value",
    "Invalid date": "value",
    "Invalid hex": "escape",
    "Unescaped": "escape",
    "Escaped": "escape",
    "Unclosed": "unclosed",
    "Cannot": "twice",
    "Duplicate": "twice",
}
"""How tomllib's messages begin, and which of our texts (toml.*) says the same."""


def explain_syntax(error: tomllib.TOMLDecodeError, text: str) -> tuple[int, Problem]:
    """The line (from 1) where the text breaks, and why."""
    message = str(error)
    found = re.search(r"line (\d+)", message)
    line = int(found.group(1)) if found else text.rstrip("\n").count("\n") + 1
    if message.startswith("Invalid value (at end"):
        key = "end"
    else:
        key = next((key for start, key in _STARTS.items() if message.startswith(start)), "other")
    return line, Problem("scenario.not_toml", reason=Problem(f"toml.{key}"))
