"""The filter's field: what it offers, what it remembers, and filters with a name."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu, QWidget

from tests.ui.conftest import Hand
from workbench.ui.record.filter_field import FilterField
from workbench.ui.record.filter_menu import FilterMenu
from workbench.ui.widgets.name_line import NameLine
from workbench.viewmodel.known_values import TypedValue


@pytest.fixture(autouse=True)
def _nothing_kept(hand: Hand) -> Iterator[None]:
    """Preferences are those of the whole run."""
    yield
    for key in ("used_filters", "named_filters"):
        hand.window.preferences.write_list(key, [])


def field(hand: Hand) -> FilterField:
    found = hand.window.log.filter
    found.setFocus()
    hand.wait(found.hasFocus)
    return found


def offered(widget: FilterField) -> list[str]:
    model = widget.choices.completionModel()
    return [str(model.index(row, 0).data()) for row in range(model.rowCount())]


def popup(hand: Hand) -> QWidget:
    found: QWidget | None = hand.window.log.filter.choices.popup()
    assert found is not None
    hand.wait(found.isVisible)
    return found


def menu_of(hand: Hand) -> QMenu:
    button = hand.find("log.filters")
    assert isinstance(button, FilterMenu)
    button.menu().aboutToShow.emit()
    return button.menu()


def actions(menu: QMenu) -> list[str]:
    return [action.text() for action in menu.actions() if action.text()]


def test_a_refused_connect_is_found_by_what_is_offered(hand: Hand) -> None:
    hand.press("client.connect")
    hand.wait_says("log.errors", "1")  # it is in the record
    widget = field(hand)
    QTest.keyClicks(widget, "err")
    assert "errno:" in offered(widget)
    QTest.keyClick(popup(hand), Qt.Key.Key_Tab)
    assert widget.text() in {"errno:", "error:"}
    widget.setText("errno:")
    QTest.keyClicks(widget, "ECON")
    assert offered(widget) == ["ECONNREFUSED"]
    QTest.keyClick(popup(hand), Qt.Key.Key_Tab)
    assert widget.text() == "errno:ECONNREFUSED"
    assert widget.hasFocus()
    QTest.keyClick(widget, Qt.Key.Key_Return)
    hand.wait(lambda: hand.window.log.model.rowCount() == 1)


def test_enter_applies_what_is_typed_and_takes_nothing_from_the_list(hand: Hand) -> None:
    widget = field(hand)
    QTest.keyClicks(widget, "ca")
    QTest.keyClick(popup(hand), Qt.Key.Key_Return)
    assert widget.text() == "ca"
    assert not widget.choices.open
    assert hand.window.log.filters.history() == ["ca"]


def test_down_shows_what_was_used(hand: Hand) -> None:
    widget = field(hand)
    for text in ("call:send", "size>3"):
        widget.setText(text)
        QTest.keyClick(widget, Qt.Key.Key_Return)
    hand.window.log.show_all()
    QTest.keyClick(widget, Qt.Key.Key_Down)
    assert offered(widget) == ["size>3", "call:send"]
    shown = popup(hand)
    QTest.keyClick(shown, Qt.Key.Key_Down)
    QTest.keyClick(shown, Qt.Key.Key_Down)
    QTest.keyClick(shown, Qt.Key.Key_Return)
    assert widget.text() == "call:send"
    hand.wait(lambda: hand.window.log.model.condition is not None)


def test_a_filter_gets_a_name_and_comes_back_by_it(hand: Hand) -> None:
    log = hand.window.log
    keep = next(x for x in menu_of(hand).actions() if x.text().startswith("Keep"))
    assert not keep.isEnabled()
    log.filter.setText("call:connect|accept")
    log.apply_filter()
    menu_of(hand)
    log.filters.name_wanted.emit()
    hand.type("log.filter_name", "who came")
    hand.press("log.keep_filter")
    log.show_all()
    named = next(x for x in menu_of(hand).actions() if x.text() == "who came")
    named.trigger()
    assert log.filter.text() == "call:connect|accept"
    assert log.model.condition is not None
    log.filters.name_wanted.emit()
    hand.type("log.filter_name", "who came")
    assert hand.text("log.keep_filter") == "Replace"
    hand.press("log.drop_filter")
    assert not any(line.isVisible() for line in log.findChildren(NameLine))
    forget = next(x for x in menu_of(hand).actions() if x.text() == "Forget").menu()
    assert isinstance(forget, QMenu)
    forget.actions()[0].trigger()
    assert "who came" not in actions(menu_of(hand))


def test_a_secret_is_neither_remembered_nor_kept(hand: Hand) -> None:
    hand.window.controller.values.set_rows((TypedValue("token", "s3cret-1", True),))
    log = hand.window.log
    log.filter.setText("text:s3cret-1")
    QTest.keyClick(field(hand), Qt.Key.Key_Return)
    assert log.filters.history() == []
    log.filters.name_wanted.emit()
    assert "secret" in hand.text("log.hint")
    assert not log.filter_name.isVisible()


def test_what_is_offered_goes_with_a_filter_that_is_cleared(hand: Hand) -> None:
    """Start over clears it too, and the list stood over an empty log."""
    widget = field(hand)
    QTest.keyClicks(widget, "call:re")
    offers = popup(hand)
    hand.window.log.show_all()
    assert widget.text() == ""
    assert not offers.isVisible()


def test_a_filter_that_cannot_be_read_is_marked_until_it_can(hand: Hand) -> None:
    widget, log = field(hand), hand.window.log
    widget.setText("sze>3")
    hand.wait(log.hint.isVisible)
    assert widget.property("tone") == "bad"
    assert log.hint.property("tone") == "bad"
    widget.setText("size>3")
    hand.wait(lambda: not log.hint.isVisible())
    assert not widget.property("tone")
