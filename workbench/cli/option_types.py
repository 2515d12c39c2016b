"""Types of options for argparse: functions of the text that raise ArgumentTypeError."""

from __future__ import annotations

import argparse
import math

from workbench.journal.keep import Keep
from workbench.journal.keep import parse as parse_keep
from workbench.texts import Problem, tr


def seconds(text: str) -> float:
    """The type of --timeout and --wait."""
    try:
        value = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(tr("cli.not_seconds", value=text)) from None
    if value < 0:
        raise argparse.ArgumentTypeError(tr("engine.negative_timeout"))
    if not value < 10**9:  # inf and nan
        raise argparse.ArgumentTypeError(tr("cli.not_seconds", value=text))
    return value


def whole(text: str) -> int:
    """A whole number."""
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(tr("cli.not_whole", value=text)) from None


def patience(text: str) -> float:
    """The type of a lab's --timeout: seconds, or `none` (infinite) to leave it to the kernel."""
    if text == "none":
        return math.inf
    return seconds(text)


def keep(text: str) -> Keep:
    """The type of --keep."""
    try:
        return parse_keep(text)
    except Problem as problem:
        raise argparse.ArgumentTypeError(str(problem)) from None
