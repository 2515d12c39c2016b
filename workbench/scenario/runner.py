"""Runs a scenario on a session: steps, expectations, and what came of each."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from threading import Event as Flag
from typing import Final

from workbench.engine import commands as c
from workbench.engine.errors import explanation_key, system_text
from workbench.engine.kernel import Reading
from workbench.engine.ticket import Outcome, Ticket
from workbench.engine.wording import command_args, command_call
from workbench.scenario import readings
from workbench.scenario.expect import Matcher
from workbench.scenario.model import Expect, Loop, Perform, Scenario, Step, Wait
from workbench.session import Session
from workbench.texts import Problem, has

TITLE: Final = 160
"""Characters of a step's title: a payload of a thousand bytes is not a title."""
LOOK_EVERY: Final = 0.02
"""Seconds between two looks at the kernel."""
ANSWER: Final = 2.0
"""Seconds after which an endpoint that does not answer has ended."""


@dataclass(frozen=True, slots=True)
class StepResult:
    """One step's end. `reason` is None where it held; `seconds` is how long it took."""

    number: int
    title: str
    reason: Problem | None
    seconds: float


@dataclass(slots=True)
class Report:
    """All steps that were run, in order."""

    scenario: Scenario
    steps: list[StepResult] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return all(step.reason is None for step in self.steps)


class _Failed(Exception):
    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.key)
        self.problem = problem


def title_of(step: Step) -> str:
    """A step in one line, as code; what is long is cut."""
    return shorten(_in_full(step))


def shorten(text: str) -> str:
    """At most `TITLE` characters: the beginning, an ellipsis and the end."""
    if len(text) <= TITLE:
        return text
    return f"{text[:TITLE - 40]}…{text[-39:]}"


def _in_full(step: Step) -> str:
    match step:
        case Perform():
            name = f"{step.command.endpoint}." if step.command.endpoint else ""
            return f"{name}{command_call(step.command)}({command_args(step.command)})"
        case Wait():
            return f"wait({step.seconds})"
        case Expect():
            shown = ", ".join(
                f"{key}={getattr(step, key)!r}"
                for key in ("kind", "call", "connection", "result", "errno", "error", "peer",
                            "size", "text", "hex", "contains", "regex", "state", "reading",
                            "least", "most")
                if getattr(step, key) is not None
            )
            return f"{step.endpoint}.{'expect no' if step.absent else 'expect'} {shown}"
        case Loop():
            return f"loop({step.times})"


def _reads_bytes(steps: tuple[Step, ...]) -> bool:
    return any(
        (isinstance(step, Expect) and step.wants_bytes)
        or (isinstance(step, Loop) and (_reads_bytes(step.steps)
                                        or (step.until is not None and step.until.wants_bytes)))
        for step in steps
    )


class Runner:
    """Runs a scenario once, on the calling thread.

    Attributes:
        report: what has been run so far.
    """

    def __init__(self, session: Session, scenario: Scenario, *, timeout: float | None = None,
                 told: Callable[[StepResult], None] | None = None) -> None:
        """`timeout`: seconds for the whole run; `told` is called after each step."""
        self._session = session
        self.report = Report(scenario)
        self._told = told
        self._until = None if timeout is None else time.monotonic() + timeout
        self._committed = Flag()
        self._cancelled = False
        self._pending: list[tuple[Perform, Ticket]] = []

    def cancel(self) -> None:
        """Give the run up at its next wait; from any thread."""
        self._cancelled = True
        self._committed.set()

    def run(self) -> Report:
        """Run every step until one fails.

        Raises:
            Problem: an endpoint of the scenario cannot be added.
        """
        journal = self._session.journal
        journal.flush()
        reader = journal.reader()
        end = journal.subscribe(lambda _seq: self._committed.set())
        # expectations see every byte, whatever the record keeps of it (DESIGN 2)
        see_all = (journal.whole_payloads() if _reads_bytes(self.report.scenario.steps)
                   else nullcontext(dict[int, bytes]()))
        try:
            with see_all as whole:
                self._matcher = Matcher(reader, journal.committed, whole)
                self._run_all()
        finally:
            end()
            reader.close()
        return self.report

    def _run_all(self) -> None:
        for settings in self.report.scenario.endpoints:
            if settings.name in self._session.endpoints:
                self._session.perform(c.Stop(settings.name)).wait(5)
                self._session.perform(c.Configure(settings.name, settings)).wait(5)
            else:
                self._session.add(settings)
        self._run_steps(self.report.scenario.steps)

    def _run_steps(self, steps: tuple[Step, ...]) -> bool:
        return all(self._run_step(step) for step in steps)

    def _run_step(self, step: Step) -> bool:
        begun = time.monotonic()
        if isinstance(step, Loop):
            return self._loop(step)
        reason = None
        try:
            self._do(step)
        except _Failed as failed:
            reason = failed.problem
        result = StepResult(len(self.report.steps) + 1, title_of(step), reason,
                            time.monotonic() - begun)
        self.report.steps.append(result)
        if self._told is not None:
            self._told(result)
        return reason is None

    def _loop(self, loop: Loop) -> bool:
        for round_ in range(loop.times):
            if round_ and loop.pause:
                try:
                    self._sleep(loop.pause)
                except _Failed as failed:
                    self.report.steps.append(
                        StepResult(len(self.report.steps) + 1, title_of(loop), failed.problem, 0)
                    )
                    return False
            held = self._run_steps(loop.steps)
            if loop.until is not None and self._found(loop.until):
                if not held:  # it failed with what the loop was waiting for
                    self.report.steps[-1] = replace(self.report.steps[-1], reason=None)
                return True
            if not held:
                return False
        return True

    def _found(self, until: Expect) -> bool:
        """Whether what ends a loop is there now."""
        if until.looks:
            return readings.holds(until, self._reading(until))
        self._session.journal.flush()
        self._matcher.take(self._session.journal.committed)
        return self._matcher.find(until)

    def _do(self, step: Perform | Wait | Expect) -> None:
        match step:
            case Wait():
                self._sleep(step.seconds)
            case Expect():
                self._expect(step)
            case Perform():
                self._perform(step)

    def _perform(self, step: Perform) -> None:
        try:
            ticket = self._session.perform(step.command)
        except Problem as problem:
            raise _Failed(problem) from problem
        if not step.wait or not getattr(step.command, "wait", True):
            self._pending.append((step, ticket))
            return
        done = Flag()
        ticket.add_callback(lambda _ticket: done.set())
        self._wait_for(done, None)
        assert ticket.outcome is not None
        check_outcome(step, ticket.outcome, self._family(step.command.endpoint))

    def _family(self, endpoint: str | None) -> str | None:
        return self._session.settings(endpoint).family if endpoint is not None else None

    def _look(self, step: Expect) -> None:
        """Ask the kernel until it shows what is expected; each answer is kept in the record."""
        until = time.monotonic() + step.within
        seen = self._reading(step)
        while not readings.holds(step, seen):
            left = until - time.monotonic()
            if left <= 0:
                raise self._did_not_come(step, readings.in_words(step, seen))
            self._wait_for(Flag(), min(LOOK_EVERY, left))
            seen = self._reading(step)

    def _reading(self, step: Expect) -> Reading | None:
        answers: list[Reading | None] = []
        done = Flag()

        def answer(reading: Reading | None) -> None:
            answers.append(reading)
            done.set()

        self._session.look(step.endpoint, step.connection, answer)
        self._wait_for(done, ANSWER)
        return answers[0] if answers else None

    def _did_not_come(self, step: Expect, instead: str) -> _Failed:
        return _Failed(Problem(
            "scenario.did_not_come", what=title_of(step), seconds=step.within,
            instead=Problem("scenario.instead", what=instead) if instead
            else Problem("scenario.instead_nothing"),
        ))

    def _expect(self, step: Expect) -> None:
        if step.looks:
            self._look(step)
            return
        until = time.monotonic() + step.within
        while True:
            self._committed.clear()
            self._matcher.take(self._session.journal.committed)
            if self._matcher.find(step):
                if step.absent:
                    raise _Failed(Problem("scenario.came", what=title_of(step)))
                return
            left = until - time.monotonic()
            if left <= 0:
                break
            self._wait_for(self._committed, left)
        self._session.journal.flush()
        self._matcher.take(self._session.journal.committed)
        found = self._matcher.find(step)
        if found is step.absent:
            if step.absent:
                raise _Failed(Problem("scenario.came", what=title_of(step)))
            raise self._did_not_come(step, self._matcher.instead(step))

    def _sleep(self, seconds: float) -> None:
        self._wait_for(Flag(), seconds)

    def _wait_for(self, flag: Flag, seconds: float | None) -> None:
        """Wait for a flag, in slices, so that Ctrl-C, cancel() and the run's end get through."""
        until = None if seconds is None else time.monotonic() + seconds
        while not flag.is_set():
            now = time.monotonic()
            if self._cancelled:
                raise _Failed(Problem("scenario.cancelled"))
            if self._until is not None and now >= self._until:
                raise _Failed(Problem("scenario.run_timeout"))
            if until is not None and now >= until:
                return
            ends = [moment for moment in (until, self._until) if moment is not None]
            flag.wait(min(0.2, *(end - now for end in ends)) if ends else 0.2)


def check_outcome(step: Perform, outcome: Outcome, family: str | None = None) -> None:
    """Hold a command's outcome against what the step says; `family`: of its endpoint.

    Raises:
        _Failed: it failed and should not have, or the other way round.
    """
    if step.error is None:
        if not outcome.ok:
            raise _Failed(failure_text(outcome, family))
        return
    if outcome.ok:
        raise _Failed(Problem("scenario.should_fail", error=step.error))
    cause = outcome.problem.__cause__ if outcome.problem is not None else None
    got = {outcome.errno, outcome.error, type(cause).__name__}
    if step.error not in got:
        raise _Failed(Problem("scenario.other_error", error=step.error,
                              got=failure_text(outcome, family)))


def failure_text(outcome: Outcome, family: str | None = None) -> Problem:
    """Why a command failed and what to do, as a sentence; `family`: of the endpoint."""
    if outcome.problem is not None:
        return outcome.problem
    name = outcome.errno or outcome.error or ""
    if family == "AF_UNIX" and has(f"unix.{name}"):
        return Problem(f"unix.{name}")
    key = explanation_key(outcome.errno, outcome.error)
    if key == "errors.other":
        return Problem("scenario.failed_otherwise", name=name, text=system_text(outcome.errno))
    values = {"errno": name, "text": system_text(outcome.errno), "call": ""}
    return Problem("scenario.failed", name=name,
                   what=Problem(f"{key}.what", **values), way=Problem(f"{key}.try", **values))
