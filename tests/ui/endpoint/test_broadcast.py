"""What a server sends to all by hand: messages and frames, and how many got it."""

from __future__ import annotations

import pytest

from tests.ui.conftest import Hand
from tests.ui.endpoint.test_frame_line import rows
from workbench.engine.model import commands as c


@pytest.fixture
def three(hand: Hand) -> Hand:
    """A server with three open WebSockets; what it sends goes to all."""
    for side in ("server", "client"):
        hand.choose(f"{side}.type", "ws")
    hand.choose("server.responder", "nothing")
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    hand.type("client.count", "3")
    hand.press("client.connect")
    hand.wait(lambda: calls(hand, "client-1", "ws.open") == 3)
    hand.wait(lambda: len(snapshot_numbers(hand)) == 3)
    hand.choose("server.target", c.ALL)
    return hand


def snapshot_numbers(hand: Hand) -> set[int]:
    presenter = hand.window.endpoint_tabs.presenter("server-1")
    return {item.number for item in presenter.snapshot.connections if item.closed_ns is None}


def calls(hand: Hand, endpoint: str, call: str, begins: str = "") -> int:
    found = rows(hand, endpoint)
    return sum(row.call == call and row.args.startswith(begins) for row in found)


def test_a_message_a_binary_one_and_a_frame_go_to_all(three: Hand) -> None:
    three.type("server.payload", "news")
    three.press("server.send")
    three.wait(lambda: calls(three, "client-1", "ws.recv", "'TEXT'") == 3)
    three.wait_says("server.message", "all 3")
    three.choose("server.form", "hex")
    three.type("server.payload", "00 ff")
    three.press("server.send")
    three.wait(lambda: calls(three, "client-1", "ws.recv", "'BINARY'") == 3)
    three.press("server.frame_ping")
    three.wait(lambda: calls(three, "client-1", "ws.recv", "'PING'") == 3)


def test_whom_it_did_not_reach_is_named(three: Hand) -> None:
    """One has finished its WebSocket, and its TCP connection is still there."""
    numbers = sorted(snapshot_numbers(three))
    session = three.window.controller.session
    ticket = session.perform(c.Shutdown("server-1", connection=numbers[1]))
    assert ticket.wait(60)
    three.press("server.send")
    three.wait_says("server.message", "2 of 3")
    assert f"#{numbers[1]} " in three.text("server.message")
