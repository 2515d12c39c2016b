"""What a record has beside its events: written, kept in mind, and carried on to another file."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from workbench.engine.model.events import (
    Clock,
    ConnectionClosed,
    ConnectionNamed,
    ConnectionOpened,
    EndpointAdded,
    SampleTaken,
)
from workbench.journal import file
from workbench.journal.beside_events import Carried, Facts
from workbench.journal.schema import SECRETS

TABLES = ("endpoint", "connection")


def made(path: Path, carried: Carried | None = None) -> sqlite3.Connection:
    file.create(path)
    return file.open_new(path, Clock(), None, 1, carried or {})


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    found = made(tmp_path / "r.swb")
    yield found
    found.close()


@pytest.fixture
def facts(db: sqlite3.Connection) -> Facts:
    return Facts(db.execute)


def rows(db: sqlite3.Connection, table: str, which: str = "1") -> list[tuple[object, ...]]:
    return db.execute(f"SELECT * FROM {table} WHERE {which} ORDER BY 1").fetchall()


def talk(facts: Facts) -> None:
    """Two endpoints, one changed; both ends of a talk, a listening socket, one that is closed."""
    facts.write(EndpointAdded(1, "server", "listener", "AF_INET", "SOCK_STREAM", '{"a":1}'), 0)
    facts.write(EndpointAdded(1, "renamed", "listener", "AF_INET", "SOCK_STREAM", '{"a":2}'), 0)
    facts.write(EndpointAdded(2, "client", "stream", "AF_INET", "SOCK_STREAM", "{}"), 1)
    facts.write(ConnectionOpened(1, 1, None, "h:80"), 1)
    facts.write(ConnectionOpened(2, 2, None, None, None, 1), 2)
    facts.write(ConnectionNamed(2, "h:1", "h:80"), 3)
    facts.write(ConnectionOpened(3, 1, 1, "h:80", "h:1", 1), 4)
    facts.write(ConnectionOpened(4, 2, None, "x", "y", 2), 5)
    facts.write(ConnectionClosed(4), 6)
    facts.write(SampleTaken(1, 2, "{}"), 7)


def test_another_file_begins_with_what_holds(
    facts: Facts, db: sqlite3.Connection, tmp_path: Path
) -> None:
    talk(facts)
    facts.write_beside(SECRETS, [{"name": "a"}, {"name": "b"}])
    facts.write_beside(SECRETS, [{"name": "b"}, {"name": "c"}])
    facts.keep()
    other = made(tmp_path / "other.swb", facts.carried())
    assert rows(other, "endpoint") == rows(db, "endpoint")
    still_open = rows(db, "connection", "closed_seq IS NULL")
    assert rows(other, "connection") == still_open
    assert [row[3] for row in still_open] == [None, 3, 2], "which two are the ends of one talk"
    assert rows(other, "meta", f"key = '{SECRETS}'") == rows(db, "meta", f"key = '{SECRETS}'")
    assert str(rows(db, "meta", f"key = '{SECRETS}'")[0][1]).count("name") == 3
    other.close()


def test_what_was_undone_is_as_it_was(facts: Facts, db: sqlite3.Connection) -> None:
    talk(facts)
    facts.keep()
    before = facts.carried()
    db.execute("BEGIN")
    facts.write(EndpointAdded(1, "again", "listener", "AF_INET", "SOCK_STREAM", "{}"), 9)
    facts.write(EndpointAdded(3, "new", "stream", "AF_INET", "SOCK_STREAM", "{}"), 9)
    facts.write(ConnectionOpened(5, 3, None), 9)
    facts.write(ConnectionNamed(5, "p", "q"), 9)
    facts.write(ConnectionNamed(2, "other"), 9)
    facts.write(ConnectionClosed(3), 9)
    facts.write(ConnectionClosed(5), 9)
    db.execute("ROLLBACK")
    facts.undo()
    assert {table: sorted(map(str, found)) for table, found in facts.carried().items()} == {
        table: sorted(map(str, found)) for table, found in before.items()
    }


def test_names_that_are_no_text_are_carried_as_bytes(db: sqlite3.Connection) -> None:
    facts = Facts(lambda _statement, _parameters: None)
    facts.write(ConnectionOpened(1, 1, None, "/tmp/\udcff", "b"), 0)
    assert facts.carried()["connection"][0][4] == "/tmp/\\xff"
