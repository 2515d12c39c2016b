"""Both READMEs show each command of the command line, with options that it has."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import pytest

from workbench.cli import main

ROOT = Path(__file__).parents[2]
READMES = ("README.md", "resources/README.zh_CN.md")
OPTION = re.compile(r"(?<![\w-])--?[a-z][a-z-]*")


def commands() -> dict[str, argparse.ArgumentParser]:
    top = main._parser()
    (subs,) = (each for each in top._actions if isinstance(each, argparse._SubParsersAction))
    return {"": top, **subs.choices}


def shown(readme: str) -> dict[str, set[str]]:
    """The options of each command, in the blocks of the README; a line that goes on is indented."""
    text = (ROOT / readme).read_text("utf-8")
    options: dict[str, set[str]] = {}
    names: list[str] = []
    for block in re.findall(r"^```\n(socket-workbench .*?)^```", text, re.DOTALL | re.MULTILINE):
        for line in block.splitlines():
            if called := re.match(r"socket-workbench ([a-z|]*)|\s+(?=(connect|listen):)", line):
                names = (called[2] or called[1]).split("|")
            for name in names:
                options.setdefault(name, set()).update(OPTION.findall(line))
    return options


def known(name: str) -> set[str]:
    return {option for action in commands()[name]._actions for option in action.option_strings}


@pytest.mark.parametrize("readme", READMES)
def test_every_option_that_is_shown_is_there(readme: str) -> None:
    for name, options in shown(readme).items():
        assert options <= known(name), name


def test_both_readmes_show_every_command_with_the_same_options() -> None:
    english, chinese = map(shown, READMES)
    assert english == chinese
    assert english.keys() == commands().keys()
