"""An answer that is expected to a datagram: what is said when none comes, and only then."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from tests.ui.conftest import Hand


@pytest.fixture
def peer(hand: Hand) -> Iterator[socket.socket]:
    """Where the client's datagrams go."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        made.bind(("127.0.0.1", 0))
        made.settimeout(60)
        hand.choose("client.type", "SOCK_DGRAM")
        hand.find("client.host").setEditText("127.0.0.1")  # type: ignore[attr-defined]
        hand.type("client.port", str(made.getsockname()[1]))
        hand.type("client.timeout", "0.1")
        yield made
    hand.window.preferences.write_list("sent_messages", [])


def watch(hand: Hand) -> Any:
    presenter: Any = hand.window.endpoint_tabs.presenter("client-1")
    return presenter._answers


def test_a_datagram_without_an_answer_is_said_and_one_with_it_is_not(
    hand: Hand, peer: socket.socket
) -> None:
    hand.press("client.expect_answer")
    missed: list[float] = []
    watch(hand).missed.connect(missed.append)
    hand.press("client.send")
    _, client = peer.recvfrom(100)
    hand.wait_says("client.message", "No answer within 0.1 s")
    assert missed == [0.1]

    hand.type("client.timeout", "30")
    hand.press("client.send")
    peer.recvfrom(100)
    peer.sendto(b"pong", client)
    hand.wait_says("client.conversation", "pong")
    watch(hand)._timer.setInterval(0)  # the time is over
    hand.wait(lambda: not watch(hand)._timer.isActive())
    looked: list[bool] = []
    hand.window.controller.after_commit(hand.window, lambda: looked.append(True))
    hand.wait(lambda: bool(looked))
    assert missed == [0.1]


def test_nothing_is_watched_unasked_nor_of_a_stream(hand: Hand, peer: socket.socket) -> None:
    assert hand.find("client.expect_answer").isVisible()
    hand.press("client.send")
    peer.recvfrom(100)
    assert not watch(hand)._timer.isActive()
    hand.press("client.close")
    hand.wait_state("client", "CLOSED")
    hand.choose("client.type", "SOCK_STREAM")
    hand.wait(lambda: not hand.find("client.expect_answer").isVisible())


def test_the_switch_is_a_part_of_the_tab(hand: Hand, peer: socket.socket) -> None:
    hand.press("client.expect_answer")
    panel: Any = hand.window.tab_area.panel("client-1")
    copies = hand.window.tab_copies
    tab = copies.tab(panel)
    assert tab.expects
    hand.window.endpoint_tabs.remove(panel)
    made: Any = copies.restore(tab)
    assert made.expect.isChecked()
    assert hand.window.endpoint_tabs.presenter("client-1").expects_answer  # type: ignore[union-attr]
