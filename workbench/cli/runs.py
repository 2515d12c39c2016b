"""`run`: scenario files and folders, one after the other, with one summary."""

from __future__ import annotations

import argparse
import os
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from workbench.cli import github, given_values
from workbench.cli.exit_status import BAD_INPUT, FAILED, INTERRUPTED, OK
from workbench.cli.key_password import Typed, with_typed_passwords
from workbench.cli.output import StepPrinter, failures, tell, write, write_printable
from workbench.payload.masking import LEAST
from workbench.printable import escape, escape_lines
from workbench.scenario.junit import Each, Suite, write_junit
from workbench.scenario.model import load_runs
from workbench.scenario.named_values import Given
from workbench.scenario.report import Report, StepResult, seconds_of
from workbench.scenario.secrets import masker_of, too_short
from workbench.scenario.step_lines import StepLines
from workbench.scenario.steps import Scenario
from workbench.texts import Problem, language, reason_of, tr

ENDING: Final = ".toml"
_STEPS: Final = ("step", "loop")
"""Keys at the top of a file in a folder, if it is a scenario."""
_WORST: Final = (OK, FAILED, BAD_INPUT, INTERRUPTED)


@dataclass(slots=True)
class Run:
    """One requested run and its outcome.

    Attributes:
        name: as it is shown: the file as it was given, and which of its cases.
        scenario: None where the file is refused.
        report: None until it has begun.
        refused: why it was not run, or not to its end.
        status: None until it has ended.
    """

    name: str
    path: Path
    scenario: Scenario | None = None
    report: Report | None = None
    refused: Problem | None = None
    begun: str = ""
    status: int | None = None
    record: Path | None = field(default=None)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `run` to those that all commands take."""
    parser.add_argument(
        "scenarios",
        type=Path,
        nargs="+",
        metavar="SCENARIO|FOLDER",
        help=tr("cli.help_scenario_file"),
    )
    parser.add_argument("-k", dest="named", metavar="NAME", help=tr("cli.help_named"))
    parser.add_argument("--fail-fast", action="store_true", help=tr("cli.help_fail_fast"))
    parser.add_argument("--junit", type=Path, metavar="FILE", help=tr("cli.help_junit"))
    parser.add_argument(
        "--junit-each",
        choices=[each.value for each in Each],
        default=Each.STEP.value,
        help=tr("cli.help_junit_each"),
    )
    given_values.add_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Run them all; the exit status of the worst.

    Raises:
        Problem: what is wrong with the only file; there is nothing to run; an output path cannot be
            written to.
    """
    asked = list(_asked(args))
    several = len(args.scenarios) > 1 or args.scenarios[0].is_dir() or _has_cases(asked[0])
    if args.junit is not None:
        _check_takes_nothing(args.junit, [*(each.path for each in asked), args.record])
        check_place(args.junit)
    if several and args.record is not None:
        _make_places(asked, args.record)
    typed: Typed = {}
    try:
        for each in asked:
            if each.scenario is not None:
                each.scenario = with_typed_passwords(each.scenario, typed)
            _run(each, args, several=several)
            if each.status == INTERRUPTED or (args.fail_fast and each.status != OK):
                break
    finally:
        if args.junit is not None:
            _write_junit(asked, args)
    if not several and asked[0].refused is not None:
        raise asked[0].refused
    if several and not args.json:
        _summary(asked)
    done = [each.status for each in asked if each.status is not None]
    return max(done, key=_WORST.index)


def _has_cases(made: Run) -> bool:
    return made.scenario is not None and bool(made.scenario.case)


# -- what there is to run ---------------------------------------------------------------------


def _asked(args: argparse.Namespace) -> Iterator[Run]:
    """The runs that were asked for. Raises Problem: there are none."""
    given = given_values.given(args, beyond_loopback=args.beyond_loopback)
    found = False
    for path in dict.fromkeys(file for each in args.scenarios for file in _files(each)):
        made = Run(str(path), path)
        for each in _cases(made, given):
            if args.named is None or _is_named(each, args.named):
                found = True
                yield each
    if not found:
        raise Problem("cli.nothing_named", name=args.named)


def _cases(made: Run, given: Given) -> Iterator[Run]:
    """A run for each case of a file; one for the file itself if it has no cases, or is refused."""
    try:
        scenarios = load_runs(made.path, given)
    except Problem as problem:
        made.refused = problem
        yield made
        return
    for warning in scenarios[0].warnings:
        tell(tr("cli.warning", what=warning), error=True)
    for scenario in scenarios:
        name = f"{made.name} [{escape(scenario.case)}]" if scenario.case else made.name
        yield Run(name, made.path, scenario)


def _files(path: Path) -> Sequence[Path]:
    """The file itself, or the scenarios in a folder and below it, in order.

    Raises:
        Problem: a folder without any.
    """
    if not path.is_dir():
        return [path]
    found = [
        file
        for file in sorted(path.rglob(f"*{ENDING}"))
        if file.is_file()
        and not any(part.startswith(".") for part in file.relative_to(path).parts)
        and _is_scenario(file)
    ]
    if not found:
        raise Problem("cli.no_scenarios", path=str(path))
    return found


def _is_scenario(path: Path) -> bool:
    """Whether a file has steps; one that cannot be read is not skipped silently."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return True
    return any(key in table for key in _STEPS)


def _is_named(made: Run, part: str) -> bool:
    titles = [made.scenario.title, *made.scenario.titles.values()] if made.scenario else []
    return any(part.casefold() in text.casefold() for text in (made.name, *titles))


def _make_places(asked: Sequence[Run], folder: Path) -> None:
    """The path of a record for each run, in a folder, named after the files.

    Raises:
        Problem: the folder cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Problem("cli.cannot_write", path=str(folder), reason=reason_of(error)) from error
    taken: set[str] = set()
    for made in asked:
        name, number = made.path.stem, 1
        while name in taken:
            number += 1
            name = f"{made.path.stem}-{number}"
        taken.add(name)
        made.record = folder / f"{name}.swb"


# -- one of them ------------------------------------------------------------------------------


def _run(made: Run, args: argparse.Namespace, *, several: bool) -> None:
    """Run one scenario and report it, on GitHub beside the lines of its file too."""
    made.begun = datetime.now().astimezone().isoformat(timespec="seconds")
    shown = None
    if made.scenario is not None:
        # the module of sockets and record: a refused file needs neither
        from workbench.cli.run import play

        for name in too_short(made.scenario):
            tell(tr("cli.secret_short", name=name, least=LEAST), error=True)
        made.report = Report(made.scenario)
        if not args.json and (not several or args.verbose):
            shown = StepPrinter(made.scenario, verbose=args.verbose)
        own = argparse.Namespace(**{**vars(args), "record": made.record or args.record})
        try:
            made.status = play(
                made.report,
                own,
                shown=shown,
                name=made.name if several else None,
            )
        except Problem as problem:
            made.refused = problem
    if made.refused is not None:
        made.status = BAD_INPUT
    if made.status == INTERRUPTED:
        return
    report = made.report
    if report is not None and (made.refused is None or report.steps):
        if shown is not None:
            shown.end(report)
        elif not several:
            for step in failures(report):
                tell(step.reason, error=True)
    if several:
        _one_line(made, args)
    if github.wanted():
        _beside_lines(made, error=args.json)


def _one_line(made: Run, args: argparse.Namespace) -> None:
    """Print the line of a run, and below it what failed unless its steps have said so; with JSON
    only the failures, on stderr.
    """
    if args.json:
        if made.refused is not None:
            tell(made.refused, error=True)
        for step in _failed(made):
            tell(f"{made.name}: {step.where}: {step.reason}", error=True)
        return
    seconds = seconds_of(made.report.steps) if made.report else 0.0
    marks = {OK: "cli.held", FAILED: "cli.failed", BAD_INPUT: "cli.refused"}
    mark = tr(marks[made.status if made.status is not None else BAD_INPUT])
    steps = len(made.report.steps) if made.report else 0
    lines = [
        f"{mark}  {tr('cli.one_run', name=_called(made), steps=steps, seconds=f'{seconds:.3f}')}"
    ]
    for step in _failed(made) if not args.verbose else ():
        lines += [f"       {step.number}  {step.where}", f"       {step.reason}"]
    for step in made.report.steps if made.report else ():
        if step.warns:
            lines.append(f"       {tr('cli.warns', number=step.number, said=step.said)}")
    if made.refused is not None:
        lines.append(f"       {made.refused}")
    write("\n".join(lines) + "\n")


def _called(made: Run) -> str:
    if made.scenario is None:
        return made.name
    title = made.scenario.titles.get(language(), made.scenario.title)
    if made.scenario.case:  # the title says which case it is, so the name need not
        return f"{made.path}: {title}"
    return f"{made.name}: {title}" if title else made.name


def _failed(made: Run) -> list[StepResult]:
    return failures(made.report) if made.report is not None else []


def _beside_lines(made: Run, *, error: bool) -> None:
    """Report the same failures to GitHub; on stderr if stdout carries JSON."""
    lines = []
    if made.refused is not None:
        line = getattr(made.refused, "line", 1)
        lines.append(github.error_line(made.path, line, made.name, str(made.refused)))
    where = None
    with suppress(OSError, ValueError):
        if made.scenario is not None and _failed(made):
            where = StepLines(made.scenario, made.path.read_text(encoding="utf-8-sig"))
    for step in _failed(made):
        line = where.of(step.step) if where is not None else 1
        lines.append(github.error_line(made.path, line, step.where, str(step.reason)))
    for line_ in lines:
        write_printable(escape_lines(line_), error=error)


# -- all of them ------------------------------------------------------------------------------


def _summary(asked: Sequence[Run]) -> None:
    counts = {
        "runs": len(asked),
        "held": sum(each.status == OK for each in asked),
        "failed": sum(each.status == FAILED for each in asked),
        "refused": sum(each.status == BAD_INPUT for each in asked),
        "left": sum(each.status in {None, INTERRUPTED} for each in asked),
    }
    write(
        tr("cli.summary_of_runs" if not counts["left"] else "cli.summary_with_left", **counts)
        + "\n"
    )


def _check_takes_nothing(report: Path, others: Sequence[Path | None]) -> None:
    """Check that the report does not overwrite what is run, or the record. Raises Problem."""
    place = os.path.realpath(report)
    stream = report.exists() and not report.is_file()  # a terminal is both stdin and stdout
    taken = (os.path.realpath(other) for other in others if other is not None)
    if not stream and place in taken:
        raise Problem("cli.report_takes_place", path=str(report))


def check_place(path: Path) -> None:
    """Check that a file can be written at a path before a run takes its time.

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


def _write_junit(asked: Sequence[Run], args: argparse.Namespace) -> None:
    """Write the report. Raises Problem. Every step of a run that was not begun counts as
    skipped.
    """
    suites = []
    for made in asked:
        report = made.report
        if report is None and made.scenario is not None:
            report = Report(made.scenario)
        name = made.name
        if made.path.is_absolute():
            name = name.replace(str(made.path), os.path.relpath(made.path), 1)
        name = name.replace(os.sep, "/")
        case = made.scenario.case if made.scenario is not None else ""
        file = name.removesuffix(f" [{escape(case)}]") if case else name
        interrupted = made.status == INTERRUPTED
        hides = None if args.show_secrets else made.scenario
        masked = str if hides is None else masker_of(hides).text
        suites.append(Suite(name, report, made.refused, made.begun, file, interrupted, masked))
    try:
        write_junit(suites, args.junit, Each(args.junit_each), verbose=args.verbose)
    except OSError as error:
        reason = reason_of(error)
        raise Problem("cli.cannot_write", path=str(args.junit), reason=reason) from error
