"""Remembers the folder in which a file was last chosen."""

from __future__ import annotations

from typing import Final

_LAST: Final = [""]


def last_folder() -> str:
    """The path of the folder; "": none has been chosen yet."""
    return _LAST[0]


def remember_folder(folder: str) -> None:
    """Remember the folder of a chosen file."""
    _LAST[0] = folder
