"""Recent records: the newest first, live ones left out, crashed ones marked."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from workbench.journal import records
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
    import sqlite3

    with sqlite3.connect(record(folder / "r.swb", 0)) as db:
        db.execute("DELETE FROM meta WHERE key = 'closed_wall_ns'")
    assert [known.crashed for known in records.recent()] == [True]
