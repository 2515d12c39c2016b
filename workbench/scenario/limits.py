"""Limits on a scenario's text, since tomllib takes time, and Python stack, without bound."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from workbench.scenario import values as v
from workbench.scenario.locate import Path
from workbench.texts import Problem

LARGEST: Final = 16 * 2**20
"""Characters; what is larger belongs into a file that a step sends."""
DEEPEST: Final = 64
"""Tables, lists and loops in one another, and parts of a key."""
_INT64: Final = 2**63
_TOKEN: Final = re.compile(
    r"""\"{3}(?:[^\\"]|\\.|"(?!""))*+(?:"{3,5})?|'{3}(?:[^']|'(?!''))*+(?:'{3,5})?"""
    r"""|"(?:[^"\\\n]|\\[^\n])*+"?|'[^'\n]*+'?|\#[^\n]*|[\[{]|[\]}]|\.|[\n=,]""",
    re.DOTALL,
)
"""Strings and comments whole, even those that nobody closes: nothing is looked at twice."""
_DIGITS: Final = re.compile(r"[0-9][0-9_]{4000,}")


def check_text(text: str) -> tuple[int, Problem] | None:
    """The line (from 1) at which a text becomes too much, and why; None: it is fine."""
    if len(text) > LARGEST:
        return 1, Problem("scenario.too_large", most=LARGEST // 2**20)
    depth = parts = 0
    for token in _TOKEN.finditer(text):
        char = token.group()
        if char == ".":
            parts += 1
        elif char in "\n=,":
            parts = 0
        elif char in "[{":
            depth += 1
            parts = 0
        elif char in "]}":
            depth -= 1
        if depth > DEEPEST or parts > DEEPEST:
            line = text.count("\n", 0, token.start()) + 1
            return line, Problem("scenario.too_deep", most=DEEPEST)
    return None


def long_number(text: str) -> tuple[int, Problem]:
    """The position of a number that Python refuses to read (sys.set_int_max_str_digits)."""
    found = _DIGITS.search(text)
    line = text.count("\n", 0, found.start()) + 1 if found is not None else 1
    return line, Problem("scenario.too_long_number")


def check_numbers(value: Any, path: Path = ()) -> None:
    """Check that whole numbers fit the 64 bits that TOML 1.0 gives them; tomllib takes longer ones.

    Raises:
        Wrong: where one is larger.
    """
    if isinstance(value, Mapping):
        for key, item in value.items():
            check_numbers(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            check_numbers(item, (*path, index))
    elif isinstance(value, int) and not -_INT64 <= value < _INT64:
        raise v.wrong(path, "scenario.too_long_number")
