"""Cases: the sets of values with which a scenario is run, once each, from tables or a CSV file."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import field, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

from workbench.engine.model.endless_file import check_end
from workbench.frozen import dataclass
from workbench.scenario import values as v
from workbench.scenario.limits import LARGEST
from workbench.scenario.locate import Path as KeyPath
from workbench.scenario.permissions import Asked
from workbench.texts import Problem, reason_of

MOST: Final = 10_000
"""Cases of one file."""
NAME: Final = "name"
"""The value that names its case, where there is one."""
_SHOWN: Final = 60
"""Characters of a case's name that is made of its values."""


@dataclass(frozen=True, slots=True)
class Case:
    """The values of one run; they override those of the file.

    Attributes:
        name: distinguishes it from the others; "": there are no others.
    """

    name: str = ""
    values: Mapping[str, v.Plain] = field(default_factory=dict)


ALONE: Final = Case()


def cases_of(table: v.Table, asked: Asked) -> tuple[Case, ...]:
    """The cases of a file in order; ALONE if it has none.

    Raises:
        Wrong: what is wrong with one of them, and on which line.
    """
    if "cases" in table and "case" in table:
        raise v.wrong(("cases",), "scenario.one_of", keys="cases, case")
    plain = v.typed(table, "values", dict, (), {})
    if "cases" in table:
        found = list(_of_file(str(v.typed(table, "cases", str, ())), asked))
    else:
        found = list(_of_tables(v.typed(table, "case", list, (), []), plain))
    hidden = {name for name, body in plain.items() if isinstance(body, dict) and "secret" in body}
    return tuple(_named(found, hidden)) or (ALONE,)


def _of_tables(bodies: list[Any], plain: Collection[str]) -> Iterator[Case]:
    wanted = {name: None for body in bodies if isinstance(body, dict) for name in body}
    for index, body in enumerate(bodies):
        path: KeyPath = ("case", index)
        if not isinstance(body, dict):
            raise v.not_wanted(path, "case", body, "table")
        for name, value in body.items():
            if isinstance(value, bool) or not isinstance(value, str | int | float):
                raise v.not_wanted((*path, name), name, value, "text", "number")
        for name in wanted:
            if name not in body and name not in plain:
                raise v.wrong(path, "scenario.case_without", name=name)
        yield Case(values=body)


def _of_file(name: str, asked: Asked) -> Iterator[Case]:
    """The cases of a CSV file. Raises Wrong: it cannot be read, or a line does not match its
    header.
    """
    where: KeyPath = ("cases",)
    before = len(asked.refused)
    path = Path(asked.file(name, where)).expanduser()
    if len(asked.refused) > before:
        return
    try:
        v.check(partial(check_end, path), where)
        if path.stat().st_size > LARGEST:
            raise v.wrong(where, "scenario.too_large", most=LARGEST >> 20)
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from _of_lines(file, str(path))
    except UnicodeDecodeError as error:
        raise v.wrong(where, "scenario.cases_not_text", path=str(path)) from error
    except (OSError, ValueError) as error:
        reason = reason_of(error) if isinstance(error, OSError) else str(error)
        raise v.wrong(where, "scenario.unreadable", path=str(path), reason=reason) from error


def _of_lines(file: Iterator[str], source: str) -> Iterator[Case]:
    """The cases of CSV lines (RFC 4180): a header of names, then a case a line; empty lines are
    skipped.
    """
    lines = csv.reader(file, strict=True)
    header: list[str] | None = None
    count = 0
    while True:
        at = lines.line_num + 1
        try:
            cells = next(lines, None)
        except csv.Error:
            raise _on_line(source, at, Problem("scenario.cases_broken")) from None
        if cells is None:
            break
        if not cells:
            continue
        if header is None:
            header = [cell.strip() for cell in cells]
            _check_header(header, source, at)
            continue
        if len(cells) != len(header):
            problem = Problem("scenario.case_cells", count=len(cells), wanted=len(header))
            raise _on_line(source, at, problem)
        count += 1
        if count > MOST:
            raise _on_line(source, at, Problem("scenario.cases_many", most=MOST))
        yield Case(values=dict(zip(header, cells, strict=True)))
    if not count:
        raise _on_line(source, max(1, lines.line_num), Problem("scenario.cases_none"))


def _check_header(header: list[str], source: str, line: int) -> None:
    if len(header) == 1 and ";" in header[0]:
        raise _on_line(source, line, Problem("scenario.cases_semicolon"))
    for name, count in Counter(header).items():
        if count > 1:
            raise _on_line(source, line, Problem("scenario.case_twice", name=name))
        try:
            v.check_name(name, ())
        except v.Wrong as wrong:
            raise _on_line(source, line, wrong.problem) from None


def _on_line(source: str, line: int, problem: Problem) -> v.Wrong:
    return v.Wrong(("cases",), Problem("scenario.at", source=source, line=line, reason=problem))


def _named(cases: list[Case], hidden: Collection[str]) -> Iterator[Case]:
    """The cases, each with a unique name: its value `name`, or its values that differ."""
    names = [_name_of(case, hidden) for case in cases]
    twice = Counter(names)
    for number, (case, name) in enumerate(zip(cases, names, strict=True), 1):
        yield replace(case, name=f"{name} #{number}" if twice[name] > 1 or not name else name)


def _name_of(case: Case, hidden: Collection[str]) -> str:
    if NAME in case.values and NAME not in hidden:
        return str(case.values[NAME])
    shown = ", ".join(f"{key}={value}" for key, value in case.values.items() if key not in hidden)
    return shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"
