"""A record that is deleted or replaced while it is written goes on beside it, whole."""

from __future__ import annotations

import os
import random
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.journal.conftest import event
from workbench import texts
from workbench.engine.model.events import ConnectionOpened
from workbench.journal.lock import RecordLock, is_written
from workbench.journal.place import continued
from workbench.journal.reader import Reader
from workbench.journal.recorder import Recorder

BOUND = 60.0
BEFORE = 5_000


@pytest.fixture
def told(tmp_path: Path) -> Iterator[tuple[Recorder, threading.Event]]:
    """A live record with rows, its -wal moved to the file in part; set when it tells of trouble."""
    (tmp_path / "home").mkdir()
    made = Recorder(tmp_path / "home" / "r.swb")
    noticed = threading.Event()

    def look(_committed: int) -> None:
        if made.moved is not None or made.failed is not None:
            noticed.set()

    made.subscribe(look)
    made.start()
    made.put(ConnectionOpened(1, 1, None, "127.0.0.1:80", "127.0.0.1:9"))
    for _ in range(BEFORE - 1):
        made.put(event(payload=bytes(1_000)))
    assert made.flush(BOUND)
    yield made, noticed
    made.close()


def unlink(path: Path) -> None:
    path.unlink()


def unlink_all(path: Path) -> None:
    for item in path.parent.iterdir():
        item.unlink()


def unlink_wal(path: Path) -> None:
    path.with_name(f"{path.name}-wal").unlink()


def unlink_index(path: Path) -> None:
    path.with_name(f"{path.name}-shm").unlink()


def replace(path: Path) -> None:
    other = path.with_name("other")
    other.write_text("something else")
    other.replace(path)


def replace_by_record(path: Path) -> None:
    other = path.parent.parent / "other.swb"
    made = Recorder(other)
    made.start()
    made.close()
    other.replace(path)


def rename(path: Path) -> None:
    path.rename(path.with_name("away.swb"))


def remove_folder(path: Path) -> None:
    shutil.rmtree(path.parent)


@pytest.mark.skipif(os.name == "nt", reason="an open file cannot be taken away there")
@pytest.mark.parametrize("take_away", [
    unlink, unlink_all, unlink_wal, unlink_index, replace, replace_by_record, rename,
    remove_folder,
])  # fmt: skip
def test_nothing_is_lost(
    told: tuple[Recorder, threading.Event], take_away: Callable[[Path], None]
) -> None:
    """Nothing comes meanwhile: the recorder looks by itself."""
    made, noticed = told
    first, reader = made.path, made.reader()
    assert reader.count() == BEFORE
    take_away(first)
    assert noticed.wait(BOUND)
    assert made.failed is None
    assert made.path == first.with_name("r (continued).swb")
    for lang in texts.LANGUAGES:
        texts.set_language(lang)
        assert made.moved is not None
        assert str(made.path) in made.moved.text
        assert str(first) in made.moved.text
    made.put(event())
    assert made.flush(BOUND)
    assert made.not_recorded == 0
    # who read before follows, who comes now finds it: a note that says so, and the new row
    for one in (reader, made.reader()):
        rows = one.page(BEFORE + 1, 10)
        assert sorted(row.call for row in rows) == ["record_moved", "recv"]
        assert one.count() == BEFORE + 2
        assert [found.id for found in one.connections()] == [1]
    assert is_written(made.path)
    assert not is_written(first)
    made.close()
    kept = Reader(made.path)
    assert (kept.count(), kept.crashed) == (BEFORE + 2, False)
    assert [row.seq for row in kept.page(1, 10_000)] == list(range(1, BEFORE + 3))
    kept.close()
    left = {item.name for item in made.path.parent.iterdir()} - {"away.swb", "r.swb"}
    assert left == {made.path.name}  # no -wal that another record could take for its own


@pytest.mark.skipif(os.name == "nt", reason="an open file cannot be taken away there")
def test_a_file_that_was_only_renamed_is_whole_where_it_is(
    told: tuple[Recorder, threading.Event],
) -> None:
    made, noticed = told
    rename(made.path)
    assert noticed.wait(BOUND)
    away = Reader(made.path.with_name("away.swb"))
    assert (away.count(), away.crashed) == (BEFORE, False)
    away.close()


@pytest.mark.skipif(os.name == "nt", reason="an open file cannot be taken away there")
def test_taken_away_again_and_again(told: tuple[Recorder, threading.Event]) -> None:
    made, noticed = told
    for number in range(1, 4):
        before = made.path
        before.unlink()
        while made.path == before:  # every commit tells
            noticed.clear()
            assert noticed.wait(BOUND)
            assert made.failed is None, made.failed.text
        name = "r (continued).swb" if number == 1 else f"r (continued {number}).swb"
        (made.path.parent / name).stat()
    assert made.flush(BOUND)
    assert made.reader().count() == BEFORE + 3


@pytest.mark.skipif(os.name == "nt", reason="an open file cannot be taken away there")
def test_at_any_moment_of_a_busy_record(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    dice = random.Random(1)
    for number in range(30 if pytestconfig.getoption("--long") else 4):
        folder = tmp_path / str(number)
        folder.mkdir()
        made = Recorder(folder / "r.swb")
        over, put = threading.Event(), [1]  # the note that it has begun

        def write(
            made: Recorder = made, over: threading.Event = over, put: list[int] = put
        ) -> None:
            while not over.is_set():
                if put[0] % 50 == 0 or made.congested:
                    over.wait(0.001)  # busy, and no flood that takes minutes to read
                made.put(event(payload=bytes(100)))
                put[0] += 1

        made.start()
        writing = threading.Thread(target=write)
        writing.start()
        assert made.wait_committed(dice.randrange(1, 30_000), BOUND)
        dice.choice([unlink, unlink_all, unlink_wal, replace, rename])(made.path)
        while made.moved is None:
            assert made.wait_committed(made.committed + 1, BOUND), made.failed
        over.set()
        writing.join(BOUND)
        made.close()
        assert (made.failed, made.not_recorded) == (None, 0)
        kept = Reader(made.path)
        count = put[0] + 1  # and the note that it goes on elsewhere
        assert kept.count() == made.committed == count
        assert [row.seq for row in kept.page(1, count)] == list(range(1, count + 1))
        assert not kept.crashed
        kept.close()


@pytest.mark.skipif(os.name == "nt", reason="an open file cannot be cut there")
def test_a_file_that_was_emptied_stops_the_recording(
    told: tuple[Recorder, threading.Event],
) -> None:
    """What stood in it cannot be brought back: that is said, and what comes now is counted."""
    made, noticed = told
    made._look_at = 0.0
    assert made.flush(BOUND)  # how large it is has been seen
    os.truncate(made.path, 0)
    assert noticed.wait(BOUND)
    assert made.moved is None
    for lang in texts.LANGUAGES:
        texts.set_language(lang)
        assert made.failed is not None
        assert str(made.path) in made.failed.text
        assert f"{BEFORE}" in made.failed.text
    made.put(event())
    assert made.flush(BOUND)
    assert made.not_recorded == 1
    assert not list(made.path.parent.glob("*continued*"))


@pytest.mark.parametrize("size", [100, 30_000_000])
def test_a_file_that_was_overwritten_is_noticed(
    told: tuple[Recorder, threading.Event], size: int
) -> None:
    """As cp does it: the same inode. What was in it only is gone, and that is said."""
    made, noticed = told
    with made.path.open("r+b") as other:
        other.write(os.urandom(size))
        other.truncate()
    while not noticed.is_set():
        made.put(event())
        made.flush(BOUND)
    assert made.failed is not None
    made.put(event())
    assert made.flush(BOUND)
    assert made.not_recorded > 0


@pytest.mark.skipif(os.name == "nt", reason="an open file cannot be taken away there")
def test_another_record_copied_over_it_is_noticed(
    told: tuple[Recorder, threading.Event], tmp_path: Path
) -> None:
    made, noticed = told
    other = Recorder(tmp_path / "other.swb")
    other.start()
    for _ in range(BEFORE * 2):
        other.put(event(payload=bytes(1_000)))
    other.close()
    shutil.copyfile(other.path, made.path)
    assert noticed.wait(BOUND)


@pytest.mark.skipif(os.name == "nt", reason="an open file cannot be taken away there")
def test_where_no_other_can_be_made_it_is_said(told: tuple[Recorder, threading.Event]) -> None:
    made, noticed = told
    folder = made.path.parent
    folder.rename(folder.with_name("elsewhere"))
    folder.write_text("no folder any more")
    assert noticed.wait(BOUND)
    assert made.failed is not None
    assert "not a folder" in made.failed.text
    made.put(event())
    assert made.flush(BOUND)
    assert made.not_recorded == 1


@pytest.mark.skipif(os.name == "nt", reason="an open file cannot be taken away there")
def test_a_lock_that_was_deleted_is_made_again(told: tuple[Recorder, threading.Event]) -> None:
    made, _noticed = told
    made.path.with_name("r.swb.lock").unlink()
    made._look_at = 0.0
    assert made.flush(BOUND)
    assert is_written(made.path)
    assert made.moved is None


def test_taken_away_in_the_last_moment(told: tuple[Recorder, threading.Event]) -> None:
    made, _noticed = told
    if os.name != "nt":
        made.path.unlink()
    made.put(event())
    made.close()
    kept = Reader(made.path)
    assert (kept.count(), kept.crashed) == (BEFORE + (2 if os.name != "nt" else 1), False)
    kept.close()


def test_names_that_say_so(tmp_path: Path) -> None:
    path = tmp_path / "2026-01-02 03-04-05.swb"
    names = []
    for _ in range(3):
        path = continued(path)
        path.touch()
        names.append(path.stem)
    assert names == [
        "2026-01-02 03-04-05 (continued)",
        "2026-01-02 03-04-05 (continued 2)",
        "2026-01-02 03-04-05 (continued 3)",
    ]


def test_the_reserve_is_real_and_given_up(tmp_path: Path) -> None:
    lock = RecordLock(tmp_path / "r.swb")
    beside = tmp_path / "r.swb.lock"
    assert beside.stat().st_size >= 65_536
    lock.give_room()
    assert beside.stat().st_size == 0
    assert is_written(tmp_path / "r.swb")
    lock.release()
    assert not beside.exists()
