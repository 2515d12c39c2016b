"""--set, --values and --env: what a run is given for the values of its scenario."""

from __future__ import annotations

import argparse
import tomllib
from pathlib import Path

from workbench.scenario.limits import LARGEST
from workbench.scenario.named_values import Given
from workbench.scenario.values import Plain
from workbench.texts import Problem, reason_of, tr


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options, each as often as one likes."""
    parser.add_argument(
        "--set",
        dest="sets",
        action="append",
        default=[],
        type=_pair,
        metavar="NAME=VALUE",
        help=tr("cli.help_set"),
    )
    parser.add_argument(
        "--values",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help=tr("cli.help_values"),
    )
    parser.add_argument(
        "--env", action="append", default=[], metavar="NAME", help=tr("cli.help_env")
    )


def given(args: argparse.Namespace) -> Given:
    """What was said with them; --set stands above files, a later file above an earlier one.

    Raises:
        Problem: a file that is none of values.
    """
    values: dict[str, Plain] = {}
    for path in args.values:
        values |= _of_file(path)
    return Given(values | dict(args.sets), args.env)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise argparse.ArgumentTypeError(tr("cli.not_a_pair", value=text))
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
