"""Of the rounds of a loop those that failed are told step by step, the others counted."""

from __future__ import annotations

import pytest

from workbench.scenario.folded_rounds import Counts, FoldedLoop, in_full
from workbench.scenario.report import Round, StepResult
from workbench.scenario.steps import Expect, Loop, Step, Wait
from workbench.texts import Problem

BROKEN = Problem("scenario.cancelled")
FIRST, SECOND = Wait(1.0), Wait(2.0)
INNER = Loop((SECOND,), times=3)
LOOP = Loop((FIRST, INNER), times=2)


def step(number: int, of: Step, *rounds: int, fails: bool = False) -> StepResult:
    within = tuple(Round(loop, at) for loop, at in zip((LOOP, INNER), rounds, strict=False))
    return StepResult(number, "", BROKEN if fails else None, 0.5, step=of, rounds=within)


def test_what_stands_round_a_failed_round_is_told_with_it() -> None:
    results = [
        step(1, FIRST, 1),
        *(step(2, SECOND, 1, at) for at in (1, 2, 3)),
        step(5, FIRST, 2),
        step(6, SECOND, 2, 1),
        step(7, SECOND, 2, 2, fails=True),
    ]
    assert in_full(results) == [False] * 4 + [True, False, True]


def test_a_loop_knows_its_last_step_and_counts_its_rounds() -> None:
    loop = FoldedLoop(step(1, FIRST, 1))
    told = []
    for number, (of, *rounds) in enumerate(
        [(FIRST, 1), *((SECOND, 1, at) for at in (1, 2, 3)), (FIRST, 2), (SECOND, 2, 1)], start=1
    ):
        told += loop.take(step(number, of, *rounds))  # type: ignore[arg-type]
        assert not loop.is_over
    assert (loop.round, loop.number, told) == (2, 6, [])
    failed = step(7, SECOND, 2, 2, fails=True)
    loop.take(failed)
    assert [result.number for result in loop.end_round()] == [5, 7]
    assert loop.end_round() == []
    assert loop.counts == Counts(2, 1, 7, 3.5)
    assert str(loop.counts) == "rounds: 2, failed: 1, steps: 7"
    assert loop.title == "loop(2)"


@pytest.mark.parametrize("until", [None, Expect("*", errno="*")])
def test_only_a_loop_that_waits_for_nothing_is_over_with_its_last_step(
    until: Expect | None,
) -> None:
    loop = Loop((FIRST,), times=1, until=until)
    result = StepResult(1, "", None, 0.0, step=FIRST, rounds=(Round(loop, 1),))
    folded = FoldedLoop(result)
    folded.take(result)
    assert folded.is_over is (until is None)
