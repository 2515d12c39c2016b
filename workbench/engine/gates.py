"""Gates: what an endpoint accepts, receives and sends by itself, and what waits for a step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from workbench.engine import commands as c
from workbench.engine.settings import GateMode, Pace
from workbench.texts import Problem

if TYPE_CHECKING:
    from workbench.engine.endpoint import Endpoint
    from workbench.engine.ticket import Ticket

CONGESTION_CHECK: Final = 0.02
"""Seconds between two looks whether the journal has caught up."""


class Gates:
    """The gates of one endpoint, all on its thread; set-up has its own (`Assembly.pace`).

    Attributes:
        accept, receive, send: how each runs by itself.
        held: back-pressure: nothing is read by itself while the journal is behind.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self.accept = endpoint.settings.accept
        self.receive = endpoint.settings.receive
        self.send = endpoint.settings.send
        self.held = False
        self._steps = 0
        self._step: Ticket | None = None

    def switch(self, gate: c.Gate, *, paused: bool) -> None:
        """Hold a gate, or open it."""
        mode = GateMode.PAUSED if paused else GateMode.AUTO
        match gate:
            case c.Gate.ACCEPT:
                self.accept = mode
            case c.Gate.RECEIVE:
                self.receive = mode
            case c.Gate.SEND:
                self.send = mode
            case c.Gate.CALLS:
                self._endpoint.assembly.set_pace(Pace.STEP if paused else Pace.AT_ONCE)
                return
        self._refresh()

    def _refresh(self) -> None:
        for channel in list(self._endpoint.channels.values()):
            channel.refresh()

    # -- steps of sending ---------------------------------------------------------------------

    def step_send(self, count: int, ticket: Ticket) -> None:
        """Let `count` send calls through; the last one ends the ticket."""
        self._steps += count
        self._step = ticket
        self._refresh()

    def may_send(self) -> bool:
        return self.send is GateMode.AUTO or self._steps > 0

    def used_send_step(self) -> None:
        """One send call was made: of a step, where one is under way."""
        if self._steps:
            self._steps -= 1
            if not self._steps and self._step is not None:
                self._step.finish()
                self._step = None

    def stop(self) -> None:
        """The endpoint is stopped: a step that waits for something to send fails."""
        if self._step is not None:
            self._step.fail(Problem("engine.stopped_meanwhile"))
            self._step = None

    # -- back-pressure ------------------------------------------------------------------------

    def hold(self, held: bool) -> None:
        """Stop reading, or go on: as the journal can follow."""
        self.held = held
        self._endpoint.note("reading_held" if held else "reading_resumed")
        self._refresh()
        if held:
            self._endpoint.worker.loop.after(CONGESTION_CHECK, self._wake_while_congested)

    def _wake_while_congested(self) -> None:
        """Keep the loop turning: each of its rounds compares `held` with the journal's state."""
        if self.held and self._endpoint.sink.congested:
            self._endpoint.worker.loop.after(CONGESTION_CHECK, self._wake_while_congested)
