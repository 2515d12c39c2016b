"""What Explain offers can be done, does it, and goes when it no longer fits."""

from __future__ import annotations

import socket

from PySide6.QtWidgets import QPushButton

from tests.ui.conftest import Hand


def offered(hand: Hand) -> set[str]:
    found = hand.window.inspector.findChildren(QPushButton)
    return {
        button.objectName().removeprefix("inspector.")
        for button in found
        if button.objectName().startswith("inspector.") and button.isVisible()
    }


def test_refused_listen_there_then_connect_again(hand: Hand) -> None:
    hand.press("client.connect")
    hand.wait_says("client.message", "ECONNREFUSED")
    hand.press("client.why")
    hand.wait(lambda: offered(hand) == {"start_server", "connect_again"})
    hand.press("inspector.start_server")
    hand.wait_state("server", "LISTEN")
    hand.wait(lambda: offered(hand) == {"connect_again"})
    hand.press("inspector.connect_again")
    hand.wait_state("client", "ESTABLISHED")
    hand.wait(lambda: not offered(hand))


def test_a_port_that_is_taken(hand: Hand) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        hand.type("server.port", str(taken.getsockname()[1]))
        hand.press("server.listen")
        hand.wait_says("server.message", "EADDRINUSE")
        hand.press("server.why")
        hand.wait(lambda: offered(hand) == {"next_port"})
        hand.press("inspector.next_port")
        hand.wait_state("server", "LISTEN")


def test_the_peer_has_finished(hand: Hand) -> None:
    hand.choose("server.responder", "greet_close")
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    hand.press("client.connect")
    hand.wait(lambda: "close_now" in offered(hand))
    hand.press("inspector.close_now")
    hand.wait_state("client", "CLOSED")
    hand.wait(lambda: "close_now" not in offered(hand))


def test_connect_timed_out_accept_one_there(hand: Hand) -> None:
    """A full accept queue: the way out is a free place in it."""
    hand.choose("server.accept_gate", "paused")
    hand.type("server.backlog", "0")
    hand.type("client.timeout", "0.2")
    hand.type("client.count", "2")
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    hand.press("client.connect")
    hand.wait(
        lambda: any(
            item.errno is None
            and item.close_cause is not None
            and item.close_cause.value == "timed out"
            for item in hand.window.controller.snapshot("client-1").connections
        )
    )
    hand.press("client.close")
    hand.wait_state("client", "CLOSED")
    hand.window.endpoint_tabs.presenter("client-1").guide.show_failure()
    hand.wait(lambda: "accept_one_there" in offered(hand))
    hand.press("inspector.accept_one_there")
    hand.wait(
        lambda: (
            hand.window.controller.snapshot("server-1").closed_count
            + hand.window.controller.snapshot("server-1").open_count
            > 0
        )
    )


def test_what_was_clicked_in_the_log_stays_and_what_why_led_to_goes(hand: Hand) -> None:
    """The row that is marked and the one that is explained are always the same."""
    hand.press("client.connect")
    hand.wait_says("client.message", "ECONNREFUSED")
    hand.press("client.why")
    hand.wait(lambda: hand.window.controller.selection.seq is not None)
    controller, view = hand.window.controller, hand.window.log.view
    assert controller.selection.seq is not None
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    assert controller.selection.seq is None
    assert not view.selectionModel().hasSelection()
    assert hand.window.log.follow.isChecked()
    hand.wait(lambda: hand.window.log.model.rowCount() > 3)
    view.selectRow(2)
    pinned = controller.selection.seq
    hand.press("client.connect")
    hand.wait_state("client", "ESTABLISHED")
    assert controller.selection.seq == pinned
    assert view.selectionModel().selectedRows()[0].row() == 2
