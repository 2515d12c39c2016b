"""Steps and cases that a table before them has swallowed, as TOML has it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from workbench.scenario import values as v
from workbench.scenario.locate import Path as KeyPath
from workbench.scenario.locate import line_of
from workbench.texts import Problem

KEY: Final = "scenario.in_table"
_LISTS: Final = ("step", "loop", "case")
_HEADER: Final = re.compile(r"[ \t]*(\[\[?[^\[\]]*\]\]?)[ \t]*(#.*)?\Z")


def check(table: v.Table) -> None:
    """Raises Wrong for what belongs to the top of a file and stands in a table of it."""
    for path in _swallowed(table, ()):
        raise v.wrong(path, KEY, key=path[-1], line=0, header="")


def _swallowed(table: v.Table, path: KeyPath) -> Iterator[KeyPath]:
    for key, value in table.items():
        if path and _belongs_above(key, value):
            yield (*path, key)
        elif isinstance(value, dict):
            yield from _swallowed(value, (*path, key))


def _belongs_above(key: str, value: Any) -> bool:
    if key == "cases":
        return isinstance(value, str) and value.lower().endswith(".csv")
    return key in _LISTS and isinstance(value, list)


def above(problem: Problem, text: str, lines: dict[KeyPath, int]) -> Problem:
    """The same with the first table of the file: what stands above that belongs to none."""
    if problem.key != KEY:
        return problem
    shown = text.split("\n")
    for line in sorted({line for path, line in lines.items() if line_of(lines, path)}):
        header = _HEADER.match(shown[line - 1].rstrip("\r"))
        if header is not None:
            return Problem(KEY, **{**problem.args_, "line": line, "header": header[1]})
    return problem
