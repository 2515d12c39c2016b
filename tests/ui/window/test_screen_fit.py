"""The first window fits the screen that it is on, with its frame."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from workbench.ui.window.screen_fit import FRAME, fit


@pytest.mark.parametrize("size", [(1280, 800), (5000, 300), (300, 5000), (10, 10)])
def test_no_window_is_larger_than_its_screen(qtbot: QtBot, size: tuple[int, int]) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(*size)
    fit(window)
    room = QApplication.primaryScreen().availableGeometry()
    assert window.width() == min(size[0], room.width() - FRAME.width())
    assert window.height() == min(size[1], room.height() - FRAME.height())
