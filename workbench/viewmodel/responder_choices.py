"""The choices of a server's reply field: one for each kind of responder, several for some."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from workbench.engine.model.responders.greet import Greet
from workbench.engine.model.responders.reply import Then
from workbench.engine.model.responders.rule import Rule
from workbench.engine.model.responders.rules import Rules
from workbench.engine.model.responders.table import RESPONDERS, Responder
from workbench.frozen import dataclass


@dataclass(frozen=True, slots=True)
class ReplyChoice:
    """One choice; its text is `responder.KEY`.

    Attributes:
        make: the responder that it means, made from the fields for a greeting and rules.
        shows: whether it shows a responder; the first that does is chosen.
        greets: it has a greeting, which needs connections.
        has_rules: it has rules in place of a greeting.
    """

    make: Callable[[str, tuple[Rule, ...]], Responder]
    shows: Callable[[Responder], bool]
    greets: bool = False
    has_rules: bool = False


def _of(kind: type[Responder]) -> ReplyChoice:
    """The choice for a kind without settings."""
    return ReplyChoice(lambda _text, _rules: kind(), lambda value: type(value) is kind)


def _greeting(then: Then, *also: Then) -> ReplyChoice:
    """A choice with a greeting; `also`: what else may follow that no choice of its own says."""
    return ReplyChoice(
        lambda text, _rules: Greet(text, then=then),
        lambda value: isinstance(value, Greet) and value.then in {then, *also},
        greets=True,
    )


_WITH_FIELDS: Final[Mapping[type[Responder], Mapping[str, ReplyChoice]]] = {
    Greet: {
        "greet": _greeting(Then.KEEP, Then.HALF_CLOSE, Then.RESET, Then.SILENT, Then.TLS),
        "greet_echo": _greeting(Then.ECHO),
        "greet_close": _greeting(Then.CLOSE),
    },
    Rules: {
        "rules": ReplyChoice(
            lambda _text, rules: Rules(rules),
            lambda value: isinstance(value, Rules),
            has_rules=True,
        ),
    },
}
"""Kinds of which the window has fields; each other one is a choice as it is."""

CHOICES: Final[Mapping[str, ReplyChoice]] = {
    key: choice
    for name, kind in RESPONDERS.items()
    for key, choice in _WITH_FIELDS.get(kind, {name: _of(kind)}).items()
}
"""In the order in which they are offered."""


def choice_of(value: Responder) -> str:
    """The choice that shows a responder."""
    return next(key for key, choice in CHOICES.items() if choice.shows(value))
