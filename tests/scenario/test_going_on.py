"""How a run goes on: past a failed step, where it stays, and a loop that must meet its end."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.scenario.conftest import BOUND, PAIR, Play, Rows, reasons
from workbench.cli.output import StepPrinter
from workbench.journal.notes import note_text, verdict_of
from workbench.scenario.junit import Suite, write_junit
from workbench.scenario.model import ScenarioProblem, parse
from workbench.scenario.report import Report
from workbench.scenario.runner import Runner
from workbench.session import Session

STARTED = '{ do = "start", endpoint = "server" }'
REFUSED = '{ do = "shutdown", endpoint = "client"%s }'  # there is no connection
NOTE = '{ do = "note", text = "here" }'


def step(*lines: str, top: str = "") -> str:
    return f"{top}\nstep = [\n{''.join(line + ',' + chr(10) for line in lines)}]\n{PAIR}"


def outcome(report: Report) -> list[bool]:
    return [result.reason is None for result in report.steps]


# -- on_failure ---------------------------------------------------------------------------------


def test_a_step_goes_on_where_it_says_so(play: Play) -> None:
    go_on = REFUSED % ', on_failure = "next"'
    assert outcome(play(step(STARTED, go_on, NOTE))) == [True, False, True]
    assert outcome(play(step(STARTED, REFUSED % "", NOTE))) == [True, False]


def test_all_of_them_where_the_top_says_so_and_one_that_does_not(play: Play) -> None:
    top = 'on_failure = "next"'
    stop = REFUSED % ', on_failure = "stop"'
    report = play(step(REFUSED % "", NOTE, stop, NOTE, top=top))
    assert outcome(report) == [False, True, False]
    assert not report.ok


def test_what_failed_and_went_on_is_in_the_summary_the_report_and_the_record(
    play: Play, rows: Rows, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = play(step(REFUSED % "", NOTE, REFUSED % "", NOTE, top='on_failure = "next"'))
    StepPrinter(report.scenario).end(report)
    assert "2 held, 2 failed" in capsys.readouterr().out
    write_junit([Suite("t.toml", report)], tmp_path / "junit.xml")
    (suite,) = ET.parse(tmp_path / "junit.xml").getroot()
    assert suite.attrib["failures"] == "2"
    cases = suite.findall("testcase")
    assert [case.find("failure") is None for case in cases] == [False, True, False, True]
    (end,) = [row for row in rows() if row.call == "run_failed"]
    verdict = verdict_of(end)
    assert verdict is not None
    assert (verdict.number, verdict.steps, verdict.failed) == (1, 4, 2)
    assert "2 of 4 steps" in note_text(end)


def test_a_loop_goes_on_with_its_next_step_or_after_it(play: Play) -> None:
    def loop(inner: str, outer: str = "") -> str:
        failing = REFUSED % inner
        return f'{{ do = "loop", times = 2{outer}, step = [ {failing}, {NOTE} ] }}'

    go_on = ', on_failure = "next"'
    assert outcome(play(step(loop(go_on), NOTE))) == [False, True, False, True, True]
    assert outcome(play(step(loop("", go_on), NOTE))) == [False, True]
    assert outcome(play(step(loop(""), NOTE))) == [False]


def test_a_run_that_is_given_up_does_not_go_on(session: Session) -> None:
    go_on = '{ do = "wait", seconds = 60, on_failure = "next" }'
    runner = Runner(session, parse(step(go_on, NOTE)), timeout=0.05)
    assert outcome(runner.run()) == [False]


# -- stay ---------------------------------------------------------------------------------------


def test_a_run_stays_until_it_is_interrupted_and_then_goes_on(session: Session) -> None:
    """A client of another program comes meanwhile; what follows is still done."""
    text = step(STARTED, '{ do = "stay" }', '{ do = "stop", endpoint = "server" }')

    def interrupts() -> None:
        if len(runner.report.steps) == 1:  # it has begun to listen, and stays
            runner.interrupt()

    runner = Runner(session, parse(text), timeout=BOUND, waits=interrupts)
    runner.run()
    assert outcome(runner.report) == [True] * 3
    assert [result.title for result in runner.report.steps][1] == "stay()"


def test_it_stays_so_long(play: Play) -> None:
    report = play(step('{ do = "stay", seconds = 0.05 }'))
    assert report.ok
    assert report.steps[0].seconds >= 0.05


def test_what_stays_in_a_loop_ends_with_what_the_loop_waits_for(play: Play) -> None:
    text = step(
        STARTED,
        '{ do = "connect", endpoint = "client" }',
        '{ do = "loop", until = { endpoint = "server", contains = "x" }, must = true, step = ['
        ' { do = "send", endpoint = "client", text = "x" }, { do = "stay" } ] }',
    )
    report = play(text)
    assert report.ok, reasons(report)


# -- must ---------------------------------------------------------------------------------------

VAIN = (
    '{ do = "loop", times = 2%s, until = { endpoint = "server", contains = "never" },'
    f" step = [ {NOTE} ] }}"
)


def test_a_loop_whose_end_has_to_come_fails_without_it(play: Play) -> None:
    report = play(step(STARTED, VAIN % ", must = true", NOTE))
    assert outcome(report) == [True, True, True, False]
    assert "contains='never'" in reasons(report)[0]
    went_on = play(step(STARTED, VAIN % ', must = true, on_failure = "next"', NOTE))
    assert outcome(went_on) == [True, True, True, False, True]


def test_one_that_need_not_warns_in_the_summary(
    play: Play, capsys: pytest.CaptureFixture[str]
) -> None:
    report = play(step(STARTED, VAIN % ""))
    assert report.ok
    StepPrinter(report.scenario).end(report)
    summary = capsys.readouterr().out
    assert "Look at step 4" in summary
    assert "must = true" in summary


def test_must_needs_something_to_wait_for() -> None:
    with pytest.raises(ScenarioProblem, match="no until"):
        parse(step('{ do = "loop", must = true, step = [ { do = "wait", seconds = 0 } ] }'))
