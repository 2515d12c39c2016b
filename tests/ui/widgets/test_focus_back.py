"""Who typed a name or a note goes on where he was."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from tests.ui.conftest import Hand


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Escape])
@pytest.mark.parametrize(
    ("command", "field"), [("name_record", "window.record_name"), ("mark", "window.mark_text")]
)
def test_the_focus_goes_back_to_where_it_was(
    hand: Hand, command: str, field: str, key: Qt.Key
) -> None:
    text = hand.find("client.payload")
    text.setFocus()
    hand.window.menus.action(command).trigger()
    line = hand.find(field)
    assert isinstance(line, QWidget)
    hand.wait(line.hasFocus)
    QTest.keyClicks(line, "lesson")
    QTest.keyClick(line, key)
    hand.wait(lambda: not line.isVisible())
    assert text.hasFocus()
