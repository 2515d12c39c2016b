"""Ctrl+= makes everything larger, and nothing falls off."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QApplication,
    QProgressBar,
    QStyle,
    QStyleOptionButton,
    QToolButton,
    QWidget,
)

from tests.ui.conftest import Hand
from workbench.qt.preferences import SCALES
from workbench.ui.style.retranslatable import use_language


@pytest.fixture
def dressed() -> bool:
    """Sizes are of the style sheet too."""
    return True


def tools(hand: Hand) -> list[QToolButton]:
    return list(hand.window.toolbar._buttons.values())


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_icons_boxes_and_bars_grow(hand: Hand, scheme: str) -> None:
    looks = hand.window.appearance
    looks.set_scheme(scheme)
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    box = hand.window.log.main_calls
    bar = hand.window.findChild(QProgressBar)
    panel = hand.window.tab_area.panel("server-1")
    assert bar is not None
    assert panel is not None
    strip = panel.strip

    def sizes() -> list[int]:
        chip = next(x for x in strip.findChildren(QToolButton) if not x.icon().isNull())
        option = QStyleOptionButton()
        option.initFrom(box)
        indicator = box.style().subElementRect(QStyle.SubElement.SE_CheckBoxIndicator, option, box)
        return [
            tools(hand)[0].iconSize().height(),
            chip.iconSize().height(),  # its width has air before the words
            indicator.width(),
            bar.height(),
        ]

    try:
        assert hand.at_rest(sizes) == [16, 12, 14, 12]
        looks._set_scale(200)
        assert hand.at_rest(sizes) == [32, 24, 28, 24]
        looks.normal()
        assert hand.at_rest(sizes) == [16, 12, 14, 12]
    finally:
        looks.normal()
        looks.set_scheme("system")


def test_family_and_type_can_be_read_at_every_size(hand: Hand) -> None:
    panel = hand.window.tab_area.panel("server-1")
    assert panel is not None
    try:
        for scale in SCALES:
            hand.window.appearance._set_scale(scale)
            for box in (panel.address_line.family, panel.address_line.type):
                needed = box.fontMetrics().horizontalAdvance(box.currentText())
                assert box.width() >= needed + 30, scale
    finally:
        hand.window.appearance.normal()


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_the_tool_bar_is_whole_at_every_size(hand: Hand, language: str) -> None:
    window = hand.window
    use_language(language)
    window.toolbar.say("values", "Values: staging")
    window.toolbar.offer("values", True)  # else it is there where there are files
    window.resize(1280, 800)
    try:
        for scale in SCALES:
            window.appearance._set_scale(scale)
            hand.at_rest(lambda: [button.geometry() for button in tools(hand)])
            for button in tools(hand):
                assert button.isVisible(), (scale, button.objectName())
                assert button.geometry().right() <= window.toolbar.width(), scale
            worded = tools(hand)[0].toolButtonStyle()
            if not window.low_window.low:  # there it stands beside the menus
                assert worded == Qt.ToolButtonStyle.ToolButtonTextBesideIcon, scale
            assert window.height() <= 800, scale
    finally:
        window.appearance.normal()


def test_every_widget_follows_the_size(hand: Hand) -> None:
    """Also after several changes: Qt keeps fonts of its own for what a style sheet touches."""
    window = hand.window
    natural = QApplication.font().pointSizeF()
    before = {
        id(x): x.font().pointSizeF()
        for x in window.findChildren(QWidget)
        if abs(x.font().pointSizeF() - natural) > 0.01
    }
    for scheme in ("dark", "light"):
        window.appearance.set_scheme(scheme)
        window.appearance.larger()
        size = QApplication.font().pointSizeF()
        late = [
            x.objectName()
            for x in window.findChildren(QWidget)
            if id(x) not in before
            and abs(x.font().pointSizeF() - size) > 0.01
            and not x.objectName().startswith(("qt_scrollarea", "caption"))
        ]
        assert not late, scheme
    window.appearance.normal()
    window.appearance.set_scheme("system")
