"""Who writes a record holds its lock; a crash cannot leave it behind."""

from __future__ import annotations

from pathlib import Path

from workbench.journal.lock import RecordLock, is_written


def test_held_while_it_is_written(tmp_path: Path) -> None:
    record = tmp_path / "r.swb"
    assert not is_written(record)
    lock = RecordLock(record)
    assert is_written(record)
    lock.release()
    lock.release()
    assert not is_written(record)
    assert list(tmp_path.iterdir()) == []


def test_a_file_without_an_owner_is_no_lock(tmp_path: Path) -> None:
    (tmp_path / "r.swb.lock").touch()
    assert not is_written(tmp_path / "r.swb")
