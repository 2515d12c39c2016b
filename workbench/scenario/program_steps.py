"""The steps that start and stop other programs: how long they last, and what they judge."""

from __future__ import annotations

import shlex
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from threading import Event as Flag

from workbench.engine.model.events import Cause
from workbench.named_tuple import NamedTuple
from workbench.scenario.outcome import Failed
from workbench.scenario.programs import Program, Programs
from workbench.scenario.steps import WHICHEVER, Expect, RunProgram, Step, StopProgram
from workbench.scenario.verdict_rows import Came
from workbench.texts import Problem


class _Beside(NamedTuple):
    """A program that runs beside the steps, and is judged when it ends."""

    step: RunProgram
    stands: Step
    program: Program
    cause: Cause | None
    begun: float


class ProgramSteps:
    """The program steps of one run."""

    def __init__(self, wait_for: Callable[[Flag, float | None], None]) -> None:
        """`wait_for` waits for a flag for that many seconds; it raises if the run is given up."""
        self._wait_for = wait_for
        self._programs = Programs()
        self._beside: list[_Beside] = []

    def run(self, step: RunProgram, stands: Step, cause: Cause | None) -> Came:
        """Begin a program, and wait as the step says; `stands`: the step as in its file.

        Raises:
            Failed: it could not be begun, ended in another way, or took too long.
        """
        begun = time.monotonic()
        try:
            program = self._programs.begin(
                step.name, step.command, step.folder, step.contains, step.input
            )
        except Problem as problem:
            raise Failed(problem) from problem
        if not step.wait:
            self._beside.append(_Beside(step, stands, program, cause, begun))
        self._await(step, program, begun)
        if not step.wait and program.output.has_it:
            return Came()  # it may have ended already, which is judged when the others are
        self._forget(program)
        _check(step, program)
        return _came(program)

    def stop(self, step: StopProgram) -> Came:
        """End a program. Raises Failed: there is none, or it had already ended, in another way."""
        try:
            program = self._programs.named(step.name)
        except Problem as problem:
            raise Failed(problem) from problem
        self._programs.stop(program)
        for one in self._forget(program):
            _check(one.step, program)
        return _came(program)

    def said(self, until: Expect) -> bool:
        """Whether the newest program of a name has written what ends a loop; False for conditions
        on anything else.
        """
        if until.program is None:
            return False
        try:
            program = self._programs.named(until.program)
        except Problem:
            return False
        return program.output.holds(until.contains or "")

    def wrote(self, name: str) -> Problem:
        """What the newest program of a name has written."""
        try:
            output = _output(self._programs.named(name))
        except Problem as problem:
            return problem
        return Problem("scenario.loop_wrote", program=name, output=output)

    def unjudged(self) -> Iterator[tuple[Step, Problem, Cause | None]]:
        """What became of the programs beside the steps that have ended, or have to: those that
        failed.
        """
        for one in list(self._beside):
            try:
                if one.step.exit is not None:
                    self._await(replace(one.step, wait=True), one.program, one.begun)
                if one.program.over:
                    _check(one.step, one.program)
            except Failed as failed:
                yield one.stands, failed.problem, one.cause
        self._beside.clear()

    def with_output(self, reason: Problem) -> Problem:
        """Why a step failed, with the last output of the programs beside the steps, which may say
        why.
        """
        for one in self._beside:
            lines = one.program.output.last_lines()
            if lines:
                command = shlex.join(one.step.command)
                reason = Problem("scenario.run_wrote", what=reason, command=command, output=lines)
        return reason

    def close(self) -> None:
        """End everything that still runs."""
        self._programs.stop_all()

    def _await(self, step: RunProgram, program: Program, begun: float) -> None:
        """Wait until it has ended or, beside the steps, has written what is waited for."""
        if not step.wait and step.contains is None:
            return
        while True:
            program.heard.clear()
            if program.over or (not step.wait and program.output.has_it):
                return
            left = begun + step.timeout - time.monotonic()
            if left <= 0:
                break
            self._wait_for(program.heard, left)
        self._programs.stop(program)
        self._forget(program)
        key = "scenario.run_too_long" if step.wait else "scenario.run_not_said"
        raise Failed(
            Problem(
                key,
                command=shlex.join(step.command),
                seconds=step.timeout,
                wanted=step.contains,
                output=_output(program),
            )
        )

    def _forget(self, program: Program) -> list[_Beside]:
        found = [one for one in self._beside if one.program is program]
        self._beside = [one for one in self._beside if one.program is not program]
        return found


def _check(step: RunProgram, program: Program) -> None:
    """Compare the end of a program with its step. Raises Failed."""
    wanted = 0 if step.exit is None else step.exit
    what = {"command": shlex.join(step.command), "output": _output(program)}
    if not program.stopped and wanted not in {WHICHEVER, program.status}:
        raise Failed(Problem("scenario.run_ended_so", **what, ended=_ended(program), wanted=wanted))
    if not program.output.has_it:
        raise Failed(Problem("scenario.run_lacks", **what, wanted=step.contains))


def _came(program: Program) -> Came:
    return Came(said=Problem("scenario.run_ended", ended=_ended(program), output=_output(program)))


def _output(program: Program) -> Problem | str:
    return program.output.text() or Problem("scenario.run_silent")


def _ended(program: Program) -> Problem:
    """The status it ended with, or the signal."""
    status = program.status
    if status is None:
        return Problem("scenario.run_runs")
    if status >= 0:
        return Problem("scenario.run_status", status=status)
    try:
        name = signal.Signals(-status).name
    except ValueError:
        name = str(-status)
    return Problem("scenario.run_signal", name=name)
