"""Puts off full collections of garbage while a lot is made that is none.

A full collection goes through every object and holds all threads: with the scenario of six thousand
commands, for a quarter of a second, several times while it is made. What is young is collected as
ever.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Final

NEVER: Final = 10**6
"""So many collections of the middle generation come before a full one: hours of work."""
_usual: list[tuple[int, int, int]] = []
_wishes: set[object] = set()


def put_off() -> Callable[[], None]:
    """Put off full collections until the function that it returns is called, which may happen more
    than once; of several wishes, until the last one has ended.
    """
    wish = object()
    if not _wishes:
        _usual[:] = [gc.get_threshold()]
        gc.set_threshold(*_usual[0][:2], NEVER)
    _wishes.add(wish)

    def end() -> None:
        if wish in _wishes:
            _wishes.discard(wish)
            if not _wishes:
                gc.set_threshold(*_usual[0])

    return end
