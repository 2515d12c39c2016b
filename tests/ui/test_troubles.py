"""Errors of calls that nobody waits for, and of sockets without a peer: said in the message."""

from __future__ import annotations

import sys

import pytest

from tests.resolver import lead
from tests.ui.conftest import Hand
from tests.ui.test_tables import table
from workbench.engine.model import commands as c

epipe = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it is ENOTCONN")


@pytest.mark.skipif(sys.platform == "win32", reason="another error tells of ICMP there")
def test_what_a_connected_datagram_socket_hears_is_in_the_message(hand: Hand) -> None:
    hand.choose("client.type", "SOCK_DGRAM")
    hand.press("client.connect")
    hand.wait_says("client.message", "connect() has fixed the peer")
    hand.press("client.send")
    hand.wait_says("client.message", "ECONNREFUSED: No socket has that port")
    assert hand.find("client.message_line").property("tone") == "bad"
    hand.press("client.why")
    hand.wait(lambda: hand.window.controller.selection.seq is not None)
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


def test_a_name_whose_addresses_all_refuse_is_told_with_each_of_them(
    hand: Hand,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lead(monkeypatch, {"two.test": ("127.0.0.2", "127.0.0.3")})
    hand.type("client.host", "two.test")
    hand.type("client.port", "1")
    hand.press("client.connect")
    hand.wait_says("client.message", "None of the 2 addresses of two.test:1")
    shown = hand.text("client.message")
    assert "127.0.0.2:1 ECONNREFUSED; 127.0.0.3:1 ECONNREFUSED" in shown
    assert "nobody is listening" in shown


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


def test_a_full_accept_queue_is_called_full(hand: Hand) -> None:
    hand.choose("server.accept_gate", "paused")
    hand.find("server.backlog").setEditText("2")  # type: ignore[attr-defined]
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    if hand.text("server.queue") == "-":
        pytest.skip("the kernel tells nothing of the queue")
    hand.type("client.timeout", "none")
    hand.type("client.count", "2")
    hand.press("client.connect")
    hand.wait(lambda: hand.text("server.queue") == "2 of 3")
    assert "full" not in hand.text("server.message")
    hand.press("client.close")
    hand.wait_state("client", "CLOSED")
    hand.press("server.stop")
    hand.wait_state("server", "CLOSED")
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    hand.type("client.count", "3")
    hand.press("client.connect")
    hand.wait(lambda: hand.text("server.queue") == "3 of 3, full")
    hand.wait_says("server.message", "whoever asks now gets no answer")
    hand.press("server.accept_one")
    hand.wait(lambda: hand.text("server.queue") == "2 of 3")
    assert "full" not in hand.text("server.message")


def test_peers_stay_greyed_after_stop_until_the_next_bind(hand: Hand) -> None:
    hand.choose("server.type", "SOCK_DGRAM")
    hand.choose("client.type", "SOCK_DGRAM")
    hand.press("server.listen")
    hand.wait_state("server", "BOUND")
    hand.press("client.send")
    rows = table(hand)
    hand.wait(lambda: len(rows.lines.lines) == 1)
    hand.wait(lambda: hand.find("server.send").isEnabled())
    assert not rows.lines.lines[0].closed
    hand.press("server.stop")
    hand.wait(lambda: [line.closed for line in rows.lines.lines] == [True])
    hand.wait_says("server.message", "Bind starts again")
    assert not hand.find("server.send").isEnabled()
    rows.choose(rows.lines.lines[0].key)
    hand.wait(lambda: not hand.find("server.reply").isEnabled())
    hand.press("server.listen")
    hand.wait_state("server", "BOUND")
    hand.wait(lambda: not rows.lines.lines)
