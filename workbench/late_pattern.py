"""Patterns that are compiled when they are first used: a start uses a quarter of those it imports.

Compiling sixty took 6 ms of each start of the window.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

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

__all__ = ("late_pattern",)
