"""A record that is deleted, replaced or cut while it is written goes on beside it."""

from __future__ import annotations

import os
import random
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.journal.conftest import event
from workbench import texts
from workbench.engine.model.events import ConnectionClosed, ConnectionOpened
from workbench.journal.lock import RecordLock, is_written
from workbench.journal.reader import Reader
from workbench.journal.record_place import continued
from workbench.journal.recorder import Recorder
from workbench.texts import Problem

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


def test_a_window_lives_through_the_moment_in_which_a_record_is_cut(
    told: tuple[Recorder, threading.Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may look while the recorder has not noticed yet: what it shows comes a little later."""
    made, noticed = told
    with closing(made.reader()) as strict, closing(made.reader(lenient=True)) as lenient:
        monkeypatch.setattr(made, "_look_after_file", lambda: None)
        os.truncate(made.path, 0)
        for ending in ("-wal", "-shm"):
            made.path.with_name(made.path.name + ending).unlink(missing_ok=True)
        with pytest.raises(Problem, match="cannot be read"):
            strict.rows([1, BEFORE])
        assert lenient.rows([1, BEFORE]) == []
        assert lenient.damage is not None
        monkeypatch.undo()
        assert noticed.wait(BOUND)
        made.put(event())
        assert made.flush(BOUND)
        assert lenient.page(made.committed, 1)[-1].seq == made.committed


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


def _see(made: Recorder) -> None:
    """Have it look how large its file is now."""
    made._look_at = 0.0
    assert made.flush(BOUND)


def empty(path: Path) -> None:
    os.truncate(path, 0)


def cut_in_half(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def cut_last_page(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 1)


def empty_wal(path: Path) -> None:
    os.truncate(path.with_name(f"{path.name}-wal"), 0)


def overwrite_start(path: Path) -> None:
    """As cp of a smaller file does it: the same inode."""
    with path.open("r+b") as other:
        other.write(os.urandom(100))
        other.truncate()


def overwrite_all(path: Path) -> None:
    with path.open("r+b") as other:
        other.write(os.urandom(30_000_000))


@pytest.mark.skipif(os.name == "nt", reason="an open file cannot be cut there")
@pytest.mark.parametrize("quiet", [True, False])
@pytest.mark.parametrize(
    "spoil", [empty, cut_in_half, cut_last_page, empty_wal, overwrite_start, overwrite_all]
)
def test_a_file_that_was_cut_or_overwritten_goes_on_beside(
    told: tuple[Recorder, threading.Event], spoil: Callable[[Path], None], quiet: bool
) -> None:
    """Where what stood in it cannot be read any more, that is said and counted, and the rows go on
    with their numbers; whether something comes meanwhile or not."""
    made, noticed = told
    made.put(ConnectionOpened(2, 1, None, "a", "b"))
    made.put(ConnectionClosed(1))
    _see(made)
    first, reader = made.path, made.reader()
    assert {row.call for row in reader.page(1, BEFORE)} == {"record", "recv"}  # it knows the shapes
    spoil(first)
    more = 0
    while not noticed.is_set():
        if quiet:
            assert noticed.wait(BOUND)
        else:
            made.put(event(connection=2, payload=bytes(3_000)))
            made.flush(BOUND)
            more += 1
    assert made.failed is None
    assert made.moved is not None
    assert made.path == first.with_name("r (continued).swb")
    made.put(event(connection=2, call="send"))  # of a shape of its own
    assert made.flush(BOUND)
    last = BEFORE + more + 2
    assert made.committed == last
    lost = made.lost
    assert made.not_recorded == lost
    assert made.moved.key == ("journal.record_cut" if lost else "journal.record_moved")
    for lang in texts.LANGUAGES:
        texts.set_language(lang)
        assert str(made.path) in made.moved.text
        assert str(first) in made.moved.text
        assert f" {lost:,} " in made.moved.text or not lost
    for one in (reader, made.reader()):
        assert one.count() == last
        assert one.first_seq == lost + 1
        assert one.gaps(0, last) == ([range(1, lost + 1)] if lost else [])
        rows = one.page(lost + 1, last)
        assert [row.seq for row in rows] == list(range(lost + 1, last + 1))
        own = next(row for row in rows if row.call == "send")
        assert (own.local, own.peer) == ("a", "b")
        note = next(row for row in rows if row.kind == "note" and row.call != "record")
        assert note.call == ("record_cut" if lost else "record_moved")
        assert str(first) in note.args
        if lost:
            assert [found.id for found in one.connections()] == [2]
            assert note.args.endswith(f", {lost}")
    made.close()
    kept = Reader(made.path)
    assert (kept.count(), kept.crashed, kept.not_recorded) == (last, False, lost)
    kept.close()
    assert first.exists()  # it is somebody else's, or what is left
    assert not first.with_name("r.swb-wal").exists()


@pytest.mark.skipif(os.name == "nt", reason="an open file cannot be cut there")
@pytest.mark.parametrize("left", [0, 16_384])
def test_an_index_that_was_cut_is_made_anew(
    told: tuple[Recorder, threading.Event], left: int
) -> None:
    """To read beyond its end would end the process; whoever reads finds every row."""
    made, _ = told
    made.put(event())
    assert made.flush(BOUND)
    path, reader = made.path, made.reader()
    os.truncate(path.with_name(f"{path.name}-shm"), left)
    made.put(event(call="send"))
    assert made.flush(BOUND)
    for one in (reader, made.reader(), Reader(path)):
        assert [row.seq for row in one.page(1, 10_000)] == list(range(1, BEFORE + 3))
        assert one.page(BEFORE + 2, 1)[0].call == "send"
        one.close()
    os.truncate(path.with_name(f"{path.name}-shm"), left)
    made.close()
    assert (made.path, made.moved, made.failed, made.lost) == (path, None, None, 0)
    kept = Reader(path)
    assert (kept.count(), kept.crashed) == (BEFORE + 2, False)
    assert [item.name for item in path.parent.iterdir()] == [path.name]
    kept.close()


@pytest.mark.skipif(os.name == "nt", reason="an open file cannot be cut there")
def test_cut_at_any_moment_of_a_busy_record(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    """Every row is in the file that goes on, or is counted as lost: none is neither."""
    dice = random.Random(2)
    for number in range(30 if pytestconfig.getoption("--long") else 4):
        folder = tmp_path / str(number)
        folder.mkdir()
        made = Recorder(folder / "r.swb")
        made.start()
        put = 1
        while made.moved is None:
            for _ in range(200):
                made.put(event(payload=bytes(1_000)))
            put += 200
            if number % 2:
                made.put(ConnectionOpened(put, 1, None, f"a{put}", "b"))
            assert made.flush(BOUND)
            if put > 400 * (number + 3) and made.path.name == "r.swb":
                dice.choice([empty, cut_in_half, cut_last_page])(made.path)
        made.close()
        assert made.failed is None
        kept = Reader(made.path)
        assert kept.count() == made.committed == put + 1
        assert kept.first_seq == made.lost + 1
        rows = kept.page(kept.first_seq, put + 1)
        assert [row.seq for row in rows] == list(range(made.lost + 1, put + 2))
        assert not kept.crashed
        kept.close()


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


def test_names_that_say_so_in_the_language_in_force(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts.set_language("zh_CN")
    path = tmp_path / "r (continued 2).swb"
    assert continued(path).name == "r (续 3).swb"  # that of another language is known
    assert continued(tmp_path / "r.swb").name == "r (续).swb"
    texts.set_language("en")
    assert continued(tmp_path / "r (续 3).swb").name == "r (continued 4).swb"
    texts.set_language("zh_CN")
    monkeypatch.setattr(os, "fsencode", lambda name: name.encode("latin-1"))
    assert continued(path).name == "r (continued 3).swb"  # no file could be called so


def test_the_reserve_is_real_and_given_up(tmp_path: Path) -> None:
    lock = RecordLock(tmp_path / "r.swb")
    beside = tmp_path / "r.swb.lock"
    assert beside.stat().st_size >= 65_536
    lock.give_room()
    assert beside.stat().st_size == 0
    assert is_written(tmp_path / "r.swb")
    lock.release()
    assert not beside.exists()
