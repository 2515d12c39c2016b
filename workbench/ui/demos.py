"""Ready scenarios, run in the window: real sockets, each call in the log."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QThread, Signal, Slot

from workbench.texts import Problem, language, tr

if TYPE_CHECKING:
    from workbench.labs.demos import Demo
    from workbench.qt.controller import Controller
    from workbench.scenario.model import Scenario
    from workbench.session import Session

STOP_BOUND_MS: Final = 5000


class Demos(QObject):
    """One scenario at a time, on a thread of its own.

    Signals:
        told(str): how it goes, in a sentence.
    """

    told = Signal(str)

    def __init__(self, controller: Controller, parent: QObject) -> None:
        super().__init__(parent)
        self._controller = controller
        self._run: _Run | None = None
        self._turn = ""

    @property
    def running(self) -> bool:
        return self._run is not None and self._run.isRunning()

    def found(self) -> list[Demo]:
        """The ready ones, in order."""
        from workbench.labs.demos import demos  # not before it is needed: the start is quicker

        return demos()

    @Slot(str)
    def run_named(self, name: str) -> None:
        """Run one of the ready scenarios, by the name that `lab` knows it under."""
        found = next((item for item in self.found() if item.name == name), None)
        if found is None:
            self.told.emit(tr("window.no_demo", name=name))
            return
        hindrance = found.hindrance()
        if hindrance is not None:
            self.told.emit(tr("demos.not_here", reason=hindrance))
            return
        self._turn = found.your_turn
        self.run(found.path)

    def run(self, path: Path) -> None:
        from workbench.scenario.model import load

        try:
            scenario = load(path)
        except Problem as problem:
            self.told.emit(problem.text)
            return
        self.run_scenario(scenario)

    @Slot(object)
    def run_scenario(self, scenario: Scenario) -> None:
        """Run a scenario in this session, one at a time."""
        if self.running:
            self.told.emit(tr("window.demo_busy"))
            return
        self._run = _Run(self._controller.session, scenario, self)
        self._run.finished.connect(self._on_finished)
        self.told.emit(tr("window.demo_running", title=title_of(scenario)))
        self._run.start()

    def stop(self) -> None:
        """Give a running scenario up: its endpoints are stopped, so its steps end."""
        if self._run is not None and self._run.isRunning():
            self._run.give_up()
            self._controller.session.stop_all()
            self._run.wait(STOP_BOUND_MS)

    @Slot()
    def _on_finished(self) -> None:
        if self._run is not None:
            turn = f"  {tr('demos.your_turn', text=self._turn)}" if self._turn else ""
            self._turn = ""
            self.told.emit(self._run.sentence() + turn)


class _Run(QThread):
    """Runs a scenario; `sentence` says how it ended."""

    def __init__(self, session: Session, scenario: Scenario, parent: QObject) -> None:
        from workbench.scenario.runner import Runner

        super().__init__(parent)
        self._runner = Runner(session, scenario)
        self._scenario = scenario
        self._ok: bool | None = None
        self._reason = ""

    def give_up(self) -> None:
        self._runner.cancel()

    def sentence(self) -> str:
        title = title_of(self._scenario)
        if self._ok is None:
            return tr("window.demo_failed", title=title, reason=self._reason)
        return tr("window.demo_ok" if self._ok else "window.demo_ended", title=title)

    def run(self) -> None:
        try:
            report = self._runner.run()
        except Problem as problem:
            self._reason = problem.text
            return
        self._ok = report.ok
        reasons = [step.reason for step in report.steps if step.reason is not None]
        if reasons:
            self._ok = None
            self._reason = reasons[0].text


def title_of(scenario: Scenario) -> str:
    """The title in the current language."""
    return scenario.titles.get(language(), scenario.title)
