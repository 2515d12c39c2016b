"""The first window fits the screen that it is on, with its frame."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from workbench.ui.style import dressing, theme
from workbench.ui.widgets.screen_fit import FRAME, WishedSize, fit, open_at


@pytest.mark.parametrize("size", [(1280, 800), (5000, 300), (300, 5000), (10, 10)])
def test_no_window_is_larger_than_its_screen(qtbot: QtBot, size: tuple[int, int]) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(*size)
    fit(window)
    room = QApplication.primaryScreen().availableGeometry()
    assert window.width() == min(size[0], room.width() - FRAME.width())
    assert window.height() == min(size[1], room.height() - FRAME.height())


def test_a_window_that_large_text_made_larger_gets_its_size_back(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    inside = QWidget()
    QVBoxLayout(window).addWidget(inside)
    window.resize(400, 300)
    window.show()
    qtbot.waitExposed(window)
    keeper = WishedSize(window)
    inside.setMinimumWidth(900)  # as text of twice the size asks for
    keeper.look()
    qtbot.waitUntil(lambda: window.width() > 900)
    inside.setMinimumWidth(950)
    keeper.look()
    qtbot.waitUntil(lambda: window.width() > 950)
    inside.setMinimumWidth(100)
    keeper.look()
    qtbot.waitUntil(lambda: window.size() == QSize(400, 300))
    window.resize(500, 350)  # by a person
    keeper.look()
    qtbot.waitUntil(lambda: not keeper._turn.isActive())
    assert window.size() == QSize(500, 350)


def test_what_a_person_does_while_layouts_come_to_rest_is_left(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(400, 300)
    window.show()
    qtbot.waitExposed(window)
    keeper = WishedSize(window)
    keeper.look()
    window.resize(500, 350)
    qtbot.waitUntil(lambda: not keeper._turn.isActive())
    assert window.size() == QSize(500, 350)


@pytest.mark.parametrize("scale", [80, 100, 150, 250])
def test_a_new_window_has_room_for_its_writing(qtbot: QtBot, scale: int) -> None:
    """In a manual of the same size as ever, large writing has a few words a line."""
    window = QWidget()
    qtbot.addWidget(window)
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    dressing.apply(app, theme.LIGHT, scale)
    try:
        open_at(window, 500, 400)
    finally:
        dressing.apply(app, theme.LIGHT)
    room = QApplication.primaryScreen().availableGeometry().size() - FRAME
    assert window.size() == (QSize(500, 400) * (scale / 100)).boundedTo(room)
