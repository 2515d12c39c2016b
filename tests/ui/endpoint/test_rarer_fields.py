"""What is needed seldom of TLS and WebSocket: folded, built when unfolded, and as good as typed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QCheckBox, QLineEdit

from tests.ui.conftest import Hand
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.model.tls_settings import TlsSettings, TlsVersion
from workbench.engine.model.websocket_settings import PongMode, WebSocketSettings
from workbench.texts import Problem
from workbench.ui.endpoint.endpoint_panel import EndpointPanel
from workbench.ui.endpoint.layers_fields import LayersFields
from workbench.viewmodel import workspace
from workbench.viewmodel.workspace import Tab, Workspace

OF_TLS = ("tls_maximum", "tls_ciphers", "tls_key_password", "tls_keylog", "tls_close_notify")
OF_WEBSOCKET = ("ws_origin", "ws_pong", "ws_max_message", "ws_violations", "ws_server_bits")


def unfolded(hand: Hand, side: str, over: str) -> None:
    hand.press(f"{side}.more")
    hand.choose(f"{side}.type", over)
    hand.press(f"{side}.rarer")


def write(hand: Hand, name: str, text: str) -> None:
    field = hand.find(name)
    assert isinstance(field, QLineEdit)
    field.setText(text)


def fields_of(hand: Hand, name: str) -> LayersFields:
    panel = hand.window.tab_area.panel(name)
    assert isinstance(panel, EndpointPanel)
    found = panel.findChild(LayersFields)
    assert found is not None
    return found


@pytest.mark.parametrize("side", ["server", "client"])
def test_they_are_built_when_they_are_unfolded(hand: Hand, side: str) -> None:
    hand.press(f"{side}.more")
    hand.choose(f"{side}.type", "tls")
    fields = fields_of(hand, f"{side}-1")
    assert fields.rarer.built is None
    hand.press(f"{side}.rarer")
    assert {hand.find(f"{side}.{name}").isVisible() for name in OF_TLS} == {True}
    assert {hand.find(f"{side}.{name}").isVisible() for name in OF_WEBSOCKET} == {False}
    hand.choose(f"{side}.type", "ws")
    assert {hand.find(f"{side}.{name}").isVisible() for name in OF_TLS} == {False}
    assert {hand.find(f"{side}.{name}").isVisible() for name in OF_WEBSOCKET} == {True}
    hand.choose(f"{side}.type", "SOCK_STREAM")
    assert not hand.find(f"{side}.rarer").isVisible()
    assert not hand.find(f"{side}.ws_origin").isVisible()


def test_all_of_them_are_seen_whole(hand: Hand) -> None:
    """The row that they stand in is as high as they need."""
    unfolded(hand, "server", "wss")
    part = fields_of(hand, "server-1").rarer.part
    hand.wait(lambda: part.height() == part.heightForWidth(part.width()))
    for rare, field in part.fields.items():
        corner = field.mapTo(part, field.rect().bottomRight())
        assert part.rect().contains(corner), rare


def test_a_server_speaks_an_older_version_to_who_asks_for_a_name(hand: Hand) -> None:
    unfolded(hand, "server", "tls")
    hand.choose("server.tls_maximum", "1.2")
    write(hand, "server.tls_sni", "localhost = test:good; expired.test = test:expired")
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    hand.choose("client.type", "tls")
    hand.press("client.connect")
    hand.wait_says("client.state", "TLS 1.2")
    settings = hand.window.controller.session.settings("server-1")
    assert settings.tls is not None
    assert settings.tls.sni == (("localhost", "test:good"), ("expired.test", "test:expired"))
    assert not hand.find("server.tls_maximum").isEnabled()  # while it is open


def test_a_server_refuses_with_a_text_of_its_own(hand: Hand) -> None:
    unfolded(hand, "server", "ws")
    write(hand, "server.ws_status", "503")
    write(hand, "server.ws_body", "come back later")
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    hand.wait_says("server.chips", "status = 503")
    hand.choose("client.type", "ws")
    hand.press("client.connect")
    hand.wait_says("client.message", "503")
    hand.wait_says("client.conversation", "come back later")


def test_what_cannot_be_understood_is_marked_and_said(hand: Hand) -> None:
    unfolded(hand, "server", "wss")
    write(hand, "server.tls_sni", "a.test")
    write(hand, "server.ws_max_message", "much")
    assert hand.find("server.tls_sni").property("tone") == "bad"
    assert hand.find("server.ws_max_message").property("tone") == "bad"
    assert hand.find("server.ws_headers").property("tone") != "bad"
    write(hand, "server.ws_max_message", "100")
    assert hand.find("server.ws_max_message").property("tone") == ""
    hand.press("server.listen")
    hand.wait_says("server.message", Problem("problem.sni_pair", value="a.test").text)


def test_an_endpoint_of_a_scenario_shows_them_and_keeps_what_nobody_touched(hand: Hand) -> None:
    made = EndpointSettings(
        "refuses",
        Role.LISTENER,
        address="127.0.0.1:0",
        layers=("tls",),
        tls=TlsSettings("test:good", maximum=TlsVersion.V1_2, close_notify=False),
        websocket=WebSocketSettings(status=503, body="two\nlines", pong=PongMode.WITHHOLD),
    )
    kept = workspace.read(workspace.written(Workspace((Tab(made, server=True),))))
    assert [tab.settings for tab in kept.tabs] == [made]  # a restart brings them back
    panel = hand.window.endpoint_tabs.restore(kept.tabs[0].settings, server=True)
    hand.window.tab_area.bring("refuses")
    panel.more.button.setChecked(True)
    fields = fields_of(hand, "refuses")
    fields.open.setChecked(True)
    part = fields.rarer.part
    shown = {rare.control: field for rare, field in part.fields.items()}
    for name, ticked in (("tls_close_notify", False), ("ws_answer_close", True)):
        box = shown[name]
        assert isinstance(box, QCheckBox)
        assert box.isChecked() is ticked
    status = shown["ws_status"]
    assert isinstance(status, QLineEdit)
    assert status.text() == "503"
    status.setText("504")
    assert made.websocket is not None
    wished = panel.read().read(made)
    assert wished.websocket == replace(made.websocket, status=504)
    assert wished.tls == made.tls


def test_a_made_scenario_has_them(hand: Hand, tmp_path: Path) -> None:
    unfolded(hand, "server", "tls")
    write(hand, "server.tls_ciphers", "ECDHE+AESGCM")
    write(hand, "server.tls_keylog", "keys.log")
    write(hand, "server.handshake_timeout", "7")
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    hand.press("server.stop")
    made = hand.make_scenario().text.toPlainText()
    assert 'ciphers = "ECDHE+AESGCM"' in made
    assert "handshake_timeout = 7" in made
    assert (tmp_path / "keys.log").exists()  # beside the record
