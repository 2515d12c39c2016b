"""OwnWait: lets a run itself read the answer to what it sent, in place of the endpoint's thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Final

from workbench.engine.model.commands import is_brief
from workbench.scenario.report import StepResult
from workbench.scenario.steps import Expect, Loop, Perform, Step
from workbench.session import Session

MOMENT: Final = 0.005
"""Seconds that it waits; after these the thread does, and wakes the run."""


class OwnWait:
    """Borrows the endpoint's socket from a send until the answer comes or a moment has passed, so
    that no thread has to be woken. Nothing slow is done meanwhile, since nobody else reads the
    socket.
    """

    def __init__(
        self, session: Session, steps: Sequence[Step], told: Callable[[StepResult], None] | None
    ) -> None:
        self._session = session
        self._answered = answered(steps)
        self._told = told
        self._untold: list[StepResult] = []
        self._endpoint: str | None = None

    def is_for(self, step: Step) -> bool:
        """Whether the answer to what a step sends is what the run waits for next."""
        return id(step) in self._answered

    def begin(self, endpoint: str | None) -> None:
        """Note that the socket was borrowed with the send."""
        self._endpoint = endpoint

    def came(self, seconds: float) -> bool:
        """Wait at most that long; returns whether anything came. If not, the wait is over."""
        if self._endpoint is None:
            return False
        came = self._session.attend(self._endpoint, min(MOMENT, seconds))
        if not came:
            self.end()
        return came

    def end(self) -> None:
        """End the wait: from now on the thread waits for what comes."""
        endpoint, self._endpoint = self._endpoint, None
        if endpoint is not None:
            self._session.give_back(endpoint)
            self._tell_all()

    def end_but_for(self, step: Step) -> None:
        """End the wait, unless this step goes on with it."""
        if not (isinstance(step, Expect) and step.endpoint == self._endpoint):
            self.end()

    def tell(self, result: StepResult) -> None:
        """Learn of a step that has ended."""
        if self._told is not None:
            self._untold.append(result)
            if self._endpoint is None:
                self._tell_all()

    def _tell_all(self) -> None:
        untold, self._untold = self._untold, []
        for result in untold:
            assert self._told is not None
            self._told(result)


def answered(steps: Sequence[Step]) -> frozenset[int]:
    """The steps (by id()) that send and are waited for, and whose answer is expected next."""
    found: set[int] = set()
    for step in steps:
        if isinstance(step, Loop):
            found |= answered(step.steps)
    for step, following in pairwise(steps):
        match step, following:
            case Perform(command=command, wait=True), Expect(endpoint=name) if (
                is_brief(command) and name == command.endpoint
            ):
                found.add(id(step))
    return frozenset(found)
