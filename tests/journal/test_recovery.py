"""What a killed program has left half-way: whatever SQLite can recover opens, whole."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.journal.conftest import event
from tests.journal.test_reader_media import PLACES, Place, closed, folder, opened
from workbench.journal.lock import RecordLock
from workbench.journal.reader import Reader
from workbench.journal.recorder import Recorder
from workbench.texts import Problem

__all__ = ["folder"]
BOUND = 60.0
ROWS = 500
HALF = """
import os, sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("PRAGMA cache_size=5")  # what does not fit goes to the file before the end
db.execute("BEGIN")
db.execute("DELETE FROM entry")
for number in range(3_000):
    db.execute("INSERT INTO meta VALUES (?, ?)", (f"k{number}", "x" * 500))
os._exit(9)
"""
SEAL = """
import sys
from pathlib import Path
from tests.journal.conftest import event
from workbench.journal.recorder import Recorder
made = Recorder(Path(sys.argv[1]))
made.start()
for _ in range(499):
    made.put(event(payload=bytes(100)))
made.flush()
print("now", flush=True)
made.close()
print("over", flush=True)
"""


def hot(path: Path) -> Path:
    """A closed record in which a program was killed while it changed it."""
    subprocess.run([sys.executable, "-c", HALF, str(closed(path))], check=False, timeout=BOUND)
    assert path.with_name(f"{path.name}-journal").stat().st_size > 0
    return path


def names(folder: Path) -> list[str]:
    return sorted(item.name for item in folder.iterdir())


def test_a_hot_journal_is_rolled_back(tmp_path: Path) -> None:
    reader = Reader(hot(tmp_path / "r.swb"))
    assert (reader.count(), reader.crashed) == (2, False)
    assert [row.seq for row in reader.page(1, 10)] == [1, 2]
    reader.close()
    assert names(tmp_path) == ["r.swb"]


@PLACES
def test_where_nothing_can_be_written_a_copy_is_asked_for(folder: Path, place: Place) -> None:
    path = hot(folder / "r.swb")
    before = path.read_bytes()
    said = opened(path, *place(folder))
    assert said.startswith("journal.needs_copy")
    assert "-journal" in said
    assert path.read_bytes() == before


def test_nothing_is_rolled_back_under_a_writer(tmp_path: Path) -> None:
    path = hot(tmp_path / "r.swb")
    before = path.read_bytes()
    lock = RecordLock(path)
    with pytest.raises(Problem):
        Reader(path)
    assert path.read_bytes() == before
    lock.release()
    Reader(path).close()


def test_a_journal_that_was_given_up_is_none(tmp_path: Path) -> None:
    path = closed(tmp_path / "r.swb")
    path.with_name("r.swb-journal").write_bytes(bytes(512))
    reader = Reader(path)
    assert (reader.count(), reader.crashed) == (2, False)
    reader.close()


def killed_while_sealing(path: Path, pause: float | None) -> None:
    """Killed when the -journal is seen (None), or so long after sealing began."""
    journal = path.with_name(f"{path.name}-journal")
    with subprocess.Popen(
        [sys.executable, "-c", SEAL, str(path)], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"now\n"
        if pause is None:
            while not journal.exists() and process.poll() is None:
                pass
        else:
            try:
                process.wait(pause)
            except subprocess.TimeoutExpired:
                pass  # the moment has come
        process.kill()


def test_killed_while_it_is_sealed(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    dice = random.Random(1)
    for number in range(30 if pytestconfig.getoption("--long") else 4):
        path = tmp_path / str(number) / "r.swb"
        path.parent.mkdir()
        killed_while_sealing(path, None if number % 2 else dice.uniform(0, 0.02))
        reader = Reader(path)
        assert [row.seq for row in reader.page(1, 1_000)] == list(range(1, ROWS + 1))
        reader.close()


def test_another_program_reads_a_record_that_we_write_and_read(tmp_path: Path) -> None:
    """It closes last, as it believes: where our locks are lost it takes the -wal away."""
    path = tmp_path / "r.swb"
    made = Recorder(path)
    made.start()
    for _ in range(9):
        made.put(event())
    made.flush()
    reader = made.reader()
    assert reader.count() == 10
    other = (
        "import sqlite3, sys; db = sqlite3.connect(sys.argv[1]);"
        " print(db.execute('SELECT count(*) FROM event').fetchone()[0]); db.close()"
    )
    done = subprocess.run(
        [sys.executable, "-c", other, str(path)],
        capture_output=True,
        text=True,
        timeout=BOUND,
        check=True,
    )
    assert done.stdout == "10\n"
    for _ in range(10):
        made.put(event())
    made.flush()
    fresh = made.reader()
    assert (reader.count(), fresh.count()) == (20, 20)
    made.close()
    with sqlite3.connect(path) as db:
        assert db.execute("SELECT count(*) FROM event").fetchone() == (20,)
    db.close()
    assert names(tmp_path) == ["r.swb"]
