"""argparse in the user's language: it asks gettext, and our texts answer."""

from __future__ import annotations

import argparse
from typing import Final

from workbench.texts import tr

_KEYS: Final = {
    "usage: ": "usage",
    "options": "options",
    "positional arguments": "positional",
    "show this help message and exit": "help",
    "show program's version number and exit": "version",
    "the following arguments are required: %s": "required",
    "unrecognized arguments: %s": "unrecognized",
    "argument %(argument_name)s: %(message)s": "argument",
    "invalid %(type)s value: %(value)r": "invalid",
    "invalid choice: %(value)r (choose from %(choices)s)": "choice",
    "expected one argument": "one",
    "expected at most one argument": "at_most_one",
    "expected at least one argument": "at_least_one",
    "not allowed with argument %s": "not_with",
    "one of the arguments %s is required": "one_of",
    "ignored explicit argument %r": "ignored",
    "ambiguous option: %(option)s could match %(matches)s": "ambiguous",
}


def speak() -> None:
    """Have argparse use the current language from now on."""
    argparse._ = _words  # type: ignore[attr-defined]  # what it took from gettext at its import


def _words(text: str) -> str:
    key = _KEYS.get(text)
    return tr(f"argparse.{key}") if key is not None else text
