"""PendingCall: a call that waits until the kernel can serve it, or until its deadline."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter_ns
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.engine.connection.context import EngineContext
    from workbench.engine.model.ticket import Ticket
    from workbench.engine.sockets.event_loop import Timer

Ended = Callable[[BaseException | None], None]
Failing = Callable[[BaseException], None]


class PendingCall:
    """A connect, accept, recv, recvfrom or sendall that has not come back.

    Attributes:
        begun, deadline: perf_counter nanoseconds; no deadline: it waits for ever.
        ticket: the command that it ends; None: a later call does.
        ended: takes the outcome in place of the ticket, where more than this call may follow.
        failing: is told of the error before the socket is closed for it.
        held: a gate keeps it from being made at all: its time does not run yet.
    """

    __slots__ = (
        "args", "begun", "call", "deadline", "ended", "failing", "held", "size", "ticket", "timer"
    )  # fmt: skip

    def __init__(
        self,
        call: str,
        size: int,
        ticket: Ticket | None,
        args: str = "",
        ended: Ended | None = None,
        failing: Failing | None = None,
    ) -> None:
        self.call = call
        self.args = args
        self.size = size
        self.ticket = ticket
        self.ended = ended
        self.failing = failing
        self.begun = perf_counter_ns()
        self.deadline: int | None = None
        self.timer: Timer | None = None
        self.held = False

    def let_through(self) -> None:
        """The gate let the call through: its time begins now."""
        self.held = False
        self.begun = perf_counter_ns()

    def start_deadline(
        self, context: EngineContext, expired: Callable[[PendingCall], None]
    ) -> None:
        """Have `expired(op)` run when the endpoint's timeout has passed, if it has one."""
        timeout = context.live.timeout
        if timeout:
            self.deadline = self.begun + int(timeout * 1e9)
            left = max(0.0, timeout - (perf_counter_ns() - self.begun) / 1e9)
            self.timer = context.loop.after(left, lambda: expired(self))

    def end(self, error: BaseException | None = None) -> None:
        """The call came back, or never will: tell whoever asked for it."""
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
        if self.ended is not None:
            self.ended(error)
        elif self.ticket is None:
            return
        elif error is None:
            self.ticket.finish()
        else:
            self.ticket.fail(error)
