"""The table of connections: columns as wide as what stands in sight, and what that costs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from workbench.engine.model.snapshot import ConnectionSnapshot
from workbench.qt.connection_model import ConnectionModel
from workbench.ui.endpoint.connection_table import ConnectionTable
from workbench.ui.style import icons, theme
from workbench.ui.widgets.state_delegate import mark_of, room
from workbench.viewmodel.connection_rows import CLIENT, LAYERED, STREAM, Told, line_of
from workbench.viewmodel.panel_state import RowsState

IN = next(place for place, column in enumerate(STREAM) if column.key == "in")


def item(number: int, received: int) -> ConnectionSnapshot:
    return ConnectionSnapshot(
        id=number,
        number=number,
        local="127.0.0.1:1",
        peer=f"127.0.0.1:{number}",
        state="ESTABLISHED",
        measured=True,
        opened_ns=1,
        connect_ns=None,
        connected_ns=2,
        closed_ns=None,
        close_cause=None,
        errno=None,
        bytes_in=received,
        bytes_out=0,
        unread=None,
        unsent=None,
        queued=0,
        peer_finished=False,
        waiting=None,
        reading=None,
    )


def rows(*received: int) -> RowsState:
    lines = tuple(line_of(item(number, size)) for number, size in enumerate(received, 1))
    return RowsState(rows=lines, columns=STREAM, told=Told())


@pytest.fixture
def table(qtbot: QtBot) -> ConnectionTable:
    made = ConnectionTable()
    qtbot.addWidget(made)
    made.resize(700, 160)
    made.show()
    return made


def needed(table: ConnectionTable, text: str) -> int:
    return table.fontMetrics().horizontalAdvance(text)


def test_a_number_that_grows_has_room_and_one_out_of_sight_takes_none(
    table: ConnectionTable,
) -> None:
    table.show_rows(rows(1, 2))
    narrow = table.columnWidth(IN)
    title = table.lines.headerData(IN, Qt.Orientation.Horizontal)
    assert narrow >= needed(table, str(title))
    table.show_rows(rows(1, 123_456_789_012))
    assert table.columnWidth(IN) >= needed(table, "123456789012")
    table.show_rows(rows(1, 2))
    assert table.columnWidth(IN) == narrow
    many = [1] * 100
    table.show_rows(rows(*many))
    table.show_rows(rows(*many[:-1], 123_456_789_012))
    assert table.columnWidth(IN) == narrow


def test_a_mark_beside_a_state_has_room_in_its_own_column(table: ConnectionTable) -> None:
    """Also before one comes: the column does not change its width then."""
    state = next(place for place, column in enumerate(CLIENT) if column.key == "state")
    table.show_rows(replace(rows(1), columns=CLIENT))
    cell = table.visualRect(table.lines.index(0, state))
    assert mark_of(cell, table.fontMetrics()).right() < cell.right()


@pytest.mark.parametrize("scale", [100, 150, 200])
def test_the_place_of_a_mark_is_as_large_as_the_icon(
    table: ConnectionTable, monkeypatch: pytest.MonkeyPatch, scale: int
) -> None:
    """In large writing the words beside it were drawn over it."""
    monkeypatch.setattr(theme._InForce, "scale", scale)
    monkeypatch.setattr(icons, "_pixmaps", {})
    drawn = icons.pixmap("triangle-alert", theme.current().busy.text).deviceIndependentSize()
    assert mark_of(QRect(0, 0, 400, 60), table.fontMetrics()).size() == drawn.toSize()


def test_numbers_that_change_are_drawn_and_not_measured_cell_by_cell(
    table: ConnectionTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before they are drawn, nobody is asked for the fonts and icons of all cells in sight."""
    table.show_rows(rows(*[1] * 20))
    asked: list[int] = []
    data = ConnectionModel.data

    def counted(model: ConnectionModel, index: Any, role: int = 0) -> object:
        asked.append(role)
        return data(model, index, role)

    monkeypatch.setattr(ConnectionModel, "data", counted)
    for size in range(2, 12):
        table.show_rows(rows(*[size] * 20))
    assert not asked


@pytest.mark.parametrize("key", [Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_PageUp])
def test_a_key_chooses_the_only_row(table: ConnectionTable, key: Qt.Key) -> None:
    """Qt moves from where the focus stands, and there is nowhere to move to."""
    table.show_rows(rows(7))
    table.setCurrentIndex(table.lines.index(0, 0))
    table.clearSelection()
    chosen: list[tuple[object, ...]] = []
    table.chosen_changed.connect(lambda keys, _last: chosen.append(keys))
    QTest.keyClick(table, key)
    assert chosen[-1] == (1,)
    table.show_rows(replace(rows(7, 8), chosen=(1,)))
    QTest.keyClick(table, Qt.Key.Key_Down)  # with a chosen row it moves, as ever
    assert chosen[-1] == (2,)


def test_titles_are_measured_anew_when_the_style_sheet_comes(table: ConnectionTable) -> None:
    """It comes last: with two letters of Chinese, a title was cut off by the room around it."""
    table.show_rows(rows(5))
    header = table.horizontalHeader()
    before = header.sectionSize(IN)
    table.setStyleSheet("QHeaderView::section { padding: 0 40px; }")
    assert header.sectionSize(IN) >= header.sectionSizeHint(IN) > before


def test_room_that_nothing_takes_cuts_no_word(table: ConnectionTable) -> None:
    """In large English writing the title *Agreed* was cut beside room for a longer address and for
    a mark that no row had.
    """
    agreed = (("tls.handshake", "'1.3', 'TLS_AES_256_GCM_SHA384', alpn='http/1.1'"),)
    shaken = replace(item(1, 773), agreed=agreed)
    state = RowsState(rows=(line_of(shaken),), columns=LAYERED, told=Told())
    places = range(len(LAYERED))
    place = next(place for place in places if LAYERED[place].key == "agreed")
    at_state = next(place for place in places if LAYERED[place].key == "state")
    table.show_rows(state)
    header = table.horizontalHeader()
    usual = [header.sectionSize(each) for each in places]
    assert usual[at_state] >= room(table.fontMetrics())
    needed = [table._needed(each, range(1), marks=False) for each in places]
    assert needed[place] > header.sectionSizeHint(place)  # what was agreed is the longer one
    beside = table.width() - table.viewport().width()
    table.resize(sum(needed) + beside, table.height())
    assert [header.sectionSize(each) for each in places] == needed
    table.resize(700, table.height())
    assert [header.sectionSize(each) for each in places] == usual


def test_where_words_are_cut_a_mark_has_its_room(
    table: ConnectionTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As soon as a row has one, also while there is little room."""
    table.show_rows(replace(rows(5), columns=LAYERED))
    table.resize(100, table.height())
    place = next(place for place, column in enumerate(LAYERED) if column.key == "state")
    header = table.horizontalHeader()
    before = header.sectionSize(place)
    assert before < room(table.fontMetrics())
    monkeypatch.setattr(table._silences, "why", lambda _item, _kind: ("it is late", "late"))
    table.show_rows(replace(rows(5), columns=LAYERED))
    assert header.sectionSize(place) == room(table.fontMetrics())
