"""A check-up as JUnit XML: one suite with a test case for each case."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

from workbench.checkup.check_verdict import CheckVerdict, Judged
from workbench.checkup.checkup import CheckResult
from workbench.printable import escape, escape_lines
from workbench.scenario.junit import sum_up, write_suites
from workbench.texts import tr


def write_junit(result: CheckResult, address: str, path: Path, begun: str) -> None:
    """Write the report; `begun`: the start time in ISO 8601. Raises OSError.

    A case that strays is a failure, one that was not tried is skipped, and what stopped the
    check-up is an error.
    """
    suite = ET.Element("testsuite", name=escape(address), timestamp=begun)
    suite.extend(map(_case, result.judged))
    if result.stopped is not None:
        case = ET.SubElement(suite, "testcase", classname="check-up", name="check-up", time="0.000")
        text = escape_lines(result.stopped.text)
        ET.SubElement(case, "error", message=text).text = text
    sum_up(suite)
    write_suites([suite], path)


def _case(judged: Judged) -> ET.Element:
    case = judged.case
    made = ET.Element(
        "testcase",
        classname=f"check-up.{case.group}",
        name=escape(f"{case.name}: {case.title}"),
        time=f"{judged.seconds:.3f}",
    )
    if judged.verdict is CheckVerdict.LEFT:
        ET.SubElement(made, "skipped", message=judged.word)
        return made
    lines = [
        tr("checkup.line_says", says=case.says),
        tr("checkup.line_did", did=judged.told),
        judged.word,
    ]
    if judged.verdict is CheckVerdict.STRAYS:
        if judged.reason is not None:
            lines.append(judged.reason.text)
        message = escape(f"{judged.word}. {judged.told}")
        ET.SubElement(made, "failure", message=message).text = escape_lines("\n".join(lines))
    else:
        ET.SubElement(made, "system-out").text = escape_lines("\n".join(lines))
    return made
