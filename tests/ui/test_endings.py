"""What is said of an end: who finished first, whether a reset went out, what waited meanwhile."""

from __future__ import annotations

import sys

import pytest

from tests.ui.conftest import Hand
from tests.ui.test_tables import cell, table

measured = pytest.mark.skipif(sys.platform != "linux", reason="the kernel tells its state")


def connected(hand: Hand) -> None:
    hand.connect()
    hand.wait(lambda: len(table(hand).lines.lines) == 1)


@measured
def test_an_abort_of_what_stands_sends_a_reset(hand: Hand) -> None:
    connected(hand)
    hand.press("client.abort")
    hand.wait_says("client.message", "in state ESTABLISHED")
    assert "(RST)" in hand.text("client.message")


@measured
def test_an_abort_after_both_directions_are_finished_resets_nothing(hand: Hand) -> None:
    connected(hand)
    hand.press("client.half_close")
    hand.wait_state("client", "CLOSED")
    hand.press("client.abort")
    hand.wait_says("client.message", "in state CLOSE: both directions were finished")
    assert "RST" not in hand.text("client.message")


@measured
def test_the_table_of_a_server_says_whether_an_abort_reset(hand: Hand) -> None:
    connected(hand)
    table(hand).choose(1)
    hand.press("server.abort")
    hand.wait(lambda: cell(hand, 0, "state").startswith("aborted"))
    assert cell(hand, 0, "state").endswith("by us (RST)")


def test_a_server_that_closes_after_end_of_stream_says_that_it_did(hand: Hand) -> None:
    connected(hand)
    hand.press("client.half_close")
    hand.wait(lambda: cell(hand, 0, "state").startswith("peer finished, we closed"))


@pytest.mark.parametrize("end", ["abort", "close"])
def test_a_read_that_our_own_end_cuts_off_is_no_trouble(hand: Hand, end: str) -> None:
    hand.press("server.more")
    hand.choose("server.receive_gate", "paused")
    connected(hand)
    hand.press("server.receive_one")
    controller = hand.window.controller
    hand.wait(
        lambda: any(x.waiting is not None for x in controller.snapshot("server-1").connections)
    )
    table(hand).choose(1)
    hand.press(f"server.{end}")
    hand.wait(lambda: table(hand).lines.lines[0].closed)
    hand.wait(lambda: not hand.window.endpoint_tabs.presenter("server-1").commands.under_way)
    assert hand.find("server.message_line").property("tone") != "bad"
    assert "Listening on" in hand.text("server.message")
