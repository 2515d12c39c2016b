"""The progress of a long loop: one line that is overwritten on a terminal, else a line now and
then.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from time import monotonic
from typing import Final

from workbench.printable import escape, width

ON_TERMINAL: Final = 0.2
"""Seconds between two looks of a person; `ELSEWHERE`: of whoever reads a log."""
ELSEWHERE: Final = 10.0


class LoopProgress:
    """Prints the progress at a bearable rate."""

    def __init__(self, write: Callable[[str], object]) -> None:
        """`write`: writes what is printable to stdout."""
        self._write = write
        self._terminal = sys.stdout.isatty()
        self._pace = ON_TERMINAL if self._terminal else ELSEWHERE
        self._begun = self._shown = monotonic()
        self._columns = 0

    def begin(self) -> None:
        """Note that something begins which may take long."""
        self._begun = self._shown = monotonic()

    def due_seconds(self) -> float | None:
        """How long it has lasted if that should be said now, and it counts as said; else None."""
        now = monotonic()
        if now - self._shown < self._pace:
            return None
        self._shown = now
        return now - self._begun

    def show(self, text: str) -> None:
        """Show the progress, on a terminal in place of what was shown before."""
        if not self._terminal:
            self._write(f"       {escape(text)}\n")
            return
        line = f"       {escape(text)}"
        if width(line) >= _columns():
            return  # a line that wraps could not be overwritten
        self.clear()
        self._columns = width(line)
        self._write(f"{line}\r")

    def clear(self) -> None:
        """Remove what was shown, before a line that stays."""
        if self._columns:
            self._write(f"{' ' * self._columns}\r")
            self._columns = 0


def _columns() -> int:
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or 80
    except (OSError, ValueError):
        return 80
