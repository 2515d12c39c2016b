"""A responder's table is checked with all that it will need, before anything starts."""

from __future__ import annotations

from typing import Any

import pytest

from tests.scenario.conftest import PAIR
from workbench.engine.model.responders.echo import Echo
from workbench.engine.model.responders.greet import Greet
from workbench.engine.model.responders.nothing import Nothing
from workbench.engine.model.responders.reply import OnPeerClose, Then
from workbench.engine.model.responders.rule import Match, Rule
from workbench.engine.model.responders.rules import Rules
from workbench.engine.model.responders.sink import Sink
from workbench.engine.model.responders.table import Responder
from workbench.engine.model.serialize import settings_from_json, settings_json
from workbench.scenario.model import ScenarioProblem, parse
from workbench.scenario.responder_keys import responder
from workbench.scenario.values import Wrong
from workbench.scenario.write import to_toml

RULE = {"match": "exact", "value": "a", "reply": "b"}


def read(table: object) -> Responder:
    found: Responder = responder({"responder": table}, "responder", ("endpoint", "a"))
    return found


@pytest.mark.parametrize(("table", "made"), [
    ({"kind": "nothing"}, Nothing()), ({"kind": "echo"}, Echo()),
    ({"kind": "sink", "on_peer_close": "keep"}, Sink(OnPeerClose.KEEP)),
    ({"kind": "greet", "text": "你", "encoding": "gbk", "then": "close"},
     Greet("你", "gbk", Then.CLOSE)),
    ({"kind": "rules", "rules": [RULE, {**RULE, "match": "hex", "value": "00 ff", "delay": 1,
                                        "then": "echo"}]},
     Rules((Rule(Match.EXACT, "a", "b"),
            Rule(Match.HEX, "00 ff", "b", delay=1.0, then=Then.ECHO)))),
    ({"kind": "rules"}, Rules()),
])  # fmt: skip
def test_what_is_read(table: dict[str, Any], made: Responder) -> None:
    assert read(table) == made


@pytest.mark.parametrize(("table", "place", "words"), [
    ("echo", (), "a table"), ({}, (), "kind is missing"), ({"kind": "eko"}, ("kind",), "echo?"),
    ({"kind": "echo", "text": "x"}, ("text",), "no key “text”"),
    ({"kind": "greet", "text": 3}, ("text",), "text in quotes"),
    ({"kind": "greet", "then": "explode"}, ("then",), "close"),
    ({"kind": "greet", "text": "你", "encoding": "ascii"}, (), "cannot be written in ascii"),
    ({"kind": "greet", "encoding": "utf9"}, ("encoding",), "utf-8"),
    ({"kind": "echo", "on_peer_close": "no"}, ("on_peer_close",), "close"),
    ({"kind": "rules", "rules": RULE}, ("rules",), "rules = [ {"),
    ({"kind": "rules", "rules": [3]}, ("rules", 0), "a table"),
    ({"kind": "rules", "rules": [RULE, {"match": "exact", "reply": "a"}]}, ("rules", 1),
     "value is missing"),
    ({"kind": "rules", "rules": [{**RULE, "match": "regx"}]}, ("rules", 0, "match"), "regex?"),
    ({"kind": "rules", "rules": [{**RULE, "match": "regex", "value": "("}]}, ("rules", 0),
     "not closed"),
    ({"kind": "rules", "rules": [{**RULE, "match": "hex", "value": "0"}]}, ("rules", 0), "pair"),
    ({"kind": "rules", "rules": [{**RULE, "delay": -1}]}, ("rules", 0, "delay"), "from 0 on"),
    ({"kind": "rules", "rules": [{**RULE, "relpy": ""}]}, ("rules", 0, "relpy"), "reply?"),
])  # fmt: skip
def test_what_is_refused(table: object, place: tuple[str | int, ...], words: str) -> None:
    with pytest.raises(Wrong) as caught:
        read(table)
    assert caught.value.path == ("endpoint", "a", "responder", *place)
    assert words in caught.value.problem.text


FIRST = (
    '{ match = "hex", value = "{id:2} *", reply_hex = "{id} u16[00]", times = 2, when = "",'
    ' to = "b" }'
)
WITH_ALL = (
    'responder = { kind = "rules", greet = "220 hi\\r\\n", rules = ['
    f'{FIRST}, {{ match = "any", reply = "x", then = "half-close", wrap = true }}],'
    ' else = { reply = "?", then = "silent" } }\n'
    'messages = { ends = "\\n" }\n'
)


def test_everything_that_a_rule_can_say_is_read_and_written() -> None:
    made = parse(PAIR + WITH_ALL)
    rules = made.endpoints[1].responder
    assert isinstance(rules, Rules)
    assert rules.otherwise == Rule(reply="?", then=Then.SILENT)
    assert (rules.greet, rules.rules[0].times, rules.rules[0].to) == ("220 hi\r\n", 2, "b")
    assert rules.rules[1].match is Match.ANY
    text = to_toml(made)
    assert "else = {" in text
    assert parse(text) == made
    for settings in made.endpoints:
        assert settings_from_json(settings_json(settings)) == settings


@pytest.mark.parametrize(
    ("rule", "named"),
    [
        ('{ value = "a", reply = "x" }', "match"),
        ('{ match = "exact", reply = "x" }', "value"),
        ('{ match = "hex", value = "{id:2}", reply_hex = "{di}" }', "id"),
        ('{ match = "any", reply = "x", then = "halfclose" }', "half-close"),
        ('{ match = "any", reply = "x", times = -1 }', "times"),
    ],
)
def test_what_a_rule_cannot_say(rule: str, named: str) -> None:
    with pytest.raises(ScenarioProblem) as caught:
        parse(f'{PAIR}responder = {{ kind = "rules", rules = [{rule}] }}\n')
    assert named in str(caught.value)
