"""Runs one scenario on the command line: session, output, report, exit status."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from workbench import interrupts
from workbench.cli.exit_status import FAILED, INTERRUPTED, OK
from workbench.cli.outlet import interruptible
from workbench.cli.output import StepPrinter, failures, tell
from workbench.cli.printer import Printer
from workbench.cli.record_watch import RecordWatch
from workbench.engine.model.events import DEFAULT_CAPTURE
from workbench.journal import private
from workbench.journal.private import PrivateFolder
from workbench.scenario.report import Report
from workbench.scenario.runner import Runner
from workbench.scenario.steps import Scenario
from workbench.session import Session
from workbench.texts import Problem


@contextmanager
def new_session(
    args: argparse.Namespace, capture: int | None = DEFAULT_CAPTURE
) -> Iterator[Session]:
    """A session with the record that was asked for, or one that is deleted after the run.

    From here on a signal leads to an orderly end, which a second one hurries.

    Raises:
        Problem: no record can be made; at the end: not everything was recorded.
    """
    with interruptible(), ExitStack() as stack:
        private.sweep()  # it creates a file to try the place: a signal must not interrupt that
        session = _begun(args, capture, stack)
        watch = RecordWatch(session.journal)
        try:
            with session, interrupts.telling(hurried=session.hurry):
                yield session
        finally:
            watch.finish()
        watch.check()


def _begun(args: argparse.Namespace, capture: int | None, stack: ExitStack) -> Session:
    """A begun session. Raises Problem: the record cannot be made; if none was asked for, the text
    offers a way out.
    """
    beyond = args.beyond_loopback
    shows = getattr(args, "show_secrets", False)
    keep = getattr(args, "keep", None)  # a demonstration is short: `lab` has no such option
    if args.record is not None:
        return Session(
            args.record, capture=capture, beyond_loopback=beyond, keep=keep, shows_secrets=shows
        )
    try:
        folder = stack.enter_context(PrivateFolder(private.temporary(), "record-"))
        path = folder.path / ("record.swb" if keep is None else "record")
        return Session(
            path, capture=capture, beyond_loopback=beyond, keep=keep, shows_secrets=shows
        )
    except Problem as problem:
        raise Problem("cli.no_place", reason=problem) from problem


def run_scenario(scenario: Scenario, args: argparse.Namespace) -> int:
    """Run a scenario and report each step; the exit status.

    Raises:
        Problem: no record can be made, or not everything was recorded.
    """
    report = Report(scenario)
    shown = None if args.json else StepPrinter(scenario, verbose=getattr(args, "verbose", False))
    try:
        status = play(report, args, shown=shown)
    except Problem:
        if report.steps:  # it ran: its result is reported before the reason why it does not count
            _say_end(report, shown)
        raise
    if status != INTERRUPTED:
        _say_end(report, shown)
    return status


def _say_end(report: Report, shown: StepPrinter | None) -> None:
    """Print the summary; with JSON only what did not hold, on stderr."""
    if shown is not None:
        shown.end(report)
        return
    for step in failures(report):
        tell(step.reason, error=True)


def play(
    report: Report,
    args: argparse.Namespace,
    *,
    shown: StepPrinter | None = None,
    name: str | None = None,
) -> int:
    """Run the scenario of a report, filling the report; the exit status.

    Args:
        shown: is told about each step.
        name: the name of the run in lines of JSON, where there are several.

    Raises:
        Problem: no record can be made, or not everything was recorded.
    """
    with new_session(args, report.scenario.capture) as session:
        printer = Printer(session, run=name) if args.json else None
        runner = Runner(
            session,
            report.scenario,
            timeout=args.timeout,
            told=None if shown is None else shown.told,
            waits=None if shown is None else shown.write,
        )
        runner.report = report
        try:
            if printer is not None:
                printer.start()
            with interrupts.telling(asked=runner.interrupt):
                runner.run()
        except KeyboardInterrupt:
            if shown is not None:
                shown.finish()
            return INTERRUPTED
        finally:
            if shown is not None:
                shown.write()
            session.stop_all_and_wait()
            if printer is not None:
                printer.finish()
        return OK if report.ok else FAILED
