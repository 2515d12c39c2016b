"""What the log leaves out, what failed and what is new is counted where one sees it."""

from __future__ import annotations

from tests.ui.conftest import Hand


def refused(hand: Hand) -> None:
    hand.press("client.connect")
    hand.wait_says("client.message", "ECONNREFUSED")


def test_errors_are_counted_and_shown_alone(hand: Hand) -> None:
    refused(hand)
    hand.wait_says("log.errors", "1")
    hand.press("log.errors")
    assert "error:*" in hand.text("log.filter")
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
    hand.wait(lambda: hand.text("log.errors") == "Errors 1, 1 expected")
    hand.window.record_commands.start_over()
    hand.wait(lambda: hand.text("log.errors") == "Errors 0")


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
    assert hand.text("log.filter").startswith("endpoint:client-1 error:*")
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
