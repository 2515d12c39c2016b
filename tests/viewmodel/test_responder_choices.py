"""Each responder is shown by one choice, which makes it again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from workbench.engine.model.responders.echo import Echo
from workbench.engine.model.responders.greet import Greet
from workbench.engine.model.responders.nothing import Nothing
from workbench.engine.model.responders.reply import OnPeerClose, Then
from workbench.engine.model.responders.rule import Match, Rule
from workbench.engine.model.responders.rules import Rules
from workbench.engine.model.responders.sink import Sink
from workbench.engine.model.responders.table import RESPONDERS, Responder
from workbench.texts import has
from workbench.viewmodel.responder_choices import CHOICES, choice_of
from workbench.viewmodel.setup_form import ReplyForm

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


@pytest.mark.parametrize("then", Then)
def test_a_greeting_is_shown_whatever_follows_it(then: Then) -> None:
    choice = CHOICES[choice_of(Greet("hi", then=then))]
    assert choice.greets
    assert sum(choice.shows(Greet("hi", then=then)) for choice in CHOICES.values()) == 1


def test_how_it_ends_does_not_change_what_it_is() -> None:
    assert choice_of(Echo(OnPeerClose.KEEP)) == "echo"


@pytest.mark.parametrize("then", Then)
def test_what_follows_a_greeting_stays_when_its_text_is_another(
    then: Then,
) -> None:
    known = Greet("hi", then=then)
    form = ReplyForm(choice_of(known), "ho", "utf-8", OnPeerClose.CLOSE)
    assert form.read(known) == Greet("ho", then=then)
    other = replace(form, kind="greet_echo").read(known)
    assert isinstance(other, Greet)
    assert other.then is Then.ECHO
