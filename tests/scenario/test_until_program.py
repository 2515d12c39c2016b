"""Loops that go on until a program has written something."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.scenario.conftest import reasons
from workbench.scenario.code import to_python
from workbench.scenario.model import Scenario, ScenarioProblem, parse
from workbench.scenario.named_values import Given
from workbench.scenario.permissions import Permissions
from workbench.scenario.report import Report
from workbench.scenario.runner import Runner
from workbench.scenario.write import to_toml
from workbench.session import Session

ALLOWED = Given(permissions=Permissions(allow_run=True))
COUNTS = "import pathlib; p = pathlib.Path('n'); n = len(p.read_text()) if p.exists() else 0;"
COUNTS += " p.write_text('x' * (n + 1)); print('round', n + 1)"


def made(until: str) -> Scenario:
    text = f"""
    step = [
      {{ do = "loop", times = 5, must = true, until = {until}, step = [
        {{ do = "run", name = "probe", command = [{sys.executable!r}, "-c", {COUNTS!r}] }},
      ] }},
    ]
    """
    return parse(text, given=ALLOWED)


@pytest.fixture
def play(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Report]:
    monkeypatch.chdir(tmp_path)
    return lambda scenario: Runner(session, scenario, timeout=60.0).run()


def test_a_loop_ends_with_what_a_program_of_it_has_written(
    play: Callable[..., Report], tmp_path: Path
) -> None:
    report = play(made('{ program = "probe", contains = "round 3" }'))
    assert report.ok, reasons(report)
    assert (tmp_path / "n").read_text() == "xxx"
    said = [step.said.text for step in report.steps if step.said is not None]
    assert any("Round 3 of at most 5: program='probe', contains='round 3'" in line for line in said)


def test_one_that_never_writes_it_has_not_come(play: Callable[..., Report]) -> None:
    report = play(made('{ program = "probe", contains = "round 9" }'))
    assert not report.ok
    assert "program='probe'" in reasons(report)[-1]


def test_it_is_written_as_it_is_read_and_a_script_of_it_says_what_it_needs() -> None:
    scenario = made('{ program = "probe", contains = "3" }')
    assert parse(to_toml(scenario), given=ALLOWED) == scenario
    assert "workbench.testing" in to_python(scenario)


@pytest.mark.parametrize(
    ("until", "said"),
    [
        ('{ program = "prob", contains = "3" }', "probe"),
        ('{ program = "probe" }', "contains"),
        ('{ program = "probe", contains = "3", call = "recv" }', "call"),
        ('{ program = "probe", contains = "3", endpoint = "x" }', "endpoint"),
    ],
)
def test_what_does_not_go_together_is_refused(until: str, said: str) -> None:
    with pytest.raises(ScenarioProblem) as caught:
        made(until)
    assert said in str(caught.value)


def test_an_expect_says_where_it_belongs() -> None:
    with pytest.raises(ScenarioProblem) as caught:
        parse("step = [ { do = 'expect', program = 'a', contains = 'b' } ]\nendpoint.c = 'a:1'\n")
    assert "`until`" in str(caught.value)
