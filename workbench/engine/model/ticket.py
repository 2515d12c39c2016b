"""Ticket: the receipt for a command, which tells when and how it ended."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from workbench.engine.model.commands import Command
from workbench.engine.model.errors import describe
from workbench.engine.model.events import Cause
from workbench.frozen import dataclass
from workbench.named_tuple import NamedTuple
from workbench.texts import Problem

if TYPE_CHECKING:
    from workbench.engine.model.layer_fault import LayerFault


class Tried(NamedTuple):
    """A name whose addresses were all tried in vain.

    Attributes:
        name: as written.
        failures: each address with the errno symbol, or the class, of its error.
    """

    name: str
    failures: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return "; ".join(f"{address} {error}" for address, error in self.failures)


class Reached(NamedTuple):
    """How many of the connections that one command meant were reached.

    Attributes:
        meant: how many it meant.
        failures: the number of each connection whose call failed, with the errno symbol, the class
            or the sentence of its error.
    """

    meant: int
    failures: tuple[tuple[int, str], ...] = ()

    @property
    def good(self) -> int:
        return self.meant - len(self.failures)

    def __str__(self) -> str:
        return "; ".join(f"#{number} {error}" for number, error in self.failures)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a command ended.

    Attributes:
        errno, error: symbol and Python class of the failed call; None: it succeeded.
        problem: a sentence for a person where no call failed but the command could not be done.
        tried: if a name has several addresses; errno and error are those of the last one.
        fault: of a layer: the row that reports it, if that says more than the word.
        reached: if it meant several connections; errno and error are those of the first that
            failed.
        made: of a repeated Send that was ended early: how many it made.
    """

    ok: bool
    errno: str | None = None
    error: str | None = None
    problem: Problem | None = None
    tried: Tried | None = None
    fault: LayerFault | None = None
    reached: Reached | None = None
    made: int | None = None


OK = Outcome(True)


def failed(reason: BaseException) -> Outcome:
    """The outcome for an exception of a call, or for a Problem."""
    if isinstance(reason, Problem):
        return Outcome(False, None, "Problem", reason)
    failure = describe(reason)
    return Outcome(False, failure.errno, failure.error, fault=failure.fault)


class Ticket(Cause):
    """A command that was handed over; thread-safe.

    Attributes:
        command: what was asked for.
        outcome: how it ended, None until then.
        revision: that of the first snapshot of its endpoint that shows the result; 0 until it
            ended, and if no endpoint is involved.
        seq: the row of its command event, once recorded.
    """

    __slots__ = ("_callbacks", "_event", "_lock", "_upcoming", "command", "outcome", "revision")

    def __init__(
        self,
        command: Command,
        upcoming: Callable[[], int] | None = None,
        above: Cause | None = None,
    ) -> None:
        """`upcoming` returns the revision of the endpoint's next snapshot; `above`: as in a
        Cause.
        """
        self.seq, self.above = None, above  # the same names as in a Cause
        self.command = command
        self.outcome: Outcome | None = None
        self.revision = 0
        self._upcoming = upcoming
        self._lock = threading.Lock()
        self._event: threading.Event | None = None
        self._callbacks: list[Callable[[Ticket], None]] = []

    @property
    def done(self) -> bool:
        return self.outcome is not None

    def finish(self, outcome: Outcome = OK) -> None:
        """End the command; only the first call has an effect."""
        with self._lock:
            if self.outcome is not None:
                return
            if self._upcoming is not None:
                self.revision = self._upcoming()
            self.outcome = outcome
            callbacks, self._callbacks = self._callbacks, []
            if self._event is not None:
                self._event.set()
        for callback in callbacks:
            callback(self)

    def fail(self, reason: BaseException) -> None:
        """End the command with the exception of a call, or with a Problem."""
        self.finish(failed(reason))

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the command has ended; False if `timeout` seconds passed first."""
        with self._lock:
            if self.outcome is not None:
                return True
            if self._event is None:
                self._event = threading.Event()
            event = self._event
        return event.wait(timeout)

    def add_callback(self, callback: Callable[[Ticket], None]) -> None:
        """Call `callback(ticket)` at the end, on the engine's thread; at once if it has ended."""
        with self._lock:
            if self.outcome is None:
                self._callbacks.append(callback)
                return
        callback(self)


class Sequel(Ticket):
    """A cause for what the program does by itself after an earlier command: its rows name that
    command.
    """

    __slots__ = ("_origin",)

    def __init__(self, origin: Ticket) -> None:
        self._origin = origin
        super().__init__(origin.command)

    @property
    def seq(self) -> int | None:
        return self._origin.seq

    @seq.setter
    def seq(self, _value: int | None) -> None:
        """The origin's row is there; this one has none."""
