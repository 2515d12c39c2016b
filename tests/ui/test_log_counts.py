"""What the log leaves out, what failed and what is new is counted where one sees it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from tests.ui.conftest import Hand


def refused(hand: Hand) -> None:
    hand.press("client.connect")
    hand.wait_says("client.message", "ECONNREFUSED")


def told(hand: Hand) -> str:
    """What Explain says."""
    view = hand.find("inspector.explain")
    return "\n".join(label.text() for label in view.findChildren(QLabel) if label.isVisible())


def test_errors_are_counted_and_shown_alone(hand: Hand) -> None:
    refused(hand)
    hand.wait_says("log.errors", "1")
    hand.press("log.errors")
    assert hand.text("log.filter") == "failed:*"
    model = hand.window.log.model
    hand.wait(lambda: model.rowCount() == 1)
    hand.wait_says("status.events", "1 of ")
    hand.press("log.errors")
    assert hand.text("log.filter") == ""
    hand.wait(lambda: model.rowCount() > 1)


def test_what_a_demonstration_expects_is_counted_apart(hand: Hand) -> None:
    refused(hand)
    hand.wait_says("log.errors", "Errors 1")
    hand.window.scenario_player.run_named("udp-refused")
    hand.wait(lambda: hand.text("log.errors") == "Errors 1 (+1 on purpose)")
    hand.window.record_commands.start_over()
    hand.wait(lambda: hand.text("log.errors") == "Errors 0")


def test_the_newest_error_is_chosen_and_explained(hand: Hand) -> None:
    refused(hand)
    refused(hand)
    hand.wait_says("log.errors", "2")
    hand.press("server.listen")  # another endpoint, and without an error
    hand.wait_state("server", "LISTEN")
    hand.press("log.errors")
    log, controller = hand.window.log, hand.window.controller
    hand.wait(lambda: controller.selection.pinned)
    row = log.chosen_row
    assert row is not None
    assert row.errno == "ECONNREFUSED"
    assert log.view.chosen_last() == log.model.rowCount() - 1 == 1
    hand.wait(lambda: "ECONNREFUSED" in told(hand))
    hand.press("log.errors")
    hand.wait(lambda: log.model.rowCount() > 2)
    assert log.chosen_row is not None  # among what led there, in the row that shows it
    assert log.chosen_row.errno == "ECONNREFUSED"
    assert controller.selection.seq == row.seq


def test_the_keys_that_are_down_choose_no_other_row(hand: Hand) -> None:
    """Ctrl and Shift of Ctrl+Shift+E, which in a table add to what is chosen, or take from it."""
    refused(hand)
    refused(hand)
    hand.wait_says("log.errors", "2")
    window = hand.window
    window.activateWindow()
    window.tab_area.panels()[0].address_line.primary.setFocus()
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(window, Qt.Key.Key_E, both)
    try:
        hand.wait(lambda: window.controller.selection.pinned)
        assert window.log.view.chosen() == [window.log.model.rowCount() - 1]
    finally:
        QTest.keyClick(window, Qt.Key.Key_Control)  # no modifier is left for the next test


def test_without_an_error_none_is_chosen(hand: Hand) -> None:
    hand.press("log.errors")
    hand.press("log.errors")
    refused(hand)  # nobody waits for one any more
    hand.wait_says("log.errors", "1")
    assert not hand.window.controller.selection.pinned


def test_what_is_shown_alone_is_not_among_the_errors(hand: Hand) -> None:
    refused(hand)
    hand.press("log.errors")
    hand.window.log.show_only("conn:1|2")
    assert hand.text("log.filter") == "conn:1|2"
    hand.wait(lambda: not hand.window.log.errors.isChecked())


def test_errors_beside_another_filter(hand: Hand) -> None:
    refused(hand)
    hand.type("log.filter", "endpoint:client-1")
    hand.press("log.errors")
    assert hand.text("log.filter").startswith("endpoint:client-1 failed:*")
    hand.press("log.errors")
    assert hand.text("log.filter") == "endpoint:client-1"


def test_what_main_calls_leaves_out_is_said(hand: Hand) -> None:
    refused(hand)
    hand.wait_says("log.main_calls", "(+")
    hand.press("log.main_calls")
    hand.wait(lambda: hand.text("log.main_calls") == "Main calls")


def test_what_came_while_a_row_is_pinned_is_counted(hand: Hand) -> None:
    refused(hand)
    hand.wait(lambda: hand.window.log.model.rowCount() > 1)
    hand.window.log.view.selectRow(0)
    hand.press("client.connect")
    hand.wait_says("log.follow", "new")
    hand.press("log.follow")
    hand.wait(lambda: hand.text("log.follow") == "Newest")


def test_another_record_counts_from_nothing(hand: Hand) -> None:
    refused(hand)
    hand.wait_says("log.errors", "1")
    hand.window.record_commands.start_over()
    hand.wait_says("log.errors", "0")


def test_a_filter_says_how_many_of_how_many_and_is_taken_away(hand: Hand) -> None:
    refused(hand)
    field = hand.window.log.filter
    assert not hand.window.log.clear_filter.isVisible()
    field.setText("Client-1")
    hand.window.log.apply_filter()
    model = hand.window.log.model
    hand.wait(lambda: model.rowCount() > 1)  # a bare word is looked for in every column
    hand.wait(lambda: hand.text("log.clear_filter").startswith(f"{model.rowCount()} of "))
    hand.press("log.clear_filter")
    assert field.text() == ""
    assert not hand.window.log.clear_filter.isVisible()


def test_esc_in_the_field_clears_it_and_then_leaves_the_rest(hand: Hand) -> None:
    refused(hand)
    log = hand.window.log
    log.filter.setText("call:connect")
    log.apply_filter()
    log.follow.setChecked(False)
    hand.window.activateWindow()
    log.filter.setFocus()
    hand.wait(log.filter.hasFocus)
    hand.window.leave()
    assert log.filter.text() == ""
    assert not log.follow.isChecked()
    hand.window.leave()
    assert log.follow.isChecked()


def test_a_filter_is_read_whole_where_the_counts_beside_it_can_give_way(hand: Hand) -> None:
    """Its end alone stood in a field of a hundred pixels, and Find had no room for a word."""
    log = hand.window.log
    log.setFixedWidth(800)
    log.filter.setText("errno:ECONNRESET failed:*")
    log.apply_filter()

    def is_whole() -> None:
        wide = log.filter.fontMetrics().horizontalAdvance(log.filter.text())
        assert log.clear_filter.isVisible()
        assert "of" not in log.clear_filter.text()
        assert log.filter.width() > wide

    hand.wait_holds(is_whole)
    log.filter.setText("x")
    log.apply_filter()
    hand.wait(lambda: "of" in log.clear_filter.text())
    log.setMinimumWidth(0)
    log.setMaximumWidth(16777215)
    log.show_all()
