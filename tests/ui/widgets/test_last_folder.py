"""A question for a file begins where one was last chosen, whoever asked."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from workbench.ui.widgets.file_dialogs import ask_file
from workbench.ui.widgets.last_folder import last_folder, remember_folder


def test_the_next_question_begins_there(qtbot: QtBot, tmp_path: Path) -> None:
    remember_folder("")
    window = QWidget()
    qtbot.addWidget(window)
    chosen: list[Path] = []
    first = ask_file(window, "first", chosen.append)
    first.fileSelected.emit(str(tmp_path / "chosen.pem"))
    assert chosen == [tmp_path / "chosen.pem"]
    assert last_folder() == str(tmp_path)
    second = ask_file(window, "second", chosen.append)
    assert Path(second.directory().path()) == tmp_path
    for dialog in (first, second):
        dialog.reject()
    remember_folder("")
