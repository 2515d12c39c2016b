"""--set, --values and --env: what a run is given for the values of its scenario."""

from __future__ import annotations

import argparse
from pathlib import Path

from workbench.scenario.given import given_of, pair_of
from workbench.scenario.named_values import Given
from workbench.texts import Problem, tr


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
    """What was said with them. Raises Problem: a file that is none of values."""
    return given_of(args.sets, args.values, args.env)


def _pair(text: str) -> tuple[str, str]:
    try:
        return pair_of(text)
    except Problem as problem:
        raise argparse.ArgumentTypeError(str(problem)) from None
