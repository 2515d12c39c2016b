"""Expectations about the kernel (`state`, `reading`): the kernel is asked until it shows them."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from workbench.engine.model.kernel_reading import Reading
from workbench.scenario.outcome import Failed
from workbench.scenario.readings import holds, instead
from workbench.scenario.report import title_of
from workbench.scenario.steps import Expect
from workbench.texts import Problem

LOOK_EVERY: Final = 0.02
"""Seconds between two looks at the kernel."""


def look(
    expect: Expect, reading: Callable[[], Reading | None], wait: Callable[[float], None]
) -> None:
    """Ask the kernel until it shows what is expected; each answer is kept in the record.

    Raises:
        Failed: it did not in time; and as `reading` and `wait` do.
    """
    until = time.monotonic() + expect.within
    seen = reading()
    while not holds(expect, seen):
        left = until - time.monotonic()
        if left <= 0:
            raise Failed(
                Problem(
                    "scenario.did_not_come",
                    what=title_of(expect),
                    seconds=expect.within,
                    instead=instead(expect, seen),
                )
            )
        wait(min(LOOK_EVERY, left))
        seen = reading()
