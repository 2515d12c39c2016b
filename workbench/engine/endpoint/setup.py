"""SetupRunner: makes the planned calls that build a socket: at once, slowly, or one by one."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

from workbench.engine.model import options
from workbench.engine.model.errors import USER_ERRORS, describe
from workbench.engine.model.planned_calls import (
    BindCall,
    ConnectCall,
    ListenCall,
    OptionCall,
    PlannedCall,
    SocketCall,
)
from workbench.engine.model.settings import Pace
from workbench.engine.model.snapshot import Chip, ChipState
from workbench.engine.sockets import descriptors
from workbench.engine.sockets.event_loop import Timer
from workbench.engine.sockets.traced_socket import SockAddress, TracedSocket
from workbench.frozen import dataclass
from workbench.texts import Problem

if TYPE_CHECKING:
    from workbench.engine.connection.context import EngineContext
    from workbench.engine.model.settings import OptionValue
    from workbench.engine.model.ticket import Ticket

SLOW: Final = 0.8
"""Seconds between the calls of a set-up that runs slowly."""


@dataclass(frozen=True, slots=True)
class SetupStep:
    """A planned call and the function that makes it.

    Attributes:
        call, args: as the call strip shows them.
        run: makes the call; raises what the call raises.
    """

    call: str
    args: str
    run: Callable[[], None]


@dataclass(frozen=True, slots=True)
class CallMakers:
    """The functions with which an endpoint makes the calls of a set-up.

    Attributes:
        make: socket().
        traced: the socket that it made.
        bind, last: bind(), and listen() or connect() where one is planned.
        local, peer: what the planned addresses mean, the first of each.
    """

    make: Callable[[], None]
    traced: Callable[[], TracedSocket]
    bind: Callable[[], None]
    last: Callable[[], None]
    local: SockAddress | None = None
    peer: SockAddress | None = None

    def steps(self, planned: Iterable[PlannedCall], ticket: Ticket) -> list[SetupStep]:
        """The planned calls, each with the function that makes it.

        Raises:
            Problem: an option that this system has not, or a value that does not fit it.
        """
        return [self._step(call, ticket) for call in planned]

    def _step(self, planned: PlannedCall, ticket: Ticket) -> SetupStep:
        match planned:
            case SocketCall():
                return SetupStep(planned.call, planned.text, self.make)
            case OptionCall(name, value):
                run = _setting(self.traced, name, value, ticket)
                return SetupStep(planned.call, planned.text, run)
            case BindCall():
                return SetupStep(planned.call, repr(self.local), self.bind)
            case ListenCall():
                return SetupStep(planned.call, planned.text, self.last)
            case ConnectCall():
                return SetupStep(planned.call, repr(self.peer), self.last)


def no_call() -> None:
    """Stands for `CallMakers.last` where no such call is planned."""
    raise AssertionError("planned without a maker")


class SocketSetup:
    """A socket under construction: the calls that are left, and what follows them.

    Attributes:
        planned: calls still to be made, in order.
        finish: runs when all were made.
        fail: runs with the exception of the call that failed, or with a Problem: once at most,
            and not after `finish`.
        traced: the socket once it exists; its newest event is that of the newest call.
    """

    def __init__(
        self,
        planned: Iterable[SetupStep],
        traced: Callable[[], TracedSocket | None],
        finish: Callable[[], None],
        fail: Callable[[BaseException], None],
    ) -> None:
        self.planned = deque(planned)
        self.traced = traced
        self.finish = finish
        self.fail = fail


class SetupRunner:
    """Runs the set-ups of one endpoint, one call after the other, at the endpoint's pace.

    Attributes:
        queue: set-ups under way, the first one running.
        strip: chips of the newest calls made.
        pace: how the calls follow each other.
    """

    def __init__(self, context: EngineContext) -> None:
        self._context = context
        self.queue: deque[SocketSetup] = deque()
        self.strip: list[Chip] = []
        self._found: list[Chip] = []
        self.pace = context.live.settings.calls
        self._steps = 0
        self._slow: Timer | None = None
        self._advancing = False

    def set_pace(self, pace: Pace) -> None:
        """Change the pace, also of a set-up under way."""
        self.pace = pace
        self._forget_timer()
        self.advance()

    def step(self, count: int) -> None:
        """Let `count` planned calls run, or as many as there are. Raises Problem: there is none."""
        if not self.queue:
            raise Problem("engine.nothing_planned")
        self._steps += count
        self.advance()

    def stop(self) -> None:
        """Drop all planned calls; their set-ups fail."""
        dropped, self.queue = self.queue, deque()
        self._steps = 0
        self._forget_timer()
        for setup in dropped:
            setup.fail(Problem("engine.stopped_meanwhile"))

    def closed(self, traced: TracedSocket) -> None:
        """A socket under construction was closed: fail its set-up and drop its planned calls."""
        for setup in [item for item in self.queue if item.planned and item.traced() is traced]:
            self.queue.remove(setup)
            setup.fail(Problem("engine.closed_meanwhile"))

    def forget_strip(self) -> None:
        """Forget the calls that were made: they belong to an earlier attempt."""
        self.strip = []

    def show_lookup(self, chip: Chip) -> None:
        """Show the lookup of a name as a chip before the calls of the next set-up."""
        self.strip = [chip]
        self._found = [] if chip.state is ChipState.FAILED else [chip]

    def _forget_timer(self) -> None:
        if self._slow is not None:
            self._slow.cancel()
            self._slow = None

    def begin(self, setup: SocketSetup, *, goes_on: bool = False) -> None:
        """Queue a set-up and run it at the endpoint's pace.

        `goes_on`: it continues what was begun before, whose calls stay in the strip.
        """
        if not self.queue and not goes_on:
            self.strip, self._found = self._found, []
        self.queue.append(setup)
        self.advance()

    def advance(self) -> None:
        """Run planned calls as far as the pace allows."""
        # a set-up that failed has begun another one, which the loop below gets to
        if self._advancing:
            return
        self._advancing = True
        try:
            while self.queue and self._slow is None and self._next():
                pass
        finally:
            self._advancing = False
        if not self.queue:
            self._steps = 0

    def _next(self) -> bool:
        """Run one planned call, or end the set-up. False: it waits for a step."""
        setup = self.queue[0]
        if not setup.planned:
            self.queue.popleft()
            setup.finish()
            return True
        if self.pace is Pace.STEP:
            if not self._steps:
                return False
            self._steps -= 1
        planned = setup.planned.popleft()
        # its last call: whatever it sets off finds nothing under way any more
        if not setup.planned:
            self.queue.popleft()
        try:
            planned.run()
        except USER_ERRORS as error:
            self._chip(setup, planned, error)
            if setup in self.queue:
                self.queue.remove(setup)
            setup.fail(error)
            return True
        self._chip(setup, planned, None)
        if not setup.planned:
            setup.finish()
        elif self.pace is Pace.SLOWLY:
            self._slow = self._context.loop.after(SLOW, self._go_on)
        return True

    def _go_on(self) -> None:
        self._slow = None
        self.advance()
        self._context.changed()

    def _chip(self, setup: SocketSetup, planned: SetupStep, error: BaseException | None) -> None:
        """Add a chip for a call that was made; of many set-ups only the newest chips are kept."""
        traced = setup.traced()
        last = traced.last if traced is not None else None
        stamp = last.t_ns if last is not None else self._context.now()
        connection = traced.id if traced is not None else None
        args = planned.args
        if planned.call == "bind" and last is not None and last.call == "bind":
            args = last.args  # another address of the name, or the next free port
        if error is not None:
            errno = describe(error).errno if not isinstance(error, Problem) else None
            said = errno or type(error).__name__
            chip = Chip(
                planned.call, args, ChipState.FAILED, stamp, None, said, connection=connection
            )
        else:
            result = last.result if last is not None else 0
            chip = Chip(planned.call, args, ChipState.DONE, stamp, result, connection=connection)
        self.strip.append(chip)
        del self.strip[:-12]

    def chips(self) -> tuple[Chip, ...]:
        """Chips of the calls made, then of those to come."""
        return tuple(self.strip) + tuple(
            Chip(planned.call, planned.args, ChipState.PLANNED)
            for setup in list(self.queue)[:1]
            for planned in list(setup.planned)[:8]
        )


def open_socket(
    context: EngineContext,
    ticket: Ticket,
    family: str | None = None,
    numbered: Callable[[], int] | None = None,
) -> TracedSocket:
    """socket(family, type, protocol); `family` None: the configured one.

    `numbered` gives a connection's number; None: it is made to listen.

    Raises:
        OSError: as the call did.
        Problem: there is no such family, or none is fixed, or no descriptor is left but those that
            the program reserves.
    """
    settings, maker = context.live.settings, context.maker
    name = family or settings.family
    if name == options.UNSPECIFIED:
        raise Problem("engine.family_needed")
    descriptors.check_room()
    names = f"{name}, {settings.type}"
    if settings.protocol:
        names += f", {settings.protocol}"
    traced = TracedSocket.open(
        context.sink,
        context.id,
        options.required_family(name),
        options.required_type(settings.type),
        settings.protocol,
        names,
        ticket,
        maker,
        numbered,
    )
    if maker.note is not None:
        context.note(maker.note, maker.args, traced.id, ticket)
    return traced


def _setting(
    traced: Callable[[], TracedSocket], name: str, value: OptionValue, ticket: Ticket
) -> Callable[[], None]:
    """A function that makes one setsockopt() call whose arguments have been checked already.

    Raises:
        Problem: an option that this system has not, or a value that does not fit it.
    """
    option = options.find(name)
    raw = options.encode(option, value)
    shown = f"{options.level_name(option)}, {option.name}, {value!r}"
    return lambda: traced().setsockopt(option.level, option.required(), raw, shown, ticket)


def set_option(traced: TracedSocket, name: str, value: OptionValue, ticket: Ticket) -> None:
    """setsockopt, then getsockopt: the value asked for, and the value in effect.

    Raises:
        OSError: as the call did.
        Problem: an option that this system has not, or a value that does not fit it.
    """
    _setting(lambda: traced, name, value, ticket)()
    get_option(traced, name, ticket)


def get_option(traced: TracedSocket, name: str, ticket: Ticket) -> int | bytes:
    """getsockopt: the value in effect. Raises OSError, Problem for an unknown option."""
    option = options.find(name)
    shown = f"{options.level_name(option)}, {option.name}"
    if option.size:
        shown += f", {option.size}"
    return traced.getsockopt(option.level, option.required(), option.size, shown, ticket)
