"""The calls that build a socket, planned one by one so that they can run slowly or step by step."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from workbench.engine.traced import TracedSocket


@dataclass(frozen=True, slots=True)
class Planned:
    """A call to come.

    Attributes:
        call, args: as the strip shows them.
        run: makes the call; raises what the call raises.
        traced: the socket it acts on, once there is one: its newest event is the call's.
    """

    call: str
    args: str
    run: Callable[[], None]
    traced: Callable[[], TracedSocket | None]


class Setup:
    """One socket under construction.

    Attributes:
        planned: calls still to be made, in order.
        finish: runs when all were made.
        fail: runs with the exception of the call that failed, or with a Problem.
    """

    def __init__(self, planned: Iterable[Planned], finish: Callable[[], None],
                 fail: Callable[[BaseException], None]) -> None:
        self.planned = deque(planned)
        self.finish = finish
        self.fail = fail
