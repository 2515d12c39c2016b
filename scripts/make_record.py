#!/usr/bin/env python3
"""Make a large record: what a recorder has written once, copied by SQL until it is long enough.

    .venv/bin/python scripts/make_record.py OUT.swb [ROWS]        (10 000 000 unless told)

About a million rows a second. It is the record of an echo server with 32 connections of its own
client: nearly all rows are a send or recv of 64 bytes. In three places, near the beginning, in the
middle and near the end, stands what a filter can look for: `RARE_ERRNO`, `RARE_TEXT` in a payload
and `RARE_PEER`.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from workbench.engine.model.events import (  # noqa: E402
    CALL,
    COMMAND,
    END,
    Cause,
    ConnectionOpened,
    EndpointAdded,
    Event,
    Item,
)
from workbench.engine.model.serialize import settings_json  # noqa: E402
from workbench.engine.model.settings import EndpointSettings, Role  # noqa: E402
from workbench.journal import file  # noqa: E402
from workbench.journal.recorder import Recorder  # noqa: E402

RARE_ERRNO: Final = "EPIPE"
RARE_TEXT: Final = "needle in ten million rows"
RARE_PEER: Final = "127.0.0.9:999"
CONNECTIONS: Final = 32
BLOCK: Final = 100_000
"""Rows that are copied at once."""
LEAST: Final = 20_000
RARE: Final = 1_000
"""Rows of the block that has what is rare, one row of each kind."""
STEP_NS: Final = 50_000
"""Between two rows: 20 000 events a second."""
_SERVER, _CLIENT = 1, 2
_SHIFTED: Final = {"seq", "t_ns"}


def make_record(path: Path, rows: int = 10_000_000) -> None:
    """Write a closed record of exactly so many rows, `LEAST` of them or more."""
    block = min(BLOCK, rows // 8)
    recorder = Recorder(path)
    recorder.start()
    for item in _begun():
        recorder.put(item)
    recorder.flush()
    begun = recorder.committed
    _put(recorder, begun, block, rare=False)
    _put(recorder, begun + block, RARE, rare=True)
    recorder.close()
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        _grow(db, begun, block, rows)
        file.mark_closed(db)


def _put(recorder: Recorder, before: int, count: int, *, rare: bool) -> None:
    """Exactly `count` events, the first of which gets the number `before` + 1."""
    for number in range(count):
        recorder.put(_talk(number, (before + number) * STEP_NS, rare=rare))
    recorder.flush()


def _begun() -> Iterator[Item]:
    """Listen, and connect all clients."""
    for number, name, role in (
        (_SERVER, "server-1", Role.LISTENER),
        (_CLIENT, "client-1", Role.STREAM),
    ):
        settings = EndpointSettings(name, role, address="127.0.0.1:23333")
        yield EndpointAdded(
            number, name, role.value, "AF_INET", "SOCK_STREAM", settings_json(settings)
        )
    listening = 1
    yield Event(1, 0, _SERVER, None, COMMAND, "start", "", cause=Cause())
    yield Event(2, 9_000, _SERVER, listening, CALL, "socket", "AF_INET, SOCK_STREAM", 7)
    yield ConnectionOpened(listening, _SERVER, None, "127.0.0.1:23333")
    yield Event(3, 9_000, _SERVER, listening, CALL, "bind", "('127.0.0.1', 23333)", 0)
    yield Event(4, 9_000, _SERVER, listening, CALL, "listen", "512", 0)
    for place in range(CONNECTIONS):
        client, server = _ends(place)
        here = f"127.0.0.1:{40_000 + place}"
        at = 10 + 10 * place
        yield Event(at, 9_000, _CLIENT, client, CALL, "socket", "AF_INET, SOCK_STREAM", 8)
        yield ConnectionOpened(client, _CLIENT, None, here, "127.0.0.1:23333", place + 1)
        connect = Event(
            at + 1, 9_000, _CLIENT, client, CALL, "connect", "('127.0.0.1', 23333)",
            None, "EINPROGRESS", "BlockingIOError",
        )  # fmt: skip
        yield connect
        yield Event(at + 2, 9_000, _SERVER, listening, CALL, "accept", "", 9, peer=here)
        yield ConnectionOpened(server, _SERVER, listening, "127.0.0.1:23333", here, place + 1)
        yield connect._replace(kind=END, result=0, errno=None, error=None)


def _ends(place: int) -> tuple[int, int]:
    return 2 + 2 * place, 3 + 2 * place


def _talk(number: int, t_ns: int, *, rare: bool) -> Event:
    """One row of a ping-pong: the client sends, the server reads and answers, the client reads;
    now and then there is nothing to read.
    """
    client, server = _ends(number // 4 % CONNECTIONS)
    endpoint, connection, call = (
        (_CLIENT, client, "send"),
        (_SERVER, server, "recv"),
        (_SERVER, server, "send"),
        (_CLIENT, client, "recv"),
    )[number % 4]
    args = "65536" if call == "recv" else ""
    payload = f"{number // 4:012d} the quick brown fox jumps over the lazy dog........".encode()
    event = Event(
        t_ns, 12_000, endpoint, connection, CALL, call, args, 64, size=64, payload=payload
    )
    if number % 50 == 1:
        return event._replace(
            result=None, size=None, payload=None, errno="EAGAIN", error="BlockingIOError"
        )
    match number if rare else 0:
        case 100:
            return event._replace(
                result=None, size=None, payload=None, errno=RARE_ERRNO, error="BrokenPipeError"
            )
        case 200:
            return event._replace(payload=f"{RARE_TEXT:64}".encode())
        case 300:
            return event._replace(peer=RARE_PEER)
    return event


def _grow(db: sqlite3.Connection, begun: int, block: int, rows: int) -> None:
    """Copy the first block on and on, and twice the rare one, up to `rows`."""
    table, columns = next(
        (name, names)
        for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        if _SHIFTED.issubset(names := [row[1] for row in db.execute(f"PRAGMA table_info({name})")])
    )
    copied = ", ".join(
        f"{name} + :by * {STEP_NS if name == 't_ns' else 1}" if name in _SHIFTED else name
        for name in columns
    )
    statement = (
        f"INSERT INTO {table} SELECT {copied} FROM {table}"
        " WHERE seq > :after AND seq <= :after + :count ORDER BY seq"
    )
    db.execute("PRAGMA synchronous=OFF")
    db.execute("PRAGMA cache_size=-200000")
    done = begun + block + RARE
    rare_at = [rows - 2 * RARE, rows // 2]
    while done < rows:
        if rare_at and done == rare_at[-1]:
            rare_at.pop()
            after, count = begun + block, RARE
        else:
            after, count = begun, min(block, (rare_at[-1] if rare_at else rows) - done)
        db.execute("BEGIN")
        db.execute(statement, {"by": done - after, "after": after, "count": count})
        db.execute("COMMIT")
        done += count


if __name__ == "__main__":
    make_record(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 10_000_000)
