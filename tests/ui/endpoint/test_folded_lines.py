"""Long lines of the editor are folded: what is sent, copied and undone is whole all the same."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from workbench import texts
from workbench.ui.endpoint.payload_edit import PayloadEdit
from workbench.ui.endpoint.qt_text import LONGEST_LINE
from workbench.ui.style import dressing, theme

LONG = "".join(f"{number:07d} 栀𝄞" for number in range(10_000))


@pytest.fixture
def edit(qtbot: QtBot, qapp: QApplication) -> PayloadEdit:
    dressing.apply(qapp, theme.LIGHT)
    made = PayloadEdit("")
    qtbot.addWidget(made)
    made.resize(600, 200)
    made.show()
    qtbot.waitExposed(made)
    made.setFocus()
    return made


def paste(edit: PayloadEdit, text: str) -> None:
    data = QMimeData()
    data.setText(text)
    edit.insertFromMimeData(data)


def in_sight(edit: PayloadEdit) -> int:
    """The longest line that Qt has to lay out."""
    document = edit.document()
    return max(document.findBlockByNumber(n).length() for n in range(document.blockCount()))


def chip(edit: PayloadEdit) -> int:
    return edit.document().toRawText().encode("utf-16-le").index("\ufffc".encode("utf-16-le")) // 2


def test_a_long_line_that_is_pasted_is_whole_and_short_in_sight(edit: PayloadEdit) -> None:
    paste(edit, f"first\n{LONG}\nlast")
    assert edit.toPlainText() == f"first\n{LONG}\nlast"
    assert in_sight(edit) < LONGEST_LINE
    assert edit.blockCount() == 3
    edit.undo()
    assert edit.toPlainText() == ""
    edit.redo()
    assert edit.toPlainText() == f"first\n{LONG}\nlast"


def test_a_text_that_is_put_in_is_whole(edit: PayloadEdit) -> None:
    edit.setPlainText(LONG)
    assert edit.toPlainText() == LONG
    assert in_sight(edit) < LONGEST_LINE
    assert not edit.document().isUndoAvailable()
    edit.setPlainText("short")
    assert edit.toPlainText() == "short"


def test_many_lines_are_folded_too(edit: PayloadEdit) -> None:
    text = "\n".join(f"line {number}" for number in range(50_000))
    paste(edit, text)
    assert edit.toPlainText() == text
    assert edit.blockCount() < 1000


def test_a_line_that_grows_by_pieces_is_folded_and_one_undo_takes_a_piece(
    edit: PayloadEdit,
) -> None:
    piece = LONG[:3000]
    for count in range(1, 21):
        paste(edit, piece)
        assert edit.toPlainText() == piece * count
        assert in_sight(edit) <= LONGEST_LINE
    for count in range(19, -1, -1):
        edit.undo()
        assert edit.toPlainText() == piece * count


def test_what_is_typed_around_and_within_it_stands_there(edit: PayloadEdit) -> None:
    paste(edit, LONG)
    QTest.keyClicks(edit, "end")
    edit.moveCursor(QTextCursor.MoveOperation.Start)
    QTest.keyClicks(edit, "begin")
    assert edit.toPlainText() == f"begin{LONG}end"
    cursor = edit.textCursor()
    cursor.setPosition(chip(edit) + 1)
    edit.setTextCursor(cursor)
    QTest.keyClicks(edit, "x")
    whole = edit.toPlainText()
    assert whole.replace("x", "") == f"begin{LONG}end"
    QTest.keyClick(edit, Qt.Key.Key_Backspace)
    QTest.keyClick(edit, Qt.Key.Key_Backspace)  # what is folded goes as one
    assert len(edit.toPlainText()) < LONGEST_LINE
    edit.undo()
    assert edit.toPlainText() in {f"begin{LONG}end", whole}


def test_what_is_copied_is_whole(edit: PayloadEdit) -> None:
    paste(edit, f"{LONG}\nlast")
    edit.selectAll()
    assert edit.createMimeDataFromSelection().text() == f"{LONG}\nlast"
    edit.cut()
    assert edit.toPlainText() == ""
    edit.paste()
    assert edit.toPlainText() == f"{LONG}\nlast"
    QApplication.clipboard().clear()


@pytest.mark.parametrize("way", ["mouse", "keys"])
def test_more_of_it_is_shown(edit: PayloadEdit, way: str) -> None:
    paste(edit, LONG)
    before = len(edit.document().toRawText())
    cursor = edit.textCursor()
    cursor.setPosition(chip(edit))
    edit.setTextCursor(cursor)
    if way == "keys":
        QTest.keyClick(edit, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    else:
        edit.ensureCursorVisible()
        inside = QPointF(edit.cursorRect().center()) + QPointF(20, 0)
        edit.mouseDoubleClickEvent(
            QMouseEvent(
                QMouseEvent.Type.MouseButtonDblClick,
                inside,
                inside,
                Qt.MouseButton.LeftButton,
                Qt.MouseButton.LeftButton,
                Qt.KeyboardModifier.NoModifier,
            )
        )
    assert len(edit.document().toRawText()) > before
    assert edit.toPlainText() == LONG


def test_all_of_a_long_text_can_be_read_in_the_end(edit: PayloadEdit) -> None:
    """What is shown at one place is folded at another."""
    paste(edit, LONG)
    for _ in range(60):
        raw = edit.document().toRawText()
        if "\ufffc" not in raw:
            break
        cursor = edit.textCursor()
        cursor.setPosition(chip(edit))
        edit.setTextCursor(cursor)
        QTest.keyClick(edit, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
        assert edit.toPlainText() == LONG
        assert in_sight(edit) <= LONGEST_LINE


def test_marks_stand_where_the_characters_are(edit: PayloadEdit) -> None:
    text = f"{LONG}é"
    paste(edit, text)
    edit.mark([3, len(text) // 2, len(text) - 1])
    marked = [found.cursor.selectedText() for found in edit.extraSelections()]
    assert marked == [text[3], "\ufffc", "é"]


def test_what_qt_makes_a_space_or_a_line_of_stays_what_it_is(edit: PayloadEdit) -> None:
    """A no-break space, a line separator, and the character that stands for what is folded."""
    text = "a\u00a0b\u2028c\ufffcd"
    paste(edit, text)
    assert edit.toPlainText() == text
    edit.selectAll()
    assert edit.createMimeDataFromSelection().text() == text
    edit.clear()
    paste(edit, text + LONG)
    assert edit.toPlainText() == text + LONG


def test_it_says_how_much_is_folded_in_the_language_in_force(edit: PayloadEdit) -> None:
    paste(edit, LONG)

    def chip_width() -> float:
        edit.grab()  # which lays out what is in sight
        place = chip(edit)
        cursor = edit.textCursor()
        cursor.setPosition(place)
        begin = edit.cursorRect(cursor).x()
        cursor.setPosition(place + 1)
        return edit.cursorRect(cursor).x() - begin

    cursor = edit.textCursor()
    cursor.setPosition(chip(edit))
    edit.setTextCursor(cursor)
    english = chip_width()
    texts.set_language("zh_CN")
    edit.retranslate()
    assert chip_width() != english
