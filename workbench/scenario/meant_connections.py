"""Determines which connections a step means, for what was taken on them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from workbench.engine.model.settings import Role
from workbench.scenario.connections import RunConnection
from workbench.scenario.run_numbers import Numbers
from workbench.scenario.steps import Expect

if TYPE_CHECKING:
    # the code export imports what names the connections, and runs nothing
    from workbench.session import Session

LOOK: Final = 1.0  # seconds in which an endpoint has to say which of its connections are open


class MeantConnections:
    """Finds the connections of a run by the numbers that its steps use."""

    def __init__(
        self,
        session: Session,
        numbers: Numbers,
        candidates: Callable[[Expect], list[RunConnection]],
        read: Callable[..., object],
    ) -> None:
        """`candidates`: those that an expectation means; `read(wait=True)` has it know all that
        has happened.
        """
        self._session = session
        self._numbers = numbers
        self._candidates = candidates
        self._read = read

    def in_run(self, endpoint: str, number: int) -> int:
        """A number that counts from the beginning of the run, for a step that may count from that
        of a round.
        """
        return self._numbers.in_run(endpoint, number)

    def sent_to(self, endpoint: str, connection: int | str | None) -> list[int]:
        """The connections that a command goes to. Raises Problem: there is no such endpoint."""
        rows = self._session.snapshot_now(endpoint, LOOK).connections
        found = sorted(row.number for row in rows if row.closed_ns is None and row.number)
        if connection is None and self._session.settings(endpoint).role is Role.LISTENER:
            found = found[-1:]
        return [self._numbers.as_said(endpoint, number) for number in found]

    def expected_on(self, endpoint: str, connection: int | str | None) -> list[int]:
        """The connections on which something is expected. Raises Failed: the run is given up."""
        self._read(wait=True)
        moved = self.in_run(endpoint, 0)
        meant = self._candidates(Expect(endpoint, connection=connection))
        return [item.number - moved for item in meant if item.number]
