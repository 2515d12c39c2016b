"""IdentityCache: caches what is made from an object that is used again and again, as in a loop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Generic, TypeVar

MOST: Final = 256
"""Objects that are remembered; if there are more, the cache is emptied."""

Given = TypeVar("Given")
Made = TypeVar("Made")


class IdentityCache(Generic[Given, Made]):
    """A cache by object identity, since comparing two such objects costs as much as making the
    value.
    """

    def __init__(self, make: Callable[[Given], Made]) -> None:
        self._make = make
        # holds the objects, so that no id is reused
        self._known: dict[int, tuple[Given, Made]] = {}

    def of(self, given: Given) -> Made:
        """The value that `make` returns for this object, made only once. Raises what `make`
        raises.
        """
        known = self._known.get(id(given))
        if known is None:
            if len(self._known) >= MOST:
                self._known.clear()
            known = self._known[id(given)] = given, self._make(given)
        return known[1]

    def forget(self) -> None:
        """Empty the cache."""
        self._known.clear()
