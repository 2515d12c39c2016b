"""The strip of a datagram socket: its calls in their order, connect() among them."""

from __future__ import annotations

from tests.ui.conftest import Hand
from tests.ui.endpoint.test_next_call import strip


def calls(hand: Hand, side: str) -> list[str]:
    return [text.partition(" ")[0].partition("(")[0] for text in strip(hand, side)]


def test_a_udp_server_that_is_bound(hand: Hand) -> None:
    hand.choose("server.type", "SOCK_DGRAM")
    hand.wait(lambda: calls(hand, "server") == ["socket", "setsockopt", "bind", "recvfrom"])
    hand.press("server.listen")
    hand.wait_state("server", "BOUND")
    hand.wait(lambda: len(calls(hand, "server")) == 4)
    assert calls(hand, "server") == ["socket", "setsockopt", "bind", "recvfrom"]


def test_a_udp_client_that_is_connected(hand: Hand) -> None:
    hand.choose("server.type", "SOCK_DGRAM")
    hand.choose("client.type", "SOCK_DGRAM")
    hand.press("server.listen")
    hand.wait_state("server", "BOUND")
    hand.press("client.connect")
    hand.wait(lambda: calls(hand, "client") == ["socket", "connect", "recvfrom"])
