"""What each string of a responder may name."""

from __future__ import annotations

import tomllib

import pytest

from workbench.scenario.known_by_rule import KnownByRule, groups_of, known_by_rule
from workbench.scenario.locate import Path

FILE = tomllib.loads("""
[endpoint.s]
address = "a"
[endpoint.s.responder]
kind = "rules"
greet = "hi"
keep = { begun = "1" }
rules = [
  { value = '(?P<a>.)', reply = "x", in_turn = ["y"], keep = { kept = "{a}" } },
  { value = '{id:2}', recall = { b = "k" }, take = { c = "p" }, lookup = { take = { d = "n" } } },
]
else = { reply = "z" }
""")
KEPT = {"begun", "kept"}
RESPONDER: Path = ("endpoint", "s", "responder")


@pytest.mark.parametrize(
    ("path", "names", "said"),
    [
        (("greet",), set(), True),
        (("rules", 0, "value"), set(), False),
        (("rules", 0, "reply"), {"a"} | KEPT, True),
        (("rules", 0, "in_turn", 0), {"a"} | KEPT, True),
        (("rules", 1, "reply"), {"id", "b", "c", "d"} | KEPT, True),
        (("rules", 1, "json", "x"), set(), False),
        (("else", "reply"), KEPT, True),
    ],
)
def test_a_string_knows_what_is_there_when_it_is_said(
    path: Path, names: set[str], said: bool
) -> None:
    assert known_by_rule(FILE, (*RESPONDER, *path)) == KnownByRule(frozenset(names), said)


def test_what_is_remembered_is_judged_when_the_rule_is_read() -> None:
    for path in (("keep", "begun"), ("rules", 0, "keep", "kept"), ("rules", 1, "recall", "b")):
        found = known_by_rule(FILE, (*RESPONDER, *path))
        assert found is not None
        assert found.always


def test_what_is_no_responder_is_none() -> None:
    assert known_by_rule(FILE, ("endpoint", "s", "address")) is None
    assert known_by_rule({"step": [{"responder": "x"}]}, ("step", 0, "responder")) is None
    assert set(groups_of("(?P<a>.) {b:2} {u16:c}")) == {"a", "b", "c"}
