"""Events: what happened at an endpoint's sockets, as items for the journal's queue."""

from __future__ import annotations

import datetime
import time
from dataclasses import field
from typing import Final, Literal, Protocol

from workbench.frozen import dataclass
from workbench.named_tuple import NamedTuple

Kind = Literal["call", "end", "command", "note", "layer"]
"""call: one system call · end: how a waiting call came out · command: what was asked for · note."""

CALL: Final = "call"
END: Final = "end"
COMMAND: Final = "command"
NOTE: Final = "note"
LAYER: Final = "layer"

RECONNECT_LOST: Final = "reconnect_lost"
RECONNECT_FAILED: Final = "reconnect_failed"
"""Notes of a client that will connect again by itself: after a connection, or after none."""

STEP: Final = "step"
STEP_HELD: Final = "step_held"
STEP_FAILED: Final = "step_failed"
RUN_HELD: Final = "run_held"
RUN_FAILED: Final = "run_failed"
OF_RUNS: Final = frozenset({STEP, STEP_HELD, STEP_FAILED, RUN_HELD, RUN_FAILED})
"""Notes of a run about itself: a step begins, it and the whole held or failed."""
LAB_ENDED: Final = "lab_ended"
"""Note of the backlog lab at its listener: the last row before it, and its clients' endpoint."""

DEFAULT_CAPTURE: Final = 4096
"""Bytes kept of each payload (capture length): copying every 64 KiB read costs ten times."""


class Cause:
    """The command or step that caused a row; the recorder gives it the `seq` of its own row.

    Every event that follows from it carries the same object, so that the column `cause` can name a
    row that had no number yet when the call was made.

    Attributes:
        above: the step that a command belongs to; None: a person gave it.
    """

    __slots__ = ("above", "seq")

    def __init__(self, above: Cause | None = None) -> None:
        self.seq: int | None = None
        self.above = above


class Event(NamedTuple):
    """One row of the log. 100 000 are made in a second, so the fields are in the order of the table
    `event`.

    Times are nanoseconds: `t_ns` since the record began (perf_counter), `duration_ns` of the
    call. `endpoint` and `connection` are ids of the record (endpoint 0: the session itself, stored
    as NULL). `args` are Python literals as in
    the call, without the payload. `result` is the fd (socket, accept), the byte count (recv,
    send), 0 for another call that succeeded, None for one that failed. `errno` is symbolic,
    `error` the Python class. `size` is the true byte count, `payload` the kept bytes.
    An event that is not a call (a command, a note) leaves out what does not apply.
    """

    t_ns: int
    duration_ns: int
    endpoint: int
    connection: int | None
    kind: Kind
    call: str
    args: str
    result: int | None = None
    errno: str | None = None
    error: str | None = None
    peer: str | None = None
    size: int | None = None
    payload: bytes | None = None
    cause: Cause | None = None


Shape = tuple[int, int, str, str, str | None]
"""What is the same in all reads, or sends, of one connection (for datagrams, of one sender):
endpoint, connection, call, args, peer.
"""
Transfer = tuple[Shape, int, int, int, bytes]
"""A call that carried bytes, with no cause and no error: shape, t_ns, duration_ns, result and size
in one, payload. Under load nearly every row is one, made in a third of the time of an `Event`.
Both are plain tuples, so that the garbage collector lets go of them at its first look. A transfer
is told from other items by `type(item) is tuple`, by which mypy narrows nothing: hence the ignores
where one is handed on.
"""


def event_of(row: Transfer) -> Event:
    """The event that a transfer stands for."""
    (endpoint, connection, call, args, peer), t_ns, took, count, payload = row
    return Event(
        t_ns, took, endpoint, connection, CALL, call, args, count, None, None, peer, count, payload
    )


def is_own(event: Event) -> bool:
    """Whether the cause that an event carries is the event itself: the row of a command or step."""
    return event.kind == COMMAND or (event.call == STEP and event.kind == NOTE)


@dataclass(frozen=True, slots=True)
class EndpointAdded:
    """An endpoint and its settings (`config`, JSON). Sent again when they change."""

    id: int
    name: str
    role: str
    family: str
    type: str
    config: str


@dataclass(frozen=True, slots=True)
class EndpointIdentity:
    """Identifies an endpoint independently of its name, which is free again after its removal.

    Attributes:
        begun_ns: when its session began, on that session's clock. id: the endpoint's in the record.
    """

    begun_ns: int
    id: int


@dataclass(frozen=True, slots=True)
class ConnectionOpened:
    """A kernel socket exists; comes before the event of its socket(), and after that of its
    accept().

    `number` counts the connections of its endpoint from 1 and is never used twice; None: it is made
    to listen.
    """

    id: int
    endpoint: int
    parent: int | None
    local: str | None = None
    peer: str | None = None
    number: int | None = None


@dataclass(frozen=True, slots=True)
class ConnectionNamed:
    """A connection's addresses became known or changed (bind, connect); None: unchanged."""

    id: int
    local: str | None = None
    peer: str | None = None


@dataclass(frozen=True, slots=True)
class ConnectionClosed:
    """A kernel socket was closed; follows the event of its close()."""

    id: int


@dataclass(frozen=True, slots=True)
class SampleTaken:
    """A kernel reading kept as evidence; `reading` is JSON, `after_seq` is set by the recorder."""

    t_ns: int
    connection: int
    reading: str


Item = Event | EndpointAdded | ConnectionOpened | ConnectionNamed | ConnectionClosed | SampleTaken


@dataclass(frozen=True, slots=True)
class Clock:
    """The time base of a record: one wall-clock pair, taken together.

    Attributes:
        wall_ns: time.time_ns() when the record began.
        perf_ns: time.perf_counter_ns() at the same moment; `t_ns` counts from it.
    """

    wall_ns: int = field(default_factory=time.time_ns)
    perf_ns: int = field(default_factory=time.perf_counter_ns)

    def now(self) -> int:
        """Nanoseconds since the record began."""
        return time.perf_counter_ns() - self.perf_ns

    def moment(self, t_ns: int) -> datetime.datetime:
        """Local time of a stamp, cut to the microsecond as in filters and exports.

        Computed in integers: a float of today's seconds is only exact to a quarter of a
        microsecond, and rounds.
        """
        seconds, rest = divmod(self.wall_ns + t_ns, 10**9)
        moment = datetime.datetime.fromtimestamp(seconds).astimezone()
        return moment.replace(microsecond=rest // 1000)


class EventSink(Protocol):
    """What takes an endpoint's items; the journal's recorder is one.

    Attributes:
        clock: the record's time base.
        capture: bytes kept of each payload (capture length); None keeps all.
        read_whole: somebody reads every byte as it comes, whatever the record keeps.
        congested: True while the recorder is behind its high-water mark: reading pauses.
    """

    @property
    def clock(self) -> Clock: ...
    @property
    def capture(self) -> int | None: ...
    @property
    def read_whole(self) -> bool: ...
    @property
    def congested(self) -> bool: ...

    def keep_bytes(self, connection: int, *, kept: bool) -> None:
        """Set whether the record keeps any bytes of a connection."""

    def put(self, item: Item | Transfer, /) -> None:
        """Queue an item. Called on any thread; never blocks, never raises."""

    def next_connection(self) -> int:
        """A connection id that is unique in the record."""
