"""How much a record may still take, asked of a real file and of a disk that says how full it is."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from math import inf
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.journal.conftest import event
from workbench.engine.model.events import Clock
from workbench.journal import disk_room, file
from workbench.journal.disk_room import RESERVE, Room
from workbench.journal.file import PAGE_BYTES
from workbench.journal.recorder import Recorder


class Usage(NamedTuple):
    """What shutil.disk_usage says."""

    total: int
    used: int
    free: int


@pytest.fixture
def made(tmp_path: Path) -> Iterator[tuple[Room, sqlite3.Connection]]:
    """The room of a record that is empty, and the connection that writes it."""
    path = tmp_path / "r.swb"
    file.create(path)
    db = file.open_new(path, Clock(), None)
    yield Room(path, db), db
    db.close()


def pages(db: sqlite3.Connection, name: str = "page_count") -> int:
    found: int = db.execute(f"PRAGMA {name}").fetchone()[0]
    return found


def disk_has(monkeypatch: pytest.MonkeyPatch, free: int) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(2**40, 2**40 - free, free))


def test_a_new_page_is_paid_for_twice(
    made: tuple[Room, sqlite3.Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once in the -wal and once in the file, and the reserve stays."""
    asked, db = made
    disk_has(monkeypatch, RESERVE + 20 * PAGE_BYTES)
    assert asked.look() is None
    assert pages(db, "max_page_count") == pages(db) + 10
    disk_has(monkeypatch, RESERVE)
    assert asked.look() is None
    assert pages(db, "max_page_count") == pages(db)
    disk_has(monkeypatch, RESERVE - 1)
    full = asked.look()
    assert full is not None
    assert full.key == "sqlite.FULL"


def test_what_the_wal_still_holds_is_paid_for(
    made: tuple[Room, sqlite3.Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, db = made
    before = pages(db)
    db.execute("INSERT INTO meta VALUES ('x', zeroblob(?))", (10 * PAGE_BYTES,))
    grown = pages(db) - before
    assert grown >= 10
    disk_has(monkeypatch, RESERVE + (grown + 2) * PAGE_BYTES)
    assert asked.look() is None
    assert pages(db, "max_page_count") == pages(db) + 1


def test_it_grows_again_once_there_is_room(
    made: tuple[Room, sqlite3.Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, db = made
    disk_has(monkeypatch, RESERVE)
    asked.look()
    with pytest.raises(sqlite3.OperationalError, match="full"):
        db.execute("INSERT INTO meta VALUES ('x', zeroblob(?))", (10 * PAGE_BYTES,))
    disk_has(monkeypatch, 2**50)
    assert asked.look() is None
    db.execute("INSERT INTO meta VALUES ('x', zeroblob(?))", (10 * PAGE_BYTES,))


def test_a_length_that_no_file_may_have_is_said(
    made: tuple[Room, sqlite3.Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, db = made
    longest = (pages(db) + 3) * PAGE_BYTES + 100
    monkeypatch.setattr(disk_room, "_longest", lambda: longest)
    assert asked.look() is None
    assert pages(db, "max_page_count") == pages(db) + 3
    with pytest.raises(sqlite3.OperationalError) as caught:
        db.execute("INSERT INTO meta VALUES ('x', zeroblob(?))", (10 * PAGE_BYTES,))
    reason = asked.reason(caught.value)
    assert f"{longest:,}" in str(reason)
    monkeypatch.setattr(disk_room, "_longest", lambda: PAGE_BYTES)
    full = asked.look()
    assert full is not None
    assert f"{PAGE_BYTES:,}" in full.text


def test_a_disk_that_is_shorter_than_the_limit_is_the_reason(
    made: tuple[Room, sqlite3.Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, db = made
    monkeypatch.setattr(disk_room, "_longest", lambda: 2**30)
    disk_has(monkeypatch, RESERVE)
    assert asked.look() is None
    with pytest.raises(sqlite3.OperationalError) as caught:
        db.execute("INSERT INTO meta VALUES ('x', zeroblob(?))", (10 * PAGE_BYTES,))
    assert getattr(asked.reason(caught.value), "key", None) == "sqlite.FULL"


@pytest.mark.parametrize("error", [PermissionError, AttributeError])
def test_a_disk_that_cannot_be_asked_stops_nothing(
    made: tuple[Room, sqlite3.Connection], monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    """A Python without statvfs() is one that cannot ask."""

    def refuse(_path: object) -> Usage:
        raise error

    monkeypatch.setattr(shutil, "disk_usage", refuse)
    assert made[0].look() is None


def test_a_disk_with_plenty_is_asked_now_and_then(
    made: tuple[Room, sqlite3.Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    """... and before each batch where a limit on the length of files is in force."""
    asked, _ = made
    disk_has(monkeypatch, 2**50)
    now = [100.0]
    monkeypatch.setattr(disk_room, "monotonic", lambda: now[0])
    assert asked.look() is None
    disk_has(monkeypatch, RESERVE - 1)
    now[0] += disk_room.AGAIN / 2
    assert asked.look() is None
    with monkeypatch.context() as limited:
        limited.setattr(disk_room, "_longest", lambda: 2**40)
        assert asked.look() is not None
    disk_has(monkeypatch, 2**50)
    assert asked.look() is None
    disk_has(monkeypatch, RESERVE - 1)
    now[0] += disk_room.AGAIN
    full = asked.look()
    assert full is not None
    assert full.key == "sqlite.FULL"


def test_a_recorder_stops_before_the_disk_is_full(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disk_room, "monotonic", lambda: inf)  # it is always time to ask
    recorder.put(event())
    assert recorder.flush()
    disk_has(monkeypatch, RESERVE // 2)
    for _ in range(3):
        recorder.put(event())
    assert recorder.flush()
    assert recorder.failed is not None
    assert "the disk is full" in recorder.failed.text
    assert (recorder.committed, recorder.not_recorded) == (2, 3)
