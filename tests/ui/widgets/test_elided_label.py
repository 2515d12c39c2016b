"""A label that gives way keeps all of its text for the tip."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from tests.ui.looks.seen import painted
from workbench.ui.widgets.elided_label import LEAST, ElidedLabel

LONG = "/a/rather/long/path/of/a/record/that/somebody/keeps.swb"


@pytest.mark.parametrize(("width", "whole"), [(1_000, True), (120, False)])
def test_what_there_is_no_room_for_ends_in_dots(qtbot: QtBot, width: int, whole: bool) -> None:
    label = ElidedLabel()
    qtbot.addWidget(label)
    label.setText(LONG)
    label.resize(width, 20)
    with painted() as seen:
        label.grab()
    assert len(seen) == 1
    assert (seen[0].text == LONG) is whole
    assert seen[0].text.endswith("…") is not whole
    assert LONG in label.toolTip()


def test_it_asks_for_no_more_room_than_a_few_characters(qtbot: QtBot) -> None:
    label = ElidedLabel()
    qtbot.addWidget(label)
    label.setText(LONG)
    assert label.minimumSizeHint().width() == label.fontMetrics().horizontalAdvance("0" * LEAST)
    label.setText("x")
    assert label.minimumSizeHint().width() < label.fontMetrics().horizontalAdvance("0" * LEAST)
