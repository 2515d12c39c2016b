"""Who writes a record holds its lock; a crash cannot leave it behind."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from workbench.journal import lock as module
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


def test_a_crash_lets_go(tmp_path: Path) -> None:
    record = tmp_path / "r.swb"
    script = """
import sys
from pathlib import Path
from workbench.journal.lock import RecordLock
lock = RecordLock(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""
    with subprocess.Popen(
        [sys.executable, "-c", script, str(record)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert is_written(record)
        process.kill()
    assert (tmp_path / "r.swb.lock").exists()
    assert not is_written(record)
    RecordLock(record).release()


@pytest.mark.skipif(sys.platform == "win32", reason="there is no shared lock")
def test_two_who_ask_do_not_take_each_other_for_a_writer(tmp_path: Path) -> None:
    import fcntl

    record = tmp_path / "r.swb"
    with (tmp_path / "r.swb.lock").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_SH)  # as another who asks holds it for an instant
        assert not is_written(record)


def test_a_second_writer_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ASKING", 0.0)
    lock = RecordLock(tmp_path / "r.swb")
    with pytest.raises(OSError, match="busy"):
        RecordLock(tmp_path / "r.swb")
    assert is_written(tmp_path / "r.swb")
    lock.release()


@pytest.mark.skipif(sys.platform == "win32", reason="there is no shared lock")
def test_a_writer_waits_for_who_only_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import fcntl

    other = (tmp_path / "r.swb.lock").open("w")
    fcntl.flock(other, fcntl.LOCK_SH)
    monkeypatch.setattr(module, "sleep", lambda _seconds: other.close())
    lock = RecordLock(tmp_path / "r.swb")
    assert is_written(tmp_path / "r.swb")
    lock.release()


def test_a_link_is_the_record_that_it_names(tmp_path: Path) -> None:
    record = tmp_path / "r.swb"
    record.touch()
    (tmp_path / "folder").mkdir()
    link = tmp_path / "folder" / "link.swb"
    link.symlink_to(record)
    lock = RecordLock(record)
    assert is_written(link)
    lock.release()
    assert not is_written(link)
