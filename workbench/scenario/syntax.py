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
    elif message.startswith("Invalid initial character") and _at_line_end(message, text):
        key = "inline"
    else:
        key = next((key for start, key in _STARTS.items() if message.startswith(start)), "other")
    return line, Problem("scenario.not_toml", reason=Problem(f"toml.{key}"))


def _at_line_end(message: str, text: str) -> bool:
    """Whether what is wrong is a line's end: a table in braces stands on one line."""
    found = re.search(r"line (\d+), column (\d+)", message)
    if found is None:
        return False
    lines = text.splitlines()
    line, column = int(found[1]), int(found[2])
    rest = lines[line - 1][column - 1 :].strip() if line <= len(lines) else "?"
    return not rest or rest.startswith("#")
