"""Chinese stands as much in the middle of a field as Latin letters do; a click chooses a short
field as a whole.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QFontDatabase
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QToolTip,
    QWidget,
)
from pytestqt.qtbot import QtBot

from workbench.ui.style import dressing, fonts, theme
from workbench.ui.widgets.hint_combo import HintCombo
from workbench.ui.widgets.named_controls import TextField


def middle(edit: QLineEdit) -> float:
    """Of the ink, from the top of the field."""
    image = edit.grab().toImage()
    inked = [
        y
        for y in range(2, image.height() - 2)
        if any(QColor(image.pixel(x, y)).lightness() < 110 for x in range(4, 60))
    ]
    return (inked[0] + inked[-1]) / 2


@pytest.mark.parametrize("scale", [100, 125, 200])
@pytest.mark.parametrize("kind", [TextField, HintCombo])
def test_chinese_is_in_the_middle(
    qtbot: QtBot, qapp: QApplication, kind: type[QWidget], scale: int
) -> None:
    if not set(fonts.CJK) & set(QFontDatabase.families()):
        pytest.skip("no Chinese font here")
    dressing.apply(qapp, theme.LIGHT, scale)
    try:
        widget = TextField() if kind is TextField else HintCombo(10)
        qtbot.addWidget(widget)
        widget.resize(300, 70)
        widget.show()
        edit = widget.lineEdit() if isinstance(widget, QComboBox) else widget
        assert edit is not None
        places = []
        for text in ("HHHH", "一直等待"):
            edit.setText(text)
            edit.setCursorPosition(len(text))
            QApplication.processEvents()
            places.append(middle(edit))
        assert abs(places[0] - places[1]) <= 1 + scale / 200, places
    finally:
        dressing.apply(qapp, theme.LIGHT)


def clicked(edit: QLineEdit, x: int) -> None:
    QTest.mouseClick(edit, Qt.MouseButton.LeftButton, pos=QPoint(x, edit.height() // 2))


@pytest.mark.parametrize("kind", [lambda: TextField("127.0.0.1", 12), lambda: HintCombo(10)])
def test_the_click_that_enters_a_short_field_chooses_all_of_it(
    qtbot: QtBot, kind: Callable[[], QWidget]
) -> None:
    """What is typed next takes the place of what stood there, and is not mixed into it."""
    window = QWidget()
    row = QHBoxLayout(window)
    other, field = QLineEdit(), kind()
    row.addWidget(other)
    row.addWidget(field)
    qtbot.addWidget(window)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    edit = field.lineEdit() if isinstance(field, QComboBox) else field
    assert isinstance(edit, QLineEdit)
    edit.setText("@server-1")
    other.setFocus()
    clicked(edit, 20)
    assert edit.selectedText() == "@server-1"
    clicked(edit, 20)  # and the next one puts the cursor somewhere
    assert not edit.hasSelectedText()


def test_a_long_field_keeps_its_text_when_it_is_entered(qtbot: QtBot) -> None:
    window = QWidget()
    row = QHBoxLayout(window)
    other, field = QLineEdit(), TextField("hello there")
    row.addWidget(other)
    row.addWidget(field)
    qtbot.addWidget(window)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    other.setFocus()
    clicked(field, 20)
    assert not field.hasSelectedText()


def test_a_field_that_is_full_says_that_the_rest_is_missing(qtbot: QtBot) -> None:
    """Qt cuts it off without a word."""
    field = TextField()
    qtbot.addWidget(field)
    field.show()
    clipboard = QApplication.clipboard()
    clipboard.setText("x" * (field.maxLength() + 1))
    try:
        field.paste()
        qtbot.waitUntil(lambda: "32,767" in QToolTip.text())
    finally:
        clipboard.clear()
        QToolTip.hideText()


def test_a_text_that_is_left_is_seen_from_its_beginning(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    combo, other = HintCombo(4), TextField()
    row = QHBoxLayout(window)
    row.addWidget(combo)
    row.addWidget(other)
    window.show()
    window.activateWindow()
    edit = combo.lineEdit()
    assert edit is not None
    edit.setFocus()
    qtbot.waitUntil(edit.hasFocus)
    qtbot.keyClicks(edit, "a long text in a narrow field")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert edit.cursorPosition() == len(edit.text()), "it is not left"
    other.setFocus()
    qtbot.waitUntil(other.hasFocus)
    assert edit.cursorPosition() == 0
