"""EngineContext: the services that the parts of an endpoint share: record, clock, event loop."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from workbench.engine.connection.live_settings import LiveSettings
from workbench.engine.model.events import NOTE, Cause, Event, EventSink
from workbench.engine.sockets.event_loop import EventLoop
from workbench.engine.sockets.socket_factory import Maker
from workbench.texts import Problem

if TYPE_CHECKING:
    from workbench.engine.model.events import Clock
    from workbench.engine.model.layer_files import LayerFiles
    from workbench.engine.model.settings import EndpointSettings


class Surroundings(Protocol):
    """What an endpoint needs from its session."""

    @property
    def sink(self) -> EventSink: ...
    @property
    def beyond_loopback(self) -> bool: ...
    @property
    def files(self) -> LayerFiles: ...

    def temp_dir(self) -> Path:
        """A private 0700 folder for temp:NAME addresses."""

    def link(self, name: str) -> str:
        """The address of another endpoint, in scenario spelling. Raises Problem."""


class LoopOwner(Protocol):
    """Whoever has the event loop; an endpoint whose thread ended gets another loop with the next
    one.
    """

    @property
    def loop(self) -> EventLoop: ...


class EngineContext:
    """The services of one endpoint, given to every part of it in place of the endpoint itself.

    Attributes:
        id: in the record.
        live: the settings in effect.
        surroundings: what is allowed, where files go, which other endpoints exist.
        sink: takes the events. clock: stamps them.
        maker: makes the kernel sockets.
        changed: reports that the endpoint's state has changed and is to be shown soon.
    """

    def __init__(
        self,
        number: int,
        settings: EndpointSettings,
        surroundings: Surroundings,
        loops: LoopOwner,
        maker: Maker,
        changed: Callable[[], None],
    ) -> None:
        self.id = number
        self.live = LiveSettings(settings, surroundings.files, surroundings.link)
        self.surroundings = surroundings
        self.sink = surroundings.sink
        self.clock: Clock = surroundings.sink.clock
        self.now = self.clock.now
        self.maker = maker
        self.changed = changed
        self._loops = loops

    @property
    def loop(self) -> EventLoop:
        """The loop of the thread that is running, or ran last."""
        return self._loops.loop

    def note(
        self, key: str, args: str = "", connection: int | None = None, cause: Cause | None = None
    ) -> None:
        """Write a note of the program into the log: `key` names its text, `args` are Python
        literals.
        """
        self._put_note(key, args, connection, None, cause)

    def fault(
        self, error: BaseException, connection: int | None = None, cause: Cause | None = None
    ) -> Problem:
        """Log a bug of this program. Returns it as a sentence for whoever waits."""
        where = traceback.extract_tb(error.__traceback__)[-1]
        text = f"{type(error).__name__}: {error} ({Path(where.filename).name}:{where.lineno})"
        self.note("internal_error", repr(text), connection, cause)
        return Problem("engine.internal_error", reason=text)

    def not_done(self, problem: Problem, cause: Cause | None) -> None:
        """Log why a command made no call, in the user's language."""
        error = type(problem.__cause__).__name__ if problem.__cause__ is not None else None
        values = {key: str(value) for key, value in problem.args_.items()}
        self._put_note("not_done", f"{problem.key!r}, {values!r}", None, error, cause)

    def _put_note(
        self, key: str, args: str, connection: int | None, error: str | None, cause: Cause | None
    ) -> None:
        self.sink.put(
            Event(
                self.now(),
                0,
                self.id,
                connection,
                NOTE,
                key,
                args,
                error=error,
                cause=cause,
            )
        )
