"""Where a key stands in a TOML text: tomllib tells values, not lines."""

from __future__ import annotations

import re
import tomllib
from typing import Final

Path = tuple[str | int, ...]

_PART_TEXT: Final = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*')"""
_DOTTED: Final = rf"({_PART_TEXT}(?:[ \t]*\.[ \t]*{_PART_TEXT})*)"
_HEADER: Final = re.compile(rf"[ \t]*(\[\[?)[ \t]*{_DOTTED}[ \t]*\]")
_KEY: Final = re.compile(rf"[ \t]*{_DOTTED}[ \t]*=")
_PART: Final = re.compile(_PART_TEXT)


def locate(text: str) -> dict[Path, int]:
    """Lines (from 1) of every table and key that begins on a line, and of what holds them.

    Args:
        text: TOML that tomllib has read; only then the lines are right.
    """
    lines: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    table: Path = ()
    skip = _Skipper()
    for number, line in enumerate(text.split("\n"), 1):  # a line of TOML ends with nothing else
        if skip.inside:
            skip.feed(line)
            continue
        header = _HEADER.match(line)
        if header is not None:
            table = _resolve(_parts(header.group(2)), counts, new=header.group(1) == "[[")
            _note(lines, table, number)
            continue
        key = _KEY.match(line)
        if key is not None:
            _note(lines, table + tuple(_parts(key.group(1))), number)
            skip.feed(line[key.end() :])
    return lines


def line_of(lines: dict[Path, int], path: Path) -> int:
    """The line of a path, or of the nearest table or key that holds it."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


def _parts(dotted: str) -> list[str]:
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


class _Skipper:
    """Passes over values that go on for lines: multi-line strings, arrays, inline tables.

    Attributes:
        inside: the next line still belongs to the value.
    """

    def __init__(self) -> None:
        self.inside = False
        self._quote = ""
        self._depth = 0

    def feed(self, text: str) -> None:
        position = 0
        while position < len(text):
            if self._quote:
                position = self._in_string(text, position)
                continue
            char = text[position]
            if text.startswith(('"""', "'''"), position):
                self._quote = text[position : position + 3]
                position += 3
                continue
            if char in "\"'":
                self._quote = char
            elif char == "#":
                break
            elif char in "[{":
                self._depth += 1
            elif char in "]}":
                self._depth -= 1
            position += 1
        if len(self._quote) == 1:
            self._quote = ""  # a one-line string cannot go on: tomllib has refused it already
        self.inside = bool(self._quote) or self._depth > 0

    def _in_string(self, text: str, position: int) -> int:
        if text[position] == "\\" and self._quote[0] == '"':
            return position + 2
        if text.startswith(self._quote, position):
            position += len(self._quote)
            if len(self._quote) == 3:  # """" ends with a quote inside
                while position < len(text) and text[position] == self._quote[0]:
                    position += 1
            self._quote = ""
            return position
        return position + 1
