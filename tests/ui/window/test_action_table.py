"""The table of the window's commands, and the window: neither has what the other lacks."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import QMenu, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Hand
from workbench import app, texts
from workbench.resources import resource
from workbench.texts import tr
from workbench.ui.style.retranslatable import use_language
from workbench.ui.window import toolbar
from workbench.ui.window.action_table import ACTIONS, MENUS, RIGHT, Action, Button
from workbench.ui.window.window import MainWindow

WORDED = [row for row in ACTIONS if row.menu is not None]
BUTTONS = [row for row in ACTIONS if row.button is not None]


def test_ids_and_keys_are_given_once() -> None:
    for given in (
        [row.id for row in ACTIONS],
        [QKeySequence(key).toString() for row in ACTIONS for key in row.keys],
        [row.button_name for row in BUTTONS],
    ):
        assert [item for item, times in Counter(given).items() if times > 1] == []


def test_every_row_stands_in_a_menu_that_is_there() -> None:
    menus = {*MENUS, *(row.id for row in ACTIONS if row.submenu)}
    assert {row.menu for row in WORDED} <= menus
    assert all(row.keys for row in ACTIONS if not row.submenu)


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_every_row_has_its_texts(language: str) -> None:
    known = texts.catalogue(language)
    wanted = [f"menu.{row.id}" for row in WORDED]
    wanted += [f"menutip.{row.id}" for row in WORDED if not row.submenu]
    wanted += [
        f"{part}.{row.old_text}" for row in ACTIONS if row.old_text for part in ("menu", "menutip")
    ]
    wanted += [f"{part}.{row.button_name}" for row in BUTTONS for part in ("window", "tip", "name")]
    assert [key for key in wanted if key not in known] == []


def test_every_icon_is_there() -> None:
    icons = {row.button.icon for row in BUTTONS if row.button is not None and row.button.icon}
    assert {icon for icon in icons if not (resource("icons") / f"{icon}.svg").exists()} == set()


def test_the_window_does_what_the_table_has_and_nothing_else(window: MainWindow) -> None:
    does = set(window._does())
    assert does == {row.id for row in ACTIONS if not row.submenu}
    assert {
        action.objectName() for action in window.findChildren(QAction) if action.objectName()
    } >= {f"action.{row.id}" for row in WORDED if not row.submenu}
    bound = {
        key.toString() for made in window.findChildren(QShortcut) for key in QShortcut.keys(made)
    }
    assert {key for row in ACTIONS if row.menu is None for key in row.keys} <= bound


def test_the_tool_bar_has_the_tables_buttons_in_order(window: MainWindow) -> None:
    shown = [
        widget.objectName()
        for action in window.toolbar.actions()
        if isinstance(widget := window.toolbar.widgetForAction(action), QToolButton)
    ]
    places = {f"window.{row.button_name}": row.button for row in BUTTONS}
    assert sorted(shown) == sorted(places)
    ordered = [(places[name].group, places[name].place) for name in shown]  # type: ignore[union-attr]
    assert ordered == sorted(ordered)
    assert {group for group, _ in ordered if group >= RIGHT}


def test_a_button_does_what_its_menu_entry_does(hand: Hand) -> None:
    before = len(hand.window.tab_area.panels())
    hand.press("window.add_server")
    hand.window.menus.action("new_server").trigger()
    assert len(hand.window.tab_area.panels()) == before + 2


def test_only_what_acts_on_sockets_is_off_for_an_old_record(hand: Hand) -> None:
    hand.window.controller.session.journal.flush()
    hand.window.file_commands.show_record(hand.window.controller.session.record)
    old = next(iter(app._beside))
    for row in WORDED:
        assert hand.window.menus.action(row.id).isEnabled(), row.id
        assert old.menus.action(row.id).isEnabled() is not row.live, row.id
    for row in BUTTONS:
        button = old.toolbar.findChild(QToolButton, f"window.{row.button_name}")
        assert button is not None
        assert button.isEnabled() is not row.live, row.id


def test_a_new_button_is_one_line(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    """Of a command that is there: the tool bar asks for nothing but its row."""
    rows = (Action("export", "file", button=Button(3, 9, "save", "stop_all")),)
    monkeypatch.setattr(toolbar, "ACTIONS", rows)
    made = toolbar.ToolBar(window.menus)
    button = made.findChild(QToolButton, "window.stop_all")
    assert button is not None
    export = window.menus.action("export")
    export.triggered.disconnect()  # it would ask for a file
    with qtbot.waitSignal(export.triggered):
        button.click()
    made.deleteLater()


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_a_demonstration_is_three_clicks_away(hand: Hand, language: str) -> None:
    """The menu of that name, by topic, the demonstration."""
    use_language(language)
    window = hand.window
    names = {"en": ("Demonstrations", "By topic"), "zh_CN": ("演示", "按主题")}[language]
    opened: QWidget = window.menus
    for name in names:
        (found,) = [act for act in opened.actions() if plain(act.text()) == name]
        menu = found.menu()
        assert isinstance(menu, QMenu)
        opened = menu
    assert isinstance(opened, QMenu)
    opened.aboutToShow.emit()
    title = next(item.title for item in window.scenario_player.found() if item.name == "greeting")
    (found,) = [act for act in opened.actions() if act.text() == title]
    found.trigger()
    hand.wait(window.demo_bar.isVisible)
    hand.wait(lambda: not window.scenario_player.running)


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_help_leads_to_the_demonstrations_too(hand: Hand, language: str) -> None:
    use_language(language)
    (helping,) = [
        act.menu() for act in hand.window.menus.actions() if act.text() == tr("menu.help")
    ]
    assert isinstance(helping, QMenu)
    words = [plain(act.text()) for act in helping.actions() if not act.isSeparator()]
    assert words[2] == plain(tr("menu.demonstrations"))
    letters = Counter(mnemonic(act.text()) for act in helping.actions() if act.text())
    assert [letter for letter, times in letters.items() if times > 1] == []


def mnemonic(text: str) -> str:
    return text[text.index("&") + 1].lower()


def plain(text: str) -> str:
    """Without the key of the menu: `&Help`, `帮助(&H)`."""
    return re.sub(r"\(&.\)|&", "", text)
