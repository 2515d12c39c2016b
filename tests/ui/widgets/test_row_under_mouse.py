"""The row below the mouse is tinted over its whole width, also while rows move below it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QColor, QHoverEvent, QImage, QPalette
from PySide6.QtWidgets import QAbstractItemView, QApplication, QTableWidgetItem, QTreeWidgetItem
from pytestqt.qtbot import QtBot

from tests.ui.style.test_theme import contrast
from workbench.ui.style import dressing, theme
from workbench.ui.widgets.item_views import ItemList, ItemTable
from workbench.ui.widgets.row_under_mouse import ItemTree


def hover(view: QAbstractItemView, y: int | None) -> None:
    """Move the mouse there, or away, as Qt tells a view."""
    kind = QEvent.Type.HoverLeave if y is None else QEvent.Type.HoverMove
    there = QPointF(30, -1 if y is None else y)
    QApplication.sendEvent(view.viewport(), QHoverEvent(kind, there, there, there))


def backs(view: QAbstractItemView) -> list[str]:
    """The background of each row, right of every text."""
    picture: QImage = view.viewport().grab().toImage()
    rows = [view.visualRect(view.model().index(row, 0)) for row in range(3)]
    return [picture.pixelColor(picture.width() - 3, box.center().y()).name() for box in rows]


def table() -> ItemTable:
    made = ItemTable(50, 2)
    for row in range(50):
        made.setItem(row, 0, QTableWidgetItem(f"row {row}"))
    made.horizontalHeader().setStretchLastSection(True)
    return made


def tree() -> ItemTree:
    made = ItemTree()
    made.addTopLevelItems([QTreeWidgetItem([f"row {row}"]) for row in range(50)])
    return made


def listed() -> ItemList:
    made = ItemList()
    made.addItems([f"row {row}" for row in range(50)])
    return made


@pytest.mark.parametrize("make", [table, tree, listed])
def test_it_follows_the_mouse(
    make: Callable[[], QAbstractItemView], qtbot: QtBot, qapp: QApplication
) -> None:
    dressing.apply(qapp, theme.LIGHT)
    view = make()
    qtbot.addWidget(view)
    view.resize(300, 200)
    view.show()
    plain = backs(view)  # the rows of a table alternate
    for row in (1, 2):
        hover(view, view.visualRect(view.model().index(row, 0)).center().y())
        found = backs(view)
        assert [other for other in range(3) if found[other] != plain[other]] == [row]
    hover(view, None)
    assert backs(view) == plain


def test_the_headings_of_a_table_stand_over_its_cells(qapp: QApplication) -> None:
    made = table()
    header = made.horizontalHeader()
    assert header.defaultAlignment() & Qt.AlignmentFlag.AlignLeft
    assert not header.highlightSections()


def test_rows_that_move_below_it_are_tinted_in_turn(qtbot: QtBot) -> None:
    view = table()
    qtbot.addWidget(view)
    view.resize(300, 200)
    view.show()
    hover(view, view.visualRect(view.model().index(1, 0)).center().y())
    before = backs(view)
    view.verticalScrollBar().setValue(2)  # the rows alternate
    box = view.visualRect(view.model().index(3, 0))
    picture = view.viewport().grab().toImage()
    assert picture.pixelColor(picture.width() - 3, box.center().y()).name() == before[1]


@pytest.mark.parametrize("scheme", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
def test_every_text_can_be_read_on_it(
    scheme: theme.Theme, qtbot: QtBot, qapp: QApplication
) -> None:
    dressing.apply(qapp, scheme)
    view = listed()
    qtbot.addWidget(view)
    view.show()
    hover(view, view.visualRect(view.model().index(1, 0)).center().y())
    back = backs(view)[1]
    assert view.palette().color(QPalette.ColorRole.Base) != QColor(back)
    for ink in (scheme.text, scheme.muted, scheme.link, scheme.held, scheme.broken):
        assert contrast(ink, back) >= 4.5, ink
    dressing.apply(qapp, theme.LIGHT)
