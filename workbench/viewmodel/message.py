"""Sentences that keep their key, so that they can be shown in another language later."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from workbench.frozen import dataclass
from workbench.texts import Problem, tr


@dataclass(frozen=True, slots=True)
class Message:
    """A text key and the values that fill it in, which may be Messages themselves."""

    key: str
    args: tuple[tuple[str, object], ...] = ()

    def show(self) -> str:
        return tr(self.key, **{name: _shown(value) for name, value in self.args})


@dataclass(frozen=True, slots=True)
class ErrorMessage:
    """A Problem as a sentence."""

    problem: Problem

    def show(self) -> str:
        return self.problem.text


Sentence = Message | ErrorMessage


def msg(key: str, /, **args: object) -> Message:
    return Message(key, tuple(args.items()))


def _shown(value: object) -> object:
    if isinstance(value, Message | ErrorMessage):
        return value.show()
    if isinstance(value, Problem):
        return value.text
    return value


Level = Literal["info", "good", "busy", "bad"]
"""How urgent a status is; names its icon and colour."""


@dataclass(frozen=True, slots=True)
class Remedy:
    """A button that offers a way out; `key` names its caption."""

    key: str
    act: Callable[[], None]


@dataclass(frozen=True, slots=True)
class StatusMessage:
    """The message line of a panel.

    Attributes:
        why: it is about an event that [Why?] can select.
        way_out, other_way: the keys of the remedies offered with it.
    """

    level: Level
    text: Sentence
    why: bool = False
    way_out: str | None = None
    other_way: str | None = None
