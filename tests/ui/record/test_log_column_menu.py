"""The log's columns, kept from one start to the next: by name, whatever another version had."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt

from tests.ui.conftest import Hand
from workbench.qt.preferences import Preferences
from workbench.ui.record.log_column_menu import KEPT, ColumnMenu
from workbench.ui.record.log_view import LogView
from workbench.viewmodel.log_columns import COLUMNS, place


def shown(view: LogView) -> list[str]:
    """The columns in sight, from left to right."""
    header = view.horizontalHeader()
    numbers = [header.logicalIndex(at) for at in range(header.count())]
    return [COLUMNS[number].key for number in numbers if not view.isColumnHidden(number)]


@pytest.fixture(autouse=True)
def _as_at_first(hand: Hand) -> Iterator[None]:
    hand.window.log._columns._reset()
    yield
    hand.window.log._columns._reset()


USUAL = [column.key for column in COLUMNS if not column.extra]


def restored(hand: Hand, kept: list[dict[str, object]]) -> tuple[ColumnMenu, LogView]:
    preferences = Preferences()
    preferences.write_list(KEPT, kept)
    log = hand.window.log
    menu = ColumnMenu(log.view)
    menu.restore(preferences)
    return menu, log.view


def test_columns_are_kept_by_name(hand: Hand) -> None:
    menu, view = restored(hand, [])
    assert shown(view) == USUAL
    menu._show_column(place("peer"), True)
    menu._show_column(place("took"), False)
    view.setColumnWidth(place("who"), 199)
    view.by_hand = True
    menu.keep()
    view.reset_columns()
    assert shown(view) == USUAL
    menu.restore(Preferences())
    assert shown(view) == ["number", "time", "who", "call", "result", "peer", "data"]
    assert view.columnWidth(place("who")) == 199


@pytest.mark.parametrize(
    ("kept", "wanted"),
    [
        (
            [{"key": "gone", "shown": True, "width": 90}, {"key": "call"}, {"key": "number"}],
            ["call", "number", "time", "who", "result", "took", "data"],
        ),
        (
            [{"key": "data"}, {"key": "time", "shown": False}, {"key": "call", "shown": False}],
            ["number", "who", "result", "took", "data", "call"],
        ),
        ([{"key": "peer", "shown": True, "width": "wide"}, {"key": ["x"]}], ["peer", *USUAL]),
        ([{"no": "key"}], USUAL),
    ],
)
def test_columns_of_another_version(
    hand: Hand, kept: list[dict[str, object]], wanted: list[str]
) -> None:
    """One that is not known is passed over; none stands under another's title."""
    _, view = restored(hand, kept)
    assert shown(view) == wanted
    for number, column in enumerate(COLUMNS):
        title = view.model().headerData(number, Qt.Orientation.Horizontal)
        assert title == hand.window.log.model._headers[place(column.key)]
    view.reset_columns()


def test_what_the_menu_offers(hand: Hand) -> None:
    menu, view = restored(hand, [])
    made = menu.menu()
    texts = {action.text(): action for action in made.actions()}
    texts["Local address"].trigger()
    assert shown(view) == [*USUAL[:-1], "local", "data"]
    assert not texts["Call"].isEnabled()
    texts["Columns as they were at first"].trigger()
    assert shown(view) == USUAL


def test_every_column_says_what_it_is(hand: Hand) -> None:
    model = hand.window.log.model
    tips = [
        model.headerData(number, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole)
        for number in range(len(COLUMNS))
    ]
    assert all(tips)
    assert len(set(tips)) == len(tips)
