"""Gates: whether an endpoint accepts, receives and sends freely, or one call for each step."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from workbench.engine.model import commands as c
from workbench.engine.model.settings import GateMode
from workbench.texts import Problem

if TYPE_CHECKING:
    from workbench.engine.connection.context import EngineContext
    from workbench.engine.model.ticket import Ticket
    from workbench.engine.sockets.event_loop import Job

CONGESTION_CHECK: Final = 0.02
"""Seconds between two looks whether the journal has caught up."""


@dataclass(slots=True)
class SendStep:
    """A step of the send gate under way: how many send calls it still lets through."""

    left: int
    ticket: Ticket


class Gates:
    """The gates of one endpoint, used on its thread. The gate of the set-up is `SetupRunner`'s.

    Attributes:
        accept, receive, send: how each runs by itself.
        may_send: whether a send() may be made now.
        backpressured: nothing is read by itself while the journal is behind.
    """

    def __init__(self, context: EngineContext, refresh: Job) -> None:
        """`refresh` has every connection look what it may do now."""
        self._context = context
        self._refresh = refresh
        settings = context.live.settings
        self.accept = settings.accept
        self.receive = settings.receive
        self.send = settings.send
        self.backpressured = False
        self._steps: deque[SendStep] = deque()
        self._told: set[c.Gate] = set()
        self._weigh_sending()

    def switch(self, gate: c.Gate, *, paused: bool) -> None:
        """Pause a gate, or open it."""
        mode = GateMode.PAUSED if paused else GateMode.AUTO
        self._told.add(gate)  # the command is a row
        match gate:
            case c.Gate.ACCEPT:
                self.accept = mode
            case c.Gate.RECEIVE:
                self.receive = mode
            case c.Gate.SEND:
                if paused and self.send is not mode:
                    self._end_steps(Problem("engine.held_again"))
                self.send = mode
                self._weigh_sending()
            case c.Gate.CALLS:
                raise AssertionError("the set-up's own")
        self._refresh()

    def tell(self) -> None:
        """Note once in the log which gates hold a new connection back."""
        for gate, mode in ((c.Gate.RECEIVE, self.receive), (c.Gate.SEND, self.send)):
            if mode is GateMode.PAUSED and gate not in self._told:
                self._told.add(gate)
                self._context.note(f"{gate.value}_paused")

    # -- steps of sending ---------------------------------------------------------------------

    def step_send(self, count: int, ticket: Ticket) -> None:
        """Let `count` send calls through, now or when there is something to send.

        The last of them ends the ticket; several steps are served in the order they were asked
        for.
        """
        self._steps.append(SendStep(count, ticket))
        self._weigh_sending()
        self._refresh()

    def _weigh_sending(self) -> None:
        self.may_send = self.send is GateMode.AUTO or bool(self._steps)

    def used_send_step(self) -> None:
        """One send call was made: count it against the step under way, if any."""
        if self._steps:
            step = self._steps[0]
            step.left -= 1
            if not step.left:
                self._steps.popleft()
                self._weigh_sending()
                step.ticket.finish()

    def stop(self) -> None:
        """The endpoint stopped, or owns nothing any more: steps that are left are dropped."""
        self._end_steps(Problem("engine.stopped_meanwhile"))

    def _end_steps(self, reason: Problem) -> None:
        steps, self._steps = self._steps, deque()
        self._weigh_sending()
        for step in steps:
            step.ticket.fail(reason)

    # -- back-pressure ------------------------------------------------------------------------

    def set_backpressure(self, on: bool) -> None:
        """Stop or resume reading because the journal is behind or has caught up."""
        self.backpressured = on
        self._context.note("reading_held" if on else "reading_resumed")
        self._refresh()
        if on:
            self._context.loop.after(CONGESTION_CHECK, self._wake_while_congested)

    def _wake_while_congested(self) -> None:
        """Keep the loop turning, since each round checks whether the journal has caught up."""
        if self.backpressured and self._context.sink.congested:
            self._context.loop.after(CONGESTION_CHECK, self._wake_while_congested)
