"""Menus, lists, headings and scroll bars: what is chosen can be read, and what is below the mouse
shows it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QStyle,
    QStyleOptionSlider,
    QTableView,
    QWidget,
)
from pytestqt.qtbot import QtBot

from tests.ui.style.test_theme import contrast
from workbench.ui.dialogs.varying_table import VaryingTable
from workbench.ui.endpoint.header_table import HeaderTable
from workbench.ui.style import dressing, icons, theme
from workbench.ui.widgets.choices_list import ChoicesList
from workbench.ui.widgets.item_views import ItemTable


@pytest.fixture(params=[theme.LIGHT, theme.DARK], ids=["light", "dark"])
def scheme(qapp: QApplication, request: pytest.FixtureRequest) -> Iterator[theme.Theme]:
    dressing.apply(qapp, request.param)
    yield request.param
    dressing.apply(qapp, theme.LIGHT)


def shown(widget: QWidget, qtbot: QtBot) -> QWidget:
    """In a window with the style sheet."""
    window = QWidget()
    qtbot.addWidget(window)
    row = QHBoxLayout(window)
    row.addWidget(widget)
    window.resize(400, 200)
    dressing.dress(window)
    with qtbot.waitExposed(window):
        window.show()
    return window


def colours(picture: QImage, y: int) -> list[str]:
    return [picture.pixelColor(x, y).name() for x in range(picture.width())]


def test_the_chosen_line_of_a_choice_can_be_read(scheme: theme.Theme, qtbot: QtBot) -> None:
    box = QComboBox()
    box.addItems(["one", "two", "three"])
    box.setCurrentIndex(1)
    _window = shown(box, qtbot)
    box.showPopup()
    view = box.view()
    qtbot.waitUntil(lambda: view.isVisible() and view.currentIndex().row() == 1)
    line = view.visualRect(view.currentIndex())
    found = colours(view.viewport().grab(line).toImage(), line.height() // 2)
    box.hidePopup()
    assert scheme.highlight in found
    assert max(contrast(colour, scheme.highlight) for colour in found) >= 4.5


def test_the_line_of_a_menu_that_the_mouse_is_on_stands_out(
    scheme: theme.Theme, qtbot: QtBot
) -> None:
    window = shown(QWidget(), qtbot)
    menu = QMenu(window)
    first, chosen = menu.addAction("one"), menu.addAction("two")
    menu.popup(window.mapToGlobal(QPoint(0, 0)))
    qtbot.waitUntil(menu.isVisible)
    menu.setActiveAction(chosen)
    picture = menu.grab().toImage()
    menu.close()
    found = colours(picture, menu.actionGeometry(chosen).center().y())
    assert found.count(scheme.highlight) > len(found) // 2
    assert found[1] == scheme.base, "it does not touch the edge"
    assert scheme.highlight not in colours(picture, menu.actionGeometry(first).center().y())


@pytest.mark.parametrize("table", [lambda: ItemTable(2, 2), VaryingTable, HeaderTable])
def test_a_heading_shows_that_the_mouse_is_on_it(
    table: Callable[[], QTableView], scheme: theme.Theme, qtbot: QtBot
) -> None:
    made = table()
    window = shown(made, qtbot)
    header = made.horizontalHeader()
    at = QPoint(header.sectionViewportPosition(1) + 20, 2)
    assert header.viewport().grab().toImage().pixelColor(at).name() == scheme.window
    QTest.mouseMove(header.viewport(), at)
    qtbot.waitUntil(lambda: header.viewport().grab().toImage().pixelColor(at).name() == scheme.over)
    assert not header.highlightSections()
    window.close()


def test_a_scroll_bar_is_a_thumb_without_arrows(scheme: theme.Theme, qtbot: QtBot) -> None:
    paper = QPlainTextEdit("line\n" * 100)
    paper.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
    _window = shown(paper, qtbot)
    bar = paper.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    option = QStyleOptionSlider()
    bar.initStyleOption(option)
    part = QStyle.SubControl
    complex_bar = QStyle.ComplexControl.CC_ScrollBar
    for arrow in (part.SC_ScrollBarAddLine, part.SC_ScrollBarSubLine):
        assert bar.style().subControlRect(complex_bar, option, arrow, bar).isEmpty()
    thumb = bar.style().subControlRect(complex_bar, option, part.SC_ScrollBarSlider, bar)
    assert bar.grab().toImage().pixelColor(thumb.center()).name() == scheme.thumb
    bar.setEnabled(False)  # there is nothing to scroll
    assert bar.grab().toImage().pixelColor(thumb.center()).name() == scheme.window


def test_a_list_of_completions_looks_like_the_window(scheme: theme.Theme, qtbot: QtBot) -> None:
    field = QLineEdit()
    _window = shown(field, qtbot)
    choices = ChoicesList(field, "choices")
    choices.offer(["call:", "cause"], field.rect())
    popup = choices.popup()
    assert popup is not None
    qtbot.waitUntil(popup.isVisible)
    line = popup.visualRect(popup.currentIndex())
    found = colours(popup.viewport().grab(line).toImage(), line.height() // 2)
    high = line.height()
    popup.hide()
    assert scheme.highlight in found
    assert high >= popup.fontMetrics().height() + 2 * theme.TIGHT


@pytest.mark.parametrize("primary", [True, False])
def test_the_number_of_a_step_is_seen_on_every_button(
    primary: bool, scheme: theme.Theme, qtbot: QtBot
) -> None:
    """On a light button that is not the primary one it was white on white."""
    back = scheme.primary.back if primary else scheme.button
    image = icons.numbered(2, 20).pixmap(20 + theme.NEAR, 20).toImage()
    seen = [
        colour.name()
        for x in range(image.width())
        for y in range(image.height())
        if (colour := image.pixelColor(x, y)).alpha() == 255
    ]
    clear = [colour for colour in seen if contrast(colour, back) >= 4.5]
    assert len(clear) > image.height()


@pytest.mark.parametrize("theme", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
def test_a_thumb_is_seen_in_its_groove(theme: theme.Theme) -> None:
    """WCAG 2 asks 3:1 of what is no text."""
    assert contrast(theme.thumb, theme.window) >= 3
    assert contrast(theme.muted, theme.over) >= 4.5
    assert contrast(theme.text, theme.down) >= 4.5
