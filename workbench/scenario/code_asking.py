"""Export: the lines of a script that ask for permission first, since a scenario may be a
stranger's.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from workbench.engine.model.planned_calls import Purpose
from workbench.literals import literal
from workbench.scenario.permissions import Asked, Permissions, Reach
from workbench.scenario.steps import Scenario

PART: Final = "asking"
"""The part of the helper that asks."""
_SWITCHES: Final = {
    Reach.COMMAND: ("--allow-run", "runs"),
    Reach.FILE: ("--any-file", "reads"),
    Reach.BEYOND: ("--beyond-loopback", "listens at"),
}


def asking(scenario: Scenario, commands: Iterable[str]) -> list[str]:
    """The line that asks; none if there is nothing to ask for."""
    found = dict.fromkeys((Reach.COMMAND, line) for line in commands)
    found |= dict.fromkeys((Reach.FILE, name) for name in files_of_others(scenario))
    asked = Asked(Permissions(), (), None)
    for item in scenario.endpoints:
        for purpose in (Purpose.START, Purpose.CONNECT):
            asked.address(item, purpose, ())
    wishes = [*scenario.reaches, *asked.refused]
    found |= dict.fromkeys((one.reach, one.what) for one in wishes if one.reach is Reach.BEYOND)
    lines = [(_SWITCHES[reach][0], f"{_SWITCHES[reach][1]} {what}") for reach, what in found]
    return [f"may({literal(lines)})"] if lines else []


def files_of_others(scenario: Scenario) -> list[str]:
    """The files that it reads outside its folder."""
    return [wish.what for wish in scenario.reaches if wish.reach is Reach.FILE]
