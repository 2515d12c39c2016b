"""What the command line prints: sentences, and the steps of a run as they end."""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress
from io import TextIOWrapper
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Final, TypeGuard

from workbench.cli.progress import LoopProgress
from workbench.printable import escape, escape_lines
from workbench.texts import Problem, language, reason_of, tr

if TYPE_CHECKING:  # every command prints something, but --help runs no scenario
    from collections.abc import Sequence

    from workbench.scenario.folded_rounds import FoldedLoop
    from workbench.scenario.report import Report, StepResult
    from workbench.scenario.steps import Scenario

GATHERED: Final = 0.05
"""Seconds between two writes of lines of steps."""


def tell(what: object, *, error: bool = False) -> None:
    """Print a sentence, or lines, for a person: on stdout, or as an `error` on stderr.

    No control sequence reaches a terminal and no command GitHub, whatever a stranger's file or a
    peer put into the text.
    """
    print(_shown(str(what)), file=sys.stderr if error else sys.stdout, flush=True)


def write(text: str) -> bool:
    """Write lines to stdout, as `tell`; False when nobody reads it any more.

    Raises:
        Problem: it cannot be written (a full disk).
    """
    return write_printable(_shown(text))


def _shown(text: str) -> str:
    if os.environ.get("GITHUB_ACTIONS") != "true":
        return escape_lines(text)
    from workbench.cli import github

    return github.without_commands(escape_lines(text))


def write_printable(text: str, *, error: bool = False) -> bool:
    """As `write`, for lines in which everything is printable already; as an `error` on stderr."""
    stream = sys.stderr if error else sys.stdout
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        _close(error=error)
        return False
    except OSError as error_:
        _close(error=error)
        raise Problem("cli.cannot_print", reason=reason_of(error_)) from error_
    return True


def is_output(error: Exception) -> TypeGuard[OSError]:
    """Whether print() raises this on a full disk; unlike errors of our files it names none."""
    return isinstance(error, OSError) and error.filename is None and error.errno in {
        errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO,
    }  # fmt: skip


def _close(*, error: bool) -> None:
    if error:
        _to_nowhere(2)
    else:
        close_stdout()


def close_stdout() -> None:
    """Point stdout to /dev/null, so that Python's flush at exit raises no second error."""
    _to_nowhere(1)


def _to_nowhere(stream: int) -> None:
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream)


def prepare_streams() -> None:
    """Make every character printable, and replace a stream that was closed from outside by
    /dev/null.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            nowhere = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - till the end
            setattr(sys, name, nowhere)
        elif isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


class StepPrinter:
    """Prints a line for each step, one for a loop with its rounds, and the failed steps of rounds.
    Lines that follow quickly are written together.
    """

    def __init__(self, scenario: Scenario, *, verbose: bool = False) -> None:
        """`verbose`: a line for each step of each round too."""
        self._lines: list[str] = []
        self._written = 0.0
        self._verbose = verbose
        self._loop: FoldedLoop | None = None
        self._progress = LoopProgress(write_printable)
        title = scenario.titles.get(language(), scenario.title)
        if title:
            write(f"{escape(title)}\n")

    def told(self, step: StepResult) -> None:
        """Print the line of a step that ended, together with those that end within GATHERED, or at
        once when the run says that it waits.
        """
        if step.rounds and not self._verbose:
            self._fold(step)
        else:
            self._add(step, self._close_loop(step))
        if monotonic() - self._written > GATHERED:
            self.write()

    def write(self) -> None:
        """Print what was kept so far and, from time to time, the progress of a long loop."""
        if self._lines:
            text = "".join(self._lines)
            self._lines.clear()
            self._progress.clear()
            write(text)
        self._written = monotonic()
        loop = self._loop
        seconds = self._progress.due_seconds() if loop is not None else None
        if loop is not None and seconds is not None:
            said = {"number": loop.round, "times": loop.loop.times, "seconds": f"{seconds:.1f}"}
            self._progress.show(tr("scenario.round_runs", **said))

    def finish(self) -> None:
        """Print what is left, whether or not the run has come to its end."""
        self._close_loop(None, ended=False)
        self._progress.clear()
        self.write()

    def end(self, report: Report) -> None:
        """Print how many steps held and failed, once the run has ended."""
        self._close_loop(None)
        self.write()
        held = sum(step.reason is None for step in report.steps)
        write(tr("cli.summary", held=held, failed=len(report.steps) - held) + "\n")
        for step in report.steps:
            if step.warns:
                write(tr("cli.warns", number=step.number, said=step.said) + "\n")

    def _add(self, step: StepResult, counts: object = "") -> None:
        """Add the line of a step; `counts`: of a loop, what its rounds came to."""
        mark = tr("cli.held") if step.reason is None else tr("cli.failed")
        took = f"{counts}, {step.seconds:.3f} s" if counts else f"{step.seconds:.3f} s"
        line = f"{step.number:>3}  {mark}  {step.line}  ({took})\n"
        if step.reason is not None:
            line += f"       {step.reason}\n"
        if step.said is not None:
            line += f"       {step.said}\n"
        self._lines.append(line)

    def _fold(self, step: StepResult) -> None:
        from workbench.scenario.folded_rounds import FoldedLoop  # most scenarios have no loop

        if self._loop is None or self._loop.loop is not step.rounds[0].loop:
            self._close_loop(None)
            self._loop = FoldedLoop(step)
            self._progress.begin()
        self._add_round(self._loop.take(step))
        if self._loop.is_over:
            self._close_loop(None)

    def _add_round(self, results: Sequence[StepResult]) -> None:
        """Add the steps of a round that failed, each with its reason."""
        of = None
        for step in results:
            if of != (of := step.round):
                self._lines.append(f"       {tr('scenario.round_header', number=of)}\n")
            self._add(step)

    def _close_loop(self, step: StepResult | None, *, ended: bool = True) -> object:
        """Print the line of the loop that is over; `step`: the one reported now, which may be the
        loop's own line, in which case the counts of its rounds are returned for it.
        """
        loop, self._loop = self._loop, None
        if loop is None:
            return ""
        self._add_round(loop.end_round())
        if step is not None and step.step is loop.loop:
            return loop.counts
        mark = tr("cli.held") if ended or loop.is_over else tr("cli.not_ended")
        mark = tr("cli.failed") if loop.counts.failed else mark
        took = f"{loop.counts}, {loop.counts.seconds:.3f} s"
        line = f"{loop.number:>3}  {mark}  {loop.title}  ({took})\n"
        self._lines.append(line)
        return ""


def failures(report: Report) -> list[StepResult]:
    """The steps that did not hold."""
    return [step for step in report.steps if step.reason is not None]
