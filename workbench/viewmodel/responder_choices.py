"""The choices of a server's reply field: one table, a line each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from workbench.engine.model.settings import (
    Echo,
    Greet,
    Nothing,
    Responder,
    Rule,
    Rules,
    Sink,
    Then,
)
from workbench.frozen import dataclass


@dataclass(frozen=True, slots=True)
class ReplyChoice:
    """One of them; its word is `responder.KEY` in the texts.

    Attributes:
        make: the responder that it means, of what stands in the fields for a greeting and rules.
        shows: whether it shows a responder; the first that does.
        greets: it has a greeting: only where there are connections.
        has_rules: it has rules in place of a greeting.
    """

    make: Callable[[str, tuple[Rule, ...]], Responder]
    shows: Callable[[Responder], bool]
    greets: bool = False
    has_rules: bool = False


def _of(kind: type[Nothing | Echo | Sink]) -> ReplyChoice:
    """Of a kind that has no fields of its own."""
    return ReplyChoice(lambda _text, _rules: kind(), lambda value: type(value) is kind)


def _greeting(then: Then) -> ReplyChoice:
    return ReplyChoice(
        lambda text, _rules: Greet(text, then=then),
        lambda value: isinstance(value, Greet) and value.then is then,
        greets=True,
    )


CHOICES: Final[Mapping[str, ReplyChoice]] = {
    "nothing": _of(Nothing),
    "greet": _greeting(Then.KEEP),
    "greet_echo": _greeting(Then.ECHO),
    "greet_close": _greeting(Then.CLOSE),
    "echo": _of(Echo),
    "sink": _of(Sink),
    "rules": ReplyChoice(
        lambda _text, rules: Rules(rules), lambda value: isinstance(value, Rules), has_rules=True
    ),
}
"""In the order in which they are offered."""


def choice_of(value: Responder) -> str:
    """The choice that shows a responder."""
    return next(key for key, choice in CHOICES.items() if choice.shows(value))
