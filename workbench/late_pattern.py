"""Patterns that are compiled when they are first used: a start uses a quarter of those it imports.

Compiling sixty took 6 ms of each start of the window, three long ones of PySide's 13.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

if TYPE_CHECKING:  # to a type checker it is what it stands for
    from re import compile as late_pattern
else:

    class _LatePattern:
        def __init__(self, pattern: str | bytes, flags: int = 0) -> None:
            self.pattern = pattern
            self._asked = flags

        def __getattr__(self, name: str) -> Any:
            """Look up a method of the pattern; only once for each that is used, since it is stored
            here.
            """
            found = getattr(re.compile(self.pattern, self._asked), name)
            setattr(self, name, found)
            return found

    late_pattern = _LatePattern

__all__ = ("late_pattern", "long_ones_late")
LONG: Final = 2_000
"""Length in characters from which compiling a pattern takes milliseconds."""


@contextmanager
def long_ones_late() -> Iterator[None]:
    """A block in which the long patterns of imported modules are left to their first use.

    It replaces `re.compile` for the whole process, so it is for the one thread of a start: another
    one would be given such a pattern too, which `re.sub` and its like do not take for one, and of
    two blocks at once the later to end would leave the other's function behind.
    """
    usual = re.compile

    def compile_(pattern: Any, flags: Any = 0) -> Any:
        if isinstance(pattern, str) and len(pattern) > LONG:
            return _LongPattern(partial(usual, pattern, flags))
        return usual(pattern, flags)

    re.compile = compile_
    try:
        yield
    finally:
        re.compile = usual


class _LongPattern:
    """A pattern whose methods may be taken from it long before they are called."""

    def __init__(self, made: Callable[[], re.Pattern[str]]) -> None:
        self._made = made  # `re` keeps what it has compiled

    def __getattr__(self, name: str) -> Any:
        if not callable(getattr(re.Pattern, name)):  # AttributeError: no pattern has it
            return getattr(self._made(), name)

        def method(*args: Any, **named: Any) -> Any:
            return getattr(self._made(), name)(*args, **named)

        return method
