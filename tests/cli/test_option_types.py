"""What options take, and what they refuse."""

from __future__ import annotations

import argparse
import math

import pytest

from workbench.cli import option_types
from workbench.journal.keep import parse as parse_keep


@pytest.mark.parametrize(("text", "value"), [("0", 0.0), ("2.5", 2.5), ("1e3", 1000.0)])
def test_seconds(text: str, value: float) -> None:
    assert option_types.seconds(text) == value
    assert option_types.patience(text) == value


@pytest.mark.parametrize("text", ["-1", "-0.1", "soon", "", "inf", "-inf", "nan", "1e9"])
def test_what_are_no_seconds(text: str) -> None:
    for taken in (option_types.seconds, option_types.patience):
        with pytest.raises(argparse.ArgumentTypeError):
            taken(text)


def test_a_lab_may_be_left_to_the_kernel() -> None:
    assert option_types.patience("none") == math.inf
    with pytest.raises(argparse.ArgumentTypeError):
        option_types.seconds("none")


def test_how_much_is_kept() -> None:
    assert option_types.keep("30m") == parse_keep("30m")
    with pytest.raises(argparse.ArgumentTypeError, match="3 parsecs"):
        option_types.keep("3 parsecs")


@pytest.mark.parametrize("text", ["x", "", "1.5", "0x10"])
def test_what_is_no_whole_number(text: str) -> None:
    assert option_types.whole("-3") == -3
    with pytest.raises(argparse.ArgumentTypeError, match="not a whole number"):
        option_types.whole(text)
