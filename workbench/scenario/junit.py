"""A report as JUnit XML: every step a test case."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

from workbench.printable import escape, escape_lines
from workbench.scenario.report import Report


def write_junit(report: Report, path: Path) -> None:
    """Write the report. Raises OSError.

    What XML 1.0 cannot hold (its section 2.2, Char) stands there as an escape.
    """
    failures = sum(step.reason is not None for step in report.steps)
    total = sum(step.seconds for step in report.steps)
    suite = ET.Element(
        "testsuite",
        name=escape(report.scenario.title or "scenario"),
        tests=str(len(report.steps)),
        failures=str(failures),
        errors="0",
        skipped="0",
        time=f"{total:.3f}",
    )
    for step in report.steps:
        case = ET.SubElement(
            suite,
            "testcase",
            classname="scenario",
            name=escape(f"{step.number} {step.title}"),
            time=f"{step.seconds:.3f}",
        )
        if step.reason is not None:
            text = escape_lines(step.reason.text)
            ET.SubElement(case, "failure", message=text).text = text
        if step.said is not None:
            ET.SubElement(case, "system-out").text = escape_lines(step.said.text)
    root = ET.Element("testsuites")
    root.append(suite)
    ET.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)
