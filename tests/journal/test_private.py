"""Private folders go with their program; what a killed one left goes at the next start."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.cli_process import BOUND, environment
from workbench import texts
from workbench.journal import private, records
from workbench.journal.private import PrivateFolder
from workbench.journal.reader import Reader
from workbench.texts import Problem

HOLD = """
import sys
from workbench.journal.private import PrivateFolder
made = PrivateFolder(kind="x-")
(made.path / "record.swb").touch()
print(made.path, flush=True)
sys.stdin.read()
"""
RECORD = """
import sys
from pathlib import Path
from tests.journal.conftest import event
from workbench.journal.recorder import Recorder
made = Recorder(Path(sys.argv[1]))
made.start()
for _ in range(9):
    made.put(event())
made.flush()
print("written", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for temporary files that no other program uses."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(private, "places", lambda: [tmp_path])
    return tmp_path


def start(script: str, *args: object, **more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script, *map(str, args)],
        text=True,
        env=environment(**more),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_it_is_private_short_and_goes(place: Path) -> None:
    with PrivateFolder(kind="record-") as made:
        assert stat.S_IMODE(made.path.stat().st_mode) == 0o700
        assert made.path.parent == place
        assert made.path.name.startswith("swb-record-")
        (made.path / "deep").mkdir()
        (made.path / "deep" / "file").touch()
    made.close()
    assert list(place.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL")
def test_what_a_killed_program_left_is_swept_and_nothing_else(place: Path) -> None:
    with start(HOLD, TMPDIR=str(place)) as living, start(HOLD, TMPDIR=str(place)) as dead:
        alive, left = Path(line(living)), Path(line(dead))
        dead.kill()
        dead.wait(BOUND)
        foreign = place / "swb-somebody"  # the same prefix, and no lock of ours in it
        foreign.mkdir(mode=0o700)
        (foreign / "thesis").touch()
        shared = place / "swb-shared"
        shared.mkdir()
        (shared / ".held").touch()
        shared.chmod(0o777)
        (place / "swb-link").symlink_to(alive)
        (place / "other").mkdir()
        (place / "other" / ".held").touch()
        own = PrivateFolder()
        private.sweep()
        assert not left.exists()
        assert (alive / "record.swb").exists()
        assert own.path.exists()
        assert {item.name for item in place.iterdir()} == {
            alive.name,
            own.path.name,
            "swb-somebody",
            "swb-shared",
            "swb-link",
            "other",
        }
        own.close()
        living.communicate(timeout=BOUND)
    private.sweep()
    assert not alive.exists()  # it ended without closing it


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="another owner needs root")
def test_another_users_is_left_alone(place: Path) -> None:
    with start(HOLD, TMPDIR=str(place)) as dead:
        left = Path(line(dead))
        dead.send_signal(signal.SIGKILL)
    os.chown(left, 65534, 65534)
    private.sweep()
    assert left.exists()


@pytest.mark.parametrize("lang", texts.LANGUAGES)
def test_without_any_place_there_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    texts.set_language(lang)
    monkeypatch.setattr(private, "places", list)
    with pytest.raises(Problem) as caught:
        PrivateFolder()
    assert caught.value.key == "private.none"
    assert caught.value.text
    with pytest.raises(Problem) as caught:
        PrivateFolder(tmp_path / "gone")
    assert caught.value.key == "private.refused"
    assert caught.value.text


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL")
def test_records_of_killed_programs_become_one_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "state_dir", lambda: tmp_path)
    folder = records.folder()
    with start(RECORD, folder / "dead.swb") as dead, start(RECORD, folder / "alive.swb") as living:
        assert (line(dead), line(living)) == ("written", "written")
        dead.kill()
        dead.wait(BOUND)
        assert (folder / "dead.swb-wal").stat().st_size > 0
        (folder / "nonsense.swb").write_text("x")
        (folder / "nonsense.swb.lock").touch()
        records.sweep()
        names = {item.name for item in folder.iterdir()}
        assert names == {
            "dead.swb",
            "nonsense.swb",
            *(f"alive.swb{suffix}" for suffix in ("", "-wal", "-shm", ".lock")),
        }
        reader = Reader(folder / "dead.swb")  # all is there, and that it was not closed is kept
        assert (reader.count(), reader.crashed) == (10, True)
        reader.close()
        living.communicate(timeout=BOUND)


def test_a_killed_run_leaves_nothing_behind_the_next(tmp_path: Path) -> None:
    """With its unix path: temp:NAME lies in a private folder."""
    command = (sys.executable, "-m", "workbench", "listen")
    with subprocess.Popen(
        [*command, "temp:s"],
        env=environment(TMPDIR=str(tmp_path)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        assert "Open at" in process.stderr.readline()
        process.kill()
    assert len([*tmp_path.glob("swb-*"), *tmp_path.glob("swb-*/s")]) == 3
    done = subprocess.run(
        [*command, "127.0.0.1:0", "--timeout", "0"],
        timeout=BOUND,
        check=False,
        env=environment(TMPDIR=str(tmp_path)),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert list(tmp_path.iterdir()) == []
