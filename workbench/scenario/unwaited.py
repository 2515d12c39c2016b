"""Steps with `wait = false`: their commands are judged when the run has ended."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from threading import Event as Flag
from typing import Final

from workbench.engine.model.errors import is_error
from workbench.engine.model.events import Cause
from workbench.engine.model.ticket import Outcome, Ticket
from workbench.scenario.outcome import Failed
from workbench.scenario.report import title_of
from workbench.scenario.steps import ANY, Expect, Loop, Perform, Step
from workbench.texts import Problem

_TAKEN_AWAY: Final = frozenset(
    {
        "engine.closed_meanwhile",
        "engine.stopped_meanwhile",
        "engine.held_again",
    }
)
"""What a command ends with that another one took the socket, or the way, from: no failure."""


class Unwaited:
    """The commands that a run did not wait for."""

    def __init__(self, steps: Iterable[Step]) -> None:
        self._errors = set(_expected_errors(steps))
        self._begun: list[tuple[Perform, Ticket]] = []

    def __len__(self) -> int:
        return len(self._begun)

    def expect(self, steps: Iterable[Step]) -> None:
        """Count what these steps expect to fail as well."""
        self._errors.update(_expected_errors(steps))

    def add(self, step: Perform, ticket: Ticket) -> None:
        """Note a command that the run goes on without."""
        self._begun.append((step, ticket))

    def forget(self, since: int) -> None:
        """Forget the commands begun after the first `since`.

        A loop ended among them, so their results do not matter.
        """
        del self._begun[since:]

    def endpoints(self) -> set[str]:
        """The endpoints that have commands which have not ended."""
        return {
            step.command.endpoint
            for step, ticket in self._begun
            if not ticket.done and step.command.endpoint is not None
        }

    def to_fail(self) -> list[Ticket]:
        """The commands still under way which the scenario expects to fail."""
        return [ticket for step, ticket in self._begun if step.error is not None]

    def failures(
        self, check: Callable[[Perform, Ticket], None]
    ) -> Iterator[tuple[Perform, Problem, Cause | None]]:
        """The commands that failed their step: the step, why, and the row of the step.

        One that still waits has not failed; a call that failed as an expectation of its endpoint
        says is judged there.

        Args:
            check: holds an outcome against its step; raises Failed.
        """
        for step, ticket in self._begun:
            outcome = ticket.outcome
            try:
                if outcome is None:
                    if step.error is not None:
                        raise Failed(Problem("scenario.still_waits", error=step.error))
                elif step.error is not None or not self._excused(step, outcome):
                    check(step, ticket)
            except Failed as failed:
                yield step, failed.problem, ticket.above

    def explained(self, reason: Problem, check: Callable[[Perform, Ticket], None]) -> Problem:
        """Why a step failed, preceded by the first of these commands that had failed by then: what
        was not sent cannot be answered, whatever the peer does.
        """
        for step, why, _ in self.failures(check):
            if why.key != "scenario.still_waits":
                return Problem(
                    "scenario.after_unwaited", what=title_of(step), why=why, reason=reason
                )
        return reason

    def _excused(self, step: Perform, outcome: Outcome) -> bool:
        if outcome.problem is not None:
            return outcome.problem.key in _TAKEN_AWAY
        error = outcome.error or ""
        return any(
            endpoint in {step.command.endpoint, ANY}
            and (name in {outcome.errno, ANY} or is_error(name, error))
            for endpoint, name in self._errors
        )


def _expected_errors(steps: Iterable[Step]) -> Iterator[tuple[str, str]]:
    """The failures that expectations ask for, each with its endpoint."""
    for step in steps:
        if isinstance(step, Loop):
            yield from _expected_errors(step.steps)
        expect = step.until if isinstance(step, Loop) else step
        if isinstance(expect, Expect) and not expect.absent:
            yield from (
                (expect.endpoint, name) for name in (expect.errno, expect.error) if name is not None
            )


def flag_of(ticket: Ticket) -> Flag:
    """A flag that is set when the command has its outcome."""
    ended = Flag()
    ticket.add_callback(lambda _ticket: ended.set())
    return ended
