"""Connecting again by itself, against real sockets: what it says and where it ends."""

from __future__ import annotations

import socket

from tests.free_port import free_port
from tests.ui.conftest import Hand


def tries(hand: Hand, port: int, times: str, seconds: str) -> None:
    hand.find("client.host").setEditText("127.0.0.1")  # type: ignore[attr-defined]
    hand.type("client.port", str(port))
    hand.type("client.again_times", times)
    hand.type("client.again_after", seconds)


def test_it_goes_on_while_another_tab_is_in_front(hand: Hand) -> None:
    port = free_port()
    tries(hand, port, "*", "0.05")
    hand.press("client.connect")
    hand.wait_says("client.message", "No connection was made")
    slots, panel = hand.window.tab_area, hand.window.tab_area.panel("client-1")
    hand.window.endpoint_tabs.new_client()
    assert slots.right.in_front is not panel
    assert panel is not None
    assert not panel.isVisible()
    with socket.create_server(("127.0.0.1", port)) as listener:
        accept(hand, listener).close()
        again = accept(hand, listener)
        again.close()
    asked = [
        row.call
        for row in hand.window.controller.reader.page(1, 1000)
        if row.kind == "command" and row.endpoint == "client-1"
    ]
    assert asked == ["configure", "connect"]


def test_close_ends_it_while_nothing_is_open(hand: Hand) -> None:
    tries(hand, free_port(), "*", "50")
    hand.type("client.again_most", "60")
    hand.press("client.connect")
    hand.wait_says("client.message", "No connection was made")
    hand.wait(lambda: connects(hand) == 1)  # what is said may be there before the record is
    hand.press("client.close")
    hand.wait(lambda: not hand.find("client.close").isEnabled())
    assert "No connection was made" not in hand.text("client.message")


def accept(hand: Hand, listener: socket.socket) -> socket.socket:
    """Without keeping the window from connecting meanwhile."""
    found: list[socket.socket] = []
    listener.settimeout(0.01)

    def came() -> bool:
        try:
            found.append(listener.accept()[0])
        except TimeoutError:
            return False
        return True

    hand.wait(came)
    found[0].settimeout(10)
    return found[0]


def connects(hand: Hand) -> int:
    controller = hand.window.controller
    return sum(
        row.call == "connect" and row.kind == "call" and row.endpoint == "client-1"
        for row in controller.reader.page(1, 1000)
    )


def test_a_refused_connect_was_no_connection_and_it_says_when_it_gives_up(hand: Hand) -> None:
    tries(hand, free_port(), "2", "0.3")
    said: set[str] = set()
    hand.press("client.connect")

    def over() -> bool:
        said.add(hand.text("client.message"))
        return hand.text("client.message").startswith("Gave up")

    hand.wait(over)
    assert any(text.startswith("No connection was made") for text in said)
    assert not any("is gone" in text for text in said)
    assert "2 times" in hand.text("client.message")
    assert hand.text("client.way_out") == "Connect again"
    hand.wait(lambda: connects(hand) == 3)


def test_a_lost_connection_is_said_to_be_gone(hand: Hand) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        tries(hand, listener.getsockname()[1], "3", "50")
        hand.type("client.again_most", "60")
        hand.press("client.connect")
        accepted, _ = listener.accept()
        hand.wait_state("client", "ESTABLISHED")
        accepted.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        hand.press("client.send")
        hand.wait(lambda: bool(accepted.recv(100)))
        accepted.close()
        hand.press("client.send")  # the reset is learned by using the socket
        hand.wait_says("client.message", "connection is gone")
        hand.press("client.close")
        hand.wait_state("client", "CLOSED")
        assert "Gave up" not in hand.text("client.message")
