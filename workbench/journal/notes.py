"""Notes of the program in words: the record keeps key and values, so that each reader sees its own
language.
"""

from __future__ import annotations

from typing import Final

from workbench.engine.model.events import (
    LAB_ENDED,
    NOTE,
    OF_RUNS,
    RUN_FAILED,
    RUN_HELD,
    STEP,
    STEP_FAILED,
    STEP_HELD,
)
from workbench.journal.reader import Row
from workbench.literals import read_literal
from workbench.named_tuple import NamedTuple
from workbench.texts import Problem, has, tr

OF_HOLDERS: Final = frozenset(
    {"port_held", "port_held_unseen", "port_in_time_wait", "port_of_user"}
)
"""Notes that say who holds an address which bind() was refused."""
_FOREIGN: Final = (LookupError, ValueError, TypeError, AttributeError, OverflowError)
"""What reading a note that somebody else wrote may raise: a record is a file."""


class Verdict(NamedTuple):
    """What a note of a run says about a step or the run.

    Attributes:
        held: whether the step or run held; None: it begins.
        number: of the step; for a run that failed, of the first step that did; 0: none.
        title: the step as code; for a run, its title.
        steps: how many the run had; 0: this is about a step.
        came: what met it, or why it failed, as a sentence; "": nothing is said.
        row: the row that met an expectation; 0: none.
        failed: how many steps of the run failed.
    """

    held: bool | None
    number: int
    title: str
    seconds: float = 0.0
    steps: int = 0
    came: str = ""
    row: int = 0
    failed: int = 0

    @property
    def took(self) -> str:
        """The seconds, as they are shown."""
        return f"{self.seconds:.4f}" if self.seconds < 1 else f"{self.seconds:.3f}"


def note_text(row: Row) -> str:
    """A note of the program in the current language."""
    if row.call == "note":
        return row.args
    try:
        if row.call in OF_RUNS:
            return _verdict_text(row.call, _verdict(row))
        if row.call == "not_done":
            key, named = read_literal(row.args)
            return tr(key, **named)
        if row.call == "rule_failed":
            number, key, named = read_literal(f"({row.args})")
            return tr("note.rule_failed", number, tr(key, **named))
        if row.call == "greeting_failed":
            key, named = read_literal(f"({row.args})")
            return tr("note.greeting_failed", tr(key, **named))
        values = read_literal(f"({row.args},)") if row.args else ()
        if row.call == "settings_changed":
            return _change_text(*values)
        return tr(f"note.{row.call}", *values)
    except _FOREIGN:
        return f"{row.call} {row.args}"


def _change_text(key: str, before: str, after: str) -> str:
    """A changed setting in words, by its name in the window if it has one."""
    if key == "responder":
        # seldom needed, and it imports the engine
        from workbench.journal.reply_words import reply_words

        return tr("note.reply_changed", after=reply_words(after), before=reply_words(before))
    name = f"caption.{key}"
    return tr("note.settings_changed", tr(name) if has(name) else key, before, after)


def verdict_of(row: Row) -> Verdict | None:
    """The verdict that a row of a run contains; None: it contains none."""
    if row.kind != NOTE or row.call not in OF_RUNS:
        return None
    try:
        return _verdict(row)
    except _FOREIGN:
        return None


class EndOfLab(NamedTuple):
    """The lab's note: the last row before its run, and the endpoint of its clients."""

    before: int
    clients: str


def lab_of(row: Row) -> EndOfLab | None:
    """What a row says about a run of the lab; None: it says nothing."""
    if row.kind != NOTE or row.call != LAB_ENDED:
        return None
    try:
        before, clients = read_literal(f"({row.args})")
        return EndOfLab(int(before), str(clients))
    except _FOREIGN:
        return None


def _verdict(row: Row) -> Verdict:
    values = read_literal(f"({row.args},)")
    if row.call == STEP:
        number, title = values
        return Verdict(None, int(number), str(title))
    if row.call == RUN_HELD:
        title, steps, seconds = values
        return Verdict(True, 0, str(title), float(seconds), int(steps))
    if row.call == RUN_FAILED:
        title, steps, seconds, number, *several = values
        failed = int(several[0]) if several else 1
        return Verdict(False, int(number), str(title), float(seconds), int(steps), failed=failed)
    if row.call == STEP_FAILED:
        number, title, seconds, reason = values
        return Verdict(False, int(number), str(title), float(seconds), came=_text_of(reason))
    number, title, seconds, seq, words, said = values
    parts = [str(words)] if words else []
    parts += [_text_of(said)] if said is not None else []
    return Verdict(
        True, int(number), str(title), float(seconds), came=" · ".join(parts), row=int(seq)
    )


def _verdict_text(call: str, verdict: Verdict) -> str:
    number, title, came = verdict.number, verdict.title, verdict.came
    key = f"note.{call}"
    if call == STEP and not number:
        key += "_up"
    elif call == STEP_HELD and came:
        key += "_came"
    elif call == RUN_FAILED and verdict.failed > 1:
        key += "_several"
    return tr(
        key,
        number=number,
        title=title,
        seconds=verdict.took,
        steps=verdict.steps,
        came=came,
        failed=verdict.failed,
    )


def spelled(problem: Problem) -> tuple[str, dict[str, object]]:
    """A sentence as plain values: its key and what fills it in, including nested sentences."""
    return problem.key, {
        name: spelled(value) if isinstance(value, Problem) else value
        for name, value in problem.args_.items()
    }


def _text_of(values: object) -> str:
    """The sentence that `spelled` took apart, in the current language."""
    key, named = _pair(values)
    filled = {
        name: _text_of(value) if _is_spelled(value) else value for name, value in named.items()
    }
    return tr(key, **filled)


def _is_spelled(value: object) -> bool:
    return (
        isinstance(value, tuple)
        and len(value) == 2
        and isinstance(value[0], str)
        and isinstance(value[1], dict)
    )


def _pair(values: object) -> tuple[str, dict[str, object]]:
    if not isinstance(values, tuple) or not _is_spelled(values):
        raise ValueError(values)
    return values[0], values[1]
