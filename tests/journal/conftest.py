"""Records made of plain events, without sockets: what the journal itself promises."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from workbench.engine.model.events import CALL, ConnectionOpened, EndpointAdded, Event
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


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """Write events to a record of their own and open it."""
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
        recorder.put(ConnectionOpened(1, 1, None, "127.0.0.1:80", "127.0.0.1:9"))
        recorder.put(ConnectionOpened(2, 2, None, None, None))
        for item in events:
            recorder.put(item)
        recorder.close()
        readers.append(Reader(path))
        return readers[-1]

    yield write
    for reader in readers:
        reader.close()
