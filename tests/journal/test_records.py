"""Recent records: the newest first, live ones left out, crashed ones marked."""

from __future__ import annotations

import os
import sqlite3
import stat
import time
from contextlib import closing
from pathlib import Path

import pytest

from workbench.journal import records
from workbench.journal.file import PAGE_BYTES
from workbench.journal.keep import parse as parse_keep
from workbench.journal.recorder import Recorder


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(records, "state_dir", lambda: tmp_path)
    return records.folder()


def record(path: Path, age_days: float) -> Path:
    made = Recorder(path)
    made.start()
    made.close()
    moment = time.time() - age_days * 86_400
    os.utime(path, (moment, moment))
    return path


def test_newest_first_and_only_of_the_last_days(folder: Path) -> None:
    record(folder / "old.swb", 40)
    record(folder / "yesterday.swb", 1)
    record(folder / "today.swb", 0)
    (folder / "nonsense.swb").write_text("x")
    live = Recorder(folder / "live.swb")
    live.start()
    try:
        assert [known.path.stem for known in records.recent()] == ["today", "yesterday"]
        assert [known.events for known in records.recent(1)] == [1]
    finally:
        live.close()


def test_a_crashed_one_is_marked(folder: Path) -> None:
    with closing(sqlite3.connect(record(folder / "r.swb", 0))) as db, db:
        db.execute("DELETE FROM meta WHERE key = 'closed_wall_ns'")
    assert [known.crashed for known in records.recent()] == [True]


def test_what_cannot_be_read_is_left_out_and_harms_nothing(folder: Path) -> None:
    """The window asks for this when it starts: nothing that lies there may stop it."""
    record(folder / "good.swb", 0)
    (folder / "nowhere.swb").symlink_to(folder / "gone")
    (folder / "folder.swb").mkdir()
    (folder / "empty.swb").touch()
    os.mkfifo(folder / "pipe.swb")
    headless = record(folder / "headless.swb", 0)
    with closing(sqlite3.connect(headless)) as db, db:
        db.execute("DELETE FROM meta")
    damaged = record(folder / "damaged.swb", 0)
    with closing(sqlite3.connect(damaged)) as db, db:
        page = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'entry'").fetchone()[0]
    whole = bytearray(damaged.read_bytes())
    whole[(page - 1) * PAGE_BYTES : page * PAGE_BYTES] = b"\xff" * PAGE_BYTES
    damaged.write_bytes(whole)
    assert [known.path.stem for known in records.recent()] == ["good"]


def test_no_more_than_asked_for(folder: Path) -> None:
    for age in range(5):
        record(folder / f"{age}.swb", age)
    assert [known.path.stem for known in records.recent(3)] == ["0", "1", "2"]
    assert records.recent(0) == []


def test_the_folder_is_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "state_dir", lambda: tmp_path / "state")
    assert stat.S_IMODE(records.folder().stat().st_mode) == 0o700


def test_a_folder_of_segments_is_one_record(folder: Path) -> None:
    recorder = Recorder(records.new_path(folder=True), keep=parse_keep("2h"))
    recorder.start()
    recorder.flush()
    assert records.recent() == [], "somebody writes it"
    recorder.close()
    (known,) = records.recent()
    assert known == records.Known(recorder.record, 1, crashed=False)
    assert known.path.parent == folder
    assert known.path.is_dir()
