"""The rows of a run as they are numbered, of what its steps can use; not yet read from the file."""

from __future__ import annotations

import threading
from bisect import bisect_right, insort
from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

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
    is_own,
)
from workbench.journal.reader import Row
from workbench.journal.recorder import as_text
from workbench.scenario.steps import ANY

if TYPE_CHECKING:
    from workbench.journal.reader import Reader

PAGE: Final = 5000
_SPOKEN: Final = frozenset({COMMAND, NOTE})
"""Kinds that are taken of every endpoint: they tell what is held back, and what has begun anew."""


class FedEndpoint(NamedTuple):
    """An endpoint, as the record has it."""

    id: int
    name: str
    role: str
    type: str


class _Socket(NamedTuple):
    """A connection that was opened in the run."""

    endpoint: int
    parent: int | None
    local: str | None
    peer: str | None
    number: int | None


class Feed:
    """A `Follower` of the recorder that keeps what the steps of a run can use until they ask.

    Rows are as the record will have them; their bytes are whole.

    Attributes:
        before: the newest connection that is older than the run.
        wanted: of which endpoints rows are kept, and of which calls of each the bytes.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        """`wake` is called when something came, on any thread but this one, which is the run's."""
        self.wake = wake
        self._run = threading.get_ident()
        self._lock = threading.Lock()  # of what is wanted
        self.before = 0
        self._came: deque[tuple[int, Event] | Item] = deque()
        self.wanted: Mapping[str, Collection[str]] = {}
        self._by_id: Mapping[int, Collection[str]] = {}
        self._left_out: Collection[str] = OF_RUNS
        self._endpoints: dict[int, FedEndpoint] = {}
        self._sockets: dict[int, _Socket] = {}
        self._opened: dict[int, list[int]] = {}
        self._waiting: list[tuple[int, Event]] = []

    def begin(self, reader: Reader, after: int) -> None:
        """Learn what the record had when row `after` was its last."""
        for item in reader.endpoints():
            self._endpoints.setdefault(
                item.id, FedEndpoint(item.id, item.name, item.role, item.type)
            )
        self.before = max(
            (item.id for item in reader.connections() if (item.opened_seq or 0) <= after),
            default=0,
        )
        self.want(self.wanted, verdicts=not self._left_out)

    def want(self, names: Mapping[str, Collection[str]], *, verdicts: bool = False) -> None:
        """Keep the rows of these endpoints from now on, and the bytes of these calls of each.

        ANY among them means every other endpoint. `verdicts`: also what the run says of itself.
        """
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

    def take(self, first: int, items: Sequence[Item]) -> None:
        """As `Follower.take`."""
        wanted, left_out = self._by_id, self._left_out
        keep = self._came.append
        seq = first
        for item in items:
            if type(item) is Event:
                calls = wanted.get(item.endpoint)
                if item.kind == NOTE and item.call in left_out:
                    pass
                elif calls is not None:
                    if item.payload and item.call not in calls:
                        item = item._replace(payload=b"")  # noqa: PLW2901 - the bytes go
                    keep((seq, item))
                elif item.kind in _SPOKEN:
                    keep((seq, item))
                seq += 1
            elif type(item) is EndpointAdded:
                wanted = self._add(item)
            elif type(item) is not SampleTaken:
                keep(item)
        if threading.get_ident() != self._run:
            self.wake()

    def _add(self, item: EndpointAdded) -> Mapping[int, Collection[str]]:
        with self._lock:
            self._endpoints[item.id] = FedEndpoint(item.id, item.name, item.role, item.type)
            calls = self._calls(item.name)
            if calls is not None:
                self._by_id = {**self._by_id, item.id: calls}
            return self._by_id

    # -- on the thread of the run -----------------------------------------------------------

    @property
    def many(self) -> bool:
        """Whether more came than should wait until a step asks."""
        return len(self._came) > PAGE

    @property
    def complete(self) -> bool:
        """Whether all that came has been told; False: a fact is on its way."""
        return not self._waiting

    def rows(self) -> list[Row]:
        """The rows that came since, about PAGE at most.

        It ends before one whose connection is not known yet: that is put right after it.
        """
        ready: list[tuple[int, Event]] = []
        while self._came and not ready:
            for _ in range(min(len(self._came), PAGE)):
                item = self._came.popleft()
                if isinstance(item, tuple) and not isinstance(item, Event):
                    self._waiting.append(item)
                else:
                    self._learn(item)
            ready = self._ready()
        return [self._row(seq, event) for seq, event in ready]

    def _ready(self) -> list[tuple[int, Event]]:
        """What waits and can be told, the connection of each being known."""
        waiting = self._waiting
        unknown = next(
            (place for place, item in enumerate(waiting) if not self._known(item[1].connection)),
            len(waiting),
        )
        self._waiting = waiting[unknown:]
        return waiting[:unknown]

    def _learn(self, item: object) -> None:
        match item:
            case ConnectionOpened(id=number, endpoint=endpoint, parent=parent):
                self._sockets[number] = _Socket(
                    endpoint, parent, item.local, item.peer, item.number
                )
                insort(self._opened.setdefault(endpoint, []), number)
            case ConnectionNamed(id=number) if number in self._sockets:
                known = self._sockets[number]
                self._sockets[number] = known._replace(
                    local=item.local or known.local, peer=item.peer or known.peer
                )

    def _known(self, connection: int | None) -> bool:
        return connection is None or connection <= self.before or connection in self._sockets

    def _row(self, seq: int, event: Event) -> Row:
        endpoint = self._endpoints.get(event.endpoint)
        socket = self._sockets.get(event.connection or 0)
        peer = event.peer if event.peer is not None or socket is None else socket.peer
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
            _text(event.args) or "",
            event.result,
            event.errno,
            _text(event.error),
            None if socket is None else _text(socket.local),
            _text(peer),
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
        """Connections of an endpoint with `after` < id <= `upto`, each with its listener's."""
        ids = self._opened.get(endpoint, [])
        found = ids[bisect_right(ids, after) : bisect_right(ids, upto)]
        return [(number, self._sockets[number].parent) for number in found]


def _text(value: str | None) -> str | None:
    return value if value is None or value.isascii() else as_text(value)
