"""Runs scenarios in the window, on its session: real sockets, each call in the log."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QThread, QTimer, Signal, Slot

from workbench.frozen import dataclass
from workbench.texts import Problem, language, sentences, tr

if TYPE_CHECKING:
    from workbench.journal.reader import Row
    from workbench.labs.demos import Demo
    from workbench.qt.controller import Committed, Controller
    from workbench.scenario.model import Scenario
    from workbench.scenario.named_values import Given
    from workbench.scenario.permissions import Wish
    from workbench.scenario.report import StepResult
    from workbench.session import Session

STOP_BOUND_MS: Final = 5000
PROGRESS_MS: Final = 500
"""Between two sentences that say in which round a loop is."""
SHOWN_MS: Final = 50
"""After new rows were told of, until the log has them and one of them can be chosen."""

DEMO_REST_S: Final = 1.5
"""After each step of a demonstration that is run slowly."""
LISTED: Final = 6
"""Steps that failed and are listed one by one; the log marks all of them."""
NEAR: Final = 60
"""Rows among which the newest call of a step is looked for."""
LIT: Final = frozenset({"call", "end", "layer"})
"""Kinds of rows that a step shows."""


@dataclass(frozen=True, slots=True)
class Question:
    """A scenario that asks for permissions before it runs.

    Attributes:
        text: of the file as it was read, which is what gets the permission.
        given: what is permitted so far.
        wishes: what else it asks for, each with its line.
    """

    path: Path
    text: str
    given: Given
    wishes: tuple[tuple[int, Wish], ...] = ()


@dataclass(frozen=True, slots=True)
class FileRun:
    """A file that is run; the first of its cases is `scenario`."""

    path: Path
    scenario: Scenario

    @property
    def title(self) -> str:
        return title_of(self.scenario)

    @property
    def shows(self) -> str:
        return str(self.path)

    @property
    def your_turn(self) -> str:
        return ""


class ScenarioPlayer(QObject):
    """Runs one scenario at a time, on a thread of its own.

    Attributes:
        slowly: whether demonstrations rest after each step.
        shown: names of the endpoints of the newest one: their panels come to the front.

    Signals:
        told(str): the progress, in a sentence.
        reported(str): the same; at the end, everything there is to say.
        judged(bool): a run has ended; whether it held.
        begun(object): a ready demonstration or a file runs; the Demo or FileRun.
        ended(object, str): it has ended; the Problem that it met, or None, and how its loop ended.
        slowly_changed(bool): whether demonstrations rest from now on.
        asking(object): a file asks for permissions; the Question.
        running_changed(bool): whether a scenario is running now.
    """

    told = Signal(str)
    reported = Signal(str)
    judged = Signal(bool)
    begun = Signal(object)
    ended = Signal(object, str)
    asking = Signal(object)
    running_changed = Signal(bool)
    slowly_changed = Signal(bool)

    def __init__(self, controller: Controller, parent: QObject) -> None:
        super().__init__(parent)
        self._controller = controller
        self._run: _Run | None = None
        self._cases: _Cases | None = None
        self._shown: Demo | FileRun | None = None
        self.slowly = False
        self.shown: frozenset[str] = frozenset()
        self._progress = QTimer(self)
        self._progress.setInterval(PROGRESS_MS)
        self._progress.timeout.connect(self._tell_round)
        self._choosing = QTimer(self)
        self._choosing.setSingleShot(True)
        self._choosing.setInterval(SHOWN_MS)
        self._choosing.timeout.connect(self._choose)
        self._wanted: Row | None = None
        self._readable = 0
        controller.committed.connect(self._on_committed)

    @property
    def running(self) -> bool:
        return self._run is not None and self._run.isRunning()

    def found(self) -> list[Demo]:
        """The ready scenarios, in order."""
        from workbench.labs.demos import demos  # imported when needed: the start is quicker

        return demos()

    @Slot(bool)
    def run_slowly(self, slowly: bool) -> None:
        """Set whether demonstrations rest after each step from now on, for a presentation."""
        self.slowly = slowly
        self.slowly_changed.emit(slowly)

    @Slot(str)
    @Slot(str, bool)
    def run_named(self, name: str, slowly: bool | None = None) -> None:
        """Run one of the ready scenarios, by its name in `lab NAME`; None: at the current pace."""
        found = next((item for item in self.found() if item.name == name), None)
        if found is None:
            self.told.emit(tr("window.no_demo", name=name))
            return
        hindrance = found.hindrance()
        if hindrance is not None:
            self.told.emit(tr("demos.not_here", reason=hindrance))
            return
        rest = DEMO_REST_S if (self.slowly if slowly is None else slowly) else 0.0
        if self.run_scenario(found.scenario(), rest=rest):
            self._shown = found
            self.begun.emit(found)

    @Slot(object)
    def run_shown(self, shown: Demo | FileRun) -> None:
        """Run once more what a line above the panels is about."""
        if isinstance(shown, FileRun):
            self.run(shown.path)
        else:
            self.run_named(shown.name)

    def run(self, path: Path) -> None:
        """Run each case of a file; permissions are asked for first."""
        from workbench.scenario.model import read_text
        from workbench.scenario.named_values import Given
        from workbench.scenario.permissions import Permissions

        try:
            text = read_text(path)
        except Problem as problem:
            self.told.emit(problem.text)
            return
        given = Given(self._controller.values.of_scenario(text), permissions=Permissions())
        self._read(Question(path, text, given))

    @Slot(object)
    def go_on(self, question: Question) -> None:
        """Grant what a question asks for, and run the text that it was about, unless that now asks
        for more.
        """
        wishes = [wish for _, wish in question.wishes]
        self._read(Question(question.path, question.text, question.given.granting(wishes)))

    def _read(self, question: Question) -> None:
        from workbench.scenario.model import NotAllowed, parse_cases
        from workbench.scenario.permissions import folder_of

        path = question.path
        try:
            made = parse_cases(question.text, str(path), question.given, folder_of(path))
        except NotAllowed as refused:
            wishes = tuple(zip(refused.lines, refused.wishes, strict=True))
            self.asking.emit(Question(path, question.text, question.given, wishes))
        except Problem as problem:
            self.told.emit(problem.text)
        else:
            self._run_cases(path, made)

    def _run_cases(self, path: Path, scenarios: Sequence[Scenario]) -> None:
        """Run the cases one after the other, each on the endpoints of the one before."""
        if self.run_scenario(scenarios[0]):
            self._cases = _Cases(list(scenarios[1:]), len(scenarios))
            self._shown = FileRun(path, scenarios[0])
            self.begun.emit(self._shown)

    @Slot(object)
    def run_again(self, scenario: Scenario) -> bool:
        """Run a scenario made from this very record; the next one is not made from that run."""
        return self.run_scenario(scenario, again=True)

    def run_scenario(
        self, scenario: Scenario, *, again: bool = False, rest: float | None = None
    ) -> bool:
        """Run a scenario in this session, one at a time; False: another one is running.

        `rest`: seconds after each step of a demonstration, during which its newest call is shown.
        """
        if self.running:
            self._tell(tr("window.demo_busy"))
            return False
        self._shown = None
        self._cases = None
        self.shown = frozenset(settings.name for settings in scenario.endpoints)
        self._run = _Run(self._controller.session, scenario, self, again=again, rest=rest)
        self._run.stepped.connect(self._on_stepped)
        self._run.finished.connect(self._on_finished)
        self._tell(tr("window.demo_running", title=title_of(scenario)))
        self._run.start()
        self._progress.start()
        self.running_changed.emit(True)
        return True

    @Slot()
    def give_up(self) -> None:
        """End a run at its next wait, and begin no other case; the sockets stay as they are."""
        self._cases = None
        if self._run is not None:
            self._run.give_up()

    @Slot()
    def _on_stepped(self) -> None:
        """Select the newest call of a step as soon as it can be read, in the log and in Explain."""
        self._controller.after_commit(self, self._light)

    def _light(self) -> None:
        if self._run is None or not self.running:
            return
        last = self._controller.session.journal.committed
        rows = self._controller.reader.page(max(1, last - NEAR), NEAR + 1)
        calls = (row for row in reversed(rows) if row.kind in LIT and row.endpoint in self.shown)
        self._wanted = next(calls, None)
        self._choose_when_shown()

    @Slot()
    def _tell_round(self) -> None:
        round_ = self._run.round() if self._run is not None else None
        if round_ is not None:
            self._tell(round_)

    def _tell(self, text: str) -> None:
        self.told.emit(text)
        self.reported.emit(text)

    def stop(self) -> None:
        """Give up a running scenario: its endpoints are stopped, so its steps end."""
        self._choosing.stop()
        self._wanted = None
        self._cases = None
        if self._run is not None and self._run.isRunning():
            self._run.give_up()
            self._controller.session.stop_all()
            self._run.wait(STOP_BOUND_MS)

    @Slot()
    def _on_finished(self) -> None:
        self._progress.stop()
        if self._run is not None and self._begin_next_case(self._run):
            return
        if self._run is not None:
            self.running_changed.emit(False)
            problem, loop = self._run.problem, self._run.loop_end()
            if self._cases is not None and self._cases.count > 1:
                problem, loop = self._cases.problem(), ""
                self._tell(self._cases.sentence())
            else:
                self.told.emit(self._run.sentence())
                self.reported.emit(self._run.report())
            self.judged.emit(problem is None)
            if self._shown is not None:
                self.ended.emit(problem, loop if isinstance(self._shown, FileRun) else "")
            self._wanted = self._run.met
            self._choose_when_shown()

    def _begin_next_case(self, ended: _Run) -> bool:
        """Note the outcome of a case and begin the next. False: there is none."""
        cases = self._cases
        if cases is None:
            return False
        if ended.problem is not None:
            cases.failed.append(ended.sentence())
        if not cases.left:
            return False
        shown = self._shown
        self.run_scenario(cases.left.pop(0))
        self._cases, self._shown = cases, shown
        return True

    @Slot(object)
    def _on_committed(self, committed: Committed) -> None:
        self._readable = committed.seq
        self._choose_when_shown()

    def _choose_when_shown(self) -> None:
        shown = self._wanted is not None and self._readable >= self._wanted.seq
        if shown and not self._choosing.isActive():
            self._choosing.start()

    @Slot()
    def _choose(self) -> None:
        """Select the row that ended a loop, or the newest call of the step shown, in the log and in
        Explain; its connection everywhere.
        """
        row, self._wanted = self._wanted, None
        if row is not None and not self._controller.closed:
            self._controller.select(
                endpoint=row.endpoint,
                connection=row.connection,
                seq=row.seq,
                pinned=not self.running,
            )


@dataclass(slots=True)
class _Cases:
    """The cases of a file: those still to run, and the results so far."""

    left: list[Scenario]
    count: int
    failed: list[str] = field(default_factory=list)

    def sentence(self) -> str:
        """How many held, and what the first that did not has to say."""
        problem = self.problem()
        return tr("window.cases_held", count=self.count) if problem is None else problem.text

    def problem(self) -> Problem | None:
        """Which did not hold; None: all did."""
        if not self.failed:
            return None
        held = self.count - len(self.failed)
        return Problem("window.cases_failed", held=held, count=self.count, first=self.failed[0])


class _Run(QThread):
    """The run of a scenario; `sentence` says how it ended.

    Attributes:
        problem: what it met; None: everything held.

    Signals:
        stepped(): a step has ended, and the run rests.
    """

    stepped = Signal()

    def __init__(
        self,
        session: Session,
        scenario: Scenario,
        parent: QObject,
        *,
        again: bool,
        rest: float | None,
    ) -> None:
        from workbench.scenario.runner import Runner

        super().__init__(parent)
        self._rest = rest
        self._given_up = threading.Event()
        self._runner = Runner(session, scenario, rests=self._on_step if rest else None)
        self._session = session
        self._scenario = scenario
        self._again = again
        self.problem: Problem | None = None
        self._failed: list[StepResult] = []

    def give_up(self) -> None:
        self._given_up.set()
        self._runner.cancel()

    def _on_step(self) -> None:
        self.stepped.emit()
        self._given_up.wait(self._rest)

    def sentence(self) -> str:
        title = title_of(self._scenario)
        if self.problem is not None:
            return tr("window.demo_failed", title=title, reason=self.problem.text)
        said = self._said()
        if said is not None and self.met is not None:
            return tr("repeat.met", **said.args_)
        return tr("window.demo_ok", title=title)

    def report(self) -> str:
        """The sentence, how the last loop ended, and where to look; the steps that failed, each in
        a line of its own.
        """
        said = self._said()
        warnings = [item.text for item in self._scenario.warnings]
        if len(self._failed) > 1:
            lines = [_failure(step).text for step in self._failed[:LISTED]]
            more = len(self._failed) - LISTED
            rest = [tr("window.more_failed", count=more)] if more > 0 else []
            first = tr(
                "window.many_failed", title=title_of(self._scenario), count=len(self._failed)
            )
            return "\n".join([first, *lines, *rest, *warnings])
        if self.problem is not None or said is None:
            return sentences(self.sentence(), *warnings)
        held = tr("window.demo_ok", title=title_of(self._scenario))
        look = [tr("repeat.look")] if self.met is not None else []
        return sentences(held, said.text, *look)

    def _said(self) -> Problem | None:
        steps = self._runner.report.steps
        return next((step.said for step in reversed(steps) if step.said is not None), None)

    def loop_end(self) -> str:
        """How the last loop of a run that held ended; "": it had none."""
        said = self._said()
        return said.text if said is not None and self.problem is None else ""

    def round(self) -> str | None:
        """The round that a loop is in, as a sentence."""
        now = self._runner.round
        return (
            None
            if now is None
            else tr("repeat.running", title=title_of(self._scenario), round=now[0], times=now[1])
        )

    @property
    def met(self) -> Row | None:
        """The row that ended its loop."""
        return self._runner.met

    def run(self) -> None:
        from workbench.scenario.from_record import AGAIN, RUN_BEGUN, RUN_ENDED

        title = title_of(self._scenario)
        self._session.note(RUN_BEGUN, f"{title!r}, {AGAIN if self._again else ''!r}")
        if self._rest is not None:
            self._session.note(
                *(("run_paced", f"{self._rest}") if self._rest else ("run_at_once",))
            )
        try:
            report = self._runner.run()
        except Problem as problem:
            self.problem = problem
            return
        finally:
            self._session.note(RUN_ENDED, f"{title!r}")
        self._failed = [step for step in report.steps if step.reason is not None]
        if self._failed:
            self.problem = _failure(self._failed[0])
        if len(self._failed) > 1:
            count = len(self._failed)
            self.problem = Problem("window.and_others", first=self.problem, count=count)


def _failure(step: StepResult) -> Problem:
    """Which step did not hold, in which round, and why; a reason may name the step by itself."""
    reason = step.reason
    assert reason is not None
    key = "step_in_round" if step.rounds else "step_alone"
    where = Problem(f"window.{key}", number=step.number, round=step.round)
    if step.title in reason.text:
        return Problem("window.step_named_failed", where=where, reason=reason)
    return Problem("window.step_failed", where=where, title=step.title, reason=reason)


def title_of(scenario: Scenario) -> str:
    """The title in the current language."""
    return scenario.titles.get(language(), scenario.title)
