"""Records made of plain events, without sockets: what the journal itself promises."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from tests.journal.older import to_version_1
from workbench.engine.model.events import (
    CALL,
    ConnectionOpened,
    EndpointAdded,
    Event,
    Item,
    Transfer,
)
from workbench.journal.numbering import Marker, with_events
from workbench.journal.reader import Reader
from workbench.journal.recorder import Recorder

Make = Callable[..., Reader]


def event(**values: object) -> Event:
    """A recv of nothing in particular, with the values that matter."""
    plain: dict[str, object] = {
        "t_ns": 0,
        "duration_ns": 0,
        "endpoint": 1,
        "connection": 1,
        "kind": CALL,
        "call": "recv",
        "args": "",
        "result": None,
        "errno": None,
        "error": None,
        "peer": None,
        "size": None,
        "payload": None,
        "cause": None,
    }
    return Event(**{**plain, **values})  # type: ignore[arg-type]


@pytest.fixture
def recorder(tmp_path: Path) -> Iterator[Recorder]:
    made = Recorder(tmp_path / "record.swb")
    made.start()
    yield made
    made.close()


@pytest.fixture(params=[2, 1])
def make(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Make]:
    """Write events to a record of their own and open it: one of today, and one of version 1."""
    readers: list[Reader] = []

    def write(events: list[Event], encoding: str = "utf-8") -> Reader:
        path = tmp_path / f"made-{len(readers)}.swb"
        recorder = Recorder(path)
        recorder.start()
        recorder.put(
            EndpointAdded(
                1, "server-1", "listener", "AF_INET", "SOCK_STREAM", f'{{"encoding": "{encoding}"}}'
            )
        )
        recorder.put(EndpointAdded(2, "Client", "stream", "AF_INET", "SOCK_STREAM", "{}"))
        recorder.put(ConnectionOpened(1, 1, None, "127.0.0.1:80", "127.0.0.1:9", 1))
        recorder.put(ConnectionOpened(2, 2, None, None, None, 1))
        for item in events:
            recorder.put(item)
        recorder.close()
        readers.append(Reader(path if request.param == 2 else to_version_1(path)))
        return readers[-1]

    yield write
    for reader in readers:
        reader.close()


class Following:
    """A `Follower` that keeps everything.

    Attributes:
        events: each with its number; facts: the other items.
        woken: something was put, since it asked to be told.
    """

    def __init__(self) -> None:
        self.events: list[tuple[int, Event]] = []
        self.facts: list[Item] = []
        self.woken = threading.Event()
        self.wake = self.woken.set

    def take(self, first: int, items: Sequence[Item | Transfer]) -> None:
        whole = with_events(items)
        events = [item for item in whole if isinstance(item, Event)]
        self.events += enumerate(events, first)
        self.facts += [item for item in whole if not isinstance(item, Event | Marker)]
