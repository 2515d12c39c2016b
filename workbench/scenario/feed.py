"""Feed: rows for the steps of a run as they are numbered, before they are in the file."""

from __future__ import annotations

import threading
from bisect import bisect_right, insort
from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from workbench.engine.model.events import (
    COMMAND,
    NOTE,
    OF_RUNS,
    ConnectionNamed,
    ConnectionOpened,
    EndpointAdded,
    Event,
    Item,
    SampleTaken,
    Transfer,
    event_of,
    is_own,
)
from workbench.journal.beside_events import as_text
from workbench.journal.reader import Row
from workbench.named_tuple import NamedTuple
from workbench.scenario.steps import ANY

if TYPE_CHECKING:
    from workbench.journal.reader import Reader

PAGE: Final = 5000
"""Rows that a step looks at in one go."""
TELLING: Final = frozenset(
    {"start", "stop", "connect", "close", "abort", "call", "configure", "pause", "resume"}
)
"""Commands that say which connections are meant, and what is held back; of others the rows of what
they led to are enough."""


class FedEndpoint(NamedTuple):
    """An endpoint of the record."""

    id: int
    name: str
    role: str
    type: str


class _Socket(NamedTuple):
    """A connection that was opened during the run."""

    endpoint: int
    parent: int | None
    local: str | None
    peer: str | None
    number: int | None


class Feed:
    """A `Follower` of the recorder that keeps the rows that steps can use until they ask.

    Rows are as the record will have them, with all of their bytes.

    Attributes:
        before: the newest connection that is older than the run.
        wanted: the endpoints whose rows are kept, and for each the calls whose bytes are.
        changes: how often an endpoint was added or changed.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        """`wake` is called when something has come, on any thread but this one, which is the
        run's.
        """
        self.wake = wake
        self._run = threading.get_ident()
        self._lock = threading.Lock()  # guards what is wanted
        self.before = 0
        self._came: deque[tuple[int, Event] | Item] = deque()
        self.wanted: Mapping[str, Collection[str]] = {}
        self._by_id: Mapping[int, Collection[str]] = {}
        self._left_out: Collection[str] = OF_RUNS
        self._commands = True
        self.changes = 0
        self._endpoints: dict[int, FedEndpoint] = {}
        self._sockets: dict[int, _Socket] = {}
        self._opened: dict[int, list[int]] = {}
        self._waiting: list[tuple[int, Event]] = []

    def begin(self, reader: Reader, after: int) -> None:
        """Learn what the record contained when row `after` was its last."""
        for item in reader.endpoints():
            self._endpoints.setdefault(
                item.id, FedEndpoint(item.id, item.name, item.role, item.type)
            )
        self.before = max(
            (item.id for item in reader.connections() if (item.opened_seq or 0) <= after),
            default=0,
        )
        self.want(self.wanted, commands=self._commands, verdicts=not self._left_out)

    def want(
        self,
        names: Mapping[str, Collection[str]],
        *,
        commands: bool = True,
        verdicts: bool = False,
    ) -> None:
        """Keep the rows of these endpoints from now on, and for each the bytes of these calls.

        ANY among them means every other endpoint. `commands`: also every command; `verdicts`: also
        the run's own verdicts.
        """
        self._commands = commands
        self._left_out = frozenset() if verdicts else OF_RUNS
        with self._lock:
            self.wanted = names
            self._by_id = {
                item.id: found
                for item in self._endpoints.values()
                if (found := self._calls(item.name)) is not None
            }

    def _calls(self, name: str) -> Collection[str] | None:
        return self.wanted.get(name, self.wanted.get(ANY))

    # -- on any thread ----------------------------------------------------------------------

    def take(self, first: int, items: Sequence[Item | Transfer]) -> None:
        """As `Follower.take`."""
        wanted = self._by_id
        seq = first
        for item in items:
            if type(item) is tuple:
                if item[0][0] in wanted:  # type: ignore[index]  # see Transfer
                    self._keep(seq, event_of(item), wanted)  # type: ignore[arg-type]  # see Transfer
                seq += 1
            elif type(item) is Event:
                self._keep(seq, item, wanted)
                seq += 1
            elif type(item) is EndpointAdded:
                wanted = self._add(item)
            elif type(item) is not SampleTaken:
                self._came.append(item)  # type: ignore[arg-type]  # see Transfer
        if threading.get_ident() != self._run:
            self.wake()

    def _keep(self, seq: int, event: Event, wanted: Mapping[int, Collection[str]]) -> None:
        if event.kind == NOTE:
            kept = event.call not in self._left_out
        elif event.kind == COMMAND:
            kept = self._commands or event.call in TELLING
        else:
            calls = wanted.get(event.endpoint)
            kept = calls is not None
            if calls is not None and event.payload and event.call not in calls:
                event = event._replace(payload=b"")  # the bytes are dropped
        if kept:
            self._came.append((seq, event))

    def _add(self, item: EndpointAdded) -> Mapping[int, Collection[str]]:
        with self._lock:
            self._endpoints[item.id] = FedEndpoint(item.id, item.name, item.role, item.type)
            self.changes += 1
            calls = self._calls(item.name)
            if calls is not None:
                self._by_id = {**self._by_id, item.id: calls}
            return self._by_id

    # -- on the thread of the run -----------------------------------------------------------

    @property
    def any(self) -> bool:
        """Whether anything has come since."""
        return bool(self._came)

    @property
    def many(self) -> bool:
        """Whether more has come than should wait until a step asks."""
        return len(self._came) > PAGE

    @property
    def complete(self) -> bool:
        """Whether everything that came has been handed over; False: a fact is on its way."""
        return not self._waiting

    def rows(self) -> list[Row]:
        """The rows that have come since, about PAGE at most.

        They end before a row whose connection is not known yet: that fact is put right after it.
        """
        ready: list[tuple[int, Event]] = []
        came, waiting = self._came, self._waiting
        while came and not ready:
            for _ in range(min(len(came), PAGE)):
                item = came.popleft()
                if type(item) is tuple:
                    waiting.append(item)  # type: ignore[arg-type]  # see Transfer
                else:
                    self._learn(item)
            ready = self._ready()
            waiting = self._waiting
        return [self._row(seq, event) for seq, event in ready]

    def _ready(self) -> list[tuple[int, Event]]:
        """Rows that can be handed over, the connection of each being known."""
        waiting = self._waiting
        unknown = 0
        for _, event in waiting:
            if not self._known(event.connection):
                break
            unknown += 1
        self._waiting = waiting[unknown:]
        return waiting[:unknown]

    def _learn(self, item: object) -> None:
        match item:
            case ConnectionOpened(id=number, endpoint=endpoint, parent=parent):
                self._sockets[number] = _Socket(
                    endpoint, parent, _text(item.local), _text(item.peer), item.number
                )
                insort(self._opened.setdefault(endpoint, []), number)
            case ConnectionNamed(id=number) if number in self._sockets:
                known = self._sockets[number]
                self._sockets[number] = known._replace(
                    local=_text(item.local) or known.local, peer=_text(item.peer) or known.peer
                )

    def _known(self, connection: int | None) -> bool:
        return connection is None or connection <= self.before or connection in self._sockets

    def _row(self, seq: int, event: Event) -> Row:
        endpoint = self._endpoints.get(event.endpoint)
        socket = self._sockets.get(event.connection or 0)
        args = event.args
        peer = event.peer
        if peer is not None:
            peer = _text(peer)
        elif socket is not None:
            peer = socket.peer
        cause = event.cause
        if cause is not None and is_own(event):
            cause = cause.above
        return Row(
            seq,
            event.t_ns,
            event.duration_ns,
            event.kind,
            None if endpoint is None else endpoint.name,
            event.connection,
            event.call,
            args if args.isascii() else as_text(args),
            event.result,
            event.errno,
            _text(event.error),
            None if socket is None else socket.local,
            peer,
            event.size,
            event.payload,
            None if cause is None else cause.seq,
            None if socket is None else socket.number,
        )

    # -- what a matcher asks ------------------------------------------------------------------

    def endpoint(self, name: str) -> FedEndpoint:
        """The newest endpoint of a name."""
        return next(item for item in reversed(tuple(self._endpoints.values())) if item.name == name)

    def opened(self, endpoint: int, after: int, upto: int) -> list[tuple[int, int | None]]:
        """The connections of an endpoint with `after` < id <= `upto`, each with its listener's."""
        ids = self._opened.get(endpoint, [])
        found = ids[bisect_right(ids, after) : bisect_right(ids, upto)]
        return [(number, self._sockets[number].parent) for number in found]


def _text(value: str | None) -> str | None:
    return value if value is None or value.isascii() else as_text(value)
