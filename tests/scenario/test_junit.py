"""Every step is a test case; whatever it holds, it is XML that others read."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench.scenario.junit import write_junit
from workbench.scenario.model import parse
from workbench.scenario.report import Report, StepResult
from workbench.texts import Problem


def report(*steps: StepResult, title: str = "t") -> Report:
    made = Report(parse(""))
    object.__setattr__(made.scenario, "title", title)
    made.steps.extend(steps)
    return made


def test_cases_failures_and_times(tmp_path: Path) -> None:
    path = tmp_path / "r.xml"
    broken = Problem("scenario.run_timeout")
    steps = StepResult(1, "a.start()", None, 0.5), StepResult(2, "wait(1)", broken, 1.0)
    write_junit(report(*steps), path)
    root = ET.parse(path).getroot()
    assert root.tag == "testsuites"
    suite = root[0]
    assert suite.attrib == {
        "name": "t",
        "tests": "2",
        "failures": "1",
        "errors": "0",
        "skipped": "0",
        "time": "1.500",
    }
    assert [case.attrib for case in suite] == [
        {"classname": "scenario", "name": "1 a.start()", "time": "0.500"},
        {"classname": "scenario", "name": "2 wait(1)", "time": "1.000"},
    ]
    failure = suite[1][0]
    assert failure.get("message") == failure.text == broken.text
    assert not list(suite[0])


def test_what_a_loop_says_stands_beside_its_case(tmp_path: Path) -> None:
    path = tmp_path / "r.xml"
    said = Problem("scenario.loop_in_vain", times=2, what="errno='EPIPE'")
    write_junit(report(StepResult(1, "loop(2)", None, 0.5, said)), path)
    (out,) = ET.parse(path).getroot().iter("system-out")
    assert out.text == said.text


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters()), st.text(st.characters()))
def test_any_text_makes_xml(tmp_path: Path, title: str, name: str) -> None:
    path = tmp_path / "r.xml"
    problem = Problem("scenario.came", what=name, seq=1)
    write_junit(report(StepResult(1, name, problem, 0.0), title=title), path)
    suite = ET.parse(path).getroot()[0]
    assert suite.get("name")
    assert len(list(suite.iter("failure"))) == 1


def test_a_place_that_is_none_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="none"):
        write_junit(report(), tmp_path / "none" / "r.xml")
