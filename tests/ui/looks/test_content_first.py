"""What was received and the log have the room, with a socket open on each side: line counts."""

from __future__ import annotations

from operator import ge

import pytest
from PySide6.QtWidgets import QPlainTextEdit, QTableView

from tests.ui.conftest import Hand
from tests.ui.looks.scenes import SIZE, settle, speak, talk
from workbench import texts


def _rows(hand: Hand, name: str) -> int:
    """Whole rows of a table in sight."""
    table = hand.find(name)
    assert isinstance(table, QTableView)
    return table.viewport().height() // table.verticalHeader().defaultSectionSize()


def _lines(hand: Hand, name: str) -> int:
    """Whole lines of a conversation in sight; 0: it is not."""
    view = hand.find(name)
    assert isinstance(view, QPlainTextEdit)
    if not view.isVisible():
        return 0
    block = view.firstVisibleBlock()
    height = view.blockBoundingGeometry(block).height()
    assert height > 0
    return int(view.viewport().height() // height)


def test_ten_lines_four_rows_and_eight(hand: Hand) -> None:
    """At 1280×752: ten lines of the conversation, four rows of the server's table with the chosen
    one's conversation below it, eight rows of the log.
    """
    window = hand.window
    window.resize(*SIZE)
    talk(hand)
    for language in texts.LANGUAGES:
        speak(window, language)
        there = (
            _lines(hand, "client.conversation"),
            _rows(hand, "server.connections"),
            _lines(hand, "server.conversation"),
            _rows(hand, "log.table"),
        )
        least = (10, 4, 3, 8)
        assert all(map(ge, there, least)), f"{language}: {there}"
        assert window.size().toTuple() == SIZE


@pytest.mark.parametrize("side", ["server", "client"])
def test_the_set_up_folds_while_a_socket_is_open(hand: Hand, side: str) -> None:
    """One line says what it was; a press unfolds it; closed, the fields are back."""
    talk(hand)
    fields = [hand.find(f"{side}.{name}") for name in ("host", "port", "timeout", "more")]
    assert not any(field.isVisible() for field in fields)
    assert hand.find(f"{side}.summary").isVisible()
    primary = "listen" if side == "server" else "connect"
    assert not hand.find(f"{side}.{primary}").isVisible()  # off, so in the way
    hand.press(f"{side}.set_up")
    assert all(field.isVisible() for field in fields)
    hand.press(f"{side}.set_up")
    assert not any(field.isVisible() for field in fields)
    hand.press("client.close" if side == "client" else "server.stop")
    hand.wait(lambda: all(field.isVisible() for field in fields))
    assert not hand.find(f"{side}.summary").isVisible()


def test_what_differs_in_sending_stays_in_words(hand: Hand) -> None:
    hand.choose("client.append", "crlf")
    hand.type("client.repeat", "3")
    talk_begins(hand)
    assert not hand.find("client.append").isVisible()
    words = hand.find("client.send_chips")
    assert words.isVisible()
    assert words.text() == "+ CRLF · 3×, every 0 s"  # type: ignore[attr-defined]
    hand.press("client.send_options")
    assert hand.find("client.append").isVisible()
    assert not words.isVisible()


def talk_begins(hand: Hand) -> None:
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    hand.press("client.connect")
    hand.wait_state("client", "ESTABLISHED")
    settle()
