"""The view of a conversation: it follows its end, unless a person looks further up."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.looks.seen import painted
from workbench.texts import tr
from workbench.ui.endpoint.conversation import MOST_LINES, Conversation
from workbench.ui.style import dressing, theme
from workbench.viewmodel.conversation_line import ConversationLine


def shown(qtbot: QtBot) -> Conversation:
    view = Conversation()
    qtbot.addWidget(view)
    view.resize(300, 100)
    view.show()
    view.add(ConversationLine(f"line {number}") for number in range(100))
    return view


def test_new_lines_are_in_sight_unless_one_looks_further_up(qtbot: QtBot) -> None:
    view = shown(qtbot)
    bar = view.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.value() >= bar.maximum() - 2)
    bar.setValue(3)
    view.add([ConversationLine("new")])
    assert bar.value() == 3
    bar.setValue(bar.maximum())
    view.add([ConversationLine("newer")])
    assert bar.value() >= bar.maximum() - 2


def test_what_was_sent_is_text_and_never_markup_and_old_lines_go(qtbot: QtBot) -> None:
    view = shown(qtbot)
    view.add([ConversationLine("<b>bold</b>")])
    assert view.toPlainText().endswith("<b>bold</b>")
    view.add(ConversationLine(str(number)) for number in range(MOST_LINES + 50))
    assert view.blockCount() == MOST_LINES
    view.add([])
    assert view.blockCount() == MOST_LINES


def aside(name: str) -> ConversationLine:
    return ConversationLine(f"12:00  - {name}", aside=name, mark=6)


JSON = ConversationLine('12:00  > {"a":1}', ("{", '  "a": 1', "}"), mark=6)


def press(view: Conversation, line: int, key: Qt.Key = Qt.Key.Key_Return) -> None:
    cursor = QTextCursor(view.document().findBlockByNumber(line))
    view.setTextCursor(cursor)
    QTest.keyClick(view, key)


def lines_of(view: Conversation) -> list[str]:
    return view.toPlainText().split("\n")


@pytest.fixture
def view(qtbot: QtBot) -> Conversation:
    view = Conversation()
    qtbot.addWidget(view)
    view.resize(400, 300)
    view.show()
    return view


def test_a_line_opens_and_closes_by_key_and_by_a_click_on_its_mark(view: Conversation) -> None:
    view.add([ConversationLine("first"), JSON, ConversationLine("last")])
    assert lines_of(view) == ["first", '12:00 \u25b8> {"a":1}', "last"]
    press(view, 1)
    opened = lines_of(view)
    assert opened[1].startswith("12:00 \u25be")
    assert [line.strip() for line in opened[2:]] == ["{", '"a": 1', "}", "last"]
    press(view, 1, Qt.Key.Key_Space)
    assert lines_of(view) == ["first", '12:00 \u25b8> {"a":1}', "last"]
    press(view, 0)  # a line with nothing in it
    assert view.blockCount() == 3
    cursor = QTextCursor(view.document().findBlockByNumber(1))
    cursor.setPosition(cursor.position() + 6)
    place = view.cursorRect(cursor).center() + QPoint(2, 0)
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert view.blockCount() == 6


def test_what_is_beside_the_talk_folds_and_the_next_message_ends_it(view: Conversation) -> None:
    view.add([aside("PING")])
    assert lines_of(view) == ["12:00  - PING"]
    view.add([aside("PONG")])
    view.add([aside("PING"), ConversationLine("message"), aside("PING")])
    assert lines_of(view) == ["12:00 \u25b8-  PING \u00d72, PONG", "message", "12:00  - PING"]
    press(view, 0)
    assert [line.strip() for line in lines_of(view)[1:4]] == [
        "12:00  - PING",
        "12:00  - PONG",
        "12:00  - PING",
    ]


def test_an_open_one_grows(view: Conversation) -> None:
    view.add([aside("PING"), aside("PING")])
    press(view, 0)
    assert view.blockCount() == 3
    view.add([aside("PONG")])
    assert view.blockCount() == 4
    assert "PONG" in lines_of(view)[0]
    press(view, 0)
    assert view.blockCount() == 1


def test_unfolded_they_come_open(view: Conversation) -> None:
    view.unfolded = True
    view.add([JSON, aside("PING"), aside("PING")])
    assert view.blockCount() == 7
    view.clear()
    view.add([aside("PING")])
    assert lines_of(view) == ["12:00  - PING"]


def test_old_lines_that_open_go_with_the_others(view: Conversation) -> None:
    for _ in range(3):
        view.add([JSON, *[aside("PING")] * 3] * MOST_LINES)
    assert view.blockCount() == MOST_LINES
    press(view, MOST_LINES - 2)
    assert view.blockCount() == MOST_LINES


def test_each_line_knows_the_row_of_what_it_says_was_sent(qtbot: QtBot) -> None:
    view = Conversation()
    qtbot.addWidget(view)
    view.unfolded = True
    view.add(
        [
            ConversationLine("a  > 1", sent=7),
            ConversationLine("b  < 2"),
            JSON._replace(sent=2_000_000_000),
        ]
    )
    view.add([ConversationLine(f"line {number}", sent=number) for number in range(30, 33)])
    found = []
    for number in range(view.blockCount()):
        view.setTextCursor(QTextCursor(view.document().findBlockByNumber(number)))
        found.append(view.chosen)
    big = 2_000_000_000
    assert found == [7, None, big, big, big, big, 30, 31, 32]  # also what is unfolded below
    menu = view.line_menu(7)
    with qtbot.waitSignal(view.again_wanted) as wished:
        menu.actions()[-1].trigger()
    assert wished.args == [7]
    assert not view.line_menu(None).actions()[-1].isEnabled()


def test_what_stands_below_one_that_folds_alone_is_in_it(view: Conversation) -> None:
    """... and gives way to the lines themselves when another follows, open as it was."""
    one = ConversationLine("12:00  < message", ("{", "}"), "ignored", 6, came=7)
    two = ConversationLine("12:00  < 00 01", aside="ignored", mark=6, came=8, more=("         02",))
    view.add([one])
    assert lines_of(view) == ["12:00 \u25b8< message"]
    assert view.chosen_rows(view.document().firstBlock()) == [7]
    press(view, 0)
    assert view.blockCount() == 3
    view.add([two])
    found = [line.strip() for line in lines_of(view)]
    assert found == ["12:00 \u25be-  ignored \u00d72", "12:00  < message", "12:00  < 00 01", "02"]
    view.clear()
    view.add([two])
    assert lines_of(view) == ["12:00 \u25b8< 00 01"]
    press(view, 0)
    assert view.blockCount() == 2


def test_an_empty_one_says_what_stands_here(qtbot: QtBot) -> None:
    """In words of its own: the controls of a panel give it the tip as its description."""
    view = Conversation()
    qtbot.addWidget(view)
    view.setAccessibleDescription("the tip")
    view.resize(400, 100)
    with painted() as seen:
        view.viewport().grab()
    assert [item.text for item in seen] == [tr("panel.empty_talk")]
    view.add([ConversationLine("hello")])
    with painted() as seen:
        view.viewport().grab()
    assert not any(item.text == tr("panel.empty_talk") for item in seen)


def test_each_way_has_a_colour_and_what_stands_below_has_it_too(
    view: Conversation, qapp: QApplication
) -> None:
    view.unfolded = True
    view.add([ConversationLine("connected"), ConversationLine("> one", sent=1, more=("two",))])
    view.add([JSON._replace(came=2), ConversationLine("closed")])
    try:
        for scheme in (theme.LIGHT, theme.DARK):
            dressing.apply(qapp, scheme)
            view.redraw()
            found = [colours(view, number) for number in range(view.blockCount())]
            out, back = [scheme.link], [scheme.held]
            assert found == [[], out, out, *[back] * (1 + len(JSON.inside)), []]
    finally:
        dressing.apply(qapp, theme.LIGHT)
    press(view, 3)
    press(view, 3)
    assert colours(view, 4) == [theme.LIGHT.held]


def colours(view: Conversation, number: int) -> list[str]:
    """Of all letters of a line."""
    block = view.document().findBlockByNumber(number)
    looks = block.layout().formats()
    assert all((look.start, look.length) == (0, len(block.text())) for look in looks)
    return [look.format.foreground().color().name() for look in looks]
