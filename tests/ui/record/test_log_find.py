"""Filter and find in the log's panel: what is told while they go on, and what is marked."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest

from tests.ui.conftest import Hand
from workbench.engine.model import commands as c
from workbench.ui.style import theme
from workbench.ui.widgets.progress_line import ProgressLine
from workbench.viewmodel.log_progress import Progress, Searching


def marks(hand: Hand, *texts: str) -> None:
    for text in texts:
        assert hand.window.controller.session.perform(c.Mark(text)).wait(60)
    hand.wait(lambda: hand.window.log.model.rowCount() >= len(texts))


def chosen(hand: Hand) -> str:
    log = hand.window.log
    row = log.view.chosen_last()
    cells = log.model.cells(row) if row is not None else None
    return cells[3] if cells is not None else ""


def found_pixels(hand: Hand) -> int:
    """How much of the log has the colour of what was found."""
    image = hand.window.log.view.viewport().grab().toImage()
    wanted = QColor(theme.LIGHT.found).rgb()
    return sum(
        image.pixel(x, y) == wanted for x in range(image.width()) for y in range(image.height())
    )


def test_the_next_and_the_previous_by_keys_and_around(hand: Hand) -> None:
    marks(hand, "first needle", "nothing", "second Needle", "third needle")
    field = hand.window.log.search
    QTest.keyClick(hand.window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    hand.wait(field.hasFocus)
    QTest.keyClicks(field, "needle")
    for key, shift, expected in (
        (Qt.Key.Key_Return, False, "first needle"),
        (Qt.Key.Key_F3, False, "second Needle"),
        (Qt.Key.Key_F3, False, "third needle"),
        (Qt.Key.Key_F3, False, "first needle"),
        (Qt.Key.Key_F3, True, "third needle"),
        (Qt.Key.Key_Return, True, "second Needle"),
    ):
        modifier = Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier
        QTest.keyClick(field, key, modifier)
        hand.wait(lambda expected=expected: chosen(hand).endswith(expected))
    assert not hand.window.log.follow.isChecked()


def test_what_is_typed_is_marked_where_it_stands(hand: Hand) -> None:
    marks(hand, "a needle in a row", "nothing")
    assert not found_pixels(hand)
    hand.window.log.search.setText("needle")
    assert found_pixels(hand) > 100
    hand.window.log.search.setText("")
    assert not found_pixels(hand)


def test_what_is_nowhere_is_said(hand: Hand) -> None:
    marks(hand, "one")
    hand.window.log.search.setText("nowhere")
    hand.window.log.find_next()
    hand.wait(lambda: "nowhere" in hand.text("log.hint"))
    assert hand.window.log.hint.isVisible()


def test_a_long_search_is_told_of_and_stopped(hand: Hand) -> None:
    panel = hand.window.log
    panel.model.progressed.disconnect(panel.show_progress)  # there is nothing to look for
    panel.show_progress(Progress(1_000, 4_000, 12))
    hand.wait(panel.progress.isVisible)
    assert "1,000 of 4,000" in hand.text("log.progress_text")
    panel.show_searching(Searching(3_000, 4_000))
    assert "3,000 of 4,000" in hand.text("log.progress_text"), "that is what somebody waits for"
    given_up: list[bool] = []
    panel.find_given_up.connect(lambda: given_up.append(True))
    hand.press("log.stop")
    assert given_up
    panel.show_searching(None)
    assert "1,000 of 4,000" in hand.text("log.progress_text")
    panel.show_progress(Progress(1_000, 4_000, 12, stopped=True))
    assert hand.text("log.stop") == "Go on"
    panel.show_progress(None)
    assert not panel.progress.isVisible()


def test_a_short_search_does_not_flicker(hand: Hand) -> None:
    shown: list[bool] = []
    panel: ProgressLine = hand.window.log.progress
    hand.window.log.model.progressed.disconnect(hand.window.log.show_progress)
    panel._patience.timeout.connect(lambda: shown.append(True))
    hand.window.log.show_progress(Progress(1, 2, 0))
    hand.window.log.show_progress(None)
    marks(hand, "one")
    assert not shown
    assert not panel.isVisible()
