"""OldRecord: an earlier record in the form of a session that can only be read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from workbench.engine.model import commands as c
from workbench.engine.model.events import Cause, Clock
from workbench.engine.model.snapshot import EndpointSnapshot
from workbench.engine.model.ticket import Ticket
from workbench.journal.joined import open_record
from workbench.journal.reader import Reader
from workbench.session import Session
from workbench.texts import Problem


class _OldJournal:
    """Takes the place of the recorder for an earlier record, to which nothing is added."""

    failed: Problem | None = None
    moved: Problem | None = None

    def __init__(self, path: Path) -> None:
        self.path = self.record = path
        reader = open_record(path, lenient=True)
        self._first: Reader | None = reader
        self.not_recorded = reader.not_recorded
        self.committed = reader.count()
        self.clock: Clock = reader.clock

    def reader(self, *, lenient: bool = True) -> Reader:
        """A reader for one thread; whoever asked for it closes it."""
        first, self._first = self._first, None
        return first or open_record(self.path, lenient=lenient)

    def flush(self, _timeout: float = 0.0) -> bool:
        """Do nothing: everything is in the file."""
        return True

    def when_written(self, then: Callable[[], None]) -> None:
        then()

    def subscribe(self, _listener: Callable[[int], None]) -> Callable[[], None]:
        return lambda: None


class OldRecord(Session):
    """A read-only session: no endpoints, no threads, no file of its own."""

    def __init__(self, path: Path) -> None:
        """Open a record.

        Raises:
            Problem: not a record, from a newer version, or it cannot be read.
        """
        self.journal = _OldJournal(path)  # type: ignore[assignment]  # all that a window asks for
        self._hosts = {}
        self.passing = None

    def perform(
        self,
        command: c.Command,
        above: Cause | None = None,
        *,
        here: bool = False,
        borrow: bool = False,
    ) -> Ticket:
        raise Problem("problem.old_record")

    def snapshot(self, name: str) -> EndpointSnapshot:
        raise Problem("problem.old_record")

    def close(self, timeout: float = 10.0) -> None:
        """Do nothing: there is nothing to stop, and the controller closes the reader."""
