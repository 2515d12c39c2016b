"""What was said: of the chosen connection on the server, and in a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ui.conftest import Hand
from workbench.journal.reader import Reader
from workbench.texts import Problem
from workbench.ui.panel_parts.connections import ConnectionTable
from workbench.ui.talk import TalkWish
from workbench.ui.talk_file import TalkForm, write_talk


def two_clients(hand: Hand) -> ConnectionTable:
    """Two connections to the server; the second alone has said "two"."""
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    hand.type("client.count", "2")
    hand.press("client.connect")
    table = hand.find("client.connections")
    assert isinstance(table, ConnectionTable)
    hand.wait(lambda: hand.text("client.conversation").count("连接已创建") == 2)
    hand.wait(lambda: len(table.lines.lines) == 2)
    table.choose(2)
    hand.find("client.payload").setPlainText("two")  # type: ignore[attr-defined]
    hand.press("client.send")
    hand.wait(lambda: hand.text("client.conversation").count("two") == 2)
    return table


def test_a_client_shows_the_chosen_connection_alone(hand: Hand) -> None:
    table = two_clients(hand)
    assert hand.text("client.conversation").count("连接已创建") == 1
    table.choose(1)
    hand.wait(lambda: "two" not in hand.text("client.conversation"))
    assert hand.text("client.conversation").count("连接已创建") == 1


def test_the_server_shows_the_chosen_connection(hand: Hand) -> None:
    two_clients(hand)
    hand.press("server.talk")
    table = hand.find("server.connections")
    assert isinstance(table, ConnectionTable)
    found = set()
    for number in (1, 2):
        table.choose(number)
        hand.wait(lambda: hand.text("server.conversation").count("连接已创建") == 1)
        found.add(hand.text("server.conversation").count("two"))
    assert found == {0, 2}


def test_reply_goes_to_the_chosen_connection(hand: Hand) -> None:
    two_clients(hand)
    table = hand.find("server.connections")
    assert isinstance(table, ConnectionTable)
    table.choose(2)
    hand.press("server.reply")
    assert hand.window.focusWidget() is hand.find("server.payload")
    assert hand.find("server.target").currentData() == 2  # type: ignore[attr-defined]


def save(hand: Hand, path: Path, form: TalkForm) -> None:
    hand.window.files.write_talk(path, TalkWish("client-1", None, "utf-8"), form)
    hand.wait(lambda: hand.window.files._writer is None)


def test_a_conversation_is_saved(hand: Hand, tmp_path: Path) -> None:
    two_clients(hand)
    save(hand, tmp_path / "talk.txt", TalkForm.TEXT)
    text = (tmp_path / "talk.txt").read_text(encoding="utf-8")
    assert text.count("连接已创建") == 2
    assert text.count("two") == 2
    save(hand, tmp_path / "in.bin", TalkForm.RECEIVED)
    assert (tmp_path / "in.bin").read_bytes() == "连接已创建\r\n".encode() * 2 + b"two"
    save(hand, tmp_path / "out.bin", TalkForm.SENT)
    assert (tmp_path / "out.bin").read_bytes() == b"two"
    save(hand, tmp_path / "no" / "folder.txt", TalkForm.TEXT)
    assert "folder.txt" in hand.text("status.word")


def test_bytes_that_were_not_kept_are_not_made_up(hand: Hand, tmp_path: Path) -> None:
    two_clients(hand)
    hand.find("client.payload").setPlainText("x" * 5000)  # type: ignore[attr-defined]
    hand.press("client.send")
    hand.wait(lambda: hand.text("client.conversation").count("xxx") >= 2)
    session = hand.window.controller.session
    session.journal.flush()
    reader = Reader(session.record)
    with pytest.raises(Problem, match="904"):
        write_talk(reader, tmp_path / "out.bin", TalkWish("client-1", None, "utf-8"),
                   TalkForm.SENT)
    reader.close()
    assert not (tmp_path / "out.bin").exists()


def test_every_byte_is_kept_from_the_next_record_on(hand: Hand, tmp_path: Path) -> None:
    hand.window.switch_every_byte()
    hand.window.start_over()
    two_clients(hand)
    hand.find("client.payload").setPlainText("x" * 5000)  # type: ignore[attr-defined]
    hand.press("client.send")
    hand.wait(lambda: hand.text("client.conversation").count("xxx") >= 2)
    save(hand, tmp_path / "out.bin", TalkForm.SENT)
    assert (tmp_path / "out.bin").read_bytes() == b"two" + b"x" * 5000
    hand.window.switch_every_byte()
    assert not hand.window.preferences.every_byte
