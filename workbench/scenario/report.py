"""The report of a run: each step in one line, and why it failed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import field
from typing import Any, Final

from workbench.engine.model import commands as c
from workbench.engine.model.serialize import command_args, command_call
from workbench.engine.model.websocket_settings import OPCODES
from workbench.frozen import dataclass
from workbench.literals import literal
from workbench.named_tuple import NamedTuple
from workbench.scenario.steps import (
    ANY,
    Expect,
    Loop,
    Perform,
    RunProgram,
    Scenario,
    Stay,
    Step,
    StopProgram,
    Wait,
)
from workbench.texts import Problem, tr

TITLE: Final = 160
"""Characters of a step's title: a payload of a thousand bytes is not a title."""
_OPCODE: Final = re.compile(r"^opcode=(\d+)(?=,|$)")


class Round(NamedTuple):
    """The round of a loop that a step belongs to, from 1."""

    loop: Loop
    number: int


class StepResult(NamedTuple):
    """The outcome of one step.

    Attributes:
        reason: why it did not hold; None: it did.
        seconds: how long it took.
        said: for a loop that waited for something: which round it was, and what ended it.
        step: the step as in the scenario, before anything was filled in.
        warns: it held, and `said` is worth a second look.
        error: the error with which it failed as intended: an errno, a class or the word of a layer.
        name: the title as in the scenario, before addresses were filled in.
        rounds: the rounds in which it was made, the outermost loop first.
    """

    number: int
    title: str
    reason: Problem | None
    seconds: float
    said: Problem | None = None
    step: Step | None = None
    warns: bool = False
    error: str = ""
    name: str = ""
    rounds: tuple[Round, ...] = ()

    @property
    def line(self) -> str:
        """The step, and how it failed if it was meant to."""
        if not self.error:
            return self.title
        return tr("scenario.failed_as_expected", title=self.title, error=self.error)

    @property
    def round(self) -> str:
        """The number of its round, for nested loops as in 3.17; "": it is in no loop."""
        return ".".join(str(made.number) for made in self.rounds)

    @property
    def where(self) -> str:
        """Its line with its round."""
        if not self.rounds:
            return self.line
        return tr("scenario.in_round", what=self.line, number=self.round)


@dataclass(slots=True)
class Report:
    """The steps that were run, in order, and the outcome of the run."""

    scenario: Scenario
    steps: list[StepResult] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return all(step.reason is None for step in self.steps)


def seconds_of(results: Iterable[StepResult]) -> float:
    """How long steps took; a loop takes as long as its steps."""
    return sum(result.seconds for result in results if not isinstance(result.step, Loop))


def title_of(step: Step) -> str:
    """A step in one line, as code; a long one is shortened."""
    return shorten(_in_full(step))


class Title(NamedTuple):
    """A step's line.

    Attributes:
        text: as `title_of`.
        spelled: the same as a Python literal.
        shown: as in reports, without secrets.
        endpoint: whose step it is; in the log of that one it is shown where it happened.
    """

    text: str
    spelled: str
    shown: str
    endpoint: str | None = None


class Titles:
    """The lines of steps; those of steps in loops are made once."""

    def __init__(self, masked: Callable[[str], str]) -> None:
        """`masked`: removes secrets from a text."""
        self._masked = masked
        self._known: dict[int, tuple[Step, Title]] = {}  # by id: a step need not be hashable

    def of(self, step: Step, *, again: bool) -> Title:
        """The line of a step; `again`: the step may come again."""
        known = self._known.get(id(step))
        if known is not None:
            return known[1]
        text = title_of(step)
        made = Title(text, literal(text), self._masked(text), _endpoint_of(step))
        if again:
            self._known[id(step)] = (step, made)
        return made


def _endpoint_of(step: Step) -> str | None:
    if isinstance(step, Perform):
        return step.command.endpoint
    return step.endpoint if isinstance(step, Expect) else None


def shorten(text: str) -> str:
    """At most `TITLE` characters: the beginning, an ellipsis and the end."""
    if len(text) <= TITLE:
        return text
    return f"{text[: TITLE - 40]}…{text[-39:]}"


def _in_full(step: Step) -> str:
    match step:
        case Perform():
            name = f"{step.command.endpoint}." if step.command.endpoint else ""
            args = command_args(step.command)
            if isinstance(step.command, c.SendFrame):
                args = _OPCODE.sub(
                    lambda found: f"opcode={_opcode(int(found[1]))!r}", args, count=1
                )
            return f"{name}{command_call(step.command)}({args})"
        case Wait():
            return f"wait({step.seconds})"
        case Stay():
            return f"stay({'' if step.seconds is None else step.seconds})"
        case RunProgram():
            return f"run {step.line}"
        case StopProgram():
            return f"run stop={step.name!r}"
        case Expect():
            return f"{step.endpoint}.{'expect no' if step.absent else 'expect'} {_wanted(step)}"
        case Loop():
            until = "" if step.until is None else f", until {condition_of(step.until)}"
            return f"loop({step.times}{until})"


def condition_of(until: Expect) -> str:
    """What ends a loop, in one line, as code."""
    wanted = _wanted(until) + (f", count={until.count}" if until.count > 1 else "")
    return shorten(wanted if until.endpoint == ANY else f"{until.endpoint} {wanted}")


def _opcode(number: int) -> int | str:
    """The word for an opcode, as in a scenario; a reserved one has none."""
    return next((name.lower() for name, known in OPCODES.items() if known == number), number)


def _said(step: Expect, key: str) -> Any:
    value = getattr(step, key)
    return _opcode(value) if key == "opcode" and value is not None else value


def _wanted(step: Expect) -> str:
    plain = Expect(step.endpoint)
    return ", ".join(
        f"{key}={_said(step, key)!r}"
        for key in (
            "program",
            "kind",
            "call",
            "connection",
            "result",
            "errno",
            "error",
            "peer",
            "size",
            "text",
            "hex",
            "contains",
            "regex",
            "json",
            "opcode",
            "fin",
            "rsv",
            "code",
            "reason",
            "status",
            "header",
            "closed",
            "by",
            "state",
            "reading",
            "least",
            "most",
            *(("count",) if step.exact or (step.absent and step.count > 1) else ()),
            "exact",
            "take",
            "next",
            "keep",
            "each",
            "not_before",
            "at_most",
        )
        if getattr(step, key) != getattr(plain, key) or key == "count"
    )
