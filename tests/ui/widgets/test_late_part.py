"""A part that is built when it is first shown, and then stands as if it had always been there."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QListView,
    QScrollArea,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from tests.ui.conftest import BOUND_MS
from workbench.ui.widgets.late_part import LatePart, OpenedPart
from workbench.ui.widgets.tab_order import set_tab_order


class Fields(QWidget):
    made = 0

    def __init__(self) -> None:
        super().__init__()
        Fields.made += 1
        row = QHBoxLayout(self)
        for name in ("two", "three"):
            field = QLineEdit()
            field.setObjectName(name)
            row.addWidget(field)


def test_it_is_built_once_and_not_before_it_is_shown(qtbot: QtBot) -> None:
    Fields.made = 0
    window = QWidget()
    qtbot.addWidget(window)
    late = LatePart(Fields)
    QVBoxLayout(window).addWidget(late)
    with qtbot.waitExposed(window):
        window.show()
    assert (Fields.made, late.built, late.isVisible()) == (0, None, False)
    for shown in (True, False, True):
        late.setVisible(shown)
        assert late.built is late.part
        assert late.part.isVisible() is shown
    assert Fields.made == 1


def test_a_page_is_built_with_its_tab(qtbot: QtBot) -> None:
    Fields.made = 0
    tabs = QTabWidget()
    qtbot.addWidget(tabs)
    tabs.addTab(QWidget(), "")
    tabs.addTab(LatePart(Fields), "")
    tabs.show()
    assert Fields.made == 0
    tabs.setCurrentIndex(1)
    assert Fields.made == 1


def test_the_tab_key_finds_it_where_it_stands(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    late = LatePart(Fields)
    first, last = QLineEdit(), QLineEdit()
    first.setObjectName("one")
    last.setObjectName("four")
    for widget in (first, late, last):
        column.addWidget(widget)
    window.show()
    late.show()
    window.activateWindow()
    first.setFocus()
    qtbot.waitUntil(first.hasFocus, timeout=BOUND_MS)
    found = []
    for _ in range(4):
        at = window.focusWidget()
        assert at is not None
        found.append(at.objectName())
        QTest.keyClick(at, Qt.Key.Key_Tab)
    assert found == ["one", "two", "three", "four"]


def test_the_last_one_is_told_so_that_others_go_behind_it(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    row = QHBoxLayout(window)
    first, fields = QLineEdit(), Fields()
    for widget in (first, fields):
        row.addWidget(widget)
    last = set_tab_order(first, fields)
    assert last.objectName() == "three"
    assert set_tab_order(last, QWidget(window)) is last  # nothing in it takes the focus


def test_what_is_in_a_list_has_no_place_in_that_order(qtbot: QtBot) -> None:
    """It is a window of its own, and nothing in it is so much as asked: each would be an object."""

    class List(QListView):
        asked = 0

        def focusPolicy(self) -> Qt.FocusPolicy:
            List.asked += 1
            return super().focusPolicy()

    window = QWidget()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    first, box = QLineEdit(), QComboBox()
    shown = List()
    box.setView(shown)
    box.addItem("one")
    for widget in (first, box):
        column.addWidget(widget)
    assert set_tab_order(first, box) is box
    assert List.asked == 0


class Rows(QWidget):
    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        for number in range(20):
            field = QLineEdit()
            field.setObjectName(f"field {number}")
            column.addWidget(field)

    def heightForWidth(self, _width: int) -> int:
        return self.sizeHint().height()


def are_high(widgets: Iterable[QWidget], height: int) -> bool:
    return all(widget.height() == height for widget in widgets)


def test_opened_fields_scroll_where_there_is_no_room_for_all(qtbot: QtBot) -> None:
    """And Tab brings the next one into sight."""
    window = QWidget()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    opened: OpenedPart[Rows] = OpenedPart(Rows)
    column.addWidget(opened)
    column.addStretch(1)
    window.resize(300, 2_000)
    assert opened.full_height(300) == 0
    opened.show()
    with qtbot.waitExposed(window):
        window.show()
    whole = opened.full_height(300)
    assert whole > 20 * opened.fontMetrics().height()
    area = opened.findChild(QScrollArea)
    assert area is not None
    for given, scrolls in ((whole, False), (whole // 3, True)):
        opened.give(given)
        qtbot.waitUntil(partial(are_high, (opened, area), given), timeout=BOUND_MS)
        assert (area.verticalScrollBar().maximum() > 0) is scrolls
        assert area.horizontalScrollBar().maximum() == 0
    last = opened.part.findChild(QLineEdit, "field 19")
    assert last is not None
    assert last.visibleRegion().isEmpty()
    first = opened.part.findChild(QLineEdit, "field 0")
    assert first is not None
    first.setFocus()
    for _ in range(19):
        QTest.keyClick(window.focusWidget(), Qt.Key.Key_Tab)
    assert last.hasFocus()
    assert not last.visibleRegion().isEmpty()
    opened.hide()
    assert opened.full_height(300) == 0
