"""More, and rules: built when opened, and whatever was to be shown until then is shown and read."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QComboBox, QLineEdit

from tests.ui.conftest import Hand
from workbench.engine.model import commands as c
from workbench.engine.model.responders.rule import Match, Rule
from workbench.engine.model.responders.rules import Rules
from workbench.engine.model.settings import EndpointSettings, GateMode, Reconnect, Role
from workbench.engine.model.tls_settings import TlsSettings
from workbench.ui.endpoint.client_panel import ClientPanel
from workbench.ui.endpoint.endpoint_panel import EndpointPanel
from workbench.ui.endpoint.server_panel import ServerPanel
from workbench.ui.window.window import MainWindow

UNUSUAL = EndpointSettings(
    "unusual",
    Role.STREAM,
    address="127.0.0.1:9",
    layers=("tls",),
    tls=TlsSettings(ca="test:root", server_name="localhost"),
    receive=GateMode.PAUSED,
    options=(("TCP_NODELAY", 1),),
    bind="127.0.0.2:0",
    reconnect=Reconnect(first=0.25, most=7.0, times=3),
)


def panel_of(window: MainWindow, name: str) -> EndpointPanel:
    return next(panel for panel in window.tab_area.panels() if panel.name == name)


def test_a_start_builds_none_of_it(hand: Hand) -> None:
    panels = hand.window.tab_area.panels()
    assert {type(panel) for panel in panels} == {ServerPanel, ClientPanel}
    assert [panel.more.built for panel in panels] == [None, None]
    hand.press("client.more")
    assert [panel.more.built is not None for panel in panels] == [
        not panel.server for panel in panels
    ]
    assert hand.find("client.options").isVisible()


def test_what_was_never_opened_reads_as_it_was_filled_and_so_does_what_is_opened(
    hand: Hand,
) -> None:
    panel = hand.window.endpoint_tabs.restore(UNUSUAL, server=False)
    assert isinstance(panel, ClientPanel)
    filled = hand.window.endpoint_tabs.presenter("unusual").form
    assert panel.more.built is None
    assert panel.read() == filled
    _ = panel.more.part
    assert panel.read() == filled


def test_fields_that_come_later_show_what_was_filled(hand: Hand) -> None:
    panel = hand.window.endpoint_tabs.restore(UNUSUAL, server=False)
    fields = panel.more.part

    def field(name: str) -> str:
        widget = panel.findChild(QLineEdit, f"client.{name}")
        assert widget is not None
        return widget.text()

    assert fields.receive_gate.value is GateMode.PAUSED
    assert fields.options.options == UNUSUAL.options
    ca = panel.findChild(QComboBox, "client.tls_ca")
    assert ca is not None
    assert ca.currentText() == "test:root"
    assert [field(name) for name in ("tls_name", "local", "again_times", "again_most")] == [
        "localhost", "127.0.0.2:0", "3", "7",
    ]  # fmt: skip


def test_fields_that_come_while_a_socket_is_open_are_locked(hand: Hand) -> None:
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    assert panel_of(hand.window, "server-1").more.built is None
    assert not hand.find("server.messages").isEnabled()


def test_its_keys_work_before_it_was_opened(hand: Hand) -> None:
    panel = panel_of(hand.window, "client-1")
    presenter = hand.window.endpoint_tabs.presenter("client-1")
    presenter.set_gate(c.Gate.RECEIVE, GateMode.PAUSED)
    hand.connect()
    hand.find("client.payload").setFocus()
    hand.wait(lambda: hand.window.tab_area.focused_panel() is panel)
    asked: list[object] = []
    panel.step_wanted.connect(asked.append)
    assert panel.more.built is None
    hand.window.endpoint_tabs.press("receive_one")
    assert asked == [c.Gate.RECEIVE]
    assert panel.more.isHidden()


@pytest.mark.parametrize(
    ("family", "options"), [("AF_UNIX", ()), ("AF_INET6", (("SO_REUSEADDR", 1),))]
)
def test_another_family_takes_along_the_options_that_suit_it(
    hand: Hand, family: str, options: tuple[object, ...]
) -> None:
    hand.choose("server.family", family)
    panel = panel_of(hand.window, "server-1")
    assert panel.read().set_up.options == options


def test_rules_are_read_and_counted_before_their_editor_is_built(hand: Hand) -> None:
    rules = (Rule(Match.EXACT, "ping", "pong"), Rule(Match.ANY, "", "what?"))
    known = EndpointSettings(
        "answers", Role.LISTENER, address="127.0.0.1:0", responder=Rules(rules=rules)
    )
    panel = hand.window.endpoint_tabs.restore(known, server=True)
    assert isinstance(panel, ServerPanel)
    place = panel.reply.rules
    assert place.built is None
    typed = panel.read()
    assert [rule.reply for rule in typed.reply.rules] == ["pong", "what?"]
    assert "2" in place.button.text()
    place.button.click()
    assert place.built is not None
    assert panel.read() == typed
    place.built.remove.click()
    assert [rule.reply for rule in panel.read().reply.rules] == ["what?"]
    assert "1" in place.button.text()
