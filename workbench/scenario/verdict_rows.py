"""Verdicts of a run as notes in its record, readable in any language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.engine.model.events import (
    RUN_FAILED,
    RUN_HELD,
    STEP,
    STEP_FAILED,
    STEP_HELD,
    Cause,
)
from workbench.journal.notes import spelled
from workbench.literals import literal
from workbench.named_tuple import NamedTuple

if TYPE_CHECKING:
    from workbench.scenario.report import Report, StepResult, Title
    from workbench.session import Session
    from workbench.texts import Problem


class Came(NamedTuple):
    """What met a step.

    Attributes:
        seq: the row with which an expectation was met; 0: none.
        words: that row, or how a call failed as intended.
        said: what else there is to say about it.
        warns: whether that is worth a second look.
        error: how a call failed as intended.
    """

    seq: int = 0
    words: str = ""
    said: Problem | None = None
    warns: bool = False
    error: str = ""


NOTHING = Came()


def begin_step(session: Session, number: int, title: Title) -> Cause:
    """Note that a step begins; what is done in it has that row as its cause."""
    cause = Cause()
    session.note(STEP, f"{number}, {title.spelled}", title.endpoint, cause)
    return cause


def end_step(
    session: Session, result: StepResult, title: Title, came: Came, cause: Cause | None
) -> None:
    """Note whether a step held: its number, the step, the seconds it took and what came."""
    before = f"{result.number}, {title.spelled}, {round(result.seconds, 6)!r}"
    if result.reason is None:
        said = "None" if came.said is None else literal(spelled(came.said))
        call, args = STEP_HELD, f"{before}, {came.seq}, {literal(came.words)}, {said}"
    else:
        call, args = STEP_FAILED, f"{before}, {literal(spelled(result.reason))}"
    session.note(call, args, title.endpoint, cause)


def end_run(session: Session, report: Report, seconds: float) -> None:
    """Note whether a run held: its title, how many steps were run, the seconds it took, and the
    number of the first that failed; if more did, how many.
    """
    before = (report.scenario.title, len(report.steps), round(seconds, 6))
    failed = [step.number for step in report.steps if step.reason is not None]
    if failed:
        several = [len(failed)] if len(failed) > 1 else []
        session.note(RUN_FAILED, _args(*before, failed[0], *several))
    else:
        session.note(RUN_HELD, _args(*before))


def _args(*values: object) -> str:
    return ", ".join(map(literal, values))
