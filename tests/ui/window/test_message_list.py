"""The list of saved messages: one Send each that real sockets carry, and what it changes."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit

from tests.ui.conftest import Hand
from workbench import app
from workbench.texts import Problem
from workbench.ui.window.message_commands import client_of
from workbench.viewmodel.messages_file import Saved
from workbench.viewmodel.payload_form import PayloadForm

ONE = Saved("one", "", PayloadForm("one\\r\\n"))
TWO = Saved("two", "f", PayloadForm("02 ff", "hex"))


@pytest.fixture
def shown(hand: Hand, tmp_path: Path) -> Iterator[Any]:
    """The list, in sight, with two messages."""
    usual = hand.window.preferences.messages_file
    messages = hand.window.saved_messages
    messages.save_as(tmp_path / "messages.toml")
    messages.replace_all([ONE, TWO])
    hand.window.menus.action("messages").trigger()
    yield hand.window.message_list.part
    hand.window.preferences.messages_shown = False
    hand.window.preferences.messages_file = usual
    hand.window.preferences.write_list("sent_messages", [])


def rows(shown: Any) -> list[str]:
    return [shown.tree.topLevelItem(n).text(0) for n in range(shown.tree.topLevelItemCount())]


def send(shown: Any, place: int) -> None:
    shown.tree.itemWidget(shown.tree.topLevelItem(place), 2).click()


def test_a_list_without_messages_says_how_one_comes_in(hand: Hand, shown: Any) -> None:
    hint = hand.find("saved.hint")
    assert not hint.isVisible()
    hand.window.saved_messages.replace_all([])
    hand.wait(hint.isVisible)
    assert "Saved › Save this message…" in hand.text("saved.hint")
    assert not shown.tree.isVisible()
    hand.window.saved_messages.replace_all([ONE])
    hand.wait(shown.tree.isVisible)


def test_a_file_that_cannot_be_read_is_told_of_in_the_list_and_kept(
    hand: Hand, shown: Any, tmp_path: Path
) -> None:
    """A damaged file looked like one without messages."""
    path = tmp_path / "messages.toml"
    path.write_text("[[message\nname = 3", encoding="utf-8")
    shown.refresh()
    assert hand.find("saved.hint").isVisible()
    assert hand.text("saved.hint").startswith("Saved messages cannot be used: It is no TOML")
    with pytest.raises(Problem, match="It is no TOML"):
        hand.window.saved_messages.save(ONE)
    assert path.read_text(encoding="utf-8") == "[[message\nname = 3"
    path.unlink()
    shown.refresh()
    assert "Save this message" in hand.text("saved.hint")


def test_each_row_has_a_send_that_leaves_the_editor_alone(
    hand: Hand, shown: Any, peer: socket.socket
) -> None:
    assert rows(shown) == ["one", "f/two"]
    before = hand.text("client.payload")
    send(shown, 1)
    assert peer.recv(100) == b"\x02\xff"
    send(shown, 0)
    assert peer.recv(100) == b"one\r\n"
    assert hand.text("client.payload") == before
    shown.choose(1)
    hand.press("saved.put")
    assert hand.text("client.payload") == "02 ff"
    assert hand.find("client.form").currentData() == "hex"  # type: ignore[attr-defined]


def test_a_message_goes_by_the_endpoint_it_names(
    hand: Hand, shown: Any, peer: socket.socket
) -> None:
    hand.window.endpoint_tabs.new_client()  # in front, and not connected
    menu = shown.message_menu(ONE)
    targets = next(x for x in menu.actions() if x.text() == "By").menu()
    next(x for x in targets.actions() if x.text() == "client-1").trigger()
    assert hand.window.saved_messages.saved[0].target == "client-1"
    send(shown, 0)
    assert peer.recv(100) == b"one\r\n"
    front: Any = hand.window.tab_area.right.in_front
    assert front.name == "client-1"
    hand.window.saved_messages.change(
        hand.window.saved_messages.saved[0], Saved("one", "", ONE.draft, "gone")
    )
    send(shown, 0)
    hand.wait_says("status.word", "there is no endpoint gone")


def test_an_address_makes_a_client_of_its_own_once(hand: Hand, shown: Any) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.bind(("127.0.0.1", 0))
        peer.settimeout(60)
        target = f"udp://127.0.0.1:{peer.getsockname()[1]}"
        hand.window.saved_messages.replace_all([Saved("d", "", PayloadForm("ping"), target)])
        for _ in range(2):
            send(shown, 0)
            assert peer.recv(100) == b"ping"
    names = hand.window.controller.session.endpoints
    assert [name for name in names if name.startswith("client")] == ["client-1", "client-2"]


@pytest.mark.parametrize(("target", "kind", "layers"), [
    ("tcp://[::1]:7", ("AF_INET6", "SOCK_STREAM", "[::1]:7"), ()),
    ("udp://h:7", ("AF_INET", "SOCK_DGRAM", "h:7"), ()),
    ("tls://h:443", ("AF_INET", "SOCK_STREAM", "h:443"), ("tls",)),
])  # fmt: skip
def test_the_client_of_an_address(
    target: str, kind: tuple[str, ...], layers: tuple[str, ...]
) -> None:
    made = client_of(target)
    assert (made.family, made.type, made.address) == kind
    assert made.layers == layers


@pytest.mark.parametrize("target", ["ws://h:1/", "http://h/", "tcp://", "tls://h", "x://y"])
def test_what_is_no_address_is_said(target: str) -> None:
    with pytest.raises(Problem):
        client_of(target)


def test_a_message_is_renamed_moved_and_removed_and_comes_back(hand: Hand, shown: Any) -> None:
    messages = hand.window.saved_messages
    shown.choose(1)
    hand.press("saved.up")
    assert rows(shown) == ["f/two", "one"]
    assert shown.chosen == TWO
    assert not hand.find("saved.up").isEnabled()
    hand.press("saved.rename")
    editor = shown.tree.findChild(QLineEdit)
    editor.setText("one")  # is taken
    hand.qtbot.keyClick(editor, Qt.Key.Key_Return)
    hand.wait_says("status.word", "There is a message one already")
    assert rows(shown) == ["f/two", "one"]
    shown.tree.topLevelItem(0).setText(0, "g / three")
    assert [item.full_name for item in messages.saved] == ["g/three", "one"]
    hand.press("saved.remove")
    assert rows(shown) == ["one"]
    hand.press("undo.undo")
    assert [item.full_name for item in messages.saved] == ["g/three", "one"]
    assert rows(shown) == ["g/three", "one"]


def test_files_are_opened_saved_and_imported(hand: Hand, shown: Any, tmp_path: Path) -> None:
    messages = hand.window.saved_messages
    shown._save_as(tmp_path / "team")
    assert messages.path == tmp_path / "team.toml"
    assert hand.window.preferences.messages_file == str(tmp_path / "team.toml")
    (tmp_path / "p.json").write_text(
        '[{"name": "one", "hexstring": "68 69", "tcporudp": "UDP", "toip": "h", "port": "9"}, 3]'
    )
    shown._import(tmp_path / "p.json")
    hand.wait_says("status.word", "1 messages were added; 1 entries are none")
    assert rows(shown) == ["one", "f/two", "one (2)"]
    assert messages.saved[-1].target == "udp://h:9"
    shown._open(tmp_path / "messages.toml")
    assert rows(shown) == ["one", "f/two"]
    (tmp_path / "bad.toml").write_text("[[message]]\nname = 1")
    for act in (shown._open, shown._import):
        act(tmp_path / "bad.toml")
        hand.wait_says("status.word", "name is missing or has a value")
    (tmp_path / "messages.toml").write_text("[")  # it is damaged meanwhile
    shown.refresh()
    hand.wait_says("status.word", "cannot be used")
    assert rows(shown) == []


def test_whether_it_is_shown_is_remembered(hand: Hand, shown: Any, tmp_path: Path) -> None:
    assert hand.window.message_list.isVisible()
    assert hand.window.menus.action("messages").isChecked()
    beside = app.create_window(tmp_path / "other.swb")
    beside.show()
    assert beside.message_list.isVisible()
    beside.menus.action("messages").trigger()
    assert not beside.message_list.isVisible()
    beside.close()
    beside.deleteLater()
    assert not hand.window.preferences.messages_shown
    hand.window.tab_area.panel("client-1").editor.saved.list_wanted.emit()  # type: ignore[union-attr]
    assert hand.window.message_list.isVisible()
    hand.window.projector_mode.switch()
    assert not hand.window.message_list.isVisible()
    hand.window.projector_mode.switch()
    assert hand.window.message_list.isVisible()


@pytest.mark.usefixtures("shown")
def test_beside_the_list_the_line_of_a_server_says_to_whom(hand: Hand) -> None:
    """The field asked for more than it needs, so that its caption gave way to it."""
    target = hand.find("server.target")
    (caption,) = (x for x in hand.window.findChildren(QLabel) if x.buddy() is target)

    def said() -> None:
        assert caption.text()
        assert hand.find("server.payload").width() >= hand.find("server.payload").minimumWidth()

    hand.wait_holds(said)
