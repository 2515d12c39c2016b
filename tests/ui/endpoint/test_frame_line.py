"""Frames by hand in the window, over a real WebSocket between two of our endpoints."""

from __future__ import annotations

import socket

import pytest

from tests.ui.conftest import Hand
from workbench.engine.model.snapshot import Phase
from workbench.journal.reader import Row
from workbench.texts import tr
from workbench.ui.endpoint.frame_place import FramePlace


@pytest.fixture
def opened(hand: Hand) -> Hand:
    """A client with an open WebSocket, its fields of a frame unfolded."""
    hand.open_websocket()
    hand.press("client.frame_open")
    return hand


def rows(hand: Hand, endpoint: str) -> list[Row]:
    journal = hand.window.controller.session.journal
    journal.flush()
    found = hand.window.controller.reader.page(1, journal.committed)
    return [row for row in found if row.endpoint == endpoint and row.kind == "layer"]


def calls(hand: Hand, endpoint: str) -> list[tuple[str, str | None]]:
    return [(row.call, row.errno) for row in rows(hand, endpoint)]


def test_it_is_there_for_a_websocket_alone(hand: Hand) -> None:
    panel = hand.window.tab_area.panel("client-1")
    assert panel is not None
    place = panel.findChild(FramePlace)
    assert place is not None
    assert (place.isVisible(), place.opener.isVisible(), place.built) == (False, False, None)
    hand.choose("client.type", "wss")
    hand.wait(place.opener.isVisible)
    assert hand.find("client.frame_ping").isVisible()
    assert not place.isVisible()
    assert hand.find("client.frame_open").isVisible()
    assert not hand.find("client.frame_opcode").isVisible()


def test_a_ping_is_answered(opened: Hand) -> None:
    opened.press("client.frame_ping")
    opened.wait(lambda: ("ws.pong", None) in calls(opened, "client-1"))


def test_a_broken_frame_is_seen_before_it_goes_and_the_server_says_what_is_wrong(
    opened: Hand,
) -> None:
    opened.choose("client.frame_break", "utf8")
    assert opened.text("client.frame_payload") == "\\xff\\xfe"
    assert opened.text("client.frame_preview").startswith("= 81 82 ??")
    opened.press("client.frame_send")
    opened.wait(lambda: ("ws.fault", "WS_1007") in calls(opened, "server-1"))
    sent = next(row for row in rows(opened, "client-1") if row.payload == b"\xff\xfe")
    assert sent.call == "ws.send"


def test_a_close_frame_has_the_code_that_is_typed(opened: Hand) -> None:
    opened.type("client.frame_code", "4001")
    opened.press("client.frame_close")
    opened.wait_state("client", "CLOSED")
    assert any("code=4001" in row.args for row in rows(opened, "server-1"))


def test_a_server_sends_frames_to_whom_its_line_is_aimed_at(opened: Hand) -> None:
    opened.press("server.frame_open")
    opened.type("server.frame_payload", "from the server")
    opened.press("server.frame_send")
    opened.wait_says("client.conversation", "from the server")


def test_what_is_no_frame_is_said_and_not_sent(opened: Hand) -> None:
    opened.type("client.frame_rsv", "9")
    assert opened.find("client.frame_preview").property("tone") == "bad"
    opened.press("client.frame_send")
    opened.wait_says("client.message", "9")
    opened.type("client.frame_code", "x")
    opened.press("client.frame_close")
    opened.wait_says("client.message", "x")


_ANSWERS = {
    "ws": (b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno", "HTTP_401"),
    "wss": (b"plain text\r\n", "WRONG_VERSION_NUMBER"),
}
"""What opens no layer, and the code that says so."""


@pytest.mark.parametrize("over", _ANSWERS)
def test_why_a_layer_did_not_open_stays_after_its_socket_has_closed(hand: Hand, over: str) -> None:
    """The peer keeps its end open: the ticket ends first, the socket is closed in a later state."""
    answer, code = _ANSWERS[over]
    hand.choose("client.type", over)
    hand.type("client.host", "127.0.0.1")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        hand.type("client.port", str(listener.getsockname()[1]))
        hand.press("client.connect")
        peer, _ = listener.accept()
        with peer:
            assert peer.recv(65536)
            peer.sendall(answer)
            hand.wait_says("client.message", code)
            hand.wait(lambda: hand.window.controller.snapshot("client-1").phase is Phase.CLOSED)
            hand.wait_state("client", "CLOSED")
            assert code in hand.text("client.message")
    hand.press("client.connect")
    hand.wait_says("client.message", "ECONNREFUSED")


def test_without_a_connection_there_is_nothing_to_ping(opened: Hand) -> None:
    ping = opened.find("client.frame_ping")
    opened.wait(ping.isEnabled)
    opened.press("client.close")
    opened.wait_state("client", "CLOSED")
    opened.wait(lambda: not ping.isEnabled())
    assert tr("why.not_connected") in ping.toolTip()
    assert opened.find("client.send").isEnabled()  # that may connect first
