"""The end of a loop with `until`: what is reported, and the readings that are then kept."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from workbench.engine.model import commands as c
from workbench.engine.model.events import Cause
from workbench.journal.reader import Row
from workbench.scenario.expect import Watch, in_words
from workbench.scenario.kernel_look import LOOK_EVERY
from workbench.scenario.report import condition_of
from workbench.scenario.rounds import ON_ITS_WAY
from workbench.scenario.steps import Loop, Scenario
from workbench.scenario.verdict_rows import Came
from workbench.session import Session
from workbench.texts import Problem

ANSWER: Final = 2.0
"""Seconds after which an endpoint that does not answer has ended."""


class LoopMet(Exception):
    """Raised when the condition that ends a loop is met, so that no further step of it is begun."""

    def __init__(self, watch: Watch) -> None:
        super().__init__()
        self.watch = watch


def met_end(
    session: Session,
    scenario: Scenario,
    loop: Loop,
    row: Row | None,
    number: int,
    cause: Cause | None,
) -> Came:
    """Report what ended a loop, and keep a reading of every open socket now.

    `row`: the row that ended it; None: a look at a socket did. `number`: that of the round.
    """
    assert loop.until is not None
    what = condition_of(loop.until) if row is None else f"{row.endpoint} {in_words(row)}"
    session.note("loop_met", f"{number}, {loop.times}, {what!r}, {0 if row is None else row.seq}")
    names = [item.name for item in scenario.endpoints if item.name in session.open_ones()]
    for ticket in [session.perform(c.Sample(name), cause) for name in names]:
        ticket.wait(ANSWER)
    session.journal.flush()
    kept = (
        Problem("scenario.readings_kept", names=", ".join(names))
        if names
        else Problem("scenario.readings_none")
    )
    said = Problem("scenario.loop_met", round=number, times=loop.times, what=what, kept=kept)
    return Came(0 if row is None else row.seq, said=said)


def wait_for_late(pause: float, sleep: Callable[[float], None], look: Callable[[], None]) -> None:
    """Wait after the last round: its effects are still on their way, and there is no next round to
    leave them time. `look` raises what ends the loop.
    """
    until = time.monotonic() + max(pause, ON_ITS_WAY)
    while time.monotonic() < until:
        sleep(LOOK_EVERY)
        look()


def in_vain(session: Session, loop: Loop, came: int, instead: Callable[[], Problem]) -> Came:
    """Report that all rounds are over and the condition was not met.

    `came`: how often it came, of how often it had to; `instead`: says what came in its place.
    """
    assert loop.until is not None
    title = condition_of(loop.until)
    session.note("loop_in_vain", f"{loop.times}, {title!r}")
    what: object = title
    if loop.until.count > 1:
        what = Problem("scenario.so_many", what=title, count=came, wanted=loop.until.count)
    if not loop.must:
        said = Problem("scenario.loop_in_vain", times=loop.times, what=what)
    else:
        said = Problem("scenario.loop_must", times=loop.times, what=what, instead=instead())
    return Came(said=said, warns=True)
