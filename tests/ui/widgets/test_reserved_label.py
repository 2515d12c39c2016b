"""A label with a reserved place: as high whatever it says, and nothing said is lost."""

from __future__ import annotations

from PySide6.QtGui import QTextDocument
from pytestqt.qtbot import QtBot

from workbench.ui.widgets.reserved_label import ReservedLabel

LONG = "a word and another " * 40


def label(qtbot: QtBot, lines: int = 2) -> ReservedLabel:
    made = ReservedLabel(lines)
    qtbot.addWidget(made)
    made.resize(200, made.height())
    made.show()
    return made


def test_it_is_as_high_whatever_it_says(qtbot: QtBot) -> None:
    made = label(qtbot)
    high = made.height()
    for text in ("", "short", "国国国", LONG):
        made.setText(text)
        assert made.sizeHint().height() == made.height() == high
    assert high >= 2 * made.fontMetrics().lineSpacing()
    assert label(qtbot, 3).height() > high


def test_in_little_room_it_has_the_lines_that_it_needs(qtbot: QtBot) -> None:
    made = label(qtbot)
    high = made.height()
    made.spare_height(True)
    assert made.height() == 0
    made.setText("x")
    one = made.height()
    assert 0 < one < high
    for text, wished in (("short", one), (LONG, high), ("", 0)):
        made.setText(text)
        assert made.height() == wished, text
    made.setText("just a few words for one line")
    made.resize(60, made.height())
    assert made.height() == high
    made.spare_height(False)
    assert made.height() == high


def test_what_has_no_room_is_in_its_tip(qtbot: QtBot) -> None:
    made = label(qtbot)
    made.setText(LONG)
    document = QTextDocument()
    document.setHtml(made.toolTip())
    assert LONG.strip() in (made.toolTip(), document.toPlainText().replace("\n", " ").strip())
    lines = made._wrapped(200)
    assert len(lines) == 2
    assert "".join(lines).replace(" ", "") == LONG.replace(" ", "")


def test_it_draws_what_it_says(qtbot: QtBot) -> None:
    made = label(qtbot)
    empty = made.grab().toImage()
    made.setText("one\ntwo")
    assert made.grab().toImage() != empty
