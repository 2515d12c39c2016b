"""A real WebSocket between two of our endpoints, looked at in the window."""

from __future__ import annotations

import pytest

from tests.ui.conftest import Hand
from workbench.qt.handshake_reader import HandshakeReader
from workbench.ui.record.frames_panel import FramesPanel
from workbench.ui.record.handshake_tab import HandshakeTab


@pytest.fixture
def talked(hand: Hand) -> Hand:
    """A client that has opened a WebSocket and was greeted."""
    hand.open_websocket()
    hand.window.controller.session.journal.flush()
    return hand


def seq_of(hand: Hand, call: str, endpoint: str = "client-1") -> int:
    reader = hand.window.controller.reader
    last = hand.window.controller.session.journal.committed
    rows = reader.page(1, last)
    return next(row.seq for row in rows if row.call == call and row.endpoint == endpoint)


def open_tab(hand: Hand, title: str) -> None:
    inspector = hand.window.inspector

    def titles() -> list[str]:
        return [inspector.tabText(place) for place in range(inspector.count())]

    hand.wait(lambda: title in titles())
    inspector.setCurrentIndex(titles().index(title))


def test_both_heads_are_judged_side_by_side(talked: Hand) -> None:
    hand = talked
    hand.window.controller.select(endpoint="client-1", seq=seq_of(hand, "ws.open"))
    open_tab(hand, "Handshake")
    tab = hand.window.findChild(HandshakeTab)
    assert tab is not None
    hand.wait(lambda: tab.tables["response"].rowCount() > 3)
    marks = {
        tab.tables[side].item(row, 0).text()  # type: ignore[union-attr]
        for side in tab.tables
        for row in range(tab.tables[side].rowCount())
    }
    assert marks <= {"✓", ""}
    assert "101" in tab.titles["response"].text()
    assert "GET / HTTP/1.1" in tab.titles["request"].text()


def test_the_frames_of_both_ends_are_in_the_table(talked: Hand) -> None:
    hand = talked
    hand.wait(lambda: hand.window.log.count() == 2)
    hand.window.log.setCurrentIndex(1)
    frames = hand.window.findChild(FramesPanel)
    assert frames is not None
    hand.wait(lambda: frames.model.rowCount() >= 2)
    who = {str(frames.model.index(row, 2).data()) for row in range(2)}
    assert who == {"server-1 #1", "client-1 #1"}


def test_a_row_of_no_connection_has_no_handshake(talked: Hand) -> None:
    controller = talked.window.controller
    row = controller.reader.row(1)
    assert row is not None
    assert HandshakeReader(controller)(row) == (None, None)


def test_a_pasted_address_says_what_stands_over_the_stream(hand: Hand) -> None:
    hand.find("client.host").setEditText("ws://127.0.0.1:8080/chat?room=1")  # type: ignore[attr-defined]
    hand.find("client.host").settled.emit()  # type: ignore[attr-defined]
    assert hand.find("client.type").value() == "ws"  # type: ignore[attr-defined]
    assert hand.find("client.host").currentText() == "127.0.0.1"  # type: ignore[attr-defined]
    assert hand.text("client.port") == "8080"
    assert hand.text("client.ws_path") == "/chat?room=1"
