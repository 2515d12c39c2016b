"""After a wrong answer the run goes on, and the next answer is compared with what comes next."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.exported import ran
from tests.scenario.conftest import Play
from workbench.scenario.code import to_python
from workbench.scenario.model import parse

PAIRS = """
[endpoint.server]
role = "listener"
address = "127.0.0.1:0"
responder = { kind = "rules", rules = [
  { match = "contains", value = "one", reply = "wrong 1;" },
  { match = "contains", value = "two", reply = "right 2;" },
  { match = "contains", value = "three", reply = "wrong 3;" },
  { match = "contains", value = "four", reply = "right 4;" },
] }
MORE
[endpoint.client]
address = "@server"
"""
IN_VAIN = ", within = 0.3"
FIRST = ['{ do = "start", endpoint = "server" }', '{ do = "connect", endpoint = "client" }']


def ask(word: str, wanted: str) -> list[str]:
    return [
        f'{{ do = "send", endpoint = "client", text = "{word}" }}',
        f'{{ do = "expect", endpoint = "client", {wanted} }}',
    ]


def talk(*steps: str, top: str = 'on_failure = "next"\n') -> str:
    lines = "".join(f"  {line},\n" for line in [*FIRST, *steps])
    return f"{top}step = [\n{lines}]\n{PAIRS.replace('MORE', '')}"


FOUR = [
    *ask("one", f'text = "right 1;"{IN_VAIN}'),
    *ask("two", 'text = "right 2;", within = 30'),
    *ask("three", f'hex = "7269676874 2033"{IN_VAIN}'),
    *ask("four", r"regex = '^right (?P<n>\d);', within = 30"),
]


def failed(play: Play, text: str) -> list[int]:
    return [step.number for step in play(text).steps if step.reason is not None]


def test_one_wrong_answer_is_one_failure(play: Play) -> None:
    assert failed(play, talk(*FOUR)) == [4, 8]


def test_a_script_finds_the_same_differences(tmp_path: Path) -> None:
    done = ran(to_python(parse(talk(*FOUR))), tmp_path)
    assert done.returncode == 1
    assert done.stderr.count("AssertionError(") == 2
    assert "right 1;" in done.stderr


@pytest.mark.parametrize(
    "wanted",
    ['text = "wrong 1;"', 'text = "wrong"', 'contains = "1"', "regex = '^w.*;'", 'hex = "77 72"'],
)
def test_what_came_in_place_of_it_can_still_be_expected(
    play: Play, tmp_path: Path, wanted: str
) -> None:
    steps = [
        *ask("one", f'text = "right 1;"{IN_VAIN}'),
        f'{{ do = "expect", endpoint = "client", {wanted}, within = 30 }}',
    ]
    assert failed(play, talk(*steps)) == [4]
    done = ran(to_python(parse(talk(*steps))), tmp_path)
    assert done.stderr.count("AssertionError(") == 1


def test_a_text_whose_beginning_was_left_is_still_completed(play: Play) -> None:
    """The rest of it came after the deadline of the step before."""
    steps = [
        '{ do = "expect", endpoint = "server", call = "accept" }',
        '{ do = "send", endpoint = "server", text = "ri" }',
        '{ do = "expect", endpoint = "client", contains = "ri", keep = true, within = 30 }',
        f'{{ do = "expect", endpoint = "client", text = "other"{IN_VAIN} }}',
        '{ do = "send", endpoint = "server", text = "ght" }',
        '{ do = "expect", endpoint = "client", text = "right", within = 30 }',
    ]
    assert failed(play, talk(*steps)) == [6]


def test_a_run_that_ends_its_loop_leaves_what_came(play: Play) -> None:
    """Not a failure: what came is there for the step after the loop."""
    inner = f"""{{ do = "loop", times = 1, until = {{ contains = "wrong" }}, step = [
      {{ do = "send", endpoint = "client", text = "one" }},
      {{ do = "expect", endpoint = "client", text = "right"{IN_VAIN} }} ] }}"""
    after = '{ do = "expect", endpoint = "client", text = "wrong 1;", within = 30 }'
    assert failed(play, talk(inner, after)) == []
