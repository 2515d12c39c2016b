"""A record or a scenario that is dropped on the window is opened, or asked about and run."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import BinaryIO

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QProgressBar

from tests.ui.conftest import Hand
from tests.ui.window.dropping import dropped
from workbench.journal.exports.rows import Looked
from workbench.journal.reader import Reader
from workbench.qt.file_writer import Work
from workbench.ui.window import file_commands
from workbench.ui.window.file_commands import FileCommands


def test_a_scenario_is_run_and_a_record_shown_and_another_file_left(
    hand: Hand, tmp_path: Path
) -> None:
    files = hand.window.file_commands
    assert isinstance(files, FileCommands)
    said: list[str] = []
    shown: list[Path] = []
    hand.window.scenario_player.reported.connect(said.append)
    files.record_wanted.disconnect()
    files.record_wanted.connect(shown.append)
    scenario = tmp_path / "dropped.toml"
    scenario.write_text(
        'title = "Dropped"\nstep = [{ do = "start" }]\n'
        '[endpoint.s]\nrole = "listener"\naddress = "127.0.0.1:0"\n'
    )
    assert dropped(hand.window, scenario)
    hand.wait(lambda: len(said) > 1 and not hand.window.scenario_player.running)
    assert said[0] == "Running: Dropped"
    assert dropped(hand.window, tmp_path / "old.swb")
    assert dropped(hand.window, tmp_path / "folder" / "000002.swb")
    assert shown == [tmp_path / "old.swb", tmp_path / "folder"]
    record = tmp_path / "kept"
    record.mkdir()
    (record / "000001.swb").touch()
    assert dropped(hand.window, record)
    assert shown[-1] == record


def test_of_a_file_that_is_for_another_place_it_is_said_which(hand: Hand, tmp_path: Path) -> None:
    said: list[str] = []
    hand.window.file_commands.told.connect(said.append)
    assert dropped(hand.window, tmp_path / "picture.png")
    assert len(said) == 1
    assert said[0].startswith("picture.png is neither")


def test_a_long_export_is_told_of_and_the_next_one_waits_for_it(hand: Hand, tmp_path: Path) -> None:
    """And the window does not."""
    files = hand.window.file_commands
    said: list[str] = []
    files.told.connect(said.append)
    begun, go_on = threading.Event(), threading.Event()

    def long(_reader: Reader, out: BinaryIO, _looked: Looked) -> str:
        begun.set()
        go_on.wait(60)
        out.write(b"long")
        return "the first"

    paths = [tmp_path / "first.txt", tmp_path / "second.txt"]
    try:
        files._begin(paths[0], long)
        assert begun.wait(60)
        files.write(paths[1])
        hand.wait(lambda: hand.find("export.progress").isVisible())
        assert "first.txt is being written" in hand.text("export.progress_text")
        assert not said
    finally:
        go_on.set()
    hand.wait(lambda: len(said) == 2)
    assert said[0] == "the first"
    assert "rows of the record were written" in said[1]
    assert all(path.exists() for path in paths)
    assert not hand.find("export.progress").isVisible()


def endless(begun: threading.Event) -> Work:
    """An export that goes on until it is stopped."""

    def work(_reader: Reader, out: BinaryIO, looked: Looked) -> str:
        begun.set()
        while True:
            out.write(b"never whole")
            looked(0.5)

    return work


def test_an_export_is_stopped_by_its_button_and_the_next_one_is_written(
    hand: Hand, tmp_path: Path
) -> None:
    files = hand.window.file_commands
    said: list[str] = []
    files.told.connect(said.append)
    folder = tmp_path / "to"
    folder.mkdir()
    begun = threading.Event()
    files._begin(folder / "first.txt", endless(begun))
    files.write(folder / "second.txt")
    assert begun.wait(60)
    hand.wait(lambda: hand.find("export.stop").isVisible())
    hand.wait(lambda: hand.find("export.progress").findChildren(QProgressBar)[0].value() == 500)
    hand.press("export.stop")
    hand.wait(lambda: len(said) == 2)
    assert said[0] == f"Stopped: {folder / 'first.txt'} was not written."
    assert [item.name for item in folder.iterdir()] == ["second.txt"]
    hand.wait(lambda: not hand.find("export.progress").isVisible())


def test_how_far_an_export_is_moves_no_panel(hand: Hand, tmp_path: Path) -> None:
    begun = threading.Event()
    before = hand.at_rest(lambda: hand.find("server.listen").mapTo(hand.window, QPoint()))
    hand.window.file_commands._begin(tmp_path / "out.txt", endless(begun))
    hand.wait(lambda: hand.find("export.stop").isVisible())
    assert hand.at_rest(lambda: hand.find("server.listen").mapTo(hand.window, QPoint())) == before
    hand.press("export.stop")


def test_a_window_that_is_closed_has_written_what_was_asked_for(
    hand: Hand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_commands, "GRACE_MS", 60_000)  # the processor may be busy
    paths = [tmp_path / f"{number}.csv" for number in range(3)]
    for path in paths:
        hand.window.file_commands.write(path)
    hand.window.close()
    assert all(path.exists() for path in paths)


def test_a_window_that_is_closed_stops_what_takes_longer(
    hand: Hand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What waits for it too; a window's last words go to where it was started."""
    monkeypatch.setattr(file_commands, "GRACE_MS", 1)
    folder = tmp_path / "to"
    folder.mkdir()
    paths = [folder / "first.txt", folder / "second.txt"]
    for path in paths:
        hand.window.file_commands._begin(path, endless(threading.Event()))
    hand.window.close()
    assert list(folder.iterdir()) == []
    said = capsys.readouterr().err.splitlines()
    assert said == [f"Stopped: {path} was not written." for path in paths]
