"""What was said: of the chosen connection on the server, and in a file."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Hand
from workbench import texts
from workbench.journal.reader import Reader
from workbench.texts import Problem, tr
from workbench.ui.endpoint.client_panel import ClientPanel
from workbench.ui.endpoint.conversation_pane import ConversationPane, TalkRow
from workbench.ui.widgets.named_controls import NamedControls
from workbench.viewmodel.conversation_export import (
    ConversationForm,
    ConversationRequest,
    write_conversation,
)


def two_clients(hand: Hand) -> None:
    """Two connections to the server; the second alone has said "two"."""
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    hand.type("client.count", "2")
    hand.press("client.connect")
    hand.wait(lambda: hand.text("client.conversation").count("连接已创建") == 2)
    hand.choose_rows("client", 2)
    hand.find("client.payload").setPlainText("two")  # type: ignore[attr-defined]
    hand.press("client.send")
    hand.wait(lambda: hand.text("client.conversation").count("two") == 2)


def test_a_client_shows_the_chosen_connection_alone(hand: Hand) -> None:
    two_clients(hand)
    assert hand.text("client.conversation").count("连接已创建") == 1
    hand.choose_rows("client", 1)
    hand.wait(lambda: "two" not in hand.text("client.conversation"))
    assert hand.text("client.conversation").count("连接已创建") == 1


def test_the_server_shows_the_chosen_connection(hand: Hand) -> None:
    two_clients(hand)
    hand.press("server.talk")
    found = set()
    for number in (1, 2):
        hand.choose_rows("server", number)
        hand.wait(lambda: hand.text("server.conversation").count("连接已创建") == 1)
        found.add(hand.text("server.conversation").count("two"))
    assert found == {0, 2}


def test_reply_goes_to_the_chosen_connection(hand: Hand) -> None:
    two_clients(hand)
    hand.choose_rows("server", 2)
    hand.press("server.reply")
    assert hand.window.focusWidget() is hand.find("server.payload")
    assert hand.find("server.target").currentData() == 2  # type: ignore[attr-defined]


def save(hand: Hand, path: Path, form: ConversationForm) -> None:
    hand.window.file_commands.write_conversation(
        path, ConversationRequest("client-1", None, "utf-8"), form
    )
    hand.wait(lambda: hand.window.file_commands._writer is None)


def test_a_conversation_is_saved(hand: Hand, tmp_path: Path) -> None:
    two_clients(hand)
    save(hand, tmp_path / "talk.txt", ConversationForm.TEXT)
    text = (tmp_path / "talk.txt").read_text(encoding="utf-8")
    assert text.count("连接已创建") == 2
    assert text.count("two") == 2
    save(hand, tmp_path / "in.bin", ConversationForm.RECEIVED)
    assert (tmp_path / "in.bin").read_bytes() == "连接已创建\r\n".encode() * 2 + b"two"
    save(hand, tmp_path / "out.bin", ConversationForm.SENT)
    assert (tmp_path / "out.bin").read_bytes() == b"two"
    save(hand, tmp_path / "no" / "folder.txt", ConversationForm.TEXT)
    assert "folder.txt" in hand.text("status.word")


def test_messages_are_shown_live_and_in_the_file_and_the_bytes_keep_their_ends(
    hand: Hand, tmp_path: Path
) -> None:
    hand.press("client.more")
    hand.choose("client.messages", "ends")
    hand.type("client.messages_value", ";")
    hand.choose("server.responder", "echo")
    hand.connect()
    hand.find("client.payload").setPlainText("one;two;three;")  # type: ignore[attr-defined]
    hand.press("client.send")
    hand.wait_says("client.conversation", "three")
    hand.wait(lambda: hand.text("client.conversation").count("received") == 3)
    said = hand.text("client.conversation").splitlines()
    received = [line.split()[-1] for line in said if "received" in line]
    assert received == ["one", "two", "three"]
    save(hand, tmp_path / "talk.txt", ConversationForm.TEXT)
    written = (tmp_path / "talk.txt").read_text(encoding="utf-8").splitlines()
    assert [line.split()[-1] for line in written if "received" in line] == received
    save(hand, tmp_path / "in.bin", ConversationForm.RECEIVED)
    assert (tmp_path / "in.bin").read_bytes() == b"one;two;three;"


def test_bytes_that_were_not_kept_are_not_made_up(hand: Hand) -> None:
    two_clients(hand)
    hand.find("client.payload").setPlainText("x" * 5000)  # type: ignore[attr-defined]
    hand.press("client.send")
    hand.wait(lambda: hand.text("client.conversation").count("xxx") >= 2)
    session = hand.window.controller.session
    session.journal.flush()
    reader = Reader(session.record)
    out = io.BytesIO()
    with pytest.raises(Problem, match="904"):
        write_conversation(
            reader,
            out,
            ConversationRequest("client-1", None, "utf-8"),
            ConversationForm.SENT,
        )
    reader.close()
    assert not out.getvalue()


def test_every_byte_is_kept_from_the_next_record_on(hand: Hand, tmp_path: Path) -> None:
    hand.window.record_commands.switch_every_byte()
    hand.window.record_commands.start_over()
    two_clients(hand)
    hand.find("client.payload").setPlainText("x" * 5000)  # type: ignore[attr-defined]
    hand.press("client.send")
    hand.wait(lambda: hand.text("client.conversation").count("xxx") >= 2)
    save(hand, tmp_path / "out.bin", ConversationForm.SENT)
    assert (tmp_path / "out.bin").read_bytes() == b"two" + b"x" * 5000
    hand.window.record_commands.switch_every_byte()
    assert not hand.window.preferences.every_byte


def wish_of(hand: Hand, side: str) -> ConversationRequest:
    """What Save would ask for."""
    found: list[ConversationRequest] = []
    panel = hand.window.tab_area.panel(f"{side}-1")
    assert panel is not None
    presenter = hand.window.endpoint_tabs.presenter(panel.name)
    presenter.conversation.save_wanted.disconnect()
    presenter.conversation.save_wanted.connect(found.append)
    panel.talk.save.click()
    return found[0]


def test_a_server_tells_of_its_accepts(hand: Hand, tmp_path: Path) -> None:
    two_clients(hand)
    hand.press("server.talk")
    hand.wait(lambda: hand.text("server.conversation").count("accepted 127.0.0.1:") == 2)
    hand.wait_says("server.conversation", "#2 ")  # two are known of: each line says of which it is
    lines = hand.text("server.conversation").splitlines()
    for number in (1, 2):  # an accept() is the beginning of its own connection
        own = [line for line in lines if f"#{number} " in line]
        assert "accepted" in own[0]
    hand.choose_rows("server", 2)
    hand.wait(lambda: hand.text("server.conversation").count("accepted") == 1)
    wish = wish_of(hand, "server")
    hand.window.file_commands.write_conversation(tmp_path / "talk.txt", wish, ConversationForm.TEXT)
    hand.wait(lambda: hand.window.file_commands._writer is None)
    text = (tmp_path / "talk.txt").read_text(encoding="utf-8")
    assert text.count("accepted") == 1
    assert "two" in text


def test_a_failed_connect_is_not_closed_by_us_as_well(hand: Hand) -> None:
    hand.press("client.connect")
    hand.wait_says("client.conversation", "connect failed: ECONNREFUSED")
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    hand.press("client.connect")
    hand.wait_says("client.conversation", "connected 127")
    assert "closed by us" not in hand.text("client.conversation")
    hand.press("client.close")
    hand.wait_says("client.conversation", "closed by us")


def test_an_abort_is_called_one(hand: Hand) -> None:
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    hand.press("client.connect")
    hand.wait_says("client.conversation", "连接已创建")
    hand.press("client.abort")
    hand.wait_says("client.conversation", "aborted by us")


def test_every_line_is_equally_high(hand: Hand) -> None:
    view = hand.find("client.conversation")
    view.setPlainText("hello\n服务器 连接已创建\nhello, 服务器")  # type: ignore[attr-defined]
    document = view.document()  # type: ignore[attr-defined]
    heights = [
        view.blockBoundingRect(document.findBlockByNumber(n)).height()  # type: ignore[attr-defined]
        for n in range(3)
    ]
    heights[-1] -= document.documentMargin()
    assert len(set(heights)) == 1, heights


def test_end_of_stream_and_ends_have_one_wording() -> None:
    for language, eof, peer in (
        ("en", "end of stream (peer finished sending)", "peer finished, we closed T"),
        ("zh_CN", "对端已发送完毕 (EOF)", "对端发送完毕，我方已关闭 T"),
    ):
        texts.set_language(language)
        assert texts.tr("conversation.eof") == texts.tr("log.eof") == eof
        assert texts.tr("closed.peer", time="T") == peer


# -- how it is shown -------------------------------------------------------------------------------


@pytest.fixture
def connected(hand: Hand) -> Iterator[Hand]:
    hand.connect()
    yield hand
    preferences = hand.window.preferences  # those of all tests of this process
    preferences.talk_breaks, preferences.talk_times = False, "clock"


def pane(hand: Hand, name: str) -> ConversationPane:
    panel = hand.window.tab_area.panel(name)
    assert panel is not None
    return panel.talk


def send(hand: Hand, text: str) -> None:
    panel = hand.window.tab_area.panel("client-1")
    assert isinstance(panel, ClientPanel)
    panel.editor.text.setPlainText(text)
    hand.press("client.send")


def test_line_feeds_become_lines_where_one_wants_them(connected: Hand) -> None:
    hand = connected
    send(hand, "one\\r\\ntwo\\r\\n")
    hand.wait_says("client.conversation", "one\\r\\ntwo\\r\\n")
    talk = pane(hand, "client-1")
    talk.breaks.trigger()
    hand.wait(lambda: "one\\r\\n" not in hand.text("client.conversation"))
    lines = hand.text("client.conversation").split("\n")
    first = next(line for line in lines if line.endswith("one"))
    second = lines[lines.index(first) + 1]
    assert second.strip() == "two"
    assert second.index("two") == first.index("one")
    assert hand.window.preferences.talk_breaks
    talk.breaks.trigger()
    hand.wait_says("client.conversation", "one\\r\\ntwo\\r\\n")


def test_hex_stands_beside_text(connected: Hand) -> None:
    send(connected, "hello, you all 1234")
    connected.choose("client.show_as", "beside")
    connected.wait_says("client.conversation", "68 65 6c 6c 6f")
    text = connected.text("client.conversation")
    assert "hello, you all 1" in text
    assert "32 33 34" in text


@pytest.mark.parametrize(("name", "pattern"), [("start", r" *\d+\.\d{6}  "), ("previous", r" *\+")])
def test_times_are_relative_where_one_wants_them(connected: Hand, name: str, pattern: str) -> None:
    send(connected, "hello")
    connected.wait_says("client.conversation", "hello")
    pane(connected, "client-1").times[name].trigger()
    connected.wait(
        lambda: re.match(pattern, connected.text("client.conversation").split("\n")[1]) is not None
    )
    assert connected.window.preferences.talk_times == name
    pane(connected, "client-1").times["clock"].trigger()
    connected.wait(
        lambda: re.match(r"\d\d:\d\d:", connected.text("client.conversation")) is not None
    )


def test_it_has_the_form_of_the_editor_until_one_chooses(connected: Hand) -> None:
    talk = pane(connected, "client-1")
    assert talk.chosen == ""
    connected.choose("client.form", "hex")
    assert talk.show_as.value() == "hex"
    connected.choose("client.form", "text")
    assert talk.show_as.value() == "utf-8"
    connected.choose("client.show_as", "escaped")
    connected.choose("client.form", "hex")
    assert talk.show_as.value() == talk.chosen == "escaped"
    talk.following.trigger()
    assert talk.show_as.value() == "hex"
    assert talk.chosen == ""
    connected.choose("server.form", "hex")
    assert pane(connected, "server-1").show_as.value() == "hex"


def test_messages_are_copied_in_each_form(connected: Hand) -> None:
    hand = connected
    send(hand, "a\\r\\nb")
    hand.wait(lambda: hand.text("client.conversation").count("a\\r\\nb") == 2)
    view = pane(hand, "client-1").view
    line = next(
        block
        for number in range(view.document().blockCount())
        if "> " in (block := view.document().findBlockByNumber(number)).text()
        and "a\\r\\nb" in block.text()
    )
    rows = view.chosen_rows(line)
    assert len(rows) == 1
    clipboard = QGuiApplication.clipboard()
    for form, wanted in (
        ("text", "a\r\nb"),
        ("hex", "61 0d 0a 62"),
        ("python", "b'a\\r\\nb'"),
        ("base64", "YQ0KYg=="),
    ):
        menu = view.line_menu(None, rows)
        copies = next(x for x in menu.findChildren(QMenu) if x.title().startswith("Copy"))
        entry = {"text": "Text", "hex": "Hex", "python": "Python literal", "base64": "Base64"}[form]
        clipboard.clear()
        next(action for action in copies.actions() if action.text() == entry).trigger()
        assert clipboard.text() == wanted
        menu.deleteLater()
    view.selectAll()
    both = view.chosen_rows()
    assert len(both) >= 2
    view.copy_wanted.emit(both, "python")
    assert clipboard.text().split("\n").count("b'a\\r\\nb'") == 2


def test_what_was_not_kept_is_not_copied(connected: Hand) -> None:
    send(connected, "x" * 6000)
    connected.wait(lambda: connected.text("client.conversation").count("xxxx") > 1)
    view = pane(connected, "client-1").view
    QGuiApplication.clipboard().setText("before")
    view.selectAll()
    view.copy_wanted.emit(view.chosen_rows(), "text")
    connected.wait_says("client.message", "6,000")
    assert QGuiApplication.clipboard().text() == "before"


def test_a_file_has_it_as_it_is_shown(connected: Hand, tmp_path: Path) -> None:
    send(connected, "one\\r\\ntwo\\r\\n")
    pane(connected, "client-1").breaks.trigger()
    connected.wait(lambda: "two" in connected.text("client.conversation"))
    wishes: list[ConversationRequest] = []
    reader = connected.window.endpoint_tabs.presenter("client-1").conversation
    reader.save_wanted.disconnect()
    reader.save_wanted.connect(wishes.append)
    reader.save()
    assert wishes[0].breaks
    path = tmp_path / "talk.txt"
    connected.window.controller.session.journal.flush()
    connected.window.file_commands.write_conversation(path, wishes[0], ConversationForm.TEXT)
    connected.wait(lambda: connected.window.file_commands._writer is None)
    lines = path.read_text(encoding="utf-8").split("\n")
    assert any(line.strip() == "two" for line in lines)
    pane(connected, "client-1").breaks.trigger()


def looks(row: TalkRow, last: QWidget, *, in_menu: bool, wraps: bool) -> bool:
    first = row.row.itemAt(0)
    assert first is not None
    wrapped = last.y() > first.geometry().center().y()
    return row._talk.form_in_menu is in_menu and wrapped is wraps


def forms_in(talk: ConversationPane) -> QMenu:
    """What the menu offers below the entry of the form."""
    talk.menu.aboutToShow.emit()
    found = [entry for entry in talk.menu.actions() if entry.text() == tr("talk.form")]
    (entry,) = [entry for entry in found if entry.isVisible()]
    below = entry.menu()
    assert isinstance(below, QMenu)
    return below


def test_the_box_goes_where_that_saves_a_line(qtbot: QtBot) -> None:
    owner = QWidget()
    qtbot.addWidget(owner)
    talk = ConversationPane(NamedControls("client"), owner)
    row, last = TalkRow(talk), QPushButton("the last one")
    row.setParent(owner)  # a window would be no narrower than the widest in it
    for widget in (talk.box, last):
        row.row.addWidget(widget)
    with qtbot.waitExposed(owner):
        owner.show()
    row.resize(1000, 60)
    qtbot.waitUntil(talk.show_as.isVisible)
    whole = row.row.line_width
    spared = talk.width_of_form
    for wide, in_menu, wraps in (
        (whole, False, False),
        (whole - 1, True, False),
        (whole - spared, True, False),
        (whole - spared - 1, False, True),  # nothing would be saved
        (whole - 1, True, False),
        (whole, False, False),
    ):
        row.resize(wide, 60)
        qtbot.waitUntil(partial(looks, row, last, in_menu=in_menu, wraps=wraps))
        assert talk.show_as.isVisible() == (not in_menu)


def test_the_menu_offers_what_the_box_did(qtbot: QtBot) -> None:
    owner = QWidget()
    qtbot.addWidget(owner)
    talk = ConversationPane(NamedControls("client"), owner)
    chosen: list[str] = []
    talk.show_as_chosen.connect(chosen.append)
    talk.menu.aboutToShow.emit()
    assert not any(entry.menu() for entry in talk.menu.actions())
    talk.put_form_into_menu(True)
    box = talk.show_as
    offered = forms_in(talk).actions()
    assert [entry.text() for entry in offered] == [
        box.itemText(index) for index in range(box.count())
    ]
    assert [entry.isChecked() for entry in offered].index(True) == box.currentIndex()
    offered[box.findData("hex")].trigger()
    assert (talk.chosen, chosen) == ("hex", ["hex"])
    (now,) = (entry for entry in forms_in(talk).actions() if entry.isChecked())
    assert now.text() == box.currentText()
    talk.put_form_into_menu(False)
    talk.menu.aboutToShow.emit()
    assert not any(entry.menu() and entry.isVisible() for entry in talk.menu.actions())
