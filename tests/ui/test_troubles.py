"""Errors of calls that nobody waits for, and of sockets without a peer: said in the message."""

from __future__ import annotations

import sys

import pytest

from tests.ui.conftest import Hand
from workbench.engine import commands as c

epipe = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it is ENOTCONN")


@pytest.mark.skipif(sys.platform == "win32", reason="another error tells of ICMP there")
def test_what_a_connected_datagram_socket_hears_is_in_the_message(hand: Hand) -> None:
    hand.choose("client.type", "SOCK_DGRAM")
    hand.press("client.connect")
    hand.wait_says("client.message", "connect() has fixed the peer")
    hand.press("client.send")
    hand.wait_says("client.message", "ECONNREFUSED: Nobody is listening")
    assert hand.find("client.message_line").property("tone") == "bad"
    hand.press("client.why")
    seq = hand.window.controller.selection.seq
    assert seq is not None
    row = hand.window.controller.reader.row(seq)
    assert row is not None
    assert row.errno == "ECONNREFUSED"
    hand.choose("server.type", "SOCK_DGRAM")
    hand.press("server.listen")
    hand.wait_state("server", "BOUND")
    hand.press("client.send")
    hand.wait_says("client.message", "connect() has fixed the peer")


@epipe
def test_a_send_of_a_socket_that_never_connected_stays_in_the_message(hand: Hand) -> None:
    session = hand.window.controller.session
    session.perform(c.Start("client-1"))
    hand.wait_says("client.message", "has no connection yet")
    session.perform(c.Call("client-1", "send", ("x",)))
    hand.wait_says("client.message", "EPIPE: this socket was never connected")
    hand.press("client.why")
    hand.wait(lambda: "This socket was never connected" in hand.text_of_explain())
    assert "any more" not in hand.text_of_explain()
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    hand.press("client.connect")
    hand.wait_says("client.message", "Connected from")
