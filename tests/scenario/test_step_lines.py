"""Each step is on the line on which it stands, in every form that a file may have."""

from __future__ import annotations

import pytest

from workbench.scenario.model import parse
from workbench.scenario.step_lines import StepLines
from workbench.scenario.steps import Loop

ENDPOINTS = """[endpoint.s]
role = "listener"
address = "127.0.0.1:0"
[endpoint.c]
address = "@s"
"""
SHORT = (
    """step = [  # [ a comment
  { do = "start", endpoint = "s" },
  { do = "start", endpoint = "s" }, { do = "connect", endpoint = "c" },

  { do = "loop", times = 2, step = [
     { do = "send", endpoint = "c", text = "] }" },
  ] },
]
"""
    + ENDPOINTS
)
TABLES = (
    ENDPOINTS
    + """[[step]]
do = "start"
endpoint = "s"
[[loop]]
times = 2
[[loop.step]]
do = "connect"
endpoint = "c"
[[step]]
do = "start"
endpoint = "s"
"""
)


@pytest.mark.parametrize(
    ("text", "lines", "inside"), [(SHORT, [2, 3, 3, 5], 6), (TABLES, [6, 14, 9], 11)]
)
def test_each_step_has_its_line(text: str, lines: list[int], inside: int) -> None:
    scenario = parse(text)
    found = StepLines(scenario, text)
    assert [found.of(step) for step in scenario.steps] == lines
    (loop,) = [step for step in scenario.steps if isinstance(step, Loop)]
    assert found.of(loop.steps[0]) == inside
    assert found.of(None) == 1
