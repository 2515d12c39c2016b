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

    Attributes:
        shown: names of the endpoints of the newest one: their panels come to the front.

    Signals:
        told(str): how it goes, in a sentence.
        begun(object): a ready demonstration runs; the Demo.
        ended(object): it has ended; the Problem that it met, or None.
    """

    told = Signal(str)
    begun = Signal(object)
    ended = Signal(object)

    def __init__(self, controller: Controller, parent: QObject) -> None:
        super().__init__(parent)
        self._controller = controller
        self._run: _Run | None = None
        self._demo: Demo | None = None
        self.shown: frozenset[str] = frozenset()

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
        if self.run_scenario(found.scenario()):
            self._demo = found
            self.begun.emit(found)

    def run(self, path: Path) -> None:
        from workbench.scenario.model import load

        try:
            scenario = load(path)
        except Problem as problem:
            self.told.emit(problem.text)
            return
        self.run_scenario(scenario)

    @Slot(object)
    def run_again(self, scenario: Scenario) -> bool:
        """Run one that was made from this very record: the next is not made from it too."""
        return self.run_scenario(scenario, again=True)

    def run_scenario(self, scenario: Scenario, *, again: bool = False) -> bool:
        """Run a scenario in this session, one at a time; False: another one runs."""
        if self.running:
            self.told.emit(tr("window.demo_busy"))
            return False
        self._demo = None
        self.shown = frozenset(settings.name for settings in scenario.endpoints)
        self._run = _Run(self._controller.session, scenario, self, again=again)
        self._run.finished.connect(self._on_finished)
        self.told.emit(tr("window.demo_running", title=title_of(scenario)))
        self._run.start()
        return True

    def stop(self) -> None:
        """Give a running scenario up: its endpoints are stopped, so its steps end."""
        if self._run is not None and self._run.isRunning():
            self._run.give_up()
            self._controller.session.stop_all()
            self._run.wait(STOP_BOUND_MS)

    @Slot()
    def _on_finished(self) -> None:
        if self._run is not None:
            self.told.emit(self._run.sentence())
            if self._demo is not None:
                self.ended.emit(self._run.problem)


class _Run(QThread):
    """Runs a scenario; `sentence` says how it ended.

    Attributes:
        problem: what it met; None: everything held.
    """

    def __init__(self, session: Session, scenario: Scenario, parent: QObject, *,
                 again: bool) -> None:
        from workbench.scenario.runner import Runner

        super().__init__(parent)
        self._runner = Runner(session, scenario)
        self._session = session
        self._scenario = scenario
        self._again = again
        self.problem: Problem | None = None

    def give_up(self) -> None:
        self._runner.cancel()

    def sentence(self) -> str:
        title = title_of(self._scenario)
        if self.problem is not None:
            return tr("window.demo_failed", title=title, reason=self.problem.text)
        return tr("window.demo_ok", title=title)

    def run(self) -> None:
        from workbench.scenario.from_record import AGAIN, RUN_BEGUN, RUN_ENDED

        title = title_of(self._scenario)
        self._session.note(RUN_BEGUN, f"{title!r}, {AGAIN if self._again else ''!r}")
        try:
            report = self._runner.run()
        except Problem as problem:
            self.problem = problem
            return
        finally:
            self._session.note(RUN_ENDED, f"{title!r}")
        step = next((x for x in report.steps if x.reason is not None), None)
        if step is not None:
            self.problem = Problem("window.step_failed", number=step.number, title=step.title,
                                   reason=step.reason)


def title_of(scenario: Scenario) -> str:
    """The title in the current language."""
    return scenario.titles.get(language(), scenario.title)
