"""Keys that no menu entry has."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

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
