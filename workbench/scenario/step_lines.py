"""The line of each step in a scenario's text."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from workbench.scenario.locate import Path, line_of, locate
from workbench.scenario.steps import Loop, Scenario, Step


class StepLines:
    """The line of each step, from 1; a step that is not in the text counts as on line 1."""

    def __init__(self, scenario: Scenario, text: str) -> None:
        """`text`: what the scenario was read from."""
        lines = locate(text)
        # equal steps are on different lines, so they are told apart by identity
        self._steps = scenario.steps
        self._lines = {
            id(step): line_of(lines, path)
            for step, path in _paths(scenario.steps, tomllib.loads(text), ())
        }

    def of(self, step: Step | None) -> int:
        """The line of a step."""
        return self._lines.get(id(step), 1)


def _paths(
    steps: Iterable[Step], table: Mapping[str, Any], path: Path
) -> Iterator[tuple[Step, Path]]:
    """The paths of steps, in the order in which `model` reads them."""
    left = iter(steps)
    for key in ("step", "loop"):
        for index, body in enumerate(table.get(key, ())):
            step = next(left)
            where = (*path, key, index)
            yield step, where
            if isinstance(step, Loop):
                yield from _paths(step.steps, body, where)
