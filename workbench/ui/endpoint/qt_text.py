"""Text as in Qt's documents: characters beyond U+FFFF are two units, and U+2029 ends a line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

LONGEST_LINE: Final = 8_192
"""Characters of a line in sight, see `FoldedLines`: a key in it takes Qt some 10 ms."""

MOST_LINES: Final = 10_000
"""Of a text that is pasted: Qt needs a second for fifty thousand."""


def units(text: str) -> int:
    """The length of a text as Qt counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def first_units(text: str, units: int) -> str:
    """As much of a text as that many of Qt's units."""
    return between_units(text, 0, units)


def between_units(text: str, begin: int, end: int | None = None) -> str:
    """What is between two positions; None: the end."""
    found = text.encode("utf-16-le", "surrogatepass")
    return found[2 * begin : None if end is None else 2 * end].decode("utf-16-le", "surrogatepass")


def places_in(text: str, positions: Sequence[int]) -> Iterator[int]:
    """The positions of these characters, in rising order, in Qt's units."""
    place = last = 0
    for position in positions:
        place += units(text[last:position])
        last = position
        yield place


def plain(raw: str) -> str:
    """The text that a document keeps as `raw`. Qt's own `toPlainText` turns U+00A0 into a space."""
    return raw.replace("\u2029", "\n")


def lines_of(text: str) -> list[str]:
    """The lines of a text, ended by anything that Qt takes for a line's end."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2029", "\n").split("\n")


def too_long(text: str) -> bool:
    """Whether some of it has to be folded."""
    if len(text) <= LONGEST_LINE:
        return False
    lines = lines_of(text)
    return len(lines) > MOST_LINES or any(len(line) > LONGEST_LINE for line in lines)
