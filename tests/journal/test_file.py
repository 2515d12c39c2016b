"""The file of a record: private from its first moment, whole without its -wal, one at the end."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journal.conftest import event
from workbench import texts
from workbench.engine.model.events import Clock
from workbench.journal import file
from workbench.journal.reader import Reader
from workbench.journal.recorder import Recorder
from workbench.texts import Problem


@pytest.fixture(params=[0o000, 0o022, 0o277])
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


def names(folder: Path) -> list[str]:
    return sorted(item.name for item in folder.iterdir())


@pytest.mark.usefixtures("umask")
def test_nobody_else_may_read_it_whatever_the_umask(tmp_path: Path) -> None:
    file.create(tmp_path / "r.swb")
    assert stat.S_IMODE((tmp_path / "r.swb").stat().st_mode) & 0o077 == 0


def test_a_link_is_not_followed_even_to_nowhere(tmp_path: Path) -> None:
    (tmp_path / "link.swb").symlink_to(tmp_path / "target")
    with pytest.raises(Problem) as caught:
        file.create(tmp_path / "link.swb")
    assert caught.value.key == "journal.exists"
    assert not (tmp_path / "target").exists()


@pytest.mark.parametrize("lang", texts.LANGUAGES)
def test_what_cannot_be_made_leaves_nothing(tmp_path: Path, lang: str) -> None:
    texts.set_language(lang)
    (tmp_path / "r.swb.lock").mkdir()
    with pytest.raises(Problem) as caught:
        Recorder(tmp_path / "r.swb")
    assert str(tmp_path / "r.swb") in caught.value.text
    assert names(tmp_path) == ["r.swb.lock"]


def test_a_file_that_sqlite_refuses_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "r.swb"
    path.write_text("no database" * 100)
    with pytest.raises(Problem) as caught:
        file.open_new(path, Clock(), None)
    assert caught.value.key == "journal.cannot_create"
    path.unlink()
    path.mkdir()
    with pytest.raises(Problem):
        file.open_new(path, Clock(), None)


def test_without_its_wal_it_is_still_a_record(tmp_path: Path, recorder: Recorder) -> None:
    copy = tmp_path / "copy.swb"
    shutil.copyfile(recorder.path, copy)  # as a crash and a careless copy leave it
    reader = Reader(copy)
    assert reader.count() == 0
    assert reader.crashed
    reader.close()


def test_a_reader_that_was_only_dropped_keeps_nothing_back(tmp_path: Path) -> None:
    made = Recorder(tmp_path / "r.swb")
    made.start()
    made.put(event())
    made.flush()
    for _ in range(3):
        assert made.reader().count() == 2
    kept = made.reader()
    assert kept.page(1, 10)
    made.close()
    assert names(tmp_path) == ["r.swb"]
    with pytest.raises(sqlite3.ProgrammingError):
        kept.count()


def test_sealing_waits_for_a_reader_in_the_middle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Recorder(tmp_path / "r.swb")
    made.start()
    made.flush()
    other = sqlite3.connect(tmp_path / "r.swb", isolation_level=None)
    other.execute("BEGIN")
    other.execute("SELECT * FROM event").fetchall()
    monkeypatch.setattr(file, "sleep", lambda _seconds: other.close())
    made.close()
    assert names(tmp_path) == ["r.swb"]


def test_beside_a_stubborn_reader_the_file_alone_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file, "SEAL_WITHIN", 0.0)
    made = Recorder(tmp_path / "r.swb")
    made.start()
    other = Reader(tmp_path / "r.swb")  # as another program would: nobody can close it
    for _ in range(50):
        made.put(event())
    made.flush()
    assert other.count() == 51
    made.close()
    copy = tmp_path / "copy.swb"
    shutil.copyfile(tmp_path / "r.swb", copy)
    alone = Reader(copy)
    assert (alone.count(), alone.crashed) == (51, False)
    alone.close()
    assert other.count() == 51
    other.close()
