"""Which rule answers a message is told by what would answer it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from workbench.engine.model.message_ends import Delimiter, LengthField
from workbench.engine.model.responders.reply import OnPeerClose, Then
from workbench.engine.model.responders.rule import Match, Rule
from workbench.texts import Problem
from workbench.viewmodel.rule_form import TypedRule, groups_of, kept_by, show_rule
from workbench.viewmodel.rule_trial import TriedMessage, told, try_out, unknown_in
from workbench.viewmodel.setup_form import ReplyForm

RULES = (
    TypedRule("exact", "ping", "pong\\r\\n"),
    TypedRule("regex", r"^get (?P<key>\w+)", "key={key}", then="close", delay="0.5"),
    TypedRule("hex", "00 {id:2}", "{id}!"),
)
FORM = ReplyForm("rules", "", "utf-8", OnPeerClose.CLOSE, RULES)


@pytest.mark.parametrize(("text", "as_hex", "rule", "data"), [
    ("ping", False, 1, b"pong\r\n"),
    ("get a1 and more", False, 2, b"key=a1"),
    ("00 41 42", True, 3, b"AB!"),
    ("\\x00AB", False, 3, b"AB!"),
    ("else", False, 0, None),
])  # fmt: skip
def test_the_first_that_fits_answers_with_these_bytes(
    text: str, as_hex: bool, rule: int, data: bytes | None
) -> None:
    (found,) = try_out(FORM, None, text, as_hex=as_hex)
    assert (found.rule, found.data) == (rule, data)


def test_what_follows_is_told() -> None:
    (found,) = try_out(FORM, None, "get k")
    assert (found.then, found.delay) == (Then.CLOSE, 0.5)
    line = told(found)
    assert line.startswith("Rule 2")
    assert "5 B" in line
    assert "6b 65 79 3d 6b" in line
    assert "key=k" in line
    assert "0.5" in line
    assert line.endswith("close")
    assert told(TriedMessage(b"x")) == "No rule fits: nothing is answered."


def test_each_message_is_answered_in_its_turn() -> None:
    """States and numbers of times go on from one to the next, as on a connection."""
    once = show_rule(Rule(Match.ANY, reply="once", encoding="utf-8", times=1, to="after"))
    then = show_rule(Rule(Match.ANY, reply="then", encoding="utf-8", when="after"))
    form = replace(FORM, rules=(once, then))
    found = try_out(form, Delimiter("\n"), "a\\nb\\nc")
    assert [(each.came, each.rule, each.data) for each in found] == [
        (b"a", 1, b"once"),
        (b"b", 2, b"then"),
    ]


def test_what_holds_no_whole_message_is_one() -> None:
    """As people paste it: without what ends it."""
    (found,) = try_out(FORM, Delimiter("\r\n"), "ping")
    assert (found.came, found.rule) == (b"ping", 1)


def test_what_cannot_be_divided_says_so() -> None:
    with pytest.raises(Problem):
        try_out(FORM, LengthField("u8", add=0, max=2), "\\xffabc")


def test_the_rule_for_when_none_fits_answers_too() -> None:
    form = replace(FORM, otherwise=Rule(Match.ANY, reply="what?"))
    (found,) = try_out(form, None, "else")
    assert found.otherwise
    assert found.data == b"what?"
    assert "None fits" in told(found)


def test_a_broken_rule_and_broken_hex_are_problems() -> None:
    with pytest.raises(Problem, match="Rule 1"):
        try_out(replace(FORM, rules=(TypedRule("regex", "(", ""),)), None, "x")
    with pytest.raises(Problem):
        try_out(FORM, None, "0", as_hex=True)


def test_a_reply_may_name_what_its_pattern_takes() -> None:
    assert groups_of(RULES[1]) == ("key",)
    assert groups_of(RULES[2]) == ("id",)
    assert groups_of(RULES[0]) == ()
    assert groups_of(TypedRule("regex", "(?P<a", "")) == ()
    (gap,) = unknown_in(replace(RULES[1], reply='{"a": 1} {kye} {key}'))
    assert (gap.word, gap.near) == ("kye", "key")
    timed = show_rule(Rule(Match.ANY, reply="{time} {tme}", placeholders=True))
    assert [gap.near for gap in unknown_in(timed)] == ["time"]


def test_what_rules_remember_is_there_for_the_next_message_that_is_tried() -> None:
    rules = (
        TypedRule(
            "regex", "SET (?P<v>.)", "ok", more='store = { k = "{v}" }, keep = { n = "{v}" }'
        ),
        TypedRule("exact", "GET", "{v} {n} {m}", more='recall = { v = "k" }'),
        TypedRule("exact", "HEX", "", more='reply_hex = "{n} {m}"'),
    )
    form = ReplyForm("rules", "", "utf-8", OnPeerClose.CLOSE, rules, keep=(("m", "0"),))
    found = try_out(form, Delimiter("\n"), "GET\\nSET x\\nGET\\nHEX\\n")
    assert [item.data for item in found] == [None, b"ok", b"x x 0", b"x0"]
    assert "has not kept" in told(found[0])
    assert form.kept == ("m",)
    assert kept_by(rules, form.kept) == ("m", "n")
    assert [gap.word for gap in unknown_in(rules[1])] == ["n", "m"]
    assert unknown_in(rules[1], kept=("n", "m")) == ()
    with pytest.raises(Problem, match="Rule 3"):
        try_out(replace(form, keep=()), None, "GET")
