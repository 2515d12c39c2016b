"""Whatever is typed or opened: a sentence on the message line, in the user's language."""

from __future__ import annotations

import re
import socket
from pathlib import Path

import pytest

from tests.ui.conftest import Hand, SharedHand
from workbench import texts
from workbench.ui.style.retranslatable import use_language

ENGLISH = re.compile(r"\b(the|is|not|cannot|must|there)\b", re.IGNORECASE)
FIELDS = [
    ("server.port", "65536"),
    ("server.port", "http"),
    ("server.port", " "),
    ("server.backlog", "-1"),
    ("server.backlog", "9" * 12),
    ("server.backlog", "many"),
    ("server.timeout", "-3"),
    ("server.timeout", "soon"),
    ("server.host", "::1"),
    ("server.host", "a b"),
    ("client.port", "0"),
    ("client.bufsize", "0"),
    ("client.count", "many"),
    ("client.host", "@nobody"),
    ("client.local", "nowhere"),
    ("client.again_times", "often"),
]


@pytest.fixture(params=texts.LANGUAGES)
def speaking(request: pytest.FixtureRequest, hand: Hand) -> Hand:
    use_language(request.param)
    return hand


def said(hand: Hand, side: str) -> str:
    text = hand.text(f"{side}.message")
    if texts.language() == "zh_CN":
        assert re.search("[\u4e00-\u9fff]", text), text
        assert not ENGLISH.search(text), text
    return text


def complains(hand: Hand, side: str) -> bool:
    line = hand.find(f"{side}.message_line")
    return line.property("tone") == "bad" and bool(said(hand, side))


@pytest.mark.parametrize(("control", "typed"), FIELDS)
@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_a_field_explains_itself(
    shared_hand: SharedHand, language: str, control: str, typed: str
) -> None:
    use_language(language)
    side = control.partition(".")[0]
    assert not complains(shared_hand, side)
    shared_hand.type(control, typed)
    shared_hand.press("server.listen" if side == "server" else "client.connect")
    shared_hand.wait(lambda: complains(shared_hand, side))
    assert shared_hand.text(f"{side}.state") == "CLOSED"


def test_an_unknown_host(speaking: Hand) -> None:
    speaking.type("client.host", "no-such-host.invalid")
    speaking.type("client.port", "80")
    speaking.press("client.connect")
    speaking.wait(lambda: "EAI_" in said(speaking, "client"))


def test_a_port_in_use_stays_as_typed(speaking: Hand) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        speaking.type("server.port", port)
        speaking.press("server.listen")
        speaking.wait(lambda: "EADDRINUSE" in said(speaking, "server"))
        assert speaking.text("server.port") == port
        assert speaking.find("server.way_out").isVisible()


@pytest.mark.parametrize("path", ["long", "taken"])
def test_a_unix_path(speaking: Hand, path: str, tmp_path: Path) -> None:
    (tmp_path / "t").touch()
    speaking.choose("server.family", "AF_UNIX")
    speaking.type("server.host", "/tmp/" + "x" * 200 if path == "long" else str(tmp_path / "t"))
    speaking.press("server.listen")
    speaking.wait(lambda: complains(speaking, "server"))
    assert (tmp_path / "t").exists()


@pytest.mark.parametrize(("form", "encoding", "text"), [
    ("hex", "utf-8", "0g"), ("text", "ascii", "abc\u8fde"), ("text", "utf-8", "\\q"),
    ("file", "utf-8", "/no/such/file"),
])  # fmt: skip
def test_what_cannot_be_sent_is_marked(speaking: Hand, form: str, encoding: str, text: str) -> None:
    speaking.press("server.listen")
    speaking.wait_state("server", "LISTEN")
    speaking.press("client.connect")
    speaking.wait_state("client", "ESTABLISHED")
    panel = speaking.window.tab_area.panel("client-1")
    assert panel is not None
    panel.editor.form.choose(form)  # type: ignore[attr-defined]
    panel.editor.encoding.choose(encoding)  # type: ignore[attr-defined]
    if form == "file":
        panel.editor.file.part.path.setText(text)  # type: ignore[attr-defined]
    else:
        panel.editor.text.setPlainText(text)  # type: ignore[attr-defined]
    if form != "file":
        assert panel.editor.text.extraSelections()  # type: ignore[attr-defined]
    speaking.press("client.send")
    speaking.wait(lambda: complains(speaking, "client"))


def test_sending_before_connecting_offers_to_connect(speaking: Hand) -> None:
    speaking.press("client.send")
    speaking.wait(lambda: speaking.find("client.way_out").isVisible())
    assert said(speaking, "client")


def test_pressing_twice_does_no_harm(speaking: Hand) -> None:
    presenter = speaking.window.endpoint_tabs.presenter("server-1")
    presenter.start()
    presenter.start()
    speaking.wait_state("server", "LISTEN")
    stop = speaking.find("server.stop")
    for _ in range(2):
        stop.click()  # type: ignore[attr-defined]
    speaking.wait_state("server", "CLOSED")
    assert not complains(speaking, "server") or said(speaking, "server")
