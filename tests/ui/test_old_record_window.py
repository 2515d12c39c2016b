"""The window of an earlier record, beside the one with the sockets."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QPushButton

from tests.ui.conftest import Hand
from workbench import app
from workbench.ui.window.window import MainWindow


@pytest.fixture
def old(hand: Hand) -> MainWindow:
    hand.window.controller.session.journal.flush()
    hand.window.file_commands.show_record(hand.window.controller.session.record)
    return next(iter(app._beside))


def test_it_alone_is_presented(hand: Hand, old: MainWindow, qapp: QApplication) -> None:
    window, size = hand.window, qapp.font().pointSizeF()
    titles = window.windowTitle(), old.windowTitle()
    old.projector_mode.switch()
    assert old.projector_caption.isVisible()
    assert not window.projector_caption.isVisible()
    assert window.windowTitle() == titles[0]
    assert old.windowTitle() != titles[1]
    window.leave()  # not its own presentation
    assert old.projector_mode.on
    stop_all = old.findChild(QPushButton, "caption.stop_all")
    assert stop_all is not None
    assert not stop_all.isEnabled()
    window.projector_mode.switch()
    old.projector_mode.switch()
    assert window.projector_mode.on
    assert qapp.font().pointSizeF() == pytest.approx(size * 1.5)
    window.projector_mode.switch()
    assert qapp.font().pointSizeF() == pytest.approx(size)
    assert (window.windowTitle(), old.windowTitle()) == titles


def test_closed_while_presented_it_leaves_the_everyday_size(
    hand: Hand, old: MainWindow, qapp: QApplication
) -> None:
    size = qapp.font().pointSizeF()
    old.projector_mode.switch()
    old.close()
    assert qapp.font().pointSizeF() == pytest.approx(size)
    assert not hand.window.appearance.presenting


def test_what_closes_it_says_so(hand: Hand, old: MainWindow) -> None:
    def entry(window: MainWindow) -> str:
        action = window.findChild(QAction, "action.quit")
        assert action is not None
        return action.text()

    assert entry(hand.window) == "&Quit"
    assert entry(old) == "&Close window"
