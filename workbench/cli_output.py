"""What the command line prints: events as they are committed, steps as they end."""

from __future__ import annotations

import os
import sys
from threading import Event as Flag
from threading import Thread

from workbench.journal.export import text_line
from workbench.journal.reader import row_json
from workbench.scenario.model import Scenario
from workbench.scenario.runner import Report, StepResult
from workbench.session import Session
from workbench.texts import language, tr

PAGE = 1000


class Printer:
    """Prints committed events in order, on a thread of its own: a slow pipe delays only this."""

    def __init__(self, session: Session, *, text: bool = False) -> None:
        self._journal = session.journal
        self._text = text
        self._wake = Flag()
        self._ending = False
        self._thread = Thread(target=self._run, name="printer", daemon=True)
        self._end = self._journal.subscribe(lambda _seq: self._wake.set())

    def start(self) -> None:
        """Begin to print."""
        self._reader = self._journal.reader()
        self._wake.set()
        self._thread.start()

    def finish(self) -> None:
        """Print what is left, then stop."""
        self._journal.flush()
        self._end()
        self._ending = True
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        printed = 0
        while True:
            self._wake.wait()
            self._wake.clear()
            ending = self._ending
            committed = self._journal.committed
            while printed < committed:
                rows = self._reader.page(printed + 1, PAGE)
                if not rows:
                    break
                printed = rows[-1].seq
                if self._text:
                    lines = [text_line(self._reader, row) for row in rows]
                else:
                    lines = [row_json(row) for row in rows]
                if not _write("\n".join(lines) + "\n"):
                    return
            if ending:
                return


def _write(text: str) -> bool:
    """Write to stdout; False when nobody reads it any more."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return False
    return True


class StepPrinter:
    """One line a step for a person."""

    def __init__(self, scenario: Scenario) -> None:
        title = scenario.titles.get(language(), scenario.title)
        _write(f"{title}\n")

    def told(self, step: StepResult) -> None:
        """A step ended."""
        mark = tr("cli.held") if step.reason is None else tr("cli.failed")
        line = f"{step.number:>3}  {mark}  {step.title}  ({step.seconds:.3f} s)\n"
        if step.reason is not None:
            line += f"       {step.reason}\n"
        _write(line)

    def end(self, report: Report) -> None:
        """All is over."""
        held = sum(step.reason is None for step in report.steps)
        _write(tr("cli.summary", held=held, failed=len(report.steps) - held) + "\n")
