"""Finds steps and cases that TOML attributes to the table before them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any, Final

from workbench.scenario import values as v
from workbench.scenario.locate import Path as KeyPath
from workbench.scenario.locate import line_of
from workbench.texts import Problem

KEY: Final = "scenario.in_table"
_LISTS: Final = ("step", "loop", "case")
_HEADER: Final = re.compile(r"[ \t]*(\[\[?[^\[\]]*\]\]?)[ \t]*(#.*)?\Z")


def check(table: v.Table) -> None:
    """Raises Wrong for what belongs at the top of a file but is in one of its tables."""
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


def check_endpoints(table: v.Table, top: Collection[str]) -> None:
    """Raises Wrong for tables that are an endpoint's but do not say so, or not whose."""
    listed = table.get("endpoint")
    if isinstance(listed, list) and listed and isinstance(listed[0], dict):  # [[endpoint]]
        name = listed[0].get("name")
        raise v.wrong(
            ("endpoint",),
            "scenario.one_bracket",
            name=name if isinstance(name, str) and name else "NAME",
        )
    for name, value in table.items():
        if name not in top and isinstance(value, dict) and _ENDPOINTS_OWN & value.keys():
            raise v.wrong((name,), "scenario.endpoint_so", name=name)


def check_named(name: str, said: object, path: KeyPath) -> None:
    """Raises Wrong for keys of an endpoint that has no name, and for one in two brackets."""
    if name in _ENDPOINTS_OWN and isinstance(said, str):
        raise v.wrong(path, "scenario.nameless", key=name)
    if isinstance(said, list) and all(isinstance(item, dict) for item in said):
        raise v.wrong(path, "scenario.one_bracket", name=name)


_ENDPOINTS_OWN: Final = frozenset({"role", "address"})


def above(
    problem: Problem,
    path: KeyPath,
    top: Collection[str],
    text: str,
    lines: dict[KeyPath, int],
) -> Problem:
    """The same problem, naming the first table of the file: what is above that belongs to no table.

    Also for a key that its table does not know, but the `top` of a file does.
    """
    unknown = problem.key == "scenario.unknown_key" and len(path) > 1 and path[-1] in top
    if problem.key != KEY and not unknown:
        return problem
    shown = text.split("\n")
    for line in sorted({line for one, line in lines.items() if line_of(lines, one)}):
        header = _HEADER.match(shown[line - 1].rstrip("\r"))
        if header is not None and (not unknown or line < line_of(lines, path)):
            return Problem(KEY, key=path[-1], line=line, header=header[1])
    return problem
