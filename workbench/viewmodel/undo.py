"""What can be undone: the newest first, each for a limited time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from typing import Final, TypeVar

from workbench.frozen import dataclass
from workbench.texts import tr

MOST: Final = 20
"""Deeds that are remembered."""
Form = TypeVar("Form")


def taken_back(now: Form, before: Form, after: Form) -> Form:
    """What is in fields `now`, without what led from `before` to `after`: whatever was changed
    elsewhere since then stays.
    """
    if before == after:
        return now
    if (
        not is_dataclass(now)
        or isinstance(now, type)
        or not type(before) is type(after) is type(now)
    ):
        return before
    parts = {
        item.name: taken_back(
            getattr(now, item.name), getattr(before, item.name), getattr(after, item.name)
        )
        for item in fields(now)
    }
    return replace(now, **parts)


@dataclass(frozen=True, slots=True)
class Deed:
    """An action that can be undone.

    Attributes:
        key: that of its sentence, `undo.KEY`; name: what it was done to.
        back: undoes it.
        valid: whether it can still be undone.
    """

    key: str
    name: str
    back: Callable[[], None]
    valid: Callable[[], bool] = lambda: True

    @property
    def text(self) -> str:
        """What was done."""
        return tr(f"undo.{self.key}", name=self.name)


class Deeds:
    """The newest actions, in the order they were done."""

    def __init__(self) -> None:
        self._done: list[Deed] = []

    def __len__(self) -> int:
        return len(self._done)

    def add(self, deed: Deed) -> None:
        self._done = [*self._done, deed][-MOST:]

    def drop(self, key: str) -> None:
        """Drop the actions of this kind, which have been undone in another way."""
        self._done = [deed for deed in self._done if deed.key != key]

    def undo(self) -> Deed | None:
        """Undo the newest action that still can be; None: there is none."""
        while self._done:
            deed = self._done.pop()
            if deed.valid():
                deed.back()
                return deed
        return None
