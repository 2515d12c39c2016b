"""Records in odd places: media that cannot be written, links, pipes, damage, other owners."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.journal.conftest import Make, event
from tests.mounts import mounted
from workbench import texts
from workbench.journal.reader import Reader
from workbench.journal.recorder import Recorder
from workbench.texts import Problem

BOUND = 60.0
OPEN = """
import os, sys
from pathlib import Path
from workbench import texts
from workbench.journal.lock import is_written
from workbench.journal.reader import Reader
from workbench.texts import Problem
Reader(Path(sys.argv[2])).close()  # whatever is imported late is imported now,
is_written(Path(sys.argv[2] + ".held"))  # since another user may not see where Python lies
texts.tr("journal.missing", path="")
if os.geteuid() == 0 and sys.argv[3:] == ["plain user"]:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
try:
    reader = Reader(Path(sys.argv[1]))
    print(reader.count(), reader.crashed)
    reader.close()
except Problem as problem:
    print(problem.key, problem.text)
"""
CRASH = """
import os, sys
from pathlib import Path
from tests.journal.conftest import event
from workbench.journal.recorder import Recorder
made = Recorder(Path(sys.argv[1]))
made.start()
for _ in range(9):
    made.put(event())
made.flush()
os._exit(9)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that another user can walk to, unlike tmp_path."""
    made = Path(tempfile.mkdtemp(prefix="swb-"))
    (made / "media").mkdir()
    made.chmod(0o755)
    yield made / "media"
    (made / "media").chmod(0o700)
    shutil.rmtree(made)


def closed(path: Path) -> Path:
    made = Recorder(path)
    made.start()
    made.put(event())
    made.close()
    return path


def crashed(path: Path) -> Path:
    """A record whose program died; its rows are still in the -wal."""
    subprocess.run([sys.executable, "-c", CRASH, str(path)], check=False, timeout=BOUND)
    assert path.with_name(f"{path.name}-wal").stat().st_size > 0
    return path


def opened(path: Path, *prefix: str) -> str:
    """What a program says that opens it as a plain user."""
    warm = path.parent.parent / "warm.swb"
    if not warm.exists():
        closed(warm)
        warm.with_name("warm.swb.held.lock").touch()
    rights = [] if prefix else ["plain user"]
    done = subprocess.run(
        [*prefix, sys.executable, "-c", OPEN, str(path), str(warm), *rights],
        capture_output=True,
        text=True,
        timeout=BOUND,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def as_medium(folder: Path) -> list[str]:
    """A command under which the folder is mounted read-only; skips where that is not allowed."""
    return mounted('mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"', folder)


def only_for_reading(folder: Path) -> list[str]:
    """Modes that forbid writing; `opened` gives up the rights of root, whom no mode binds."""
    for item in folder.iterdir():
        item.chmod(0o444)
    folder.chmod(0o555)
    return []


PLACES = pytest.mark.parametrize("place", [only_for_reading, as_medium])
Place = Callable[[Path], list[str]]


@PLACES
def test_a_closed_record(folder: Path, place: Place) -> None:
    path = closed(folder / "r.swb")
    assert opened(path, *place(folder)) == "2 False"
    assert [item.name for item in folder.iterdir()] == ["r.swb"]


@PLACES
def test_a_crashed_record_with_all_its_files(folder: Path, place: Place) -> None:
    path = crashed(folder / "r.swb")
    assert opened(path, *place(folder)) == "10 True"


@PLACES
def test_a_crashed_record_whose_wal_is_lost(folder: Path, place: Place) -> None:
    """Copied without the other files: it opens, with what had reached the file."""
    path = crashed(folder / "r.swb")
    for suffix in ("-wal", "-shm", ".lock"):
        (folder / f"r.swb{suffix}").unlink()
    assert opened(path, *place(folder)) == "0 True"


@PLACES
def test_rows_in_a_wal_are_not_silently_left_out(folder: Path, place: Place) -> None:
    """Without its index SQLite cannot read a -wal here: a person is told what to do."""
    path = crashed(folder / "r.swb")
    (folder / "r.swb-shm").unlink()
    said = opened(path, *place(folder))
    assert said.startswith("journal.needs_copy")
    assert str(path) in said
    copy = folder.parent / "copy"
    shutil.copytree(folder, copy)
    copy.chmod(0o700)
    for item in copy.iterdir():
        item.chmod(0o600)
    reader = Reader(copy / "r.swb")
    assert (reader.count(), reader.crashed) == (10, True)
    reader.close()


def test_a_record_of_somebody_else(folder: Path) -> None:
    path = closed(folder / "r.swb")
    path.chmod(0o000)
    folder.chmod(0o755)
    said = opened(path)
    assert said.startswith("journal.unreadable")
    assert "this user may not" in said


def test_a_pipe_is_refused_at_once(tmp_path: Path) -> None:
    """To open it would wait for its other end, for good."""
    os.mkfifo(tmp_path / "pipe.swb")
    with pytest.raises(Problem) as caught:
        Reader(tmp_path / "pipe.swb")
    assert caught.value.key == "journal.not_a_record"


@pytest.mark.parametrize("name", ["a?b#c%41.swb", "file:x.swb", "it's.swb", "记录 1.swb", "a&b=c"])
def test_any_name_of_a_file(tmp_path: Path, name: str) -> None:
    reader = Reader(closed(tmp_path / name))
    assert reader.count() == 2
    reader.close()
    assert [item.name for item in tmp_path.iterdir()] == [name]


def test_through_a_link_a_live_record_is_live(tmp_path: Path, recorder: Recorder) -> None:
    recorder.put(event())
    recorder.flush()
    (tmp_path / "elsewhere").mkdir()
    link = tmp_path / "elsewhere" / "link.swb"
    link.symlink_to(recorder.path)
    reader = Reader(link)
    assert (reader.count(), reader.crashed) == (2, False)
    reader.close()
    link.unlink()
    link.symlink_to(tmp_path / "nowhere")
    with pytest.raises(Problem) as caught:
        Reader(link)
    assert caught.value.key == "journal.missing"


def change(path: Path, statement: str) -> Path:
    db = sqlite3.connect(path)
    db.executescript(statement)
    db.close()
    return path


@pytest.mark.parametrize("lang", texts.LANGUAGES)
@pytest.mark.parametrize("statement", [
    "DELETE FROM meta", "DELETE FROM meta WHERE key = 'started_wall_ns'",
    "UPDATE meta SET value = 'soon'", "UPDATE meta SET value = NULL", "DROP TABLE meta",
    "PRAGMA application_id = 0",
])  # fmt: skip
def test_what_has_lost_its_head_is_no_record(tmp_path: Path, statement: str, lang: str) -> None:
    texts.set_language(lang)
    path = change(closed(tmp_path / "r.swb"), statement)
    with pytest.raises(Problem) as caught:
        Reader(path)
    assert caught.value.key == "journal.not_a_record"
    assert str(path) in caught.value.text


@pytest.mark.parametrize(("lang", "words"), [("en", "newer version"), ("zh_CN", "更新版本")])
@pytest.mark.parametrize("version", [3, 2**31 - 1])
def test_a_newer_one_is_named_with_its_version(
    tmp_path: Path, lang: str, words: str, version: int
) -> None:
    texts.set_language(lang)
    path = change(closed(tmp_path / "r.swb"), f"PRAGMA user_version={version}; DROP TABLE meta")
    with pytest.raises(Problem) as caught:  # before anything else of it is believed
        Reader(path)
    assert words in caught.value.text
    assert str(version) in caught.value.text
    assert str(path) in caught.value.text


def test_damage_is_said_when_it_is_met(make: Make) -> None:
    reader = make([event(payload=bytes(3_000)) for _ in range(50)])
    path = reader.path
    whole = path.read_bytes()
    middle = len(whole) // 2 // 4096 * 4096
    path.write_bytes(whole[:middle] + os.urandom(len(whole) - middle))
    with pytest.raises(Problem) as caught:
        Reader(path).page(1, 100)
    assert caught.value.key == "journal.unreadable"
    assert "damaged" in caught.value.text


def test_a_header_alone_is_no_record(tmp_path: Path) -> None:
    path = closed(tmp_path / "r.swb")
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(Problem) as caught:
        Reader(path)
    assert str(path) in caught.value.text
    path.write_bytes(b"SQLite format 3\0" + os.urandom(5_000))
    with pytest.raises(Problem):
        Reader(path)


def descriptors() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts descriptors in /proc")
def test_what_is_refused_is_let_go(tmp_path: Path) -> None:
    paths = [
        change(closed(tmp_path / "a"), "DELETE FROM meta"),
        change(closed(tmp_path / "b"), "PRAGMA user_version=9"),
        change(closed(tmp_path / "c"), "PRAGMA application_id=9"),
        tmp_path / "d",
    ]
    paths[3].write_text("text")
    before = descriptors()
    for path in paths:
        with pytest.raises(Problem):
            Reader(path)
    assert descriptors() == before
