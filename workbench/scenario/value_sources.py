"""Values given to a run from outside: NAME=VALUE pairs, files, the environment."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path

from workbench.scenario.limits import LARGEST
from workbench.scenario.named_values import Given
from workbench.scenario.permissions import UNSAID, Permissions
from workbench.scenario.values import Plain
from workbench.texts import Problem, reason_of


def given_of(
    pairs: Iterable[tuple[str, str]],
    files: Iterable[Path],
    environment: Iterable[str],
    permissions: Permissions = UNSAID,
) -> Given:
    """Pairs stand above files, a later file above an earlier one; `environment`: names that may be
    read.

    Raises:
        Problem: a file that is none of values.
    """
    values: dict[str, Plain] = {}
    for path in files:
        values |= _of_file(path)
    return Given(values | dict(pairs), tuple(environment), permissions)


def pair_of(text: str) -> tuple[str, str]:
    """The name and the value of NAME=VALUE. Raises Problem."""
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise Problem("cli.not_a_pair", value=text)
    return name, value


def _of_file(path: Path) -> dict[str, Plain]:
    try:
        with path.open(encoding="utf-8-sig") as file:
            table = tomllib.loads(file.read(LARGEST))
    except OSError as error:
        raise Problem("scenario.unreadable", path=str(path), reason=reason_of(error)) from error
    except (ValueError, RecursionError) as error:
        raise Problem("cli.not_values", path=str(path), reason=str(error)) from error
    for name, value in table.items():
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise Problem("cli.not_values", path=str(path), reason=name)
    return table
