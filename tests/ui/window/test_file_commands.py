"""A record or a scenario that is dropped on the window is opened, or asked about and run."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import BinaryIO

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent

from tests.ui.conftest import Hand
from workbench.journal.reader import Reader
from workbench.ui.window.file_commands import FileCommands

ACTION = Qt.DropAction.CopyAction
BUTTON = Qt.MouseButton.LeftButton
KEY = Qt.KeyboardModifier.NoModifier


def dropped(hand: Hand, path: Path) -> bool:
    """Drag a file over the window and let it go; whether it was taken."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    enter = QDragEnterEvent(QPoint(5, 5), ACTION, data, BUTTON, KEY)
    enter.ignore()
    hand.window.dragEnterEvent(enter)
    if enter.isAccepted():
        hand.window.dropEvent(QDropEvent(QPointF(5, 5), ACTION, data, BUTTON, KEY))
    return enter.isAccepted()


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
    assert dropped(hand, scenario)
    hand.wait(lambda: len(said) > 1 and not hand.window.scenario_player.running)
    assert said[0] == "Running: Dropped"
    assert dropped(hand, tmp_path / "old.swb")
    assert dropped(hand, tmp_path / "folder" / "000002.swb")
    assert shown == [tmp_path / "old.swb", tmp_path / "folder"]
    record = tmp_path / "kept"
    record.mkdir()
    (record / "000001.swb").touch()
    assert dropped(hand, record)
    assert shown[-1] == record


def test_of_a_file_that_is_for_another_place_it_is_said_which(hand: Hand, tmp_path: Path) -> None:
    said: list[str] = []
    hand.window.file_commands.told.connect(said.append)
    assert dropped(hand, tmp_path / "picture.png")
    assert len(said) == 1
    assert said[0].startswith("picture.png is neither")


def test_a_long_export_is_told_of_and_the_next_one_waits_for_it(hand: Hand, tmp_path: Path) -> None:
    """And the window does not."""
    files = hand.window.file_commands
    said: list[str] = []
    files.told.connect(said.append)
    begun, go_on = threading.Event(), threading.Event()

    def long(_reader: Reader, out: BinaryIO) -> str:
        begun.set()
        go_on.wait(60)
        out.write(b"long")
        return "the first"

    paths = [tmp_path / "first.txt", tmp_path / "second.txt"]
    try:
        files._begin(paths[0], long)
        assert begun.wait(60)
        files.write(paths[1])
        assert len(said) == 1
        assert "first.txt is being written" in said[0]
    finally:
        go_on.set()
    hand.wait(lambda: len(said) == 4)
    assert said[1] == "the first"
    assert "second.txt is being written" in said[2]
    assert "rows of the record were written" in said[3]
    assert all(path.exists() for path in paths)


def test_a_window_that_is_closed_has_written_what_was_asked_for(hand: Hand, tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.csv" for number in range(3)]
    for path in paths:
        hand.window.file_commands.write(path)
    hand.window.close()
    assert all(path.exists() for path in paths)
