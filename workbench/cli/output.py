"""What the command line prints: events as they are committed, steps as they end."""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress
from io import TextIOBase, TextIOWrapper
from pathlib import Path
from threading import Event as Flag
from threading import Thread
from typing import TextIO, TypeGuard, cast

from workbench import interrupts
from workbench.cli import outlet
from workbench.journal.export import text_line
from workbench.journal.reader import row_json
from workbench.journal.streams import Streams
from workbench.printable import escape_lines
from workbench.scenario.model import Scenario
from workbench.scenario.report import Report, StepResult
from workbench.session import Session
from workbench.texts import Problem, language, reason_of, tr

PAGE = 1000


class Printer:
    """Prints committed events in order, on a thread of its own: a slow pipe delays only this.

    Attributes:
        gone: set once nobody reads the output any more, it cannot be written, or no event comes
            any more since recording has stopped.
    """

    def __init__(self, session: Session, *, text: bool = False) -> None:
        self._journal = session.journal
        self._text = text
        self._wake = Flag()
        self._problem: Problem | None = None
        self.gone = Flag()
        self._ending = False
        self._thread = Thread(target=self._run, name="printer", daemon=True)
        self._end = self._journal.subscribe(lambda _seq: self._wake.set())

    def start(self) -> None:
        """Begin to print."""
        self._reader = self._journal.reader()
        self._wake.set()
        self._thread.start()
        outlet.writes(self._thread)

    def finish(self) -> None:
        """Print what is left, then stop; in a hurry what is left is not printed.

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
        printed = 0
        streams = Streams(self._reader, every_row=True)
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
                    lines = [text_line(self._reader, row, streams) for row in rows]
                else:
                    lines = [row_json(row) for row in rows]
                if not write("\n".join(lines) + "\n") or interrupts.hurried():
                    return
            if ending or self._journal.failed is not None:
                return


def tell(what: object, *, error: bool = False) -> None:
    """A sentence, or lines, for a person: on stdout, or as an `error` on stderr.

    No command reaches a terminal, whatever a stranger's file or a peer has put into it.
    """
    print(escape_lines(str(what)), file=sys.stderr if error else sys.stdout, flush=True)


def write(text: str) -> bool:
    """Write lines to stdout, as `tell`; False when nobody reads it any more.

    Raises:
        Problem: it cannot be written (a full disk).
    """
    try:
        sys.stdout.write(escape_lines(text))
        sys.stdout.flush()
    except BrokenPipeError:
        close_stdout()
        return False
    except OSError as error:
        close_stdout()
        raise Problem("cli.cannot_print", reason=reason_of(error)) from error
    return True


class _Checked(TextIOBase):
    def __init__(self, out: TextIO) -> None:
        super().__init__()
        self._out = out
        self._shown = out.isatty()

    def write(self, text: str) -> int:
        interrupts.check()
        if self._shown:  # a table (CSV) holds every text as it is, ESC too
            text = escape_lines(text.replace("\r\n", "\n"))
        return self._out.write(text)


def checked(out: TextIO) -> TextIO:
    """The stream, but each write first looks whether the program was asked to end.

    A terminal is given no control characters.

    Raises KeyboardInterrupt in that case.
    """
    return cast("TextIO", _Checked(out))


def is_output(error: Exception) -> TypeGuard[OSError]:
    """Whether this is what print() raises on a full disk: no file of ours has a name then."""
    return isinstance(error, OSError) and error.filename is None and error.errno in {
        errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO,
    }  # fmt: skip


def close_stdout() -> None:
    """Nothing more goes to stdout, not even what Python flushes at exit."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def prepare_streams() -> None:
    """Every character can be printed, and a stream that was closed from outside takes all."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            nowhere = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - till the end
            setattr(sys, name, nowhere)
        elif isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def as_utf8() -> None:
    """An export is UTF-8 with its own line ends, whatever the terminal's encoding."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace", newline="")


class StepPrinter:
    """One line a step for a person."""

    def __init__(self, scenario: Scenario) -> None:
        title = scenario.titles.get(language(), scenario.title)
        if title:
            write(f"{title}\n")

    def told(self, step: StepResult) -> None:
        """A step ended."""
        mark = tr("cli.held") if step.reason is None else tr("cli.failed")
        line = f"{step.number:>3}  {mark}  {step.title}  ({step.seconds:.3f} s)\n"
        if step.reason is not None:
            line += f"       {step.reason}\n"
        if step.said is not None:
            line += f"       {step.said}\n"
        write(line)

    def end(self, report: Report) -> None:
        """All is over."""
        held = sum(step.reason is None for step in report.steps)
        write(tr("cli.summary", held=held, failed=len(report.steps) - held) + "\n")
