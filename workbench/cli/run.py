"""A scenario on the command line: its session, what it prints, its report, its exit status."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from workbench import interrupts
from workbench.cli.outlet import interruptible
from workbench.cli.output import StepPrinter, tell
from workbench.cli.printer import Printer
from workbench.cli.record_watch import RecordWatch
from workbench.engine.model.events import DEFAULT_CAPTURE
from workbench.journal import private
from workbench.journal.private import PrivateFolder
from workbench.scenario.junit import write_junit
from workbench.scenario.model import Scenario
from workbench.scenario.runner import Runner
from workbench.session import Session
from workbench.texts import Problem, reason_of, tr

OK: Final = 0
FAILED: Final = 1
BAD_INPUT: Final = 2
INTERRUPTED: Final = 130


def seconds(text: str) -> float:
    """What --timeout takes. Raises ArgumentTypeError, as argparse wants it."""
    try:
        value = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(tr("cli.not_seconds", value=text)) from None
    if value < 0:
        raise argparse.ArgumentTypeError(tr("engine.negative_timeout"))
    if not value < 10**9:  # inf and nan
        raise argparse.ArgumentTypeError(tr("cli.not_seconds", value=text))
    return value


@contextmanager
def new_session(
    args: argparse.Namespace, capture: int | None = DEFAULT_CAPTURE
) -> Iterator[Session]:
    """A session with the record that was asked for, or one that goes with the run.

    From here on a signal leads to an orderly end, which a second one hurries.

    Raises:
        Problem: no record can be made; at the end: not everything was recorded.
    """
    private.sweep()
    with interruptible(), ExitStack() as stack:
        session = _begun(args, capture, stack)
        watch = RecordWatch(session.journal)
        try:
            with session, interrupts.telling(hurried=session.hurry):
                yield session
        finally:
            watch.finish()
        watch.check()


def _begun(args: argparse.Namespace, capture: int | None, stack: ExitStack) -> Session:
    """Raises Problem: the record cannot be made; of one that was not asked for, with a way out."""
    beyond = args.beyond_loopback
    keep = getattr(args, "keep", None)  # a demonstration is short: `lab` has no such option
    if args.record is not None:
        return Session(args.record, capture=capture, beyond_loopback=beyond, keep=keep)
    try:
        folder = stack.enter_context(PrivateFolder(private.temporary(), "record-"))
        path = folder.path / ("record.swb" if keep is None else "record")
        return Session(path, capture=capture, beyond_loopback=beyond, keep=keep)
    except Problem as problem:
        raise Problem("cli.no_place", reason=problem) from problem


def run_scenario(scenario: Scenario, args: argparse.Namespace, junit: Path | None = None) -> int:
    """Run it; the exit status.

    Raises:
        Problem: a file that cannot be written, before anything starts where that can be known.
    """
    if junit is not None:
        check_place(junit)
    with new_session(args, scenario.capture) as session:
        printer = Printer(session) if args.json else None
        steps = StepPrinter(scenario) if not args.json else None
        runner = Runner(
            session, scenario, timeout=args.timeout, told=steps.told if steps is not None else None
        )
        try:
            if printer is not None:
                printer.start()
            with interrupts.telling(asked=runner.interrupt):
                report = runner.run()
        except KeyboardInterrupt:
            return INTERRUPTED
        finally:
            session.stop_all_and_wait()
            if junit is not None:
                _write_junit(runner, junit)
            if printer is not None:
                printer.finish()
        if steps is not None:
            steps.end(report)
        elif not report.ok:
            for step in report.steps:
                if step.reason is not None:
                    tell(step.reason, error=True)
        return OK if report.ok else FAILED


def check_place(path: Path) -> None:
    """Try whether a file can be written at a path, before a run has taken its time.

    Raises Problem.
    """
    there = path.exists()
    try:
        with path.open("a"):
            pass
        if not there:
            path.unlink()
    except OSError as error:
        raise Problem("cli.cannot_write", path=str(path), reason=reason_of(error)) from error


def _write_junit(runner: Runner, path: Path) -> None:
    try:
        write_junit(runner.report, path)
    except OSError as error:
        raise Problem("cli.cannot_write", path=str(path), reason=reason_of(error)) from error
