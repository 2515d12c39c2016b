"""Runs as JUnit XML, as GitHub's reporters and Jenkins read it.

A suite is a run, a case is a step of the file: a loop is one, with its rounds as its output. A case
has no number in its name: a step more would rename all behind it. What was not reached is skipped.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Final

from workbench.frozen import dataclass
from workbench.printable import escape, escape_lines
from workbench.scenario.report import Report, StepResult, title_of
from workbench.scenario.steps import Loop, Step
from workbench.texts import Problem, tr

OUTPUT_MOST: Final = 16_384
"""Characters of what a case says: its beginning and its end are kept."""


@dataclass(frozen=True, slots=True)
class Suite:
    """One run.

    Attributes:
        name: of the run: its file, and its case.
        report: None where it was refused.
        refused: why nothing was run.
        begun: seconds since the epoch, when it began.
    """

    name: str
    report: Report | None = None
    refused: Problem | None = None
    begun: str = ""


def write_junit(suites: Iterable[Suite], path: Path) -> None:
    """Write the report. Raises OSError.

    What XML 1.0 cannot hold (its section 2.2, Char) stands there as an escape.
    """
    write_suites((_suite(suite) for suite in suites), path)


def write_suites(suites: Iterable[ET.Element], path: Path) -> None:
    """Write suites that are elements already, with their sums. Raises OSError."""
    root = ET.Element("testsuites")
    root.extend(suites)
    for count in ("tests", "failures", "errors", "skipped"):
        root.set(count, str(sum(int(suite.get(count, "0")) for suite in root)))
    root.set("time", f"{sum(float(suite.get('time', '0')) for suite in root):.3f}")
    ET.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)


def _suite(suite: Suite) -> ET.Element:
    found = ET.Element("testsuite", name=escape(suite.name))
    classname = escape(_dotted(suite.name))
    if suite.begun:
        found.set("timestamp", suite.begun)
    if suite.report is not None:
        title = suite.report.scenario.title
        if title:
            kept = ET.SubElement(found, "properties")
            ET.SubElement(kept, "property", name="title", value=escape(title))
        for case in _cases(suite.report):
            case.set("classname", classname)
            found.append(case)
    if suite.refused is not None:
        case = ET.SubElement(found, "testcase", classname=classname, name="scenario", time="0.000")
        text = escape_lines(str(suite.refused))
        ET.SubElement(case, "error", message=text).text = text
    sum_up(found)
    return found


def sum_up(suite: ET.Element) -> None:
    """Have a suite say how many cases it has, how they came out, and how long they took."""
    counts = {"tests": "testcase", "failures": "failure", "errors": "error", "skipped": "skipped"}
    for count, tag in counts.items():
        suite.set(count, str(len(list(suite.iter(tag)))))
    seconds = sum(float(case.get("time", "0")) for case in suite.iter("testcase"))
    suite.set("time", f"{seconds:.3f}")


def _dotted(name: str) -> str:
    """A run's name as a class in its packages, by which Jenkins makes a tree."""
    path = PurePosixPath(name.replace("\\", "/"))
    parts = [part for part in path.parts if part not in {"/", ".", ".."}]
    return ".".join(part.removesuffix(".toml").replace(".", "_") for part in parts) or "scenario"


def _cases(report: Report) -> Iterator[ET.Element]:
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
    for step, came in zip(report.scenario.steps, results, strict=True):
        name = next((result.title for result in came if result.step is step), title_of(step))
        names[name] += 1
        again = names[name]
        case = ET.Element("testcase", name=escape(name if again == 1 else f"{name} [{again}]"))
        _fill(case, step, came)
        yield case


def _inside(step: Step) -> Iterator[Step]:
    for inner in step.steps if isinstance(step, Loop) else ():
        yield inner
        yield from _inside(inner)


def _fill(case: ET.Element, step: Step, came: Sequence[StepResult]) -> None:
    own = [result.seconds for result in came if result.step is step]
    case.set("time", f"{own[0] if own else sum(result.seconds for result in came):.3f}")
    if not came:
        ET.SubElement(case, "skipped", message=tr("scenario.not_reached"))
        return
    failed = next((result for result in came if result.reason is not None), None)
    if failed is not None and failed.reason is not None:
        text = escape_lines(str(failed.reason))
        if failed.step is not step:  # of a loop: which of its steps
            text = f"{escape(failed.title)}: {text}"
        ET.SubElement(case, "failure", message=text).text = text
    said = [escape_lines(str(result.said)) for result in came if result.said is not None]
    if isinstance(step, Loop):
        said = [*_rounds(step, came), *said]
    if said:
        ET.SubElement(case, "system-out").text = _bounded("\n".join(said))


def _rounds(loop: Loop, came: Sequence[StepResult]) -> Iterator[str]:
    """A line for each step of each round."""
    inner = {id(step) for step in _inside(loop)}
    rows = [result for result in came if id(result.step) in inner]
    number = 0
    for result in rows:
        number += result.step is rows[0].step  # what a round begins with
        mark = tr("cli.held") if result.reason is None else tr("cli.failed")
        yield f"{number}  {mark}  {escape(result.title)}  ({result.seconds:.3f} s)"


def _bounded(text: str) -> str:
    if len(text) <= OUTPUT_MOST:
        return text
    half = OUTPUT_MOST // 2
    return f"{text[:half]}\n…\n{text[-half:]}"
