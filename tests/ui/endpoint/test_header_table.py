"""Headers as rows: one more, one less, in another order, pasted, and those that are not sent."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Hand
from tests.ui.endpoint.test_layers_fields import write
from workbench.ui.endpoint.header_table import HeaderTable
from workbench.ui.endpoint.template_field import TemplateField
from workbench.viewmodel.known_values import TypedValue, known_values
from workbench.viewmodel.layer_form import TypedHeader

A, B, DROPPED = TypedHeader("A", "1"), TypedHeader("B", "2"), TypedHeader("Host", drop=True)


@pytest.fixture
def table(qtbot: QtBot) -> HeaderTable:
    made = HeaderTable()
    qtbot.addWidget(made)
    made.retranslate()
    made.show()
    return made


def test_what_is_shown_is_read_and_an_empty_row_is_none(table: HeaderTable, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(table.edited):
        table.show_rows((A, A, DROPPED))
    assert table.rows == (A, A, DROPPED)
    assert table.rowCount() == 4


def test_typing_in_the_last_row_makes_another(table: HeaderTable, qtbot: QtBot) -> None:
    with qtbot.waitSignal(table.edited):
        write(table, 0, 0, "A")
    write(table, 0, 1, "1")
    write(table, 1, 0, "B")
    assert table.rowCount() == 3
    assert table.rows == (A, TypedHeader("B"))
    tick = table.item(1, 2)
    assert tick is not None
    tick.setCheckState(Qt.CheckState.Checked)
    assert table.rows[1].drop


def test_rows_go_and_move(table: HeaderTable) -> None:
    table.show_rows((A, B, DROPPED))
    table.setCurrentCell(0, 0)
    table.move_row(1)
    assert table.rows == (B, A, DROPPED)
    assert table.currentRow() == 1
    table.move_row(-2)
    assert table.rows == (B, A, DROPPED)
    QTest.keyClick(table, Qt.Key.Key_Delete)
    assert table.rows == (B, DROPPED)
    table.setCurrentCell(2, 0)  # the empty one
    table.remove()
    table.move_row(-1)
    assert table.rows == (B, DROPPED)


def test_pasted_lines_fill_it(table: HeaderTable) -> None:
    table.show_rows((B,))
    table.setCurrentCell(1, 0)
    QGuiApplication.clipboard().setText("A: 1\r\nCookie: a=b: c\n\n")
    QTest.keyClick(table, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert table.rows == (B, A, TypedHeader("Cookie", "a=b: c"))
    assert not table.paste("no header")
    assert not table.paste("")


def test_a_value_is_completed_while_it_is_typed(table: HeaderTable, qtbot: QtBot) -> None:
    table.know(known_values([TypedValue("token", "abc-123")]))
    table.show_rows((TypedHeader("Authorization", ""),))
    table.setFocus()
    table.setCurrentCell(0, 1)
    table.edit(table.currentIndex())
    editor = table.findChild(TemplateField)
    assert editor is not None
    QTest.keyClicks(editor, "Bearer {")
    popup: QWidget | None = editor.choices.popup()
    assert popup is not None
    qtbot.waitUntil(popup.isVisible)
    QTest.keyClick(popup, Qt.Key.Key_Return)
    assert editor.text() == "Bearer {token}"
    QTest.keyClick(editor, Qt.Key.Key_Return)
    wanted = (TypedHeader("Authorization", "Bearer {token}"),)
    qtbot.waitUntil(lambda: table.rows == wanted)  # a delegate takes it with the next event


def test_headers_go_out_as_they_stand(hand: Hand) -> None:
    for side in ("server", "client"):
        hand.choose(f"{side}.type", "ws")
    table = hand.find("client.ws_headers")
    assert isinstance(table, HeaderTable)
    hand.window.controller.values.set_rows((TypedValue("token", "abc-123", False),))
    assert table.paste("Authorization: Bearer {token}\nX: 1\nX: 2")
    hand.connect()
    journal = hand.window.controller.session.journal
    journal.flush()
    found = hand.window.controller.reader.page(1, journal.committed)
    head = next(row.payload or b"" for row in found if row.call == "ws.request")
    assert b"Authorization: Bearer abc-123\r\nX: 1\r\nX: 2\r\n" in head
    assert "{token}" in table.rows[0].value
    assert not hand.find("client.ws_headers_up").isEnabled()
