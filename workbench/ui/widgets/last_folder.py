"""Remembers the folder in which a file was last chosen."""

from __future__ import annotations

from typing import Final

_LAST: Final = [""]


def last_folder() -> str:
    """Its path; "": none was chosen yet."""
    return _LAST[0]


def remember_folder(folder: str) -> None:
    """A file was chosen here."""
    _LAST[0] = folder
