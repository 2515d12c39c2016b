"""A label says the longest text that it has the room for, and asks for the same room always."""

from __future__ import annotations

from functools import partial

import pytest
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from workbench.ui.widgets.fitting_label import (
    CaptionedRow,
    FittingButton,
    FittingLabel,
    GivingLabel,
)


def test_the_longest_that_fits_is_said(qapp: QApplication) -> None:
    label = FittingLabel("a rather long text", "short")

    def wide(text: str) -> int:
        return label.fontMetrics().size(0, text).width()

    asked = label.sizeHint(), label.minimumSizeHint()
    label.resize(wide("18 B: 68 65"), 20)
    label.offer(["18 B: 68 65 6c", "18 B: 68 65", "18 B"])
    assert label.text() == "18 B: 68 65"
    label.resize(wide("18 B: 68 65 6c"), 20)
    label.show()
    assert label.text() == "18 B: 68 65 6c"
    label.resize(3, 20)
    assert label.text() == "18 B"  # nothing shorter is known
    assert (label.sizeHint(), label.minimumSizeHint()) == asked
    label.close()


def test_a_caption_gives_way_whole(qapp: QApplication) -> None:
    label = GivingLabel()
    label.setText("accept queue")
    assert label.minimumSizeHint().width() == 0
    label.resize(label.sizeHint())
    label.show()
    assert label.text() == "accept queue"
    label.resize(label.width() - 1, 20)
    assert (label.text(), label.longest) == ("", "accept queue")
    label.setText("accept queue")  # the same state once more
    assert label.text() == ""
    label.setText("peers")  # another state, or another language
    assert label.text() == "peers"
    label.close()


def test_a_larger_font_has_room_for_less(qapp: QApplication) -> None:
    """The style sheet comes last, and nothing else may change then."""
    label = GivingLabel()
    label.setText("accept queue")
    label.resize(label.sizeHint())
    label.setStyleSheet("font-size: 40px")
    label.ensurePolished()
    assert label.text() == ""
    label.close()


def test_its_margins_are_no_room_for_text(qapp: QApplication) -> None:
    """A status bar gives its labels some: the end of the text stood in them, cut off."""
    label = FittingLabel()
    label.setContentsMargins(4, 0, 8, 2)
    label.offer(["Record: a long name", "Record"])
    wide = label.fontMetrics().size(0, "Record: a long name").width()
    assert label.sizeHint().width() == wide + 12
    label.resize(wide, 20)
    label.show()
    assert label.text() == "Record"
    label.resize(label.sizeHint())
    assert label.text() == "Record: a long name"
    label.close()


@pytest.mark.parametrize("size", [9, 10, 11, 12])
def test_two_fonts_in_one_text_have_the_room_that_they_are_drawn_in(
    qapp: QApplication, size: int
) -> None:
    label = FittingLabel()
    label.setFont(QFont(label.font().family(), size))
    label.offer(["记录：record"])
    assert label.sizeHint().width() >= label.fontMetrics().size(0, label.longest).width()


def test_a_style_sheet_that_pads_it_leaves_room_for_the_end(qapp: QApplication) -> None:
    """The last character of the record's name was cut: Qt asks for as much as it draws in."""
    label = FittingLabel()
    label.setStyleSheet("padding: 0 8px 2px 4px")
    label.offer(["Record: 2026-11-23 12-00"])
    label.ensurePolished()
    label.adjustSize()
    label.show()
    assert label.text()
    assert label.width() >= QLabel.sizeHint(label).width()
    label.close()


def test_a_button_that_gives_way_says_what_it_does_and_is_read_whole(qapp: QApplication) -> None:
    button = FittingButton()
    button.offer("1 of 246: clear filter", "Clear filter")
    whole = button.sizeHint().width()
    assert (button.text(), button.whole_width) == ("1 of 246: clear filter", whole)
    button.give_way(True)
    button.offer("2 of 246: clear filter", "Clear filter")
    assert button.text() == "Clear filter"
    assert button.accessibleName() == "2 of 246: clear filter"
    assert button.sizeHint().width() < button.whole_width
    assert abs(button.whole_width - whole) < 9  # 2 for 1
    button.give_way(False)
    assert button.text() == "2 of 246: clear filter"


def stands_at(widget: QWidget, left: int) -> bool:
    return widget.geometry().left() == left


def test_a_caption_is_there_whole_or_not_at_all(qtbot: QtBot) -> None:
    owner = QWidget()
    qtbot.addWidget(owner)
    row = CaptionedRow(GivingLabel())
    row.setContentsMargins(0, 0, 0, 0)
    row.caption.setText("To whom it goes")
    first, hidden = QPushButton("first"), QPushButton("hidden")
    for button in (first, hidden):
        row.addWidget(button)
    owner.setLayout(row)
    hidden.hide()
    with qtbot.waitExposed(owner):
        owner.show()
    whole = row.sizeHint().width()
    for wide in (whole, whole - 1, whole - row.caption.sizeHint().width() // 2, whole):
        owner.resize(wide, 30)
        left = row.caption.sizeHint().width() + row.spacing() if wide >= whole else 0
        qtbot.waitUntil(partial(stands_at, first, left))
        assert row.caption.text() == ("To whom it goes" if wide >= whole else "")
