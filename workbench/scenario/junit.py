"""Runs as JUnit XML, for GitHub's reporters and Jenkins.

A suite is a run and a case is a step of the file. A loop is one case, with its rounds as its
output: the first and the failed ones step by step, the others only counted. The name of a case
contains no number: one more step would rename all after it. What was not reached is skipped.
Alternatively a suite is a file and a case is a run of it: if a file is one test, or each of its
cases is.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from itertools import groupby
from pathlib import Path, PurePosixPath
from typing import Final

from workbench.frozen import dataclass
from workbench.journal.whole_file import write_whole
from workbench.printable import escape, escape_lines
from workbench.scenario.folded_rounds import Counts, in_full, is_last
from workbench.scenario.report import Report, StepResult, seconds_of, title_of
from workbench.scenario.steps import Loop, Step
from workbench.texts import Problem, tr

OUTPUT_MOST: Final = 16_384
"""Characters of what a case says: its beginning and its end are kept."""


@dataclass(frozen=True, slots=True)
class Suite:
    """A run, as a suite of the report.

    Attributes:
        name: that of the run: its file, and its case.
        report: None: it was refused.
        refused: why nothing was run.
        begun: when it began, in seconds since the epoch.
        file: the scenario's; its runs form one suite if each is one case; "": as the name.
        interrupted: it was given up before its end, in the first step without a result.
        masked: removes secrets from the line of a step that was not reached; the others have none.
    """

    name: str
    report: Report | None = None
    refused: Problem | None = None
    begun: str = ""
    file: str = ""
    interrupted: bool = False
    masked: Callable[[str], str] = str


class Each(StrEnum):
    """What a test case of the report stands for: a step or a run."""

    STEP = "step"
    RUN = "run"


def write_junit(
    suites: Iterable[Suite], path: Path, each: Each = Each.STEP, *, verbose: bool = False
) -> None:
    """Write the report. Raises OSError.

    What XML 1.0 cannot contain (section 2.2, Char) is escaped. `verbose`: every step of every round
    is reported.
    """
    if each is Each.STEP:
        write_suites((_suite(suite, verbose=verbose) for suite in suites), path)
    else:
        write_suites(_files(suites, verbose=verbose), path)


def _files(runs: Iterable[Suite], *, verbose: bool) -> Iterator[ET.Element]:
    """A suite for each file, with a case for each run of it."""
    files: dict[str, list[Suite]] = {}
    for run in runs:
        files.setdefault(run.file or run.name, []).append(run)
    for file, its in files.items():
        suite = ET.Element("testsuite", name=escape(file))
        if its[0].begun:
            suite.set("timestamp", its[0].begun)
        suite.extend(_whole_run(run, escape(_dotted(file)), verbose=verbose) for run in its)
        sum_up(suite)
        yield suite


def _whole_run(run: Suite, classname: str, *, verbose: bool) -> ET.Element:
    """One run as a case: it failed where its first failed step did."""
    scenario = None if run.report is None else run.report.scenario
    name = PurePosixPath(run.name.replace("\\", "/")).name
    if scenario is not None:
        name = scenario.case or scenario.title or name
    steps = [] if run.report is None else run.report.steps
    case = ET.Element("testcase", classname=classname, name=escape(name))
    case.set("time", f"{seconds_of(steps):.3f}")
    failed = next((step for step in steps if step.reason is not None), None)
    if run.refused is not None:
        text = escape_lines(str(run.refused))
        ET.SubElement(case, "error", message=text).text = text
    elif failed is not None:
        text = f"{escape(failed.where)}: {escape_lines(str(failed.reason))}"
        ET.SubElement(case, "failure", message=text).text = text
    elif run.interrupted:
        ET.SubElement(case, "skipped", message=tr("scenario.interrupted"))
    elif not steps and scenario is not None and scenario.steps:
        ET.SubElement(case, "skipped", message=tr("scenario.not_reached"))
    if steps:
        numbers = list(map(str, range(1, len(steps) + 1)))
        lines = list(_told(steps, numbers, verbose=verbose))
        ET.SubElement(case, "system-out").text = _bounded("\n".join(lines))
    return case


def _told(results: Sequence[StepResult], labels: Sequence[str], *, verbose: bool) -> Iterator[str]:
    """Lines of steps, each with its label; for rounds that held, except the first of a loop, only
    how many steps there were. `verbose`: all of these too.
    """
    shown = [True for _ in results] if verbose else in_full(results)
    first: dict[int, str] = {}
    for at, result in enumerate(results):
        if result.rounds:
            begun = first.setdefault(id(result.rounds[-1].loop), result.round)
            shown[at] = shown[at] or begun == result.round
        else:
            shown[at] = True
    for is_shown, group in groupby(range(len(results)), key=shown.__getitem__):
        places = list(group)
        if is_shown:
            for at in places:
                yield from _lines(labels[at], results[at])
            continue
        ends = dict.fromkeys((labels[places[0]], labels[places[-1]]))
        counts = Counts(
            len({results[at].round for at in places}),
            steps=len(places),
        )
        seconds = seconds_of(results[at] for at in places)
        yield f"{'–'.join(ends)}  {tr('cli.held')}  ({counts}, {seconds:.3f} s)"


def _lines(number: str, result: StepResult) -> Iterator[str]:
    """A step of a run or round, and what there is to say about it."""
    mark = tr("cli.held") if result.reason is None else tr("cli.failed")
    yield f"{number}  {mark}  {escape(result.line)}  ({result.seconds:.3f} s)"
    for said in (result.reason, result.said):
        if said is not None:
            yield escape_lines(f"   {said}")


def write_suites(suites: Iterable[ET.Element], path: Path) -> None:
    """Write suites that are elements already, with their sums; or nothing, if there are none.
    Raises OSError.
    """
    root = ET.Element("testsuites")
    root.extend(suites)
    for count in ("tests", "failures", "errors", "skipped"):
        root.set(count, str(sum(int(suite.get(count, "0")) for suite in root)))
    root.set("time", f"{sum(float(suite.get('time', '0')) for suite in root):.3f}")
    write_whole(
        path,
        lambda out: ET.ElementTree(root).write(out, encoding="utf-8", xml_declaration=True),
        replace=True,
    )


def _suite(suite: Suite, *, verbose: bool) -> ET.Element:
    found = ET.Element("testsuite", name=escape(suite.name))
    classname = escape(_dotted(suite.name))
    if suite.begun:
        found.set("timestamp", suite.begun)
    if suite.report is not None:
        title = suite.report.scenario.title
        if title:
            kept = ET.SubElement(found, "properties")
            ET.SubElement(kept, "property", name="title", value=escape(title))
        for case in _cases(suite, suite.report, verbose=verbose):
            case.set("classname", classname)
            found.append(case)
    if suite.refused is not None:
        case = ET.SubElement(found, "testcase", classname=classname, name="scenario", time="0.000")
        text = escape_lines(str(suite.refused))
        ET.SubElement(case, "error", message=text).text = text
    sum_up(found)
    return found


def sum_up(suite: ET.Element) -> None:
    """Have a suite state how many cases it has, how they ended, and how long they took."""
    counts = {"tests": "testcase", "failures": "failure", "errors": "error", "skipped": "skipped"}
    for count, tag in counts.items():
        suite.set(count, str(len(list(suite.iter(tag)))))
    seconds = sum(float(case.get("time", "0")) for case in suite.iter("testcase"))
    suite.set("time", f"{seconds:.3f}")


def _dotted(name: str) -> str:
    """A run's name as a class in packages, from which Jenkins makes a tree."""
    path = PurePosixPath(name.replace("\\", "/"))
    parts = [part for part in path.parts if part not in {"/", ".", ".."}]
    return ".".join(part.removesuffix(".toml").replace(".", "_") for part in parts) or "scenario"


def _cases(suite: Suite, report: Report, *, verbose: bool) -> Iterator[ET.Element]:
    """A case for each step of the file, reached or not."""
    owners = {
        id(inner): index
        for index, step in enumerate(report.scenario.steps)
        for inner in (step, *_inside(step))
    }
    results: list[list[StepResult]] = [[] for _ in report.scenario.steps]
    for result in report.steps:
        owner = owners.get(id(result.step), len(results) - 1)
        if results:
            results[owner].append(result)
    names: Counter[str] = Counter()
    interrupted = suite.interrupted
    last = report.steps[-1] if report.steps else None
    within = None  # the loop that was interrupted
    if interrupted and last is not None and last.rounds and not is_last(last):
        within = last.rounds[0].loop
    for step, came in zip(report.scenario.steps, results, strict=True):
        own = (result.name or result.title for result in came if result.step is step)
        name = next(own, None) or suite.masked(title_of(step))
        names[name] += 1
        again = names[name]
        case = ET.Element("testcase", name=escape(name if again == 1 else f"{name} [{again}]"))
        if came:
            _fill(case, step, came, verbose=verbose)
            if step is within and case.find("failure") is None:
                case.insert(0, ET.Element("skipped", message=tr("scenario.interrupted")))
                interrupted = False
        else:
            key = "scenario.interrupted" if interrupted else "scenario.not_reached"
            case.set("time", "0.000")
            ET.SubElement(case, "skipped", message=tr(key))
            interrupted = False  # those after it were not reached
        yield case


def _inside(step: Step) -> Iterator[Step]:
    for inner in step.steps if isinstance(step, Loop) else ():
        yield inner
        yield from _inside(inner)


def _fill(case: ET.Element, step: Step, came: Sequence[StepResult], *, verbose: bool) -> None:
    own = [result.seconds for result in came if result.step is step]
    case.set("time", f"{own[0] if own else sum(result.seconds for result in came):.3f}")
    failed = next((result for result in came if result.reason is not None), None)
    if failed is not None and failed.reason is not None:
        text = escape_lines(str(failed.reason))
        if failed.step is not step:  # for a loop: which of its steps
            text = f"{escape(failed.where)}: {text}"
        ET.SubElement(case, "failure", message=text).text = text
    alone = [result for result in came if result.step is step or not isinstance(step, Loop)]
    said = [escape_lines(str(result.said)) for result in alone if result.said is not None]
    said += [escape(result.line) for result in alone if result.error]
    if isinstance(step, Loop):
        said = [*_rounds(step, came, verbose=verbose), *said]
    if said:
        ET.SubElement(case, "system-out").text = _bounded("\n".join(said))


def _rounds(loop: Loop, came: Sequence[StepResult], *, verbose: bool) -> Iterator[str]:
    """The results of the rounds, each with its number."""
    inner = {id(step) for step in _inside(loop)}
    rows = [result for result in came if id(result.step) in inner]
    yield from _told(rows, [result.round for result in rows], verbose=verbose)


def _bounded(text: str) -> str:
    if len(text) <= OUTPUT_MOST:
        return text
    half = OUTPUT_MOST // 2
    return f"{text[:half]}\n…\n{text[-half:]}"
