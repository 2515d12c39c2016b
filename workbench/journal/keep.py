"""Keep: how much of a record is kept, written as 2h or 2GB."""

from __future__ import annotations

import re
from typing import Final

from workbench.frozen import dataclass
from workbench.late_pattern import late_pattern
from workbench.texts import Problem

PIECES: Final = 8
"""Segments that make up what is kept: they are removed one at a time."""
OFFERED: Final = ("30m", "2h", "500MB", "2GB")
"""What a menu offers."""
LEAST_SECONDS: Final = 10.0
LEAST_BYTES: Final = 10_000_000
"""A segment takes some hundred thousand bytes before its first row."""
MOST_SECONDS: Final = 10.0 * 366 * 86_400
_SECONDS: Final = {"s": 1, "m": 60, "min": 60, "h": 3_600, "d": 86_400}
_BYTES: Final = {
    "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12,
    "kib": 2**10, "mib": 2**20, "gib": 2**30, "tib": 2**40,
}  # fmt: skip
_FORM: Final = late_pattern(r"\s*(\d{1,12}(?:\.\d{1,6})?)\s*([A-Za-z]+)\s*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Keep:
    """A limit by time or by size on what is kept of a record.

    Attributes:
        text: as it was written.
        seconds, bytes: the limit; one of them is None.
    """

    text: str
    seconds: float | None = None
    bytes: int | None = None

    @property
    def segment_seconds(self) -> float | None:
        """How long a segment may become, in seconds."""
        return None if self.seconds is None else self.seconds / PIECES

    @property
    def segment_bytes(self) -> int | None:
        """How large a segment may become."""
        return None if self.bytes is None else self.bytes // PIECES


def parse(text: str) -> Keep:
    """Parse 30m, 2h, 1d, 500MB, 2GB (powers of ten: MB; of two: MiB).

    Raises:
        Problem: it is neither a time nor a size, or too little to be divided.
    """
    found = _FORM.fullmatch(text)
    number, unit = (float(found[1]), found[2]) if found else (0.0, "")
    if unit in _SECONDS:
        seconds = number * _SECONDS[unit]
        if not LEAST_SECONDS <= seconds <= MOST_SECONDS:
            raise Problem("journal.keep_seconds", value=text)
        return Keep(text.strip(), seconds=seconds)
    if unit.lower() in _BYTES:
        size = int(number * _BYTES[unit.lower()])
        if not LEAST_BYTES <= size < 2**62:
            raise Problem("journal.keep_bytes", value=text)
        return Keep(text.strip(), bytes=size)
    raise Problem("journal.not_keep", value=text)
