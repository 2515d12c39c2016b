"""Reconnector: connects a client again by itself when its connection is lost or never came."""

from __future__ import annotations

from collections.abc import Callable

from workbench.engine.connection.context import EngineContext
from workbench.engine.model.commands import Connect
from workbench.engine.model.events import RECONNECT_FAILED, RECONNECT_LOST, Cause
from workbench.engine.model.snapshot import Reconnecting
from workbench.engine.model.ticket import Sequel, Ticket
from workbench.engine.sockets.event_loop import Timer


class Reconnector:
    """Keeps up a connection until a person or scenario ends it, or the attempts are used up.

    The wait before an attempt doubles with each failure. A connection that lasted longer than the
    wait before it resets the count; one that is closed at once does not.

    Attributes:
        state: what a snapshot shows; None while nothing waits and nothing was given up.
    """

    def __init__(
        self, context: EngineContext, attempt: Callable[[Ticket, int | None], None]
    ) -> None:
        """`attempt` connects anew, as `count` of a Connect says."""
        self._context = context
        self._attempt = attempt
        self._origin: Ticket | None = None
        self._made = 0
        self._wait = 0.0
        self._timer: Timer | None = None
        self.state: Reconnecting | None = None

    @property
    def waits(self) -> bool:
        """Whether another attempt is to come, so that the endpoint's thread has to stay."""
        return self._timer is not None

    def begin(self, ticket: Ticket) -> None:
        """A connect was asked for: keep that one up from now on."""
        if isinstance(ticket, Sequel):
            return
        self._forget()
        self._origin = ticket

    def end(self, cause: Cause | None) -> None:
        """A person or scenario closed the connection: make no more attempts."""
        if self.waits:
            self._context.note("reconnect_ended", str(self._made), None, cause)
        self._forget()

    def _forget(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._origin = self._timer = self.state = None
        self._made, self._wait = 0, 0.0

    def gone(self, stood: float | None) -> None:
        """Note that nothing is connected or connecting any more, and plan an attempt; may be called
        again.

        `stood`: seconds that the newest connection lasted; None: there was none.
        """
        policy, origin = self._context.live.settings.reconnect, self._origin
        if policy is None or origin is None or self.waits:
            return
        if stood is not None and stood > self._wait:
            self._made = 0
        if policy.times and self._made >= policy.times:
            made = self._made
            self._forget()
            self.state = Reconnecting(str(made), None, lost=stood is not None)
            self._context.note("reconnect_over", str(made), None, origin)
            self._context.changed()
            return
        self._made += 1
        self._wait = policy.wait_before(self._made)
        attempt = f"{self._made}/{policy.times}" if policy.times else str(self._made)
        lost = stood is not None
        self.state = Reconnecting(attempt, self._wait, lost=lost)
        self._context.note(
            RECONNECT_LOST if lost else RECONNECT_FAILED,
            f"{self._wait:g}, {attempt!r}",
            None,
            origin,
        )
        self._timer = self._context.loop.after(self._wait, self._try)
        self._context.changed()

    def _try(self) -> None:
        origin = self._origin
        self._timer = self.state = None
        assert origin is not None
        command = origin.command
        count = command.count if isinstance(command, Connect) else None
        self._attempt(Sequel(origin), count)
