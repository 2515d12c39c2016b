"""A responder's table is checked with all that it will need, before anything starts."""

from __future__ import annotations

from typing import Any

import pytest

from workbench.engine.model.settings import (
    Echo,
    Greet,
    Match,
    Nothing,
    OnPeerClose,
    Responder,
    Rule,
    Rules,
    Sink,
    Then,
)
from workbench.scenario.responder_keys import responder
from workbench.scenario.values import Wrong

RULE = {"match": "exact", "value": "a", "reply": "b"}


def read(table: object) -> Responder:
    return responder({"responder": table}, "responder", ("endpoint", "a"))


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
    ({"kind": "rules", "rules": RULE}, ("rules",), "[[rules]]"),
    ({"kind": "rules", "rules": [3]}, ("rules", 0), "a table"),
    ({"kind": "rules", "rules": [RULE, {"match": "exact", "value": "a"}]}, ("rules", 1),
     "reply is missing"),
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
