"""A run that is given its steps one after the other."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

from workbench.scenario.beside_rows import keep_beside
from workbench.scenario.interest import EVERYTHING
from workbench.scenario.report import StepResult
from workbench.scenario.runner import Runner
from workbench.scenario.steps import Scenario, Step


class StepByStep(Runner):
    """A runner that begins with an empty scenario; `extend` adds the names it knows.

    At the end, what was not waited for is judged and added to the report.
    """

    @contextmanager
    def begun(self) -> Iterator[None]:
        """A block that is the run, from its first step to its verdict."""
        begun = time.monotonic()
        keep_beside(self._session, self.report.scenario)
        with self._following(EVERYTHING), closing(self._programs):
            self._count(())
            yield
            self._judge_unwaited()
        self._end_run(begun)

    def extend(self, scenario: Scenario) -> None:
        """Go on with a scenario that has more endpoints and values than before.

        Raises:
            Problem: an endpoint cannot be added.
        """
        for settings in scenario.endpoints:
            if settings.name not in self._session.endpoints:
                self._session.add(settings)
        keep_beside(self._session, scenario, self.report.scenario.secrets)
        self.report.scenario = scenario
        self._values.extend(scenario)

    def step(self, step: Step) -> StepResult:
        """Carry out one step; returns how it ended."""
        self._unwaited.expect([step])
        self._run_step(step)
        return self.report.steps[-1]
