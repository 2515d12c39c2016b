"""Whatever is typed or opened: a sentence on the message line, in the user's language."""

from __future__ import annotations

import re
import socket
import sqlite3
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData
from PySide6.QtWidgets import QApplication

from tests.ui.conftest import Hand
from workbench import texts
from workbench.app import create_window
from workbench.journal.recorder import Recorder
from workbench.texts import Problem
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
def test_a_field_explains_itself(speaking: Hand, control: str, typed: str) -> None:
    side = control.partition(".")[0]
    speaking.type(control, typed)
    speaking.press("server.listen" if side == "server" else "client.connect")
    speaking.wait(lambda: complains(speaking, side))
    assert speaking.text(f"{side}.state") == "CLOSED"


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
        panel.editor.file.path.setText(text)  # type: ignore[attr-defined]
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
    panel = speaking.window.tab_area.panel("server-1")
    assert panel is not None
    panel.start()
    panel.start()
    speaking.wait_state("server", "LISTEN")
    for _ in range(2):
        panel.address_line.stop.click()
    speaking.wait_state("server", "CLOSED")
    assert not complains(speaking, "server") or said(speaking, "server")


def test_a_huge_text_is_refused_and_not_laid_out(speaking: Hand) -> None:
    panel = speaking.window.tab_area.panel("client-1")
    assert panel is not None
    data = QMimeData()
    data.setText("x" * 5_000_000)
    before = speaking.text("client.payload")
    panel.editor.text.insertFromMimeData(data)  # type: ignore[attr-defined]
    assert complains(speaking, "client")
    assert speaking.text("client.payload") == before


def test_closing_in_mid_transfer(hand: Hand, qapp: QApplication) -> None:
    """Bytes on their way in both directions: the window goes, and nothing stays."""
    import threading

    before = threading.active_count()
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    hand.press("client.connect")
    hand.wait_state("client", "ESTABLISHED")
    hand.type("client.repeat", "1000000")
    hand.press("client.send")
    session = hand.window.controller.session
    hand.wait(lambda: session.journal.committed > 500)
    hand.window.close()
    assert session.settle(10)
    assert threading.active_count() <= before
    assert not session.record.with_name(session.record.name + "-wal").exists()


@pytest.mark.parametrize("kind", ["text", "newer"])
def test_opening_what_is_no_record(speaking: Hand, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "x.swb"
    if kind == "text":
        path.write_text("hello")
    else:
        made = Recorder(path)
        made.start()
        made.close()
        with sqlite3.connect(path) as db:
            db.execute("PRAGMA user_version=2")
    with pytest.raises(Problem):
        create_window(path)
    speaking.window.file_commands.show_record(path)
    assert speaking.text("status.word")
