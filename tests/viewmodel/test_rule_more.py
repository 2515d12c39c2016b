"""What a rule has no field for: one line that says the same as the rule, or why it says nothing."""

from __future__ import annotations

import pytest

from workbench.engine.model.responders.lookup import Lookup
from workbench.engine.model.responders.reply import Then
from workbench.engine.model.responders.rule import CountedOver, InTurn, Match, Rule
from workbench.texts import Problem
from workbench.viewmodel.rule_form import TypedRule, fault, groups_of, rules_of, shown_reply
from workbench.viewmodel.rule_more import more_of, rule_beside

ALL = Rule(
    times=2,
    when="a",
    to="b",
    wrap=True,
    in_turn=(InTurn("x"), InTurn(reply_hex="00", then=Then.RESET)),
    counted=CountedOver.ENDPOINT,
    delay_most=0.5,
    json='{"a":1}',
    take=(("id", "a.b"),),
    lookup=Lookup("f.csv", "id", take=(("name", "full name"),)),
    keep=(("user", "{id}"),),
    store=(("key:{id}", "{name}"), ("n", "1")),
    recall=(("n", "n"),),
    forget=("key:{n}",),
)


def test_the_line_says_all_of_it() -> None:
    assert rule_beside(more_of(ALL)) == ALL
    assert more_of(Rule(Match.EXACT, "a", "b", "gbk", 1.0, Then.CLOSE)) == ""
    assert rule_beside(more_of(Rule(reply="", wrap=True))).reply == ""
    shown = TypedRule("any", "", "", more=more_of(ALL))
    assert shown_reply(shown) == "x / 00"
    assert groups_of(shown) == ("id", "name", "n", "user")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("tims = 2", "times"),
        ("times = 'a'", "times"),
        ("times", "no part of a rule"),
        ("times = 2 }\nx = { a = 1", "no part of a rule"),
        ("match = 'any'", "match"),
        ("reply = 'a'", "no part of a rule"),
        ("in_turn = ['a']", "one reply"),
        ("lookup = { file = 'f', by = 'id' }", "{id}"),
        ("times = " + "9" * 5000, ""),
    ],
)
def test_what_is_wrong_in_it_is_said_at_its_field(more: str, said: str) -> None:
    rule = TypedRule("contains", "a", "b", more=more)
    wrong = fault(rule)
    assert wrong is not None
    assert wrong[0] == "more"
    assert said in wrong[1].text
    with pytest.raises(Problem):
        rules_of([rule])
