"""Values of a window: set in any panel, named by what is sent, known to what is written."""

from __future__ import annotations

import socket
import tomllib

import pytest
from PySide6.QtGui import QGuiApplication

from tests.ui.conftest import Hand
from tests.ui.endpoint.test_message_editor import sent, write
from workbench.ui.endpoint.values_field import ValuesField
from workbench.viewmodel.known_values import TypedValue


def set_value(hand: Hand, side: str, name: str, value: str, *, secret: bool = False) -> None:
    more = hand.find(f"{side}.more")
    if not more.isChecked():  # type: ignore[attr-defined]
        hand.press(f"{side}.more")
    hand.type(f"{side}.value_name", name)
    hand.type(f"{side}.value_text", value)
    hand.find(f"{side}.value_secret").setChecked(secret)  # type: ignore[attr-defined]
    hand.press(f"{side}.value_set")


def field(hand: Hand, side: str) -> ValuesField:
    panel = hand.window.tab_area.panel(f"{side}-1")
    assert panel is not None
    return panel.more.part.values


def test_a_value_of_one_panel_is_one_of_all_and_is_sent(hand: Hand, peer: socket.socket) -> None:
    set_value(hand, "server", "token", "abc123")
    assert field(hand, "client").rows == (TypedValue("token", "abc123"),)
    hand.find("client.placeholders").setChecked(True)  # type: ignore[attr-defined]
    write(hand, "t={token} n={counter}")
    assert "12 B" in hand.text("client.preview")
    assert sent(hand, peer) == b"t=abc123 n=1"
    set_value(hand, "server", "token", "xyz9")
    assert field(hand, "client").rows == (TypedValue("token", "xyz9"),)
    assert sent(hand, peer) == b"t=xyz9 n=2"


def test_what_is_no_value_is_refused_and_a_chip_takes_one_away(hand: Hand) -> None:
    set_value(hand, "client", "counter", "1")
    assert field(hand, "client").rows == ()
    assert hand.find("client.value_name").property("tone") == "bad"
    set_value(hand, "client", "n", "1")
    assert len(field(hand, "server").rows) == 1
    hand.press("client.value.n")
    assert field(hand, "server").rows == ()


def test_the_server_names_them_too(hand: Hand) -> None:
    set_value(hand, "server", "word", "servus")
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    hand.press("client.connect")
    hand.wait_says("client.conversation", "连接已创建")
    hand.type("server.payload", "{word}!")
    hand.press("server.send")
    hand.wait_says("client.conversation", "servus!")


def test_a_secret_is_masked_and_a_made_scenario_names_the_rest(
    hand: Hand, peer: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_value(hand, "client", "pass", "hidden-42", secret=True)
    set_value(hand, "client", "user", "somebody")
    chip = hand.find("client.value.pass")
    assert "hidden" not in chip.text()  # type: ignore[attr-defined]
    hand.find("client.placeholders").setChecked(True)  # type: ignore[attr-defined]
    write(hand, "{user} {pass}")
    assert sent(hand, peer) == b"somebody hidden-42"
    dialog = hand.make_scenario()
    table = tomllib.loads(dialog.text.toPlainText())
    assert table["values"] == {"user": "somebody"}
    dialog.copy.click()
    copied = QGuiApplication.clipboard().text()
    assert "hidden-42" not in copied
    table = tomllib.loads(copied)
    assert table["values"]["user"] == "somebody"
    assert table["values"]["pass"] == {"env": "PASS", "secret": True}
    texts = [step["text"] for step in table["step"] if step["do"] == "send"]
    assert texts == ["{user} {pass}"]
    dialog.close()


def test_rules_name_values_and_answer_with_the_newest(hand: Hand) -> None:
    set_value(hand, "server", "word", "one")
    hand.press("server.more")
    hand.choose("server.responder", "rules")
    hand.press("server.rules_apply")
    hand.choose("server.rules_match", "regex")
    hand.type("server.rules_value", r"get (?P<key>\w+)")
    hand.type("server.rules_reply", "{key}={word};")
    assert hand.text("server.rules_trouble") == ""
    hand.type("server.rules_try", "get a")
    assert "a=one" in hand.text("server.rules_answer")
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    assert hand.text("server.rules_reply") == "{key}={word};"
    hand.press("client.connect")
    hand.wait_state("client", "ESTABLISHED")
    write(hand, "get k")
    hand.press("client.send")
    hand.wait_says("client.conversation", "k=one")
    set_value(hand, "server", "word", "two")
    write(hand, "get m")
    hand.press("client.send")
    hand.wait_says("client.conversation", "m=two")
    assert hand.text("server.rules_reply") == "{key}={word};"
