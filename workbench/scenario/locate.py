"""The line of each key in a TOML text, which tomllib does not tell."""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import count
from typing import Final

Path = tuple[str | int, ...]

_PART_TEXT: Final = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*')"""
_DOTTED: Final = rf"({_PART_TEXT}(?:[ \t]*\.[ \t]*{_PART_TEXT})*)"
_HEADER: Final = re.compile(rf"[ \t]*(\[\[?)[ \t]*{_DOTTED}[ \t]*\]")
_KEY: Final = re.compile(rf"[ \t]*{_DOTTED}[ \t]*=")
_PART: Final = re.compile(_PART_TEXT)
_LINE_END: Final = re.compile("\n")
_BLANK: Final = re.compile(r"[ \t]*")
_BETWEEN: Final = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*+")
"""What may come before and after an element of a list."""
_SIMPLE: Final = re.compile(
    r"""\"{3}(?:[^\\"]|\\.|"(?!""))*+"{3,5}|'{3}(?:[^']|'(?!''))*+'{3,5}"""
    r"""|"(?:[^"\\\n]|\\[^\n])*+"|'[^'\n]*+'|[^,\]}#\n]*""",
    re.DOTALL,
)
"""A string, or a value without quotes."""


def locate(text: str) -> dict[Path, int]:
    """Lines (from 1) of every table, key and list element, and of what contains them.

    Args:
        text: TOML that tomllib has read; only then the lines are right.
    """
    return _Locator(text).lines


def line_of(lines: dict[Path, int], path: Path) -> int:
    """The line of a path, or of the nearest table or key that contains it."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


def _parts(dotted: str) -> list[str]:
    import tomllib  # the window only needs the type of a path

    return [next(iter(tomllib.loads(f"{part}=0"))) for part in _PART.findall(dotted)]


def _note(lines: dict[Path, int], path: Path, number: int) -> None:
    for length in range(1, len(path) + 1):
        lines.setdefault(path[:length], number)


def _resolve(parts: list[str], counts: dict[Path, int], *, new: bool) -> Path:
    """Header names as a path with indices of arrays of tables."""
    path: Path = ()
    for index, part in enumerate(parts):
        path = (*path, part)
        if new and index == len(parts) - 1:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path


class _Locator:
    """Walks through a text once.

    Attributes:
        lines: by path.
    """

    def __init__(self, text: str) -> None:
        self.lines: dict[Path, int] = {}
        self._text = text
        self._ends = [found.start() for found in _LINE_END.finditer(text)]
        counts: dict[Path, int] = {}
        table: Path = ()
        place = 0
        while place < len(text):
            header = _HEADER.match(text, place)
            key = _KEY.match(text, place) if header is None else None
            if header is not None:
                table = _resolve(_parts(header.group(2)), counts, new=header.group(1) == "[[")
                self._note(table, place)
                place = header.end()
            elif key is not None:
                path = table + tuple(_parts(key.group(1)))
                self._note(path, place)
                place = self._value(key.end(), path)
            place = self._line_end(place) + 1

    def _line_end(self, place: int) -> int:
        found = self._text.find("\n", place)  # a line of TOML ends with nothing else
        return len(self._text) if found < 0 else found

    def _note(self, path: Path, place: int) -> None:
        line = bisect_left(self._ends, place) + 1
        for length in range(1, len(path) + 1):
            self.lines.setdefault(path[:length], line)

    def _value(self, place: int, path: Path) -> int:
        """Skip a value that begins here, after blanks; returns where it ends."""
        place = self._past(_BLANK, place)
        match self._text[place : place + 1]:
            case "[":
                return self._list(place + 1, path)
            case "{":
                return self._table(place + 1, path)
            case _:
                return self._past(_SIMPLE, place)

    def _list(self, place: int, path: Path) -> int:
        for index in count():
            place = self._past(_BETWEEN, place)
            if place >= len(self._text) or self._text[place] == "]":
                break
            self._note((*path, index), place)
            place = self._past(_BETWEEN, self._value(place, (*path, index)))
            if self._text[place : place + 1] == ",":
                place += 1
        return place + 1

    def _table(self, place: int, path: Path) -> int:
        while True:
            key = _KEY.match(self._text, self._past(_BETWEEN, place))
            if key is None:
                return self._past(_BETWEEN, place) + 1
            own = path + tuple(_parts(key.group(1)))
            self._note(own, key.start())
            place = self._past(_BETWEEN, self._value(key.end(), own))
            if self._text[place : place + 1] == ",":
                place += 1

    def _past(self, pattern: re.Pattern[str], place: int) -> int:
        found = pattern.match(self._text, place)
        return place if found is None else found.end()
