"""Runs a check-up beside the window: a thread with its own session and record."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QObject, Signal

from workbench.checkup.case import Bench, CheckCase
from workbench.checkup.checkup import CheckUp
from workbench.journal.private import PrivateFolder
from workbench.session import Session
from workbench.texts import Problem

STOP_BOUND: Final = 10.0


class CheckUpWorker(QObject):
    """One check-up on a Python thread; on a QThread, joining the session's threads would leave a
    dummy object of `threading` behind.

    Signals:
        waits(str): a listener is open, at this address.
        begun(object): the first case is about to be tried; a Begun.
        told(object): the verdict on a case; a Judged.
        finished(object): the CheckResult, or the
        Problem that it met.
    """

    waits = Signal(str)
    begun = Signal(object)
    told = Signal(object)
    finished = Signal(object)

    def __init__(self, bench: Bench, cases: Sequence[CheckCase], parent: QObject) -> None:
        super().__init__(parent)
        self._bench = bench
        self._cases = tuple(cases)
        self._run: CheckUp | None = None
        self._given_up = False
        self._thread = threading.Thread(target=self._work, name="check-up", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def cancel(self) -> None:
        """End the check-up at its next wait; finished cases are still reported."""
        self._given_up = True
        run = self._run
        if run is not None:
            run.cancel()

    def join(self) -> None:
        """Wait, within bounds, for the end of the thread."""
        self._thread.join(STOP_BOUND)

    def _work(self) -> None:
        try:
            with (
                PrivateFolder(kind="check-") as folder,
                Session(folder.path / "check.swb", beyond_loopback=True) as session,
            ):
                self._run = run = CheckUp(
                    session,
                    self._bench,
                    cases=self._cases,
                    told=self.told.emit,
                    begun=self.begun.emit,
                    waits=self.waits.emit,
                )
                if self._given_up:
                    run.cancel()
                result = run.run()
        except Problem as problem:
            self.finished.emit(problem)
            return
        self.finished.emit(result)
