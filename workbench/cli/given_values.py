"""The options --set, --values, --env and others that give a scenario values and permissions."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.texts import Problem, tr

if TYPE_CHECKING:  # `export` of rows takes these options too, but nothing else of the language
    from workbench.scenario.named_values import Given


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options, each of which may be given several times."""
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
    parser.add_argument("--any-file", action="store_true", help=tr("cli.help_any_file"))
    parser.add_argument("--allow-run", action="store_true", help=tr("cli.help_allow_run"))


def given(args: argparse.Namespace, *, beyond_loopback: bool) -> Given:
    """The values and permissions given by them; `beyond_loopback`: addresses may be on other
    machines.

    Raises:
        Problem: a file does not hold values.
    """
    from workbench.scenario.permissions import Permissions
    from workbench.scenario.value_sources import given_of

    allowed = Permissions(args.any_file, args.allow_run, beyond_loopback)
    return given_of(args.sets, args.values, args.env, allowed)


def _pair(text: str) -> tuple[str, str]:
    from workbench.scenario.value_sources import pair_of

    try:
        return pair_of(text)
    except Problem as problem:
        raise argparse.ArgumentTypeError(str(problem)) from None
