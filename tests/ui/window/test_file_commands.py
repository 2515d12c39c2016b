"""A record or a scenario that is dropped on the window is opened, or asked about and run."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent

from tests.ui.conftest import Hand
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
