"""Text as Qt's documents have it: characters beyond U+FFFF are two units, U+2029 ends a line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

LONGEST_LINE: Final = 8_192
"""Characters of a line in sight, see `FoldedLines`: a key in it takes Qt some 10 ms."""

MOST_LINES: Final = 10_000
"""Of a text that is pasted: Qt needs a second for fifty thousand."""


def units(text: str) -> int:
    """Its length as Qt counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def first_units(text: str, units: int) -> str:
    """As much of a text as so many of Qt's units are."""
    return between_units(text, 0, units)


def between_units(text: str, begin: int, end: int | None = None) -> str:
    """What stands between two places; None: its end."""
    found = text.encode("utf-16-le", "surrogatepass")
    return found[2 * begin : None if end is None else 2 * end].decode("utf-16-le", "surrogatepass")


def places_in(text: str, positions: Sequence[int]) -> Iterator[int]:
    """Where these characters, in rising order, stand in Qt's units."""
    place = last = 0
    for position in positions:
        place += units(text[last:position])
        last = position
        yield place


def plain(raw: str) -> str:
    """The text that a document keeps as `raw`. Qt's own `toPlainText` makes a space of U+00A0."""
    return raw.replace("\u2029", "\n")


def lines_of(text: str) -> list[str]:
    """What Qt takes for a line's end each ends one."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2029", "\n").split("\n")


def too_long(text: str) -> bool:
    """Whether some of it has to be folded."""
    if len(text) <= LONGEST_LINE:
        return False
    lines = lines_of(text)
    return len(lines) > MOST_LINES or any(len(line) > LONGEST_LINE for line in lines)
