"""Ctrl+Z in a field that has nothing to take back is the window's."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from workbench.ui.endpoint.payload_edit import PayloadEdit
from workbench.ui.widgets.hint_combo import HintCombo
from workbench.ui.widgets.undo_key import is_for_the_window


def line() -> tuple[QWidget, QLineEdit]:
    combo = HintCombo(10)
    edit = combo.lineEdit()
    assert edit is not None
    return combo, edit


def editor() -> tuple[QWidget, QPlainTextEdit]:
    made = PayloadEdit("")
    return made, made


@pytest.mark.parametrize("make", [line, editor])
def test_the_key_goes_to_who_has_something_to_take_back(
    qtbot: QtBot, make: Callable[[], tuple[QWidget, QLineEdit | QPlainTextEdit]]
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    shown, field = make()
    QVBoxLayout(window).addWidget(shown)
    taken: list[str] = []
    QShortcut(QKeySequence.StandardKey.Undo, window).activated.connect(lambda: taken.append("it"))
    window.show()
    window.activateWindow()
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)

    def undo() -> None:
        qtbot.keyClick(field, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)

    undo()
    assert taken == ["it"]
    qtbot.keyClicks(field, "x")
    undo()
    assert taken == ["it"], "the field's own"
    undo()
    assert taken == ["it", "it"]


def test_another_event_is_never_the_window_s() -> None:
    assert not is_for_the_window(QEvent(QEvent.Type.ShortcutOverride), undoable=False)
