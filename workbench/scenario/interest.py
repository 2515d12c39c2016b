"""Which endpoints and bytes the remaining steps of a run can still use."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from workbench.engine.model.events import COMMAND, OF_RUNS
from workbench.named_tuple import NamedTuple
from workbench.scenario.layer_rows import HEADS
from workbench.scenario.steps import ANY, Expect, Loop, Step
from workbench.scenario.what_came import MESSAGES, PROXY_DATA, READS, TLS_DATA, WS_MESSAGES

_RECEIVED: Final = READS | MESSAGES | WS_MESSAGES | TLS_DATA | PROXY_DATA | HEADS
"""A message that was just what one call read has its bytes there (`RunConnection.add`)."""


class Interest(NamedTuple):
    """What steps look at.

    Attributes:
        calls: by endpoint (ANY: every other one), the calls whose bytes are judged.
        expected: the endpoints of which a step expects something; the others are only watched.
        commands, verdicts: whether a step looks for commands, or for the run's own verdicts.
    """

    calls: Mapping[str, frozenset[str]]
    expected: frozenset[str]
    commands: bool = False
    verdicts: bool = False

    @property
    def anything(self) -> bool:
        return bool(self.calls)

    @property
    def bytes(self) -> bool:
        return any(self.calls.values())


class _Every(frozenset[str]):
    """A set that contains every name, also of endpoints that do not exist yet."""

    __slots__ = ()

    def __contains__(self, _name: object) -> bool:
        return True

    def __bool__(self) -> bool:
        return True


EVERYTHING: Final = Interest({ANY: _Every()}, _Every(), commands=True, verdicts=True)
"""Where it is not known which steps will come."""


def interests_of(
    steps: Sequence[Step], ignored: Mapping[str, Sequence[Expect]] | None = None
) -> list[Interest]:
    """What each step and those after it look at; after the last, nothing.

    `ignored`: what each endpoint ignores, which depends on its bytes too.
    """
    told = {
        name for name, items in (ignored or {}).items() if any(item.wants_bytes for item in items)
    }
    found = [Interest({}, frozenset())]
    for step in reversed(steps):
        found.append(_with(found[-1], [step]))
    return [_told_by_bytes(item, told) for item in found[::-1]] if told else found[::-1]


def _told_by_bytes(interest: Interest, names: Collection[str]) -> Interest:
    """The interest, including the bytes that came to these endpoints if anything of them is
    read.
    """
    calls = dict(interest.calls)
    for name in names:
        begun = calls.get(name, calls.get(ANY))
        if begun is not None:
            calls[name] = begun | _RECEIVED
    return interest._replace(calls=calls)


def _with(interest: Interest, steps: Iterable[Step]) -> Interest:
    for step in steps:
        if isinstance(step, Expect):
            interest = _looked_at(interest, step)
            interest = interest._replace(expected=interest.expected | {step.endpoint})
        elif isinstance(step, Loop):
            interest = _with(interest, step.steps)
            if step.until is not None:
                interest = _looked_at(interest, step.until)
    return interest


def _looked_at(interest: Interest, expect: Expect) -> Interest:
    if expect.of_no_row:
        return interest
    judged = _RECEIVED if expect.call is None else _RECEIVED | {expect.call}
    calls = dict(interest.calls)
    name = expect.endpoint
    begun = calls.get(name, calls.get(ANY, frozenset()))
    calls[name] = begun | judged if expect.wants_bytes or expect.take or expect.of_layer else begun
    if name == ANY:
        calls = {other: its | calls[ANY] for other, its in calls.items()}
    return Interest(
        calls,
        interest.expected,
        interest.commands or expect.kind == COMMAND,
        interest.verdicts or expect.call in OF_RUNS,
    )
