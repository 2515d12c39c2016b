"""pytest's command-line options for scenarios: permissions, values, language."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from workbench.scenario.named_values import Given
from workbench.scenario.permissions import Permissions
from workbench.scenario.value_sources import given_of, pair_of
from workbench.texts import set_language, system_language


def given(config: pytest.Config) -> Given:
    """As --swb-set, --swb-values, --swb-env and what else is allowed say.

    Raises:
        Problem: a file that is none of values, or no NAME=VALUE.
    """
    return given_of(
        map(pair_of, config.getoption("swb_set")),
        map(Path, config.getoption("swb_values")),
        config.getoption("swb_env"),
        Permissions(
            config.getoption("swb_any_file"),
            config.getoption("swb_allow_run"),
            config.getoption("swb_beyond_loopback"),
        ),
    )


def fitting(given: Given, names: Collection[str]) -> Given:
    """The given values without those meant for other files: one command line serves all of them."""
    values = {name: value for name, value in given.values.items() if name in names}
    return replace(given, values=values)


_SWITCHES: Final = re.compile(
    r"(?<![\w-])--(?=(?:env|set|values|any-file|allow-run|beyond-loopback)(?![\w-]))"
)
"""Those of `run` that pytest has by another name."""


def own_switches(text: str) -> str:
    """A refusal that names the switches of pytest."""
    return _SWITCHES.sub("--swb-", text)


def speak() -> None:
    """Word sentences in the system's language from here on, as on the command line."""
    set_language(system_language())
