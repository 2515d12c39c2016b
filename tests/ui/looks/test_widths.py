"""Widths that are computed follow the language: as in a window that began in it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QLineEdit, QWidget

from tests.ui.conftest import Hand, shown_window
from tests.ui.looks.scenes import SIZE, settle, speak
from workbench import texts
from workbench.ui.style.retranslatable import use_language
from workbench.ui.window.window import MainWindow


def _bounds(window: MainWindow) -> dict[str, tuple[int, int]]:
    """The widths that each control in sight may have."""
    kinds = QAbstractButton | QComboBox | QLabel | QLineEdit
    return {
        widget.objectName(): (widget.minimumWidth(), widget.maximumWidth())
        for widget in window.findChildren(QWidget)
        if isinstance(widget, kinds) and widget.isVisible() and widget.objectName()
    }


@pytest.mark.parametrize(
    ("language", "before"), [("zh_CN", "en"), ("en", "zh_CN")], ids=["into Chinese", "into English"]
)
def test_no_width_is_left_of_the_language_before(
    hand: Hand, tmp_path: Path, language: str, before: str
) -> None:
    """*Errors* of the log kept the room for the longer word."""
    window = hand.window
    window.resize(*SIZE)
    for spoken in (before, language):
        speak(window, spoken)
    switched = hand.at_rest(lambda: _bounds(window))
    use_language(language)
    folder = tmp_path / "another"
    folder.mkdir()
    with shown_window(folder) as begun:
        begun.resize(*SIZE)
        settle()
        other = hand.at_rest(lambda: _bounds(begun))
    assert len(other) > 50
    assert texts.language() == language
    assert {name: switched.get(name) for name in other} == other
