"""Send again: from the log, from a conversation, by key, and why it cannot be."""

from __future__ import annotations

import socket
from typing import Any

import pytest
from PySide6.QtGui import QTextCursor

from tests.ui.conftest import Hand


@pytest.fixture
def peer(hand: Hand, peer: socket.socket) -> socket.socket:
    """The other end, which has got one message."""
    panel: Any = hand.window.tab_area.panel("client-1")
    panel.editor.text.setPlainText("{ab}\\n")
    hand.press("client.send")
    assert peer.recv(100) == b"{ab}\n"
    return peer


def place_of_send(hand: Hand) -> int:
    """The row of the log that shows what was sent."""
    model = hand.window.log.model

    def places() -> list[int]:
        found = [(place, model.record_row(place)) for place in range(model.rowCount())]
        return [place for place, row in found if row is not None and row.call == "send"
                and row.kind == "call"]  # fmt: skip

    hand.wait(lambda: bool(places()))
    return places()[0]


def press(hand: Hand) -> None:
    hand.window.menus.action("send_again").trigger()


def test_a_row_of_the_log_is_sent_again_and_the_record_says_who_asked(
    hand: Hand, peer: socket.socket
) -> None:
    log, place = hand.window.log, place_of_send(hand)
    menu = log.row_menu(place)
    next(x for x in menu.actions() if x.text() == "Send again").trigger()
    assert peer.recv(100) == b"{ab}\n"
    log.view.selectRow(place)
    log.view.setFocus()
    hand.wait(log.view.hasFocus)
    press(hand)
    assert peer.recv(100) == b"{ab}\n"
    reader = hand.window.controller.reader
    hand.window.controller.session.journal.flush(60)
    asked = [
        row
        for row in reader.page(1, hand.window.controller.session.journal.committed)
        if row.kind == "command" and row.call == "send"
    ]
    assert len(asked) == 3
    assert all(row.cause is None for row in asked)  # no run did: a person


def test_a_line_of_the_conversation_is_sent_again(hand: Hand, peer: socket.socket) -> None:
    view: Any = hand.find("client.conversation")
    hand.wait(lambda: "{ab}" in view.toPlainText())
    view.setTextCursor(QTextCursor(view.document().lastBlock()))
    view.setFocus()
    hand.wait(view.hasFocus)
    press(hand)
    assert peer.recv(100) == b"{ab}\n"
    view.setTextCursor(QTextCursor(view.document().firstBlock()))  # that it was connected
    press(hand)
    hand.wait_says("status.word", "nothing that was sent")


def test_why_it_cannot_be_is_said(hand: Hand, peer: socket.socket) -> None:
    log = hand.window.log
    press(hand)
    hand.wait_says("status.word", "No row of the log is chosen")
    place = place_of_send(hand)
    hand.press("client.close")
    hand.wait_state("client", "CLOSED")
    log.view.selectRow(place)
    log.view.setFocus()
    hand.wait(log.view.hasFocus)
    press(hand)
    hand.wait_says("client.message", "client-1 has no open connection")
    row = log.chosen_row
    panel = hand.window.tab_area.panel("client-1")
    assert panel is not None
    hand.window.endpoint_tabs.remove(panel)
    hand.window.send_again.send(row)
    hand.wait_says("status.word", "no endpoint client-1")
