"""Files of values beside a set-up, such as values/local.toml and values/staging.toml."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from workbench.texts import Problem
from workbench.viewmodel.known_values import TypedValue, fault

if TYPE_CHECKING:
    from workbench.scenario.values import Plain

FOLDER: Final = "values"
"""The folder of these files, beside set-ups and scenarios."""
MOST: Final = 50
"""Files that are offered."""


def beside(folders: Iterable[Path]) -> tuple[Path, ...]:
    """The files of values in `values/` of these folders, each once, by name within a folder."""
    found: dict[Path, None] = {}
    for folder in folders:
        try:
            names = sorted((folder / FOLDER).iterdir())
        except OSError:
            continue
        found |= dict.fromkeys(path.absolute() for path in names if path.suffix == ".toml")
    return tuple(found)[:MOST]


def read(path: Path) -> Mapping[str, Plain]:
    """The values of a file by name.

    Raises:
        Problem: it is none of values, or a name is none.
    """
    from workbench.scenario.value_sources import given_of  # the module that reads scenario files

    values = given_of((), [path], ()).values
    for name, value in values.items():
        wrong = fault(TypedValue(name, str(value)))
        if wrong is not None:
            raise Problem("cli.not_values", path=str(path), reason=wrong.text)
    return values


def with_file(rows: Iterable[TypedValue], values: Mapping[str, Plain]) -> tuple[TypedValue, ...]:
    """The typed values, overridden by those of a file, with its other values after them.

    What is typed as secret stays secret, as with `--values`.
    """
    typed = tuple(
        replace(row, value=str(values[row.name])) if row.name in values else row for row in rows
    )
    names = {row.name for row in typed}
    others = (TypedValue(name, str(value)) for name, value in values.items() if name not in names)
    return (*typed, *others)


def named_in(scenario: str, values: Mapping[str, Plain]) -> dict[str, Plain]:
    """Those of the values that a scenario's own `[values]` have too, since it is refused others."""
    from workbench.scenario.model import table_of

    try:
        own = table_of(scenario, "").get("values")
    except Problem:
        return {}  # running it will say so
    return {name: value for name, value in values.items() if isinstance(own, dict) and name in own}
