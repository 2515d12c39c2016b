"""Translates connection numbers in steps, which count within a run or round, into those of
endpoints.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.engine.model import commands as c
from workbench.scenario.steps import NEWEST, Expect, Loop, Perform, Step

if TYPE_CHECKING:
    # the code export imports what names the connections, and runs nothing
    from workbench.session import Session


class Numbers:
    """Translates the numbers that steps use (from 1, in this run or round) to the endpoints' own.

    Those continue counting as long as the endpoint lives, over many runs and rounds.
    """

    def __init__(self, session: Session, names: Iterable[str]) -> None:
        """Begin a run: connections that these endpoints have numbered so far do not count."""
        self._session = session
        self._before = {name: session.numbered(name) for name in names}
        self._rounds: dict[str, int] = {}

    @contextmanager
    def loop(self) -> Iterator[None]:
        """A block in which rounds of a loop may begin; after it, numbers mean what they meant
        before.
        """
        outer = self._rounds
        try:
            yield
        finally:
            self._rounds = outer

    def begin_round(self) -> None:
        """Begin a round: number 1 is now the next connection that an endpoint makes."""
        self._rounds = {
            name: self._session.numbered(name) - self._before.get(name, 0)
            for name in {*self._before, *self._session.endpoints}
        }

    def command(self, command: c.Command) -> c.Command:
        """The command with the number by which its endpoint knows the connection."""
        number = c.numbered(command)
        if command.endpoint is None or number is None:
            return command
        moved = self._before.get(command.endpoint, 0) + self._rounds.get(command.endpoint, 0)
        return c.aimed(command, number + moved) if moved else command

    def in_run(self, name: str, number: int) -> int:
        """The number in a step, counted from the beginning of the run."""
        return number + self._rounds.get(name, 0)

    def as_said(self, name: str, number: int) -> int:
        """The number that a step uses for the connection with this number in its endpoint; 0 or
        less: it is from before the run or round.
        """
        return number - self._before.get(name, 0) - self._rounds.get(name, 0)

    def expect(self, step: Expect) -> Expect:
        """The expectation with the number counted from the beginning of the run."""
        moved = self._rounds.get(step.endpoint, 0)
        if not isinstance(step.connection, int) or step.connection < 1 or not moved:
            return step
        return replace(step, connection=step.connection + moved)

    def look(self, step: Expect) -> int | None:
        """The number, as the endpoint knows it, of the socket to look at."""
        if not isinstance(step.connection, int):
            return None
        if step.connection == NEWEST:
            return self._session.numbered(step.endpoint) or None
        moved = self._before.get(step.endpoint, 0) + self._rounds.get(step.endpoint, 0)
        return step.connection + moved


def named(steps: Iterable[Step]) -> frozenset[str]:
    """The endpoints whose connections the steps name by a number."""
    found: set[str] = set()
    for step in steps:
        match step:
            case Loop():
                found |= named(step.steps)
            case Perform(command=command):
                if command.endpoint is not None and c.numbered(command) is not None:
                    found.add(command.endpoint)
    return frozenset(found)
