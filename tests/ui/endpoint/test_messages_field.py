"""Where a message ends, chosen in a panel: it is asked for, kept with the set-up, and written."""

from __future__ import annotations

import socket

from tests.ui.conftest import BOUND_MS, Hand
from workbench.engine.model.message_ends import Delimiter, LengthField
from workbench.engine.model.settings import EndpointSettings
from workbench.scenario.from_record import scenario_of
from workbench.scenario.model import parse
from workbench.scenario.write import to_toml


def settings(hand: Hand, name: str) -> EndpointSettings:
    return hand.window.controller.session.settings(name)


def test_a_client_is_given_messages_and_keeps_them_while_it_is_connected(hand: Hand) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(BOUND_MS / 1000)
        hand.press("client.more")
        assert not hand.find("client.messages_value").isVisible()
        hand.choose("client.messages", "ends")
        assert hand.text("client.messages_value") == "\\r\\n"
        hand.find("client.host").setEditText("127.0.0.1")  # type: ignore[attr-defined]
        hand.type("client.port", str(listener.getsockname()[1]))
        hand.press("client.connect")
        hand.wait_state("client", "ESTABLISHED")
        assert settings(hand, "client-1").messages == Delimiter("\r\n")
        hand.wait(lambda: not hand.find("client.messages").isEnabled())
        assert "messages" in hand.text("client.chips")
        talk, _ = listener.accept()
        with talk:
            talk.sendall(b"one\r\ntwo\r\n")
            hand.wait_says("client.conversation", "two")
    hand.window.controller.session.journal.flush()
    written = to_toml(scenario_of(hand.window.controller.reader))
    (made,) = [item for item in parse(written).endpoints if item.name == "client-1"]
    assert made.messages == Delimiter("\r\n")


def test_a_field_that_cannot_be_meant_is_marked_and_starts_nothing(hand: Hand) -> None:
    hand.press("server.more")
    hand.choose("server.messages", "length")
    hand.type("server.messages_value", "u7")
    assert hand.find("server.messages_value").property("tone") == "bad"
    hand.press("server.listen")
    hand.wait_says("server.message", "u7")
    assert settings(hand, "server-1").messages is None
    hand.type("server.messages_value", "u16 at 2")
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    assert settings(hand, "server-1").messages == LengthField("u16", 2)


def test_datagrams_are_messages_already(hand: Hand) -> None:
    hand.press("client.more")
    hand.choose("client.messages", "ends")
    hand.choose("client.type", "SOCK_DGRAM")
    hand.wait(lambda: not hand.find("client.messages").isEnabled())
    assert "messages" not in hand.text("client.chips")
