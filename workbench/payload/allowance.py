"""Allowance: how long what templates are filled to may become, taken together."""

from __future__ import annotations

from typing import Final

from workbench.texts import Problem

MOST: Final = 64 << 20
"""Bytes, or characters. A value of values of values is soon longer than any memory: whoever needs
more has it in a file."""


class Allowance:
    """What is left of it: a part is counted before it is put to the others."""

    __slots__ = ("_left",)

    def __init__(self) -> None:
        self._left = MOST

    def take(self, size: int) -> None:
        """Count a part.

        Raises:
            Problem: with it they are too long.
        """
        self._left -= size
        if self._left < 0:
            raise Problem("template.too_long", most=MOST >> 20)
