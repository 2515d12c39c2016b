"""Says on stderr what happens to the record, and at the end what is missing in it."""

from __future__ import annotations

from threading import Event as Flag
from threading import Thread
from typing import TYPE_CHECKING

from workbench.cli import outlet
from workbench.cli.output import tell
from workbench.texts import Problem

if TYPE_CHECKING:
    from workbench.journal.recorder import Recorder


class RecordWatch:
    """Says at once when recording stops or the record goes on in another file.

    It runs on its own thread, so that neither the recorder nor a run waits for a slow terminal.
    """

    def __init__(self, journal: Recorder) -> None:
        self._journal = journal
        self._said: set[Problem] = set()
        self._wake = Flag()
        self._ending = False
        self._thread = Thread(target=self._run, name="record watch", daemon=True)
        self._end = journal.subscribe(self._look)
        self._thread.start()
        outlet.writes(self._thread)

    def finish(self) -> None:
        """Say what has not been said yet; called when the record is closed."""
        self._end()
        self._ending = True
        self._wake.set()
        self._thread.join()
        self._say()

    def check(self) -> None:
        """Raises Problem if not everything was recorded, saying how much is missing."""
        failed = self._journal.failed
        count, lost = self._journal.not_recorded, self._journal.lost
        rows = self._journal.committed - lost
        if failed is None:
            if lost:
                raise Problem("cli.rows_lost", count=lost, rows=rows)
            return
        if failed.key == "journal.taken_away":
            raise Problem("cli.nothing_kept", count=count + rows)
        raise Problem("cli.not_recorded", count=count, rows=rows)

    def _look(self, _committed: int) -> None:
        if self._unsaid():
            self._wake.set()

    def _unsaid(self) -> list[Problem]:
        now = (self._journal.moved, self._journal.failed)
        return [problem for problem in now if problem is not None and problem not in self._said]

    def _run(self) -> None:
        while not self._ending:
            self._wake.wait()
            self._wake.clear()
            self._say()

    def _say(self) -> None:
        for problem in self._unsaid():
            self._said.add(problem)
            tell(problem, error=True)
