"""Folds the rounds of a loop for reports: failed ones step by step, the others only as a count."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from workbench.named_tuple import NamedTuple
from workbench.scenario.report import StepResult, title_of
from workbench.scenario.steps import Loop
from workbench.texts import tr


class Counts(NamedTuple):
    """How many rounds and steps of a loop held and failed."""

    rounds: int = 0
    failed: int = 0
    steps: int = 0
    seconds: float = 0.0

    def __str__(self) -> str:
        key = "scenario.loop_rounds_failed" if self.failed else "scenario.loop_rounds"
        return tr(key, rounds=self.rounds, failed=self.failed, steps=self.steps)

    def with_round(self, results: Iterable[StepResult]) -> Counts:
        """The counts with one more round."""
        steps = [result for result in results if not isinstance(result.step, Loop)]
        return Counts(
            self.rounds + 1,
            self.failed + any(result.reason is not None for result in steps),
            self.steps + len(steps),
            self.seconds + sum(result.seconds for result in steps),
        )


def in_full(results: Sequence[StepResult]) -> list[bool]:
    """The rounds to report in full: those in which a step failed, and the rounds around these."""
    paths = [_path(result) for result in results]
    failed = {
        path[:depth]
        for result, path in zip(results, paths, strict=True)
        if result.reason is not None
        for depth in range(len(path) + 1)
    }
    return [path in failed for path in paths]


def _path(result: StepResult) -> tuple[tuple[int, int], ...]:
    return tuple((id(made.loop), made.number) for made in result.rounds)


class FoldedLoop:
    """An outermost loop while it runs.

    Attributes:
        loop: as in the scenario.
        number: that of its newest step in the run; `round`: the one under way.
        counts: of the rounds that are over.
        is_over: that was the last step of its last round.
    """

    def __init__(self, first: StepResult) -> None:
        self.loop = first.rounds[0].loop
        self.number = 0
        self.round = first.rounds[0].number
        self.counts = Counts()
        self.is_over = False
        self._results: list[StepResult] = []

    @property
    def title(self) -> str:
        """Its line, as code."""
        return title_of(self.loop)

    def take(self, result: StepResult) -> list[StepResult]:
        """Take a step of the loop; returns what is reported of the round before, if this begins the
        next.
        """
        told = self.end_round() if result.rounds[0].number != self.round else []
        self.round = result.rounds[0].number
        self.number = result.number
        self._results.append(result)
        self.is_over = is_last(result)
        return told

    def end_round(self) -> list[StepResult]:
        """End the round; returns what is reported of it."""
        results, self._results = self._results, []
        if not results:
            return []
        self.counts = self.counts.with_round(results)
        if all(result.reason is None for result in results):
            return []
        shown = zip(results, in_full(results), strict=True)
        return [result for result, told in shown if told]


def is_last(result: StepResult) -> bool:
    """Whether no step of its loops follows; a loop with `until` reports its end itself."""
    step = result.step
    for made in result.rounds[::-1]:
        loop = made.loop
        if loop.until is not None or made.number < loop.times or step is not loop.steps[-1]:
            return False
        step = loop
    return True
