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
    assert ("…" in seen[0].text) is not whole
    assert LONG in label.toolTip()


def test_it_asks_for_no_more_room_than_a_few_characters(qtbot: QtBot) -> None:
    label = ElidedLabel()
    qtbot.addWidget(label)
    label.setText(LONG)
    assert label.minimumSizeHint().width() == label.fontMetrics().horizontalAdvance("0" * LEAST)
    label.setText("x")
    assert label.minimumSizeHint().width() < label.fontMetrics().horizontalAdvance("0" * LEAST)


@pytest.mark.parametrize(
    ("before", "after"),
    [("Saved without secrets: ", ""), ("已写入 ", "。此后这些消息保存在该文件中。")],
)
def test_a_path_gives_way_in_its_middle(qtbot: QtBot, before: str, after: str) -> None:
    """The name of the file and what is said of it stay: they stood at the end, which was cut."""
    label = ElidedLabel()
    qtbot.addWidget(label)
    label.setText(f"{before}{LONG}{after}")
    wide = label.fontMetrics().horizontalAdvance
    label.resize(wide(label.text()) - wide(LONG) // 3, 20)
    with painted() as seen:
        label.grab()
    (shown,) = (each.text for each in seen)
    assert shown.startswith(f"{before}/a/")
    assert shown.endswith(f"s.swb{after}")
    assert "…" in shown
    assert wide(shown) <= label.width()
    label.resize(wide(before), 20)  # no room for a path that tells anything
    with painted() as seen:
        label.grab()
    assert seen[-1].text.endswith("…")


def test_a_text_without_a_path_ends_in_dots(qtbot: QtBot) -> None:
    label = ElidedLabel()
    qtbot.addWidget(label)
    label.setText("12 of 30 rows of the record are shown here")
    label.resize(label.fontMetrics().horizontalAdvance("12 of 30 rows"), 20)
    with painted() as seen:
        label.grab()
    assert seen[0].text.startswith("12 of")
    assert seen[0].text.endswith("…")
