"""The client's editor: what it shows before a send is what real sockets carry after it."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QMenu, QWidget

from tests.ui.conftest import Hand
from tests.ui.looks.scenes import settle
from workbench.texts import Problem
from workbench.ui.endpoint.payload_problem_bar import fitting, places
from workbench.viewmodel.payload_form import PayloadForm, compose


def editor(hand: Hand) -> Any:
    panel: Any = hand.window.tab_area.panel("client-1")
    return panel.editor


def write(hand: Hand, text: str) -> None:
    editor(hand).text.setPlainText(text)


def sent(hand: Hand, peer: socket.socket) -> bytes:
    hand.press("client.send")
    got: list[bytes] = []
    peer.settimeout(0.02)

    def arrived() -> bool:
        try:
            got.append(peer.recv(65536))
        except TimeoutError:
            return False
        return True

    hand.wait(arrived)
    return got[0]


def previewed(hand: Hand) -> int:
    return int(hand.text("client.preview").split()[1].replace(",", ""))


def test_the_preview_counts_what_goes(hand: Hand, peer: socket.socket) -> None:
    """Also when the counter gets another digit, and with what is random in it."""
    hand.find("client.placeholders").setChecked(True)  # type: ignore[attr-defined]
    write(hand, "n={counter}")
    for number in range(1, 12):
        hand.wait(lambda number=number: previewed(hand) == len(f"n={number}"))
        assert hand.text("client.preview").startswith("= ")
        assert sent(hand, peer) == f"n={number}".encode()
    hand.type("client.repeat", "2")  # which counts for itself
    assert previewed(hand) == len("n=1")
    hand.type("client.repeat", "1")
    write(hand, "{time} {random:8} {counter}")
    assert hand.text("client.preview").startswith("≈ ")
    hand.wait(lambda: previewed(hand) == len("2026-11-23T12:00:00.000+00:00 ") + 9 + 2)
    assert len(sent(hand, peer)) == 41
    hand.find("client.placeholders").setChecked(False)  # type: ignore[attr-defined]
    assert previewed(hand) == len("{time} {random:8} {counter}")


def test_the_preview_shows_the_end_of_what_something_is_appended_to(
    hand: Hand, peer: socket.socket
) -> None:
    """A checksum is looked for there; so much has room beside the begin."""
    hand.choose("client.form", "hex")
    hand.find("client.payload").setPlainText("01 03 00 00 00 02")  # type: ignore[attr-defined]
    hand.choose("client.append", "crc16-modbus")
    hand.wait(lambda: hand.text("client.preview").endswith("… c4 0b"))
    hand.choose("client.append", "nothing")
    hand.wait(lambda: not hand.text("client.preview").endswith("c4 0b"))


def test_a_preview_is_in_the_encoding() -> None:
    draft = PayloadForm("{counter}", encoding="utf-16", placeholders=True)
    made = compose(draft, 10)
    assert (made.size, made.head) == (6, "ff fe 31 00 30 00")


def test_every_character_that_cannot_go_is_marked_and_a_button_mends_it(
    hand: Hand, peer: socket.socket
) -> None:
    hand.choose("client.encoding", "latin-1")
    write(hand, "café 服务 😀 好")
    marks = editor(hand).text.extraSelections()
    assert [mark.cursor.selectedText() for mark in marks] == ["服", "务", "😀", "好"]
    assert "服" in hand.text("client.payload_trouble")
    assert "3 more" in hand.text("client.payload_trouble")
    assert hand.text("client.use_encoding") == "Use UTF-8"
    hand.press("client.use_encoding")
    assert not editor(hand).text.extraSelections()
    assert not hand.find("client.payload_trouble").isVisible()
    assert sent(hand, peer) == "café 服务 😀 好".encode()


@pytest.mark.parametrize(("draft", "where", "encoding"), [
    (PayloadForm("a服", encoding="ascii"), [1], "utf-8"),
    (PayloadForm("好😀", encoding="gbk"), [1], "gb18030"),
    (PayloadForm("x\\u670dy", encoding="latin-1"), [1], "utf-8"),
    (PayloadForm("\\ud800", encoding="ascii"), [0], None),
])  # fmt: skip
def test_a_fitting_encoding(draft: PayloadForm, where: list[int], encoding: str | None) -> None:
    assert places(draft, Problem("payload.not_expressible")) == where
    assert fitting(draft) == encoding


def test_trouble_does_not_shove_the_buttons_about(hand: Hand) -> None:
    def rows() -> list[int]:
        settle()
        names = ("preview", "saved", "send", "append", "encoding")
        return [
            hand.find(f"client.{name}")
            .mapTo(hand.window, hand.find(f"client.{name}").rect().topLeft())
            .x()
            for name in names
        ]

    hand.window.resize(1280, 752)
    before = rows()
    hand.choose("client.encoding", "ascii")
    assert hand.find("client.payload_trouble").isVisible()
    assert rows() == before
    write(hand, "x" * 30_000)
    assert rows() == before


def test_a_message_is_saved_in_a_line_of_the_panel(hand: Hand, qapp: QApplication) -> None:
    panel = editor(hand)
    panel.saved.messages = hand.window.saved_messages
    menu = panel.saved.menu()
    assert isinstance(menu, QMenu)
    menu.aboutToShow.emit()
    next(action for action in menu.actions() if action.text().startswith("Save this")).trigger()
    assert qapp.activeModalWidget() is None
    assert hand.find("client.save_name").isVisible()
    assert not hand.find("client.save_message").isEnabled()
    hand.qtbot.keyClicks(hand.find("client.save_name"), "greetings/hello")
    hand.qtbot.keyClick(hand.find("client.save_name"), Qt.Key.Key_Return)
    assert not hand.find("client.save_name").isVisible()
    kept = hand.window.saved_messages.saved[-1]
    assert (kept.folder, kept.name, kept.draft) == ("greetings", "hello", panel.draft)
    panel.save.begin()
    assert hand.text("client.save_message") == "Replace"
    hand.qtbot.keyClick(hand.find("client.save_name"), Qt.Key.Key_Escape)
    assert not hand.find("client.save_name").isVisible()
    hand.window.saved_messages.forget(kept)


def test_a_file_is_chosen_in_the_panel(
    hand: Hand, peer: socket.socket, tmp_path: Path, qapp: QApplication
) -> None:
    path = tmp_path / "request.bin"
    path.write_bytes(bytes(range(256)) * 5)
    before = hand.text("client.payload")
    hand.choose("client.form", "file")
    assert qapp.activeModalWidget() is None, "no dialog but on Browse"
    assert hand.text("client.preview") == "= ? B"
    hand.press("client.file_browse")
    dialog = hand.window.findChild(QFileDialog)
    assert dialog is not None
    dialog.fileSelected.emit(str(path))
    dialog.close()
    assert hand.text("client.file_path") == str(path)
    assert hand.text("client.file_size") == "1,280 B"
    assert hand.text("client.preview").startswith("= 1,280 B: 00 01 02")
    assert sent(hand, peer) == path.read_bytes()
    hand.choose("client.form", "text")
    assert hand.text("client.payload") == before, "the text is still there"


@pytest.mark.parametrize("control", ["client.payload", "client.file_path"])
def test_a_file_is_dropped(hand: Hand, tmp_path: Path, control: str) -> None:
    path = tmp_path / "dropped"
    path.write_bytes(b"abc")
    if control == "client.file_path":
        hand.choose("client.form", "file")
    target: QWidget = hand.find(control)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    event = QDropEvent(
        QPointF(5, 5),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    getattr(target, "dropEvent")(event)  # noqa: B009 - protected in the stubs
    assert editor(hand).draft.form == "file"
    assert hand.text("client.file_path") == str(path)
    assert hand.text("client.file_size") == "3 B"


@pytest.mark.parametrize("control", ["repeat", "interval", "checksum_from", "checksum_to"])
def test_a_bad_number_is_said_when_the_field_is_left(hand: Hand, control: str) -> None:
    hand.choose("client.append", "xor8")
    hand.type(f"client.{control}", "abc")
    hand.wait_says("client.message", "abc")
    hand.type(f"client.{control}", "3")
    hand.wait(lambda: "abc" not in hand.text("client.message"))


def test_the_number_that_is_wrong_is_marked_and_in_sight(hand: Hand, peer: socket.socket) -> None:
    """Not the field that is left last; and Send unfolds it where it is folded."""
    hand.type("client.repeat", "-1")
    hand.type("client.interval", "1")
    found = editor(hand)
    tones = [field.property("tone") for field in (found.repeat, found.interval)]
    assert (tones[0], tones[1] or "") == ("bad", "")
    found.opened.setChecked(False)
    assert not found.repeat.isVisible()
    hand.press("client.send")
    hand.wait(found.repeat.isVisible)
    hand.wait_says("client.message", "-1 ")
    assert found.repeat.property("tone") == "bad"


def test_escapes_that_are_on_again_are_not_said_to_be_off(hand: Hand) -> None:
    data = QMimeData()
    data.setText("C:\\new")
    editor(hand).text.insertFromMimeData(data)
    hand.wait_says("client.message", "escapes are off")
    hand.find("client.escapes").setChecked(True)  # type: ignore[attr-defined]
    hand.wait(lambda: "escapes are off" not in hand.text("client.message"))


def test_a_checksum_of_a_part(hand: Hand, peer: socket.socket) -> None:
    write(hand, "$GPGLL*")
    hand.choose("client.append", "xor8")
    hand.type("client.checksum_from", "1")
    hand.type("client.checksum_to", "5")
    assert previewed(hand) == 8
    assert sent(hand, peer) == b"$GPGLL*" + bytes([0x50])


def type_keys(hand: Hand, keys: str) -> Any:
    """Type at the end of the editor; its list of choices."""
    text = editor(hand).text
    text.setFocus()
    text.moveCursor(text.textCursor().MoveOperation.End)
    hand.qtbot.keyClicks(text, keys)
    return text.choices.popup()


def test_names_are_completed_and_make_a_template_of_the_text(
    hand: Hand, peer: socket.socket
) -> None:
    write(hand, "n=")
    popup = type_keys(hand, "{")
    assert not popup.isVisible()  # a brace in text is mostly just one
    popup = type_keys(hand, "cou")
    assert popup.isVisible()
    hand.qtbot.keyClick(popup, Qt.Key.Key_Return)
    assert not popup.isVisible()
    assert editor(hand).text.toPlainText() == "n={counter}"
    assert editor(hand).placeholders.isChecked()
    assert sent(hand, peer) == b"n=1"


def test_an_open_list_is_closed_by_escape_and_what_was_typed_stays(hand: Hand) -> None:
    write(hand, "")
    popup = type_keys(hand, "{ti")
    assert popup.isVisible()
    hand.qtbot.keyClick(popup, Qt.Key.Key_Escape)
    assert not popup.isVisible()
    assert editor(hand).text.toPlainText() == "{ti"
    popup = type_keys(hand, " and more")
    assert not popup.isVisible()


def test_lengths_of_hex_are_completed_with_the_cursor_inside(
    hand: Hand, peer: socket.socket
) -> None:
    hand.choose("client.form", "hex")
    write(hand, "01 ")
    popup = type_keys(hand, "u16")
    hand.qtbot.keyClick(popup, Qt.Key.Key_Return)
    assert editor(hand).text.toPlainText() == "01 u16[]"
    type_keys_here = editor(hand).text
    hand.qtbot.keyClicks(type_keys_here, "0203")
    assert type_keys_here.toPlainText() == "01 u16[0203]"
    assert "01 00 02 02" in hand.text("client.preview")
    assert sent(hand, peer) == bytes([1, 0, 2, 2, 3])


def test_an_unknown_name_is_marked_with_the_nearest_and_hinders_nothing(
    hand: Hand, peer: socket.socket
) -> None:
    hand.find("client.placeholders").setChecked(True)  # type: ignore[attr-defined]
    write(hand, 'é𝄞 {"a": 1} {contr}')
    said = hand.text("client.payload_trouble")
    assert "{contr}" in said
    assert "{counter}?" in said
    marked = editor(hand).text.extraSelections()
    assert "".join(mark.cursor.selectedText() for mark in marked) == "{contr}"
    assert sent(hand, peer) == 'é𝄞 {"a": 1} {contr}'.encode()
    write(hand, "{counter}")
    assert not hand.find("client.payload_trouble").isVisible()


def test_an_unknown_name_in_hex_is_a_fault_and_is_marked(hand: Hand) -> None:
    hand.choose("client.form", "hex")
    write(hand, "00 {tme}")
    assert "Did you mean time?" in hand.text("client.payload_trouble")
    marked = editor(hand).text.extraSelections()
    assert "".join(mark.cursor.selectedText() for mark in marked) == "tme"


def press_enter(hand: Hand, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """As a person does; the keys that are held are let go by themselves."""
    event = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Return, held, "\r")
    QApplication.sendEvent(editor(hand).text, event)


def test_enter_breaks_the_line_until_it_is_to_send(hand: Hand, peer: socket.socket) -> None:
    peer.settimeout(60)
    write(hand, "one")
    type_keys(hand, "")
    press_enter(hand)
    assert editor(hand).text.toPlainText() == "one\n"
    press_enter(hand, Qt.KeyboardModifier.ControlModifier)
    assert peer.recv(100) == b"one\n"

    switch: Any = hand.find("client.enter_sends")
    assert switch.text() == "Enter sends"
    hand.choose("client.append", "crlf")
    assert switch.text() == "Enter sends, adds CRLF"
    hand.press("client.enter_sends")
    write(hand, "two")
    type_keys(hand, "")
    press_enter(hand, Qt.KeyboardModifier.ShiftModifier)
    hand.qtbot.keyClicks(editor(hand).text, "three")
    assert editor(hand).text.blockCount() == 2
    press_enter(hand)
    assert peer.recv(100) == b"two\nthree\r\n"
    hand.qtbot.keyClicks(editor(hand).text, "4")  # takes the place of what was sent
    press_enter(hand)
    assert peer.recv(100) == b"4\r\n"
    if editor(hand).opened.isChecked():
        editor(hand).opened.click()
    assert "Enter sends" in hand.text("client.send_chips")

    hand.window.endpoint_tabs.new_client()
    panel: Any = hand.window.tab_area.panel("client-2")
    assert panel.editor.enter_sends.isChecked()  # the habit is one's own, not the tab's
    panel.editor.enter_sends.click()
    assert not switch.isChecked()
    assert not hand.window.preferences.enter_sends


def test_what_is_of_the_language_is_marked_while_placeholders_are_off(hand: Hand) -> None:
    """In one short line, however many there are: what stands below keeps its place."""
    write(hand, '{"a": {}} {len:x} {counter} {word}')
    trouble = hand.find("client.payload_trouble")
    assert isinstance(trouble, QLabel)
    hand.wait(lambda: "{len:x}, {counter} is sent as it stands" in trouble.text())
    assert "\n" not in trouble.text()
    assert "{word}" not in trouble.text()


@pytest.mark.parametrize("line", ["abc", "服务器"])
def test_a_text_of_some_lines_needs_no_scroll_bar(hand: Hand, line: str) -> None:
    """Chinese lines are higher than Latin ones; in a low window four have room, else eight."""
    hand.window.tab_area.spare_height(False)
    text = editor(hand).text
    bar = text.verticalScrollBar()

    def scrolls(lines: int) -> bool:
        write(hand, "\n".join([line] * lines))
        return bool(hand.at_rest(bar.maximum))

    for sparing, most in ((False, 8), (True, 4)):
        text.spare_height(sparing)
        assert [scrolls(lines) for lines in (1, 2, 3, most, most + 1)] == [False] * 4 + [True]
