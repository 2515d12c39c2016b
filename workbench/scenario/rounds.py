"""The number of a round, {round}, and where it may be used; the time after the last one.

It is that of the innermost loop around a step, from 1 on. What ends a loop belongs to none of its
rounds, and neither does what an endpoint sends by itself, at any time.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from workbench.scenario.locate import Path as KeyPath

ROUND: Final = "round"
ROUND_GAP: Final = f"{{{ROUND}}}"
"""As it is written."""
ON_ITS_WAY: Final = 0.5
"""Seconds that what the last round led to has at least; a match that could grow needs a pause."""


def in_loop(path: KeyPath) -> bool:
    """Whether what is at this path is done in the rounds of a loop: a step in a loop's list of
    steps.
    """
    depth = 0
    while path[:1] in {("step",), ("loop",)}:
        depth += 1
        path = path[2:]
    return depth > 1


def is_counted(table: Mapping[str, Any], values: Mapping[str, Any], taken: set[str]) -> bool:
    """Whether {round} is the number of a round: a file may have a value of that name.

    `values`: those given from elsewhere; `taken`: what its steps take.
    """
    return ROUND not in values and ROUND not in taken and ROUND not in table.get("values", {})
