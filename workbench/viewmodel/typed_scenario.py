"""A scenario typed in the window: parsed, or what it asks for before it may run.

The text may have been pasted, and be a stranger's. What the window itself made from the record asks
for nothing that was not done here already.
"""

from __future__ import annotations

from dataclasses import field
from pathlib import Path
from typing import Final

from workbench.frozen import dataclass
from workbench.scenario.model import NotAllowed, Scenario, parse
from workbench.scenario.named_values import Given
from workbench.scenario.permissions import Permissions, Reach, Wish
from workbench.texts import Problem

Wishes = tuple[tuple[int, Wish], ...]
STRICT: Final = Given(permissions=Permissions())
"""Nothing is allowed."""
HERE: Final = Path()
"""Where the names of files in a text begin: the working directory."""


@dataclass(frozen=True, slots=True)
class TypedScenario:
    """A parsed text.

    Attributes:
        scenario: None: it is not one, or asks for more than it may.
        given: what the text is allowed; further permissions are added to that.
        wishes: what else it asks for, each with its line.
        problem: why it is not a scenario.
    """

    scenario: Scenario | None = None
    given: Given = STRICT
    wishes: Wishes = ()
    problem: Problem | None = None


@dataclass(slots=True)
class TypedScenarios:
    """The texts of one editor; a permission is valid for the text that was asked about."""

    _own: frozenset[tuple[Reach, str]] = frozenset()
    _allowed: tuple[str, Given] = field(default=("", STRICT))

    def made(self, text: str, source: str) -> None:
        """Note that this text was made here, so that what it asks for is known."""
        self._own = frozenset()
        self._own = frozenset(_key(wish) for _, wish in self.read(text, source).wishes)

    def allow(self, text: str, given: Given) -> None:
        """Note that a person has allowed it, for just this text."""
        self._allowed = text, given

    def read(self, text: str, source: str) -> TypedScenario:
        """Parse the text."""
        given = self._allowed[1] if text == self._allowed[0] else STRICT
        try:
            return TypedScenario(parse(text, source, given, HERE), given)
        except NotAllowed as refused:
            wishes = tuple(zip(refused.lines, refused.wishes, strict=True))
        except Problem as problem:
            return TypedScenario(problem=problem)
        foreign = tuple(item for item in wishes if _key(item[1]) not in self._own)
        if foreign:
            return TypedScenario(given=given, wishes=wishes)
        given = given.granting([wish for _, wish in wishes])
        try:
            return TypedScenario(parse(text, source, given, HERE), given)
        except Problem as problem:
            return TypedScenario(problem=problem)


def _key(wish: Wish) -> tuple[Reach, str]:
    return wish.reach, wish.what
