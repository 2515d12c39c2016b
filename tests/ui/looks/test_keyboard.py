"""Without a mouse and without eyes: order of the Tab key, focus, names, roles, menus and keys."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import combinations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QShortcut
from PySide6.QtWidgets import QAbstractButton, QApplication, QMenu, QWidget

from tests.ui.conftest import Hand
from tests.ui.looks.scenes import more, rules, settle, speak, talk
from tests.ui.looks.seen import name_of
from tests.ui.looks.walk import SPEECHLESS, backwards, role, stops, takes_tab, walk
from workbench import texts
from workbench.engine.model import commands as c
from workbench.ui.style import dressing, theme
from workbench.viewmodel.control_commands import BINDINGS

CALLS = re.compile(
    r"\b(socket|bind|listen|accept|connect|send|sendto|recv|recvfrom|shutdown|close|setsockopt"
    r"|getsockopt|settimeout)\("
)
ABOVE_THE_SOCKET = re.compile(r"\w+\.(?:tls_|ws_|frame_|proxy)")
"""What TLS, WebSocket and a proxy say of themselves: no call of the socket's own."""
NO_CALL = {"window.mark_text": "a mark is a note in the record: no socket has to do with it"}


@pytest.fixture(autouse=True)
def _no_blinking(qapp: QApplication) -> Iterator[None]:
    """A cursor that blinks would make two pictures differ by chance."""
    before = qapp.cursorFlashTime()
    qapp.setCursorFlashTime(0)
    yield
    qapp.setCursorFlashTime(before)


def sections(hand: Hand) -> list[QWidget]:
    """The parts of the window in the order in which they are read."""
    window = hand.window
    return [
        window.toolbar,
        window.onboarding_bar,
        window.tab_area.left,
        window.tab_area.right,
        window.log,
        window.inspector,
    ]


def test_tab_goes_through_the_window_as_one_reads_it(hand: Hand) -> None:
    more(hand)
    settle()
    found, unseen = walk(hand.window)
    missed = {name_of(widget) for widget in stops(hand.window)} - {name_of(w) for w in found}
    assert not missed, "the Tab key does not get there"
    assert not [name_of(widget) for widget in unseen], "the focus cannot be seen"
    order = []
    for part in sections(hand):
        inside = [widget for widget in found if part.isAncestorOf(widget)]
        assert not backwards(inside), name_of(part)
        if inside:
            order += [found.index(inside[0]), found.index(inside[-1])]
    assert order == sorted(order), "parts of the window are visited out of order"


def test_the_strip_of_calls_is_one_stop(hand: Hand) -> None:
    """However many calls there are: the arrow keys go through them, as in a tool bar."""
    talk(hand)
    settle()
    found, _ = walk(hand.window)
    for side in ("server", "client"):
        strip = hand.find(f"{side}.calls")
        buttons = [x for x in strip.findChildren(QAbstractButton) if x.isVisible()]
        assert len(buttons) > 2
        assert len([widget for widget in found if strip.isAncestorOf(widget)]) == 1


def test_the_focus_is_seen_in_the_dark_and_on_a_projector(hand: Hand, qapp: QApplication) -> None:
    talk(hand)
    for chosen in (theme.DARK, theme.LIGHT_PRESENTED):
        dressing.apply(qapp, chosen)
        settle()
        _, unseen = walk(hand.window)
        assert not [name_of(widget) for widget in unseen]
    dressing.apply(qapp, theme.LIGHT)


@pytest.mark.parametrize("name", ["window.mark", "remove.client-1"])
def test_a_flat_button_has_the_frame_that_others_have_for_the_focus(hand: Hand, name: str) -> None:
    """A tint alone was hardly seen, least of all in the dark."""
    hand.window.activateWindow()
    button = hand.find(name)
    button.setFocus(Qt.FocusReason.TabFocusReason)
    hand.wait(button.hasFocus)
    edge = button.grab().toImage().pixelColor(1, button.height() // 2)
    assert edge.name() == theme.LIGHT.link


def frame_by_hand(hand: Hand) -> None:
    """A WebSocket with the line for a frame unfolded on both sides."""
    hand.open_websocket()
    for side in ("server", "client"):
        hand.press(f"{side}.frame_open")


@pytest.mark.parametrize("state", [rules, frame_by_hand])
@pytest.mark.parametrize("scheme", [theme.LIGHT, theme.DARK])
def test_what_unfolds_shows_the_focus_in_both_schemes(
    hand: Hand, qapp: QApplication, state: Callable[[Hand], None], scheme: theme.Theme
) -> None:
    """The form of the rules, a frame by hand: each control is drawn with and without the focus."""
    state(hand)
    dressing.apply(qapp, scheme)
    settle()
    found, unseen = walk(hand.window)
    assert not {name_of(w) for w in stops(hand.window)} - {name_of(w) for w in found}
    assert not [name_of(widget) for widget in unseen]
    dressing.apply(qapp, theme.LIGHT)


@pytest.mark.parametrize("repeat", [False, True])
def test_tab_goes_through_the_other_windows(hand: Hand, repeat: bool) -> None:
    hand.window.child_windows.open_backlog_lab()
    maker = hand.make_scenario(repeat=repeat)
    for window in (hand.window.child_windows.lab, maker):
        assert window is not None
        settle()
        found, unseen = walk(window)
        assert not {name_of(w) for w in stops(window)} - {name_of(w) for w in found}
        assert not [name_of(widget) for widget in unseen]
        assert not backwards(found, columns=True)


def test_everything_that_takes_the_focus_has_a_name_and_a_role(hand: Hand) -> None:
    hand.window.child_windows.open_backlog_lab()
    hand.make_scenario()
    talk(hand)
    faults = []
    for language in texts.LANGUAGES:
        speak(hand.window, language)
        for widget in hand.window.findChildren(QWidget):
            if takes_tab(widget) and not widget.objectName().startswith("qt_"):
                if not widget.accessibleName():
                    faults.append(f"{language} {name_of(widget)}: no name")
                if role(widget) in SPEECHLESS:
                    faults.append(f"{name_of(widget)}: {role(widget)}")
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_what_acts_on_a_socket_names_its_call(hand: Hand, language: str) -> None:
    hand.window.child_windows.open_backlog_lab()
    lab = hand.window.child_windows.lab
    assert lab is not None
    speak(hand.window, language)
    acting = {name: hand.window.findChild(QWidget, name) for name in BINDINGS}
    acting |= {
        button.objectName(): button
        for button in lab.findChildren(QAbstractButton)
        if button.objectName()
        not in ("lab.keep", "lab.kept", "lab.smaller", "lab.larger", "lab.log")
    }
    for name in ("add_server", "add_client", "start_over", "stop_all"):
        acting[f"window.{name}"] = hand.window.findChild(QWidget, f"window.{name}")
    faults = [
        f"{name}: {widget.toolTip()!r}"
        for name, widget in acting.items()
        if widget is not None
        and name not in NO_CALL
        and not ABOVE_THE_SOCKET.match(name)
        and not CALLS.search(widget.toolTip())
    ]
    assert not faults, "\n".join(faults)


# -- menus and keys ---------------------------------------------------------------------------

NO_COMMAND = {
    "server.option_set": "confirms the field beside it, as Enter in that field does",
    "client.option_set": "confirms the field beside it, as Enter in that field does",
    "client.other_way": "an offer of the message line, there only while it is of use",
}
MENU_OF = {
    "server.listen": "start",
    "client.connect": "start",
    "server.close": "close_connection",
    "client.close": "close_connection",
    "window.stop_all": "stop_all",
    "window.add_server": "new_server",
    "window.add_client": "new_client",
}
SUBMENUS = ("recent", "demos", "scheme", "values")
"""Their entries are records, demonstrations, colours and files: chosen, no commands themselves."""


def actions(hand: Hand) -> dict[str, QAction]:
    """The commands of the menu bar by name."""
    found = hand.window.findChildren(QAction)
    return {
        name.removeprefix("action."): action
        for action in found
        if (name := action.objectName()).startswith("action.")
    }


def test_every_button_that_acts_has_a_menu_entry(hand: Hand) -> None:
    known = actions(hand)
    tools = [button.objectName() for button in hand.window.toolbar.findChildren(QAbstractButton)]
    acting = [
        name
        for name, commands in BINDINGS.items()
        if commands != (c.Configure,)
        and isinstance(hand.window.findChild(QWidget, name), QAbstractButton)
    ]
    missing = [
        name
        for name in (*acting, *tools)
        if name not in NO_COMMAND
        and not name.startswith("qt_")
        and MENU_OF.get(name, name.partition(".")[2]) not in {*known, *SUBMENUS}
    ]
    assert not missing


def test_every_command_has_a_key(hand: Hand) -> None:
    without = [name for name, action in actions(hand).items() if not action.shortcuts()]
    assert not without


def test_no_two_commands_share_a_key(hand: Hand) -> None:
    """Qt runs neither of two: also a key of a part clashes with one of the whole window."""
    hand.window.child_windows.open_backlog_lab()
    held: list[tuple[str, QWidget, bool]] = []
    for action in hand.window.findChildren(QAction):
        held += [(key.toString(), hand.window, True) for key in action.shortcuts()]
    for shortcut in hand.window.findChildren(QShortcut):
        parent = shortcut.parent()
        assert isinstance(parent, QWidget)
        whole = shortcut.context() is Qt.ShortcutContext.WindowShortcut
        held += [(key.toString(), parent, whole) for key in QShortcut.keys(shortcut)]
    clashes = [
        f"{key}: {name_of(one)} and {name_of(other)}"
        for (key, one, _), (same, other, _) in combinations(held, 2)
        if key == same and one.window() is other.window()
    ]
    assert not clashes


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_letters_of_a_menu_are_its_own(hand: Hand, language: str) -> None:
    speak(hand.window, language)
    menus = hand.window.menuBar().findChildren(QMenu)
    bar = [action.text() for action in hand.window.menuBar().actions()]
    for entries in (bar, *([action.text() for action in menu.actions()] for menu in menus)):
        letters = [found[1].lower() for text in entries if (found := re.search("&(.)", text))]
        doubles = {letter for letter in letters if letters.count(letter) > 1}
        assert not doubles, (entries, doubles)
