"""Printer: every event of a session on stdout, as it is committed."""

from __future__ import annotations

from threading import Event as Flag
from threading import Thread
from time import monotonic
from typing import Final

from workbench import interrupts
from workbench.cli import outlet
from workbench.cli.print_process import start
from workbench.cli.row_printer import RowPrinter
from workbench.session import Session
from workbench.texts import Problem

LOOK: Final = 0.5
MANY: Final = 2000
"""Rows in LOOK seconds above which another process prints: below, it would cost more than it
saves.
"""
FLOOD: Final = 6000
"""Rows in less time above which it does: printing them takes about as long as starting it."""


class Printer:
    """Prints committed events in order on its own thread, so that a slow pipe delays nothing else.

    If it cannot keep up, a separate process takes over: in this one every line takes time from the
    sockets.

    Attributes:
        gone: set once nobody reads the output any more, it cannot be written, or no more events
            come because recording has stopped.
    """

    def __init__(
        self,
        session: Session,
        *,
        text: bool = False,
        run: str | None = None,
        error: bool = False,
    ) -> None:
        """`run`: the name of the run in lines of JSON, where there are several; `error`: print to
        stderr.
        """
        self._error = error
        self._journal = session.journal
        self._text = text
        self._shows_secrets = session.shows_secrets
        self._named = run
        self._wake = Flag()
        self._problem: Problem | None = None
        self.gone = Flag()
        self._ending = False
        self._thread = Thread(target=self._run, name="printer", daemon=True)
        self._end = self._journal.subscribe(lambda _seq: self._wake.set())

    def start(self) -> None:
        """Begin to print."""
        self._reader = self._journal.reader()
        self._reader.shows_secrets = self._shows_secrets
        self._wake.set()
        self._thread.start()
        outlet.writes(self._thread)

    def finish(self) -> None:
        """Print what is left, then stop; in a hurry, stop without printing it.

        Raises:
            Problem: the output could not be written (a full disk).
        """
        self._journal.flush()
        self._end()
        self._ending = True
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()
        if self._problem is not None:
            raise self._problem

    def _run(self) -> None:
        try:
            self._print_all()
        except Problem as problem:
            self._problem = problem
        self.gone.set()

    def _print_all(self) -> None:
        rows = RowPrinter(self._reader, 0, text=self._text, run=self._named, error=self._error)
        since, before = monotonic(), 0
        alone_until = 0.0  # no process could be started
        while True:
            self._wake.wait()
            self._wake.clear()
            ending = self._ending
            committed = self._journal.committed
            while rows.printed < committed:
                if not self._has_page(rows, committed) or interrupts.hurried():
                    return
            if ending or self._journal.failed is not None:
                return
            now, more = monotonic(), rows.printed - before
            if now - since < LOOK and more <= FLOOD:
                continue
            since, before = now, rows.printed
            if more > MANY and now >= alone_until:
                if self._has_printed_elsewhere(rows.printed):
                    return
                alone_until = now + LOOK

    def _has_page(self, rows: RowPrinter, upto: int) -> bool:
        """As `RowPrinter.page`. A file that another program has truncated cannot be read until the
        record goes on in a file beside it.
        """
        before = self._journal.path
        try:
            return rows.page(upto)
        except Problem as problem:
            if problem.key == "journal.unreadable":  # the file failed, not the output
                self._journal.look()
            if self._journal.path == before:
                raise
            return rows.page(upto)

    def _has_printed_elsewhere(self, printed: int) -> bool:
        """Have a separate process print all rows after `printed`; False: none could be started."""
        if self._shows_secrets:
            return False  # the other process masks secrets itself
        process = start(
            self._journal.record, printed, text=self._text, run=self._named, error=self._error
        )
        if process is None:
            return False
        with (
            outlet.giving_up(process.kill),
            interrupts.telling(hurried=process.kill),
            process.telling_end(self._wake.set),
        ):
            while process.runs:
                self._wake.wait()
                self._wake.clear()
                if self._ending or self._journal.failed is not None:
                    process.finish(self._journal.record)
                else:
                    process.go_on(self._journal.record)
        self._wake.set()
        return process.has_printed()
