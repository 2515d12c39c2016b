"""Keys that no menu entry has."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from tests.ui.conftest import Hand
from workbench.ui.window.shortcuts import leave_first


def test_esc_ends_the_first_thing_that_is_going_on() -> None:
    left: list[str] = []
    going_on = {"one": False, "two": True, "three": True}

    def ways() -> list[tuple[object, object]]:
        return [
            (lambda name=name: going_on[name], lambda name=name: left.append(name))
            for name in going_on
        ]

    leave_first(ways())  # type: ignore[arg-type]
    assert left == ["two"]
    going_on["two"] = False
    leave_first(ways())  # type: ignore[arg-type]
    assert left == ["two", "three"]


def test_the_numbers_press_what_the_first_steps_name(hand: Hand) -> None:
    hand.window.log.view.setFocus()
    QTest.keyClick(hand.window, Qt.Key.Key_1)
    hand.wait_state("server", "LISTEN")
    hand.window.log.view.setFocus()
    QTest.keyClick(hand.window, Qt.Key.Key_2)
    hand.wait_state("client", "ESTABLISHED")


class Greedy(QLineEdit):
    """A field as on X11, where Ctrl+E and Ctrl+U are the field's; offscreen they are nobody's."""

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)


@pytest.mark.parametrize("key", "EUDKZA")
def test_a_field_leaves_the_keys_of_the_window_to_it(hand: Hand, key: str) -> None:
    """With Ctrl+U it deleted its line. What it undoes itself stays its own."""
    field = Greedy(hand.window.statusBar())
    field.show()
    hand.window.activateWindow()
    field.setFocus()
    hand.wait(field.hasFocus)
    code = getattr(Qt.Key, f"Key_{key}")
    event = QKeyEvent(
        QEvent.Type.ShortcutOverride, code, Qt.KeyboardModifier.ControlModifier, key.lower()
    )
    event.ignore()
    QApplication.sendEvent(field, event)
    assert event.isAccepted() == (key in "ZA")
    field.deleteLater()
