"""A reply in words, in notes and wherever rules are folded."""

from __future__ import annotations

import pytest

from tests.journal.conftest import Make, event
from workbench import texts
from workbench.engine.model.events import NOTE
from workbench.engine.model.responders.echo import Echo
from workbench.engine.model.responders.greet import Greet
from workbench.engine.model.responders.reply import Then
from workbench.engine.model.responders.rule import Match, Rule
from workbench.engine.model.responders.rules import Rules
from workbench.engine.model.serialize import setting_text
from workbench.journal.notes import note_text
from workbench.journal.reply_words import reply_words


def told(make: Make, *values: str, lang: str = "en") -> str:
    """What the log says of a change."""
    texts.set_language(lang)
    args = ", ".join(map(repr, values))
    row = make([event(kind=NOTE, call="settings_changed", args=args)]).row(2)
    assert row is not None
    return note_text(row)


def test_rules_are_words() -> None:
    texts.set_language("en")
    rules = Rules(
        (
            Rule(Match.REGEX, r"id=(?P<id>\d+)", "got {id}\r\n"),
            Rule(Match.ANY, "", then=Then.CLOSE),
            Rule(Match.HEX, "00 ff", reply_hex="01"),
            Rule(Match.EXACT, "fourth", "x"),
        )
    )
    assert reply_words(setting_text(rules)) == (
        r"rules (4): 1 regex id=(?P<id>\d+) → got {id}\r\n   2 anything → close"
        r"   3 hex 00 ff → 01 …"
    )


@pytest.mark.parametrize(
    ("lang", "words"), [("en", "rules, none yet"), ("zh_CN", "按规则（尚无规则）")]
)
def test_no_rule_yet_is_said(lang: str, words: str) -> None:
    texts.set_language(lang)
    assert reply_words(setting_text(Rules())) == words


@pytest.mark.parametrize(("lang", "words"), [
    ("en", r"reply: greet “hi\r\n”; before: echo"),
    ("zh_CN", r"自动应答：问候 “hi\r\n”；此前：回显"),
])  # fmt: skip
def test_a_change_of_the_reply_is_told_in_words(make: Make, lang: str, words: str) -> None:
    was, now = setting_text(Echo()), setting_text(Greet(text="hi\r\n"))
    assert told(make, "responder", was, now, lang=lang) == words


def test_another_setting_is_named_as_in_the_window(make: Make) -> None:
    assert told(make, "bufsize", "1024", "4096") == "recv size: 1024 → 4096"


@pytest.mark.parametrize("said", ["echo", "rules (rules = [{'match': 'any'}])", "[" * 9999, "5"])
def test_what_is_no_reply_stays_as_it_is(make: Make, said: str) -> None:
    assert reply_words(said) == said
    assert said in told(make, "responder", said, said)
