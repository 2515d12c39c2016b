"""*Repeat until*: puts a scenario's steps into a loop, each round with its own connections."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from workbench.engine.model import commands as c
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.frozen import dataclass
from workbench.scenario.steps import Expect, Loop, Perform, Scenario, Step, Wait

SET_UP: Final = (
    c.Start,
    c.Configure,
    c.SetPace,
    c.Pause,
    c.Resume,
    c.SetOption,
    c.Respond,
    c.Join,
    c.Mark,
    c.Listen,
)
"""Commands at the beginning of a scenario that need not be repeated in each round."""
CHANGING: Final = (c.Configure, c.Pause, c.Resume, c.SetPace, c.Respond)
"""Commands after which an endpoint does the same differently; being configured undoes them."""
OPENING: Final = (c.Connect, c.Start)


@dataclass(frozen=True, slots=True)
class Repeat:
    """The most rounds, the seconds between them, and what ends them."""

    times: int = 1
    pause: float = 0.0
    until: Expect | None = None


def repeated(scenario: Scenario, repeat: Repeat) -> Scenario:
    """The scenario, with what follows its set-up in a loop.

    Each round begins by closing what the one before left open, and nothing follows the loop, so the
    sockets of the round that met the condition, or of the last one, stay open.
    """
    roles = {settings.name: settings for settings in scenario.endpoints}
    before, body = _split(scenario.steps, roles)
    current = dict(roles)
    for step in before:
        if isinstance(step, Perform) and isinstance(step.command, c.Configure):
            current[step.command.endpoint] = step.command.settings
    begin = [*_closing(body, current), *_as_at_first(before, body, current)]
    steps = (*begin, *(_without_number(step, current) for step in body))
    loop = Loop(steps, repeat.times, repeat.pause, repeat.until, renumber=True)
    return replace(scenario, steps=(*before, loop))


def _split(
    steps: tuple[Step, ...], roles: dict[str, EndpointSettings]
) -> tuple[list[Step], list[Step]]:
    """The steps that set up once, and those of each round."""
    leading = 0
    while leading < len(steps) and _sets_up(steps[leading]):
        leading += 1
    rest = steps[leading:]
    again = {
        name
        for name, settings in roles.items()
        if settings.role is Role.STREAM or _opens_anew(rest, settings)
    }
    before: list[Step] = []
    body: list[Step] = []
    for step in steps[:leading]:
        (body if _of(step) in again else before).append(step)
    return before, [*body, *rest]


def _sets_up(step: Step) -> bool:
    return isinstance(step, Wait) or (
        isinstance(step, Perform) and isinstance(step.command, SET_UP)
    )


def _of(step: Step) -> str | None:
    return step.command.endpoint if isinstance(step, Perform) else None


def _opens_anew(rest: Iterable[Step], settings: EndpointSettings) -> bool:
    """Whether each round makes or closes the socket of this endpoint."""
    for step in rest:
        if _of(step) != settings.name or not isinstance(step, Perform):
            continue
        command = step.command
        if isinstance(command, c.Start | c.Stop):
            return True
        if isinstance(command, c.Close) and command.connection is None:
            return True
        if settings.role is Role.DATAGRAM and isinstance(command, c.Close | c.Abort | c.Connect):
            return True
    return False


def _closing(body: Iterable[Step], current: dict[str, EndpointSettings]) -> list[Step]:
    """Steps that close the endpoints which a round opens and does not close; listeners last."""
    opened: dict[str, bool] = {}
    for step in body:
        name = _of(step)
        if name is None or not isinstance(step, Perform):
            continue
        command = step.command
        if isinstance(command, OPENING):
            opened[name] = True
        elif isinstance(command, c.Stop) or (
            isinstance(command, c.Close | c.Abort)
            and name in opened
            and command.connection in {None, c.ALL}
            and current[name].role is not Role.LISTENER
        ):
            opened[name] = False
    left = [name for name, still in opened.items() if still]
    left.sort(key=lambda name: current[name].role is Role.LISTENER)
    return [Perform(c.Stop(name)) for name in left]


def _as_at_first(
    before: Iterable[Step], body: Iterable[Step], current: dict[str, EndpointSettings]
) -> list[Step]:
    """Steps that undo what a round configures, holds back or releases, before the next."""
    found: list[Step] = []
    for name in dict.fromkeys(_of(step) for step in body if _changes(step)):
        if name is not None:
            found.append(Perform(c.Configure(name, current[name])))
            found += [
                step
                for step in before
                if _of(step) == name
                and _changes(step)
                and not (isinstance(step, Perform) and isinstance(step.command, c.Configure))
            ]
    return found


def _changes(step: Step) -> bool:
    return isinstance(step, Perform) and isinstance(step.command, CHANGING)


def _without_number(step: Step, current: dict[str, EndpointSettings]) -> Step:
    """A step without the number of its connection, for datagram endpoints: each has one socket,
    whichever round made it.
    """
    if isinstance(step, Expect):
        one = current[step.endpoint].role is Role.DATAGRAM
        return replace(step, connection=None) if one else step
    name = _of(step)
    if not isinstance(step, Perform) or name is None or current[name].role is not Role.DATAGRAM:
        return step
    if c.numbered(step.command) is None:
        return step
    return replace(step, command=c.aimed(step.command, None))
