"""The message of a panel: what it says is text, also where a stranger wrote it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Hand
from tests.ui.looks.seen import name_of
from workbench.texts import LANGUAGES, Problem, catalogue
from workbench.ui.style import dressing, theme
from workbench.ui.widgets.message_bar import MessageBar
from workbench.ui.widgets.named_controls import NamedControls
from workbench.viewmodel.message import ErrorMessage, StatusMessage, msg

MARKUP = '<h1>1 < 2</h1> <img src="/etc/hosts"> &amp; <!-- gone --> <b>bold</b>'


@pytest.fixture
def line(qtbot: QtBot) -> MessageBar:
    made = MessageBar(NamedControls("test"))
    qtbot.addWidget(made)
    made.resize(900, made.height())
    return made


def said(line: MessageBar, text: str) -> QImage:
    """The label as it is painted with this text, which a name of somebody else carries."""
    line.show_message(
        StatusMessage("bad", ErrorMessage(Problem("engine.unknown_endpoint", name=text)))
    )
    return line.label.grab().toImage()


def test_markup_is_shown_and_not_obeyed(line: MessageBar) -> None:
    """Every sign of it is there, so a text that differs in its markup alone looks different."""
    assert MARKUP in line_text(line, MARKUP)
    for one, other in (
        ("<b>x</b>", "x"),
        ("<!-- x -->y", "y"),
        ("a &amp; b", "a & b"),
        ("<i></i>z", "z"),
    ):
        assert said(line, one) != said(line, other), one


def test_it_is_as_high_as_its_sentence(line: MessageBar) -> None:
    """Ready and idle, a line; but while one sentence counts up, what is below stays in place."""
    line.show()
    said(line, "x")
    one = line.height()
    assert one < 2 * line.label.fontMetrics().lineSpacing() + 6
    said(line, "a word " * 40)
    more = line.height()
    assert more > one
    said(line, "x")
    assert line.height() == more
    line.show_message(StatusMessage("info", msg("message.escapes_dropped")))
    line.resize(2_000, line.height())
    assert line.height() == one


def line_text(line: MessageBar, text: str) -> str:
    said(line, text)
    return line.label.text()


def test_the_tip_has_the_sentence_whole_and_no_markup(line: MessageBar) -> None:
    said(line, MARKUP)
    assert "<h1>" not in line.label.toolTip()
    assert "&lt;h1&gt;" in line.label.toolTip()
    assert line.label.accessibleName() == line.label.text()


def labels_that_obey(root: QWidget) -> list[str]:
    """Labels whose text could be taken for markup, but for those that say a text of our own."""
    own = {text for language in LANGUAGES for text in catalogue(language).values()}
    return [
        f"{name_of(label)}: {label.text()!r}"
        for label in root.findChildren(QLabel)
        if label.textFormat() is not Qt.TextFormat.PlainText
        and any(map(str.isalpha, label.text()))
        and label.text() not in own
    ]


def test_no_label_of_the_window_takes_what_it_shows_for_markup(hand: Hand) -> None:
    """Names, payloads, addresses and errors come from anywhere."""
    hand.connect()
    hand.press("client.send")
    hand.wait(lambda: hand.window.log.model.rowCount() > 8)
    hand.window.log.view.selectRow(6)
    hand.press("server.stop")
    hand.press("client.close")
    hand.press("client.connect")
    hand.wait_says("client.message", "ECONNREFUSED")
    hand.press("client.why")
    hand.make_scenario()
    hand.window.child_windows.open_backlog_lab()
    assert not labels_that_obey(hand.window)


@pytest.mark.parametrize("scale", [100, 150, 200])
def test_chinese_has_room_for_the_lines_that_it_takes(
    line: MessageBar, qapp: QApplication, scale: int
) -> None:
    """A line of it is higher than one of Latin letters: two of them are no three."""
    dressing.apply(qapp, theme.LIGHT, scale)
    try:
        line.show()
        said(line, "国" * 60)
        whole = line.label.fontMetrics().horizontalAdvance(line.label.text())
        line.resize(2 * whole, line.height())
        one = line.height()
        line.resize(whole * 6 // 10, line.height())
        two = line.height()
        line.resize(whole * 4 // 10, line.height())
        assert one < two < line.height()
        assert abs((line.height() - two) - (two - one)) <= 2
    finally:
        dressing.apply(qapp, theme.LIGHT)
