"""The menu of a row of the log: it says by signals what is wished, and knows no panel."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from workbench.engine.model.events import CALL, COMMAND
from workbench.journal.reader import Row
from workbench.ui.record.log_context_menu import LogContextMenu
from workbench.viewmodel.filter_terms import Offer, offers

CALLED = Row(
    7, 0, 0, CALL, "server 1", 9, "close", "", 0, None, None, None, None, None, None, None, 3
)


def made(
    qtbot: QtBot, row: Row | None, *chosen: Row, filtered: bool = False, live: bool = True
) -> LogContextMenu:
    parent = QWidget()
    qtbot.addWidget(parent)
    terms = offers(row) if row is not None else []
    menu = LogContextMenu(parent, row, chosen, terms, filtered=filtered, live=live)
    menu.owner = parent  # type: ignore[attr-defined]
    return menu


def offered(menu: LogContextMenu) -> list[str]:
    return [action.text() for action in menu.actions() if action.isEnabled() and action.text()]


def press(menu: LogContextMenu, text: str) -> None:
    next(action for action in menu.actions() if action.text() == text).trigger()


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("Only server 1 #3", 'endpoint:"server 1" #3'),
        ("Only server 1", 'endpoint:"server 1"'),
        ("Only close()", "call:close"),
        ("Without close()", "-call:close"),
    ],
)
def test_what_is_filtered_for(qtbot: QtBot, text: str, term: str) -> None:
    menu = made(qtbot, CALLED)
    with qtbot.waitSignal(menu.filter_wanted) as wished:
        press(menu, text)
    assert wished.args == [term]


def test_both_ends_take_the_filters_place(qtbot: QtBot) -> None:
    both = Offer("Both ends of server 1 #3", "conn:3|4", alone=True)
    parent = QWidget()
    qtbot.addWidget(parent)
    menu = LogContextMenu(parent, CALLED, [], [both], filtered=True, live=True)
    with qtbot.waitSignal(menu.only_wanted) as wished:
        press(menu, both.text)
    assert wished.args == [both.term]


def test_a_socket_that_listens_has_no_number_to_filter_for(qtbot: QtBot) -> None:
    assert not [text for text in offered(made(qtbot, CALLED._replace(number=None))) if "#" in text]


def test_the_others(qtbot: QtBot) -> None:
    menu = made(qtbot, CALLED._replace(kind=COMMAND), filtered=True)
    for text, signal in (
        ("Copy", menu.copy_wanted),
        ("Show all rows", menu.all_wanted),
        ("Fold or unfold", menu.fold_wanted),
    ):
        with qtbot.waitSignal(signal):
            press(menu, text)


def test_what_cannot_be_done_is_grey(qtbot: QtBot) -> None:
    assert offered(made(qtbot, None)) == ["Copy"]


def test_the_row_that_was_clicked_is_copied_unless_it_is_one_of_the_chosen(qtbot: QtBot) -> None:
    other = CALLED._replace(seq=8, call="shutdown", args="SHUT_WR")
    for chosen, wanted in (((other,), ["close"]), ((CALLED, other), ["close", "shutdown"])):
        press(made(qtbot, CALLED, *chosen), "Copy as Python")
        lines = QGuiApplication.clipboard().text().split("\n")
        assert [line.partition("(")[0].rpartition(".")[2] for line in lines] == wanted


def test_what_was_sent_can_be_sent_again_where_there_are_sockets(qtbot: QtBot) -> None:
    sent = CALLED._replace(call="send", result=2, size=2, payload=b"ab")
    menu = made(qtbot, sent)
    with qtbot.waitSignal(menu.again_wanted):
        press(menu, "Send again")
    assert "Send again" not in offered(made(qtbot, sent, live=False))
    assert "Send again" not in offered(made(qtbot, sent._replace(errno="EPIPE")))
    assert "Send again" not in offered(made(qtbot, CALLED))
