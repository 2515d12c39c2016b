"""A suite is a run, a case is a step; whatever it holds, it is XML that others read."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench.scenario.junit import OUTPUT_MOST, Each, Suite, write_junit
from workbench.scenario.model import parse
from workbench.scenario.report import Report, Round, StepResult, title_of
from workbench.scenario.steps import Loop
from workbench.texts import Problem

BROKEN = Problem("scenario.run_timeout")
FOUR = parse(
    'title = "Four"\n[[step]]\ndo = "note"\ntext = "a"\n[[step]]\ndo = "wait"\nseconds = 1\n'
    '[[step]]\ndo = "note"\ntext = "a"\n[[step]]\ndo = "note"\ntext = "z"\n'
)
LOOP = parse(
    'step = [{ do = "note", text = "a" }, { do = "loop", times = 200,'
    ' step = [{ do = "note", text = "b" }, { do = "wait", seconds = 0 }] }]\n'
)


def report(reasons: list[Problem | None], scenario: object = FOUR) -> Report:
    """The first steps of a scenario with what came of them."""
    made = Report(FOUR if scenario is FOUR else LOOP)
    for number, (step, reason) in enumerate(
        zip(made.scenario.steps, reasons, strict=False), start=1
    ):
        made.steps.append(StepResult(number, title_of(step), reason, 0.5, step=step))
    return made


def written(path: Path, *suites: Suite) -> ET.Element:
    write_junit(suites, path)
    return ET.parse(path).getroot()


def test_cases_failures_times_and_what_was_not_reached(tmp_path: Path) -> None:
    made = report([None, BROKEN])
    root = written(
        tmp_path / "r.xml", Suite("jobs/redis.toml", made, begun="2026-01-02T03:04:05+00:00")
    )
    assert root.tag == "testsuites"
    assert root.attrib == {
        "tests": "4", "failures": "1", "errors": "0", "skipped": "2", "time": "1.000"
    }  # fmt: skip
    (suite,) = root
    assert suite.attrib == {
        "name": "jobs/redis.toml", "timestamp": "2026-01-02T03:04:05+00:00", "tests": "4",
        "failures": "1", "errors": "0", "skipped": "2", "time": "1.000",
    }  # fmt: skip
    cases = list(suite.iter("testcase"))
    assert {case.get("classname") for case in cases} == {"jobs.redis"}
    assert [case.get("name") for case in cases] == [
        "note(text='a')", "wait(1.0)", "note(text='a') [2]", "note(text='z')"
    ]  # fmt: skip
    failure = cases[1][0]
    assert failure.get("message") == failure.text == BROKEN.text
    assert [[child.tag for child in case] for case in cases] == [
        [], ["failure"], ["skipped"], ["skipped"]
    ]  # fmt: skip


def rounds(failed: set[int]) -> Report:
    """200 rounds of a loop, some of which failed."""
    made = Report(LOOP)
    note, loop = LOOP.steps
    assert isinstance(loop, Loop)
    made.steps.append(StepResult(1, title_of(note), None, 0.25, step=note))
    for number in range(1, 201):
        for step in loop.steps:
            reason = BROKEN if number in failed and step is loop.steps[-1] else None
            made.steps.append(
                StepResult(
                    len(made.steps) + 1, title_of(step), reason, 0.25, step=step,
                    rounds=(Round(loop, number),),
                )
            )  # fmt: skip
    return made


def test_a_loop_is_one_case_with_its_rounds_inside(tmp_path: Path) -> None:
    (suite,) = written(tmp_path / "r.xml", Suite("a.toml", rounds({17, 200})))
    cases = list(suite.iter("testcase"))
    assert len(cases) == 2
    assert cases[1].get("time") == "100.000"
    failure, out = cases[1]
    assert failure.get("message") == f"wait(0.0) [round 17]: {BROKEN.text}"
    assert str(out.text).splitlines() == [
        "1  held  note(text='b')  (0.250 s)",
        "1  held  wait(0.0)  (0.250 s)",
        "2–16  held  (rounds: 15, steps: 30, 7.500 s)",
        "17  held  note(text='b')  (0.250 s)",
        "17  FAILED  wait(0.0)  (0.250 s)",
        f"   {BROKEN.text}",
        "18–199  held  (rounds: 182, steps: 364, 91.000 s)",
        "200  held  note(text='b')  (0.250 s)",
        "200  FAILED  wait(0.0)  (0.250 s)",
        f"   {BROKEN.text}",
    ]


def test_with_verbose_each_round_is_told_as_far_as_there_is_room(tmp_path: Path) -> None:
    write_junit([Suite("a.toml", rounds({200}))], tmp_path / "r.xml", verbose=True)
    said = str(ET.parse(tmp_path / "r.xml").getroot().findtext(".//system-out"))
    assert len(said) <= OUTPUT_MOST + 5
    lines = said.splitlines()
    assert lines[2].startswith("2  held  note(text='b')")
    assert lines[-2].startswith("200  FAILED  wait(0.0)")


def test_where_a_run_is_a_case_its_loops_are_folded_too(tmp_path: Path) -> None:
    write_junit([Suite("a.toml", rounds(set()))], tmp_path / "r.xml", Each.RUN)
    said = str(ET.parse(tmp_path / "r.xml").getroot().findtext(".//system-out")).splitlines()
    assert [line.partition("  ")[0] for line in said] == ["1", "2", "3", "4–401"]


def test_what_a_loop_says_stands_beside_its_case(tmp_path: Path) -> None:
    said = Problem("scenario.loop_in_vain", times=2, what="errno='EPIPE'")
    made = Report(LOOP)
    made.steps.append(StepResult(1, "loop", None, 0.5, said, LOOP.steps[1]))
    (out,) = written(tmp_path / "r.xml", Suite("a.toml", made)).iter("system-out")
    assert out.text == said.text


def test_a_step_that_is_judged_at_the_end_is_one_case(tmp_path: Path) -> None:
    made = report([None, None, None, None])
    late = made.steps[0]
    made.steps.append(StepResult(5, late.title, BROKEN, 0.0, step=late.step))
    (suite,) = written(tmp_path / "r.xml", Suite("a.toml", made))
    assert (suite.get("tests"), suite.get("failures")) == ("4", "1")


@pytest.mark.parametrize("each", Each)
def test_a_run_that_was_interrupted_has_not_held(tmp_path: Path, each: Each) -> None:
    suite = Suite("a.toml", report([None]), interrupted=True)
    write_junit([suite], tmp_path / "r.xml", each)
    root = ET.parse(tmp_path / "r.xml").getroot()
    said = [skipped.get("message") for skipped in root.iter("skipped")]
    here, later = Problem("scenario.interrupted").text, Problem("scenario.not_reached").text
    assert said == ([here, later, later] if each is Each.STEP else [here])


def test_a_loop_that_was_interrupted_has_not_held(tmp_path: Path) -> None:
    made = rounds(set())
    (suite,) = written(tmp_path / "whole.xml", Suite("a.toml", made, interrupted=True))
    assert suite.get("skipped") == "0"  # it was over
    del made.steps[-7:]
    (suite,) = written(tmp_path / "r.xml", Suite("a.toml", made, interrupted=True))
    loop = list(suite.iter("testcase"))[1]
    assert [child.tag for child in loop] == ["skipped", "system-out"]


def test_a_run_that_was_refused_is_an_error(tmp_path: Path) -> None:
    (suite,) = written(tmp_path / "r.xml", Suite("a.toml", refused=BROKEN))
    assert (suite.get("tests"), suite.get("errors")) == ("1", "1")
    assert next(suite.iter("error")).get("message") == BROKEN.text


@pytest.mark.parametrize(
    ("name", "classname"),
    [("a.toml", "a"), ("./x/v1.2/a.toml", "x.v1_2.a"), ("../up/a.toml", "up.a"),
     ("/abs/a.toml", "abs.a"), ("", "scenario")],
)  # fmt: skip
def test_a_file_is_a_class_in_its_packages(tmp_path: Path, name: str, classname: str) -> None:
    root = written(tmp_path / "r.xml", Suite(name, report([None])))
    assert {case.get("classname") for case in root.iter("testcase")} == {classname}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters()), st.text(st.characters()))
def test_any_text_makes_xml(tmp_path: Path, title: str, name: str) -> None:
    made = Report(FOUR)
    problem = Problem("scenario.came", what=name, seq=1)
    made.steps.append(StepResult(1, name, problem, 0.0, step=FOUR.steps[0]))
    (suite,) = written(tmp_path / "r.xml", Suite(title, made))
    assert len(list(suite.iter("failure"))) == 1


def test_a_place_that_is_none_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="none"):
        write_junit([], tmp_path / "none" / "r.xml")


def test_each_run_may_be_a_case_in_the_suite_of_its_file(tmp_path: Path) -> None:
    held = report([None] * 4)
    failed = report([None, BROKEN])
    failed.scenario = replace(failed.scenario, case="user=ann")
    late = Report(failed.scenario)
    suites = [
        Suite("jobs/a.toml", held, begun="now"),
        Suite("jobs/b.toml [user=ann]", failed, file="jobs/b.toml"),
        Suite("jobs/b.toml [user=bob]", late, file="jobs/b.toml"),
        Suite("jobs/c.toml", refused=Problem("cli.failed")),
    ]
    write_junit(suites, tmp_path / "r.xml", Each.RUN)
    root = ET.parse(tmp_path / "r.xml").getroot()
    counts = {key: root.get(key) for key in ("tests", "failures", "errors", "skipped", "time")}
    assert counts == {"tests": "4", "failures": "1", "errors": "1", "skipped": "1", "time": "3.000"}
    assert [suite.get("name") for suite in root] == ["jobs/a.toml", "jobs/b.toml", "jobs/c.toml"]
    cases = list(root.iter("testcase"))
    assert [(case.get("classname"), case.get("name")) for case in cases] == [
        ("jobs.a", "Four"), ("jobs.b", "user=ann"), ("jobs.b", "user=ann"), ("jobs.c", "c.toml"),
    ]  # fmt: skip
    (failure,) = root.iter("failure")
    assert failure.get("message") == f"{title_of(FOUR.steps[1])}: {BROKEN.text}"
    said = [line.partition("  ")[0] for line in str(cases[0].findtext("system-out")).splitlines()]
    assert said == ["1", "2", "3", "4"]


def test_an_error_that_was_expected_is_named(tmp_path: Path) -> None:
    made = report([None])
    made.steps[0] = made.steps[0]._replace(error="ECONNREFUSED")
    root = written(tmp_path / "r.xml", Suite("a.toml", made))
    assert "→ ECONNREFUSED, as expected" in str(root.findtext(".//system-out"))
