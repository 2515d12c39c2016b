"""Sentences that keep their key, so that they can be shown again in another language."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.texts import Problem, tr


@dataclass(frozen=True, slots=True)
class Text:
    """A text of resources/texts and what goes into its gaps (other Texts among them)."""

    key: str
    args: tuple[tuple[str, object], ...] = ()

    def show(self) -> str:
        return tr(self.key, **{name: _shown(value) for name, value in self.args})


@dataclass(frozen=True, slots=True)
class Trouble:
    """The sentence of a Problem."""

    problem: Problem

    def show(self) -> str:
        return self.problem.text


Sentence = Text | Trouble


def say(key: str, /, **args: object) -> Text:
    return Text(key, tuple(args.items()))


def _shown(value: object) -> object:
    if isinstance(value, Text | Trouble):
        return value.show()
    if isinstance(value, Problem):
        return value.text
    return value
