"""Each responder is shown by one choice, which makes it again."""

from __future__ import annotations

import pytest

from workbench.engine.model.settings import (
    RESPONDERS,
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
from workbench.texts import has
from workbench.viewmodel.responder_choices import CHOICES, choice_of

RULES = (Rule(Match.EXACT, "a", "b"),)


@pytest.mark.parametrize(
    "value",
    [
        Nothing(),
        Echo(),
        Sink(),
        Greet("hi"),
        Greet("hi", then=Then.ECHO),
        Greet("hi", then=Then.CLOSE),
        Rules(RULES),
    ],
)
def test_what_is_shown_is_made_again(value: Responder) -> None:
    assert CHOICES[choice_of(value)].make("hi", RULES) == value
    assert sum(choice.shows(value) for choice in CHOICES.values()) == 1


def test_each_kind_has_a_choice_and_each_choice_a_word() -> None:
    made = {type(choice.make("", ())) for choice in CHOICES.values()}
    assert made == set(RESPONDERS.values())
    assert all(has(f"responder.{key}") for key in CHOICES)


def test_how_it_ends_does_not_change_what_it_is() -> None:
    assert choice_of(Echo(OnPeerClose.KEEP)) == "echo"
