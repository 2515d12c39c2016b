"""What the parts of a script that are those of the program itself find there."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ("MOST", "NamedTuple", "Problem")
MOST = 16 * 1024 * 1024  # bytes of the longest message, if nothing else is said


class WrongInput(ValueError):
    """What is wrong, and the facts about it."""

    def __init__(self, key: str, **told: object) -> None:
        super().__init__(key, told)


Problem = WrongInput
