"""A line of text offers the values that it may name, as the editor of a client does."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from tests.ui.conftest import Hand
from workbench.engine.model.responders.greet import Greet
from workbench.ui.endpoint.template_field import TemplateField
from workbench.viewmodel.known_values import TypedValue


def know(hand: Hand) -> None:
    hand.window.controller.values.set_rows((TypedValue("token", "s3cret-1", False),))


def field(hand: Hand, name: str) -> TemplateField:
    found = hand.find(name)
    assert isinstance(found, TemplateField)
    return found


def offered(widget: TemplateField) -> list[str]:
    model = widget.choices.completionModel()
    return [str(model.index(row, 0).data()) for row in range(model.rowCount())]


@pytest.mark.parametrize("name", ["server.payload", "server.greeting", "client.ws_path"])
def test_a_brace_offers_the_values(hand: Hand, name: str, qapp: QApplication) -> None:
    know(hand)
    hand.choose("client.type", "ws")
    hand.press("client.more")
    hand.choose("server.responder", "greet")
    widget = field(hand, name)
    widget.clear()
    widget.setFocus()
    QTest.keyClicks(widget, "a {to")
    assert "{token}" in offered(widget)
    popup: QWidget | None = widget.choices.popup()
    assert popup is not None
    hand.wait(popup.isVisible)
    QTest.keyClick(popup, Qt.Key.Key_Return)
    assert widget.text() == "a {token}"
    assert not popup.isVisible()
    QTest.keyClicks(widget, " {to")
    hand.wait(popup.isVisible)
    QTest.keyClick(popup, Qt.Key.Key_Escape)
    assert not popup.isVisible()
    assert widget.text() == "a {token} {to"


def test_hex_of_a_server_offers_lengths(hand: Hand) -> None:
    hand.choose("server.form", "hex")
    widget = field(hand, "server.payload")
    widget.clear()
    QTest.keyClicks(widget, "u1")
    assert "u16[]" in offered(widget)


def test_greeting_and_path_take_values(hand: Hand) -> None:
    know(hand)
    hand.choose("server.responder", "greet")
    hand.type("server.greeting", "hi {token} {x}")
    hand.choose("client.type", "ws")
    hand.type("client.ws_path", "/a?t={token}")
    presenters = hand.window.endpoint_tabs
    reply = presenters.presenter("server-1").draft().responder
    assert isinstance(reply, Greet)
    assert reply.text == "hi s3cret-1 {x}"
    websocket = presenters.presenter("client-1").draft().websocket
    assert websocket is not None
    assert websocket.path == "/a?t=s3cret-1"
    hand.window.controller.values.set_rows(())
    hand.wait(lambda: presenters.presenter("client-1").draft().websocket.path == "/a?t={token}")  # type: ignore[union-attr]


def test_what_is_typed_stays_when_it_listens(hand: Hand) -> None:
    know(hand)
    hand.choose("server.responder", "greet")
    hand.type("server.greeting", "hi {token}")
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    hand.press("client.connect")
    hand.wait_says("client.conversation", "hi s3cret-1")
    assert hand.text("server.greeting") == "hi {token}"
