"""Scenarios as pytest items: their runs, and the reports of those that fail."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import pytest

from workbench.printable import escape
from workbench.scenario.model import NotAllowed, Scenario, ScenarioProblem, load_runs
from workbench.scenario.report import StepResult
from workbench.scenario.runner import Runner
from workbench.scenario.step_lines import StepLines
from workbench.session import Session
from workbench.testing.kept_records import RecordPlace, kept, last_rows
from workbench.testing.pytest_options import fitting, given, own_switches, speak
from workbench.texts import Problem, tr


class ScenarioFailed(Exception):
    """A scenario failed; `text` is its report."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


def items_of(file: pytest.File) -> Iterator[pytest.Item]:
    """A test for each case of a file, or one if it has none; a file that cannot be read is a test
    that fails, so that the others are run.
    """
    speak()
    try:
        scenarios: tuple[Scenario | Problem, ...] = load_runs(
            file.path, fitting(given(file.config), _names_of_values(file.path))
        )
    except Problem as problem:
        scenarios = (problem,)
    first = scenarios[0]
    for warning in () if isinstance(first, Problem) else first.warnings:
        file.warn(pytest.PytestWarning(warning.text))
    for scenario in scenarios:
        title = "" if isinstance(scenario, Problem) else escape(scenario.title)
        yield ScenarioItem.from_parent(file, name=title or "scenario", scenario=scenario)


class ScenarioItem(pytest.Item):
    """One run of a scenario."""

    def __init__(self, *, scenario: Scenario | Problem, **more: Any) -> None:
        super().__init__(**more)
        self._scenario = scenario

    def runtest(self) -> None:
        """Run it. Raises ScenarioFailed."""
        if isinstance(self._scenario, NotAllowed):  # each message says where it is
            raise ScenarioFailed(own_switches(self._scenario.text))
        if isinstance(self._scenario, ScenarioProblem):  # where it is, in the form of pytest
            where = {**self._scenario.args_, "source": self._short(self.path)}
            raise ScenarioFailed(own_switches(Problem(self._scenario.key, **where).text))
        if isinstance(self._scenario, Problem):
            raise ScenarioFailed(self._scenario.text)
        with kept(self) as place:
            place.failed = True  # unless nothing is raised
            try:
                self._run(self._scenario, place)
            except Problem as problem:
                raise ScenarioFailed(problem.text) from problem
            place.failed = False

    def _run(self, scenario: Scenario, place: RecordPlace) -> None:
        with Session(
            place.path,
            capture=scenario.capture,
            beyond_loopback=self.config.getoption("swb_beyond_loopback"),
        ) as session:
            report = Runner(session, scenario).run()
            failed = [result for result in report.steps if result.reason is not None]
            if not failed:
                return
            session.stop_all_and_wait()
            lines = [self._told(scenario, result) for result in failed]
            lines += ["", tr("testing.last_rows"), last_rows(session), place.told]
        raise ScenarioFailed("\n".join(lines))

    def _told(self, scenario: Scenario, result: StepResult) -> str:
        """A step that failed: where it is, what it is, and why."""
        line = StepLines(scenario, self.path.read_text(encoding="utf-8-sig")).of(result.step)
        where = f"{self._short(self.path)}:{line}"
        title = escape(result.title)
        reason = "" if result.reason is None else result.reason.text
        return f"{where}: {tr('testing.step', number=result.number)} {title}\n    {reason}"

    def _short(self, path: Path) -> str:
        try:
            return str(path.relative_to(self.config.rootpath))
        except ValueError:
            return str(path)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The scenario's report; no traceback, which would be that of the program."""
        if isinstance(excinfo.value, ScenarioFailed):
            return excinfo.value.text
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """The file, the line that is wrong if the file is, and the title."""
        line = self._scenario.line - 1 if isinstance(self._scenario, ScenarioProblem) else 0
        return self.path, line, f"{self._short(self.path)}: {self.name}"


def _names_of_values(path: Path) -> Collection[str]:
    """The names of a file's values; a file that cannot be read is reported by `load`."""
    try:
        with path.open("rb") as file:
            found = tomllib.load(file).get("values", {})
    except (OSError, ValueError, RecursionError):
        return ()
    return found if isinstance(found, dict) else ()
