"""What belongs to the top of a file and stands in a table of it is sent above the first table."""

from __future__ import annotations

import pytest

from workbench.scenario.model import ScenarioProblem, parse


@pytest.mark.parametrize(
    ("key", "stands"),
    [
        ("step", '[values]\na = 1\n[endpoint.m]\naddress = "127.0.0.1:1"\nstep = []\n'),
        ("case", '[values]\na = 1\n[endpoint.m]\naddress = "127.0.0.1:1"\ncase = []\n'),
        ("cases", '[values]\na = 1\ncases = "a.csv"\n'),
        ("step", '[values]\na = 1\n[endpoint.m.responder]\nkind = "echo"\nstep = []\n'),
        ("loop", "[values]\na = 1\n[defaults]\nloop = []\n"),
    ],
)
def test_what_a_table_has_swallowed_is_to_stand_above_the_first(key: str, stands: str) -> None:
    with pytest.raises(ScenarioProblem) as caught:
        parse(f"# [no table]\n{stands}")
    assert f"{key} is below a table" in str(caught.value)
    assert "above line 2 ([values])" in str(caught.value)
    assert f"# [no table]\n{stands}".split("\n")[caught.value.line - 1].startswith(key)


def test_an_inline_table_over_two_lines_has_its_rule() -> None:
    with pytest.raises(ScenarioProblem, match="stands on one line") as caught:
        parse('step = [\n  { do = "send",\n    text = "a" },\n]\n')
    assert caught.value.line == 2


@pytest.mark.parametrize(
    ("stands", "told"),
    [
        ('[[endpoint]]\nname = "server"\n', "[endpoint.server] in one bracket"),
        ("[[endpoint]]\nname = 7\n", "[endpoint.NAME] in one bracket"),
        ("[values]\na = 1\n[[endpoint]]\n", "[endpoint.NAME] in one bracket"),
        ("endpoint = []\n", "endpoint must be a table"),
        ('endpoint = 7\n[values]\na = "{b}"\n', "endpoint must be a table"),
    ],
)
def test_endpoints_that_are_no_table_are_refused(stands: str, told: str) -> None:
    with pytest.raises(ScenarioProblem) as caught:
        parse(f'{stands}[[step]]\ndo = "start"\nendpoint = "server"\n')
    assert told in str(caught.value)
    assert "endpoint" in stands.split("\n")[caught.value.line - 1]
