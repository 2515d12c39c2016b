"""The conversation of yesterday stands in the window of its record as it stood in the panel."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication

from tests.ui.conftest import BOUND_MS, Hand
from workbench import app
from workbench.qt.old_conversation import OldConversation
from workbench.texts import LANGUAGES
from workbench.ui.record.conversation_tab import ConversationTab
from workbench.ui.style.retranslatable import use_language
from workbench.ui.window.window import MainWindow
from workbench.viewmodel.conversation_export import ConversationRequest


def talked(hand: Hand, over: str) -> str:
    """What the client's panel shows after a talk that has ended."""
    if over:
        for side in ("server", "client"):
            hand.choose(f"{side}.type", over)
    hand.exchange()
    if over in ("ws", "wss"):
        hand.press("client.frame_ping")
        hand.wait_says("client.conversation", "PONG")
        hand.press("client.frame_close")
    else:
        hand.press("client.close")
    hand.wait_state("client", "CLOSED")
    hand.wait_says("client.conversation", "closed by us")
    return hand.text("client.conversation")


def reopened(hand: Hand) -> tuple[MainWindow, ConversationTab]:
    journal = hand.window.controller.session.journal
    journal.flush()
    hand.window.file_commands.show_record(hand.window.controller.session.record)
    old = next(iter(app._beside))
    panel = old.findChild(ConversationTab)
    assert panel is not None
    return old, panel


def shown(panel: ConversationTab) -> list[str]:
    return panel.talk.view.toPlainText().splitlines()


@pytest.mark.parametrize("over", ["", "tls", "ws", "wss"])
def test_it_shows_as_live(hand: Hand, over: str) -> None:
    live = talked(hand, over)
    client = hand.connection("client-1").id
    old, panel = reopened(hand)
    old.controller.select(endpoint="client-1", connection=client)
    assert not shown(panel)  # nobody looks at it
    old.log.setCurrentWidget(panel)
    hand.wait(lambda: shown(panel) == live.splitlines())
    assert panel.whose.text().startswith("client-1 #1 ")


def test_it_follows_the_chosen_row_and_is_saved(hand: Hand, tmp_path: Path) -> None:
    talked(hand, "ws")
    old, panel = reopened(hand)
    old.log.setCurrentWidget(panel)
    hand.wait(lambda: bool(shown(panel)))  # the newest, while none is chosen
    server = hand.connection("server-1").id
    old.controller.select(endpoint="server-1", connection=server)
    hand.wait(lambda: panel.whose.text().startswith("server-1 #1 "))
    assert "accepted" in shown(panel)[0]
    talk = panel.findChild(OldConversation)
    assert talk is not None
    talk.save_wanted.disconnect()
    with hand.qtbot.waitSignal(talk.save_wanted, timeout=BOUND_MS) as asked:
        panel.talk.save.click()
    (wish,) = asked.args
    assert wish == ConversationRequest("server-1", frozenset({server}), "utf-8")
    panel.talk.show_as.choose("hex")
    panel.talk.show_as.activated.emit(0)
    assert any("68 65 6c 6c 6f" in line for line in shown(panel))


def test_its_words_follow_the_language(hand: Hand) -> None:
    talked(hand, "")
    old, panel = reopened(hand)
    old.log.setCurrentWidget(panel)
    hand.wait(lambda: bool(shown(panel)))
    said = {}
    for language in LANGUAGES:
        use_language(language)
        said[language] = panel.talk.view.toPlainText()
        titles = [old.log.tabText(place) for place in range(old.log.count())]
        assert {"en": "Conversation", "zh_CN": "收发内容"}[language] in titles
    assert said["en"] != said["zh_CN"]


def test_a_window_with_sockets_has_it_in_its_panels(hand: Hand) -> None:
    assert hand.window.findChild(ConversationTab) is None


def test_it_has_every_form_and_is_copied(hand: Hand) -> None:
    hand.find("client.payload").setPlainText("hello\\r\\nall")  # type: ignore[attr-defined]
    talked(hand, "")
    client = hand.connection("client-1").id
    old, panel = reopened(hand)
    old.controller.select(endpoint="client-1", connection=client)
    old.log.setCurrentWidget(panel)
    hand.wait(lambda: "\n".join(shown(panel)).count("hello\\r\\nall") == 2)
    options = old.conversation_options
    try:
        options.breaks = True
        assert [line.strip() for line in shown(panel)].count("all") == 2
        options.times = "previous"
        assert shown(panel)[1].startswith("+")
    finally:
        options.breaks, options.times = False, "clock"
    panel.talk.choose("beside")
    assert any("68 65 6c 6c 6f 0d 0a" in line and "hello..all" in line for line in shown(panel))
    view = panel.talk.view
    view.selectAll()
    view.copy_wanted.emit(view.chosen_rows(), "python")
    assert QGuiApplication.clipboard().text().split("\n").count(r"b'hello\r\nall'") == 2
    again = view.line_menu(1, [1]).actions()[-1]
    assert not again.isEnabled()


def test_what_the_record_has_not_whole_is_not_copied(hand: Hand) -> None:
    hand.find("client.payload").setPlainText("hello" + "x" * 6000)  # type: ignore[attr-defined]
    talked(hand, "")
    client = hand.connection("client-1").id
    old, panel = reopened(hand)
    old.controller.select(endpoint="client-1", connection=client)
    old.log.setCurrentWidget(panel)
    hand.wait(lambda: len(shown(panel)) > 3)
    QGuiApplication.clipboard().setText("before")
    panel.talk.view.selectAll()
    panel.talk.view.copy_wanted.emit(panel.talk.view.chosen_rows(), "hex")
    assert QGuiApplication.clipboard().text() == "before"
    assert "6,005" in old.status_bar.word.text()
