"""The manual's window: the page of what has the focus, a search, no way outside."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QAction, QGuiApplication, QImage, QTextDocument
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QListWidget, QPushButton

import workbench
from tests.ui.conftest import Hand
from workbench import texts
from workbench.ui.dialogs.about_box import AboutBox
from workbench.ui.dialogs.manual_window import ManualText, ManualWindow
from workbench.ui.style import dressing, theme
from workbench.ui.style.retranslatable import use_language
from workbench.ui.window.action_table import ACTIONS
from workbench.ui.window.key_list import key_page


def opened(hand: Hand, action: str = "manual") -> ManualWindow:
    found = hand.window.findChild(QAction, f"action.{action}")
    assert isinstance(found, QAction)
    found.trigger()
    window = hand.window.findChild(ManualWindow)
    assert isinstance(window, ManualWindow)
    return window


def text(window: ManualWindow) -> str:
    return window.text.toPlainText().strip()


@pytest.mark.parametrize(("control", "heading"), [
    ("client.payload", "Messages"), ("server.port", "Server"), ("log.filter", "The log"),
])  # fmt: skip
def test_it_opens_at_the_page_of_what_has_the_focus(hand: Hand, control: str, heading: str) -> None:
    field = hand.find(control)
    field.setFocus()
    hand.wait(field.hasFocus)
    window = opened(hand)
    assert window.isVisible()
    assert text(window).startswith(heading)


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_a_search_leads_to_the_place(hand: Hand, language: str) -> None:
    use_language(language)
    window = opened(hand)
    search = window.findChild(QLineEdit, "manual.search")
    rows = window.findChild(QListWidget, "manual.pages")
    assert isinstance(search, QLineEdit)
    assert isinstance(rows, QListWidget)
    search.setText("SO_LINGER")
    assert 0 < rows.count() < 5
    assert "SO_LINGER" in text(window)
    search.setText("no such words at all")
    assert rows.item(0).text() == texts.tr("manual.nothing")
    search.clear()
    assert rows.count() > 8


def test_it_speaks_the_language_of_the_window(hand: Hand) -> None:
    window = opened(hand, "keys")
    assert text(window).startswith("Keys")
    use_language("zh_CN")
    assert text(window).startswith("快捷键")


def test_a_page_with_nothing_to_scroll_has_no_thumb(hand: Hand) -> None:
    window = opened(hand)
    window.resize(900, 700)
    bar = window.text.verticalScrollBar()
    for page, scrolls in (("explain", False), ("start", True), ("explain", False)):
        window.open_page(page)
        hand.wait(lambda wanted=scrolls: (bar.maximum() > 0, bar.isEnabled()) == (wanted, wanted))


def test_in_a_dark_presentation_the_pictures_are_dark(hand: Hand, qapp: QApplication) -> None:
    view: ManualText = opened(hand).text
    image = QTextDocument.ResourceType.ImageResource.value
    for scheme in (theme.LIGHT_PRESENTED, theme.DARK_PRESENTED):
        dressing.apply(qapp, scheme)
        shown = view.loadResource(image, QUrl("tcp-talk")).pixelColor(2, 2).lightness()
        assert (shown < 128) is (scheme is theme.DARK_PRESENTED)
    dressing.apply(qapp, theme.LIGHT)


def test_escape_closes_it(hand: Hand) -> None:
    hand.window.child_windows.open_manual("start")
    manual = hand.window.findChild(ManualWindow)
    assert manual is not None
    manual.activateWindow()
    hand.wait(manual.isActiveWindow)
    hand.qtbot.keyClick(manual, Qt.Key.Key_Escape)
    hand.wait(lambda: not manual.isVisible())


def test_every_command_with_a_key_is_listed() -> None:
    said = key_page().text
    for row in ACTIONS:
        if row.menu is not None and row.keys:
            assert texts.tr(f"menutip.{row.id}").replace("|", "\\|") in said, row.id


def test_pictures_of_the_gallery_alone_are_loaded(hand: Hand) -> None:
    view: ManualText = opened(hand).text
    image = QTextDocument.ResourceType.ImageResource
    found = view.loadResource(image.value, QUrl("tcp-talk"))
    assert isinstance(found, QImage)
    assert found.width() > 100
    for stranger in ("../../README", "file:///etc/hostname", "http://127.0.0.1:9/x.png"):
        assert view.loadResource(image.value, QUrl(stranger)).width() == 1
    assert view.loadResource(QTextDocument.ResourceType.HtmlResource.value, QUrl("x")) is None


def test_about_says_versions_and_paths_and_copies_them(hand: Hand) -> None:
    action = hand.window.findChild(QAction, "action.about")
    assert isinstance(action, QAction)
    action.trigger()
    box = hand.window.findChild(AboutBox)
    assert isinstance(box, AboutBox)
    label, copy = box.findChild(QLabel, "about.text"), box.findChild(QPushButton, "about.copy")
    assert isinstance(label, QLabel)
    assert isinstance(copy, QPushButton)
    assert workbench.__version__ in label.text()
    assert hand.window.preferences.path in label.text()
    copy.click()
    assert QGuiApplication.clipboard().text() == label.text()
