"""Chips from hand-made snapshots."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QHBoxLayout, QMenu, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from workbench.engine.model.settings import EndpointSettings, GateMode, Pace, Role
from workbench.engine.model.snapshot import Chip, ChipState, EndpointSnapshot, Phase, Waiting
from workbench.ui.endpoint.call_strip import CallStrip, _ChipButton
from workbench.ui.widgets.named_controls import NamedControls
from workbench.viewmodel.call_strip import SECOND, chips_of, in_full

BARE = EndpointSnapshot(
    "server-1",
    EndpointSettings("server-1", Role.LISTENER),
    Phase.IDLE,
    None,
    None,
    None,
    GateMode.AUTO,
    GateMode.AUTO,
    GateMode.AUTO,
    Pace.AT_ONCE,
    (),
    None,
    (),
    0,
    0,
    (),
    None,
    0,
    0,
)

PLANNED = (
    Chip("socket", "AF_INET, SOCK_STREAM", ChipState.PLANNED),
    Chip("bind", "('127.0.0.1', 23333)", ChipState.PLANNED),
    Chip("accept", "", ChipState.PLANNED),
)


def texts(strip: CallStrip) -> list[str]:
    buttons = [x for x in strip.findChildren(QToolButton) if x.isVisible()]
    return [x.text() for x in sorted(buttons, key=lambda x: x.x())]


def made(qtbot: QtBot, width: int = 700) -> CallStrip:
    strip = CallStrip(NamedControls("server"))
    qtbot.addWidget(strip)
    strip.resize(width, 30)
    strip.show()
    return strip


def show(
    strip: CallStrip, snapshot: EndpointSnapshot, now_ns: int, planned: tuple[Chip, ...] = ()
) -> None:
    strip.tick(now_ns)
    strip.show_chips(chips_of(snapshot, planned))


def test_planned_calls_show_before_the_first_start(qtbot: QtBot) -> None:
    strip = made(qtbot)
    show(strip, BARE, 0, PLANNED)
    assert texts(strip) == [
        "socket(AF_INET, SOCK_STREAM)",
        "bind(('127.0.0.1', 23333))",
        "accept()",
    ]
    strip.resize(420, 30)  # as many in full as there is room for
    assert texts(strip) == ["socket(…)", "bind(('127.0.0.1', 23333))", "accept()"]
    strip.resize(280, 30)
    assert texts(strip) == ["socket(…)", "bind(…)", "accept()"]
    strip.resize(200, 30)
    assert texts(strip) == ["socket", "bind", "accept"]


def test_a_chip_is_given_a_text_only_if_it_has_another(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each one has Qt lay out the line again: they are measured without being put there."""
    given: list[str] = []
    usual = _ChipButton.setText

    def noted(button: _ChipButton, text: str) -> None:
        given.append(text)
        usual(button, text)

    strip = made(qtbot)
    monkeypatch.setattr(_ChipButton, "setText", noted)
    show(strip, BARE, 0, PLANNED)
    whole = texts(strip)
    assert given == whole
    strip.resize(strip.width(), 40)
    assert given == whole
    strip.resize(200, 40)
    assert given == [*whole, "socket", "bind", "accept"]


def test_the_menu_runs_and_copies(qtbot: QtBot) -> None:
    strip = made(qtbot)
    show(strip, BARE, 0, PLANNED)
    buttons = sorted(
        (x for x in strip.findChildren(QToolButton) if x.isVisible()), key=lambda x: x.x()
    )
    entries = []
    for button in buttons:
        button.customContextMenuRequested.emit(button.rect().center())
        menu = strip.findChildren(QMenu)[-1]
        entries.append(menu.actions())
        menu.hide()
    with qtbot.waitSignal(strip.run_wanted) as caught:
        entries[1][0].trigger()
    assert caught.args == [2]
    assert not entries[2][0].isEnabled()
    entries[1][1].trigger()
    assert QGuiApplication.clipboard().text() == "sock.bind(('127.0.0.1', 23333))"


def test_done_failed_and_waiting(qtbot: QtBot) -> None:
    strip = made(qtbot)
    chips = (
        Chip("socket", "", ChipState.DONE, 1, 7),
        Chip("bind", "", ChipState.FAILED, 2, None, "EADDRINUSE"),
    )
    waiting = Waiting("accept", since_ns=0, deadline_ns=3 * SECOND)
    snapshot = replace(BARE, phase=Phase.LISTENING, strip=chips, waiting=waiting)
    show(strip, snapshot, SECOND)
    assert texts(strip) == ["socket fd 7", "bind EADDRINUSE", "accept 2.0 s left"]
    show(strip, replace(snapshot, waiting=Waiting("accept", 0)), 12 * SECOND)
    assert texts(strip)[-1] == "accept 12 s"


def test_of_calls_that_look_alike_the_newest_is_chosen_and_nothing_is_drawn_anew(
    qtbot: QtBot,
) -> None:
    strip = made(qtbot)
    first, second = (Chip("recvfrom", "65536", ChipState.DONE, t_ns, 64) for t_ns in (1, 2))
    failed = Chip("recvfrom", "65536", ChipState.FAILED, 3, None, "ECONNREFUSED")
    show(strip, replace(BARE, phase=Phase.BOUND, strip=(first,)), 0)
    button = next(x for x in strip.findChildren(QToolButton) if x.isVisible())
    icon = button.icon().cacheKey()
    show(strip, replace(BARE, phase=Phase.BOUND, strip=(second,)), 0)
    assert button.icon().cacheKey() == icon
    with qtbot.waitSignal(strip.chosen) as caught:
        button.click()
    assert caught.args == [second]
    show(strip, replace(BARE, phase=Phase.BOUND, strip=(failed,)), 0)
    assert texts(strip) == ["recvfrom ECONNREFUSED"]
    assert button.icon().cacheKey() != icon


def test_a_click_tells_which_call(qtbot: QtBot) -> None:
    strip = made(qtbot)
    chip = Chip("socket", "", ChipState.DONE, 1, 7)
    show(strip, replace(BARE, phase=Phase.BOUND, strip=(chip,)), 0)
    with qtbot.waitSignal(strip.chosen) as caught:
        next(x for x in strip.findChildren(QToolButton) if x.isVisible()).click()
    assert caught.args == [chip]


def test_the_newest_stay_where_there_is_no_room(qtbot: QtBot) -> None:
    strip = made(qtbot, width=200)
    chips = tuple(Chip(f"call{number}", "", ChipState.DONE, number) for number in range(9))
    show(strip, replace(BARE, phase=Phase.BOUND, strip=chips), 0)
    shown = texts(strip)
    assert shown[0].startswith("+")
    assert shown[-1] == "call8"


# -- without a mouse ------------------------------------------------------------------------------


CALLS = tuple(Chip(f"call{number}", "", ChipState.DONE, number) for number in range(5))


def beside_two_buttons(window: QWidget, qtbot: QtBot) -> tuple[CallStrip, QToolButton, QToolButton]:
    """A strip of five calls, a button before it and one behind it."""
    qtbot.addWidget(window)
    before, strip, behind = QToolButton(), CallStrip(NamedControls("server")), QToolButton()
    row = QHBoxLayout(window)
    for widget in (before, strip, behind):
        row.addWidget(widget)
    window.resize(1000, 60)
    window.show()
    window.activateWindow()
    strip.show_chips(CALLS)
    before.setFocus()
    qtbot.waitUntil(before.hasFocus)
    return strip, before, behind


def at(strip: CallStrip) -> str:
    """The words of the button with the focus; "" where that is elsewhere."""
    focus = QApplication.focusWidget()
    return focus.text() if isinstance(focus, QToolButton) and strip.isAncestorOf(focus) else ""


def test_the_tab_key_stops_once_and_arrows_go_on(qtbot: QtBot) -> None:
    window = QWidget()
    strip, before, behind = beside_two_buttons(window, qtbot)

    def press(*keys: Qt.Key) -> str:
        for key in keys:
            qtbot.keyClick(QApplication.focusWidget(), key)
        return at(strip)

    key = Qt.Key
    assert press(key.Key_Tab) == "call0"
    assert press(key.Key_Right, key.Key_Down) == "call2"
    assert press(key.Key_Left) == "call1"
    assert press(key.Key_End) == press(key.Key_Right) == "call4"
    assert press(key.Key_Home) == press(key.Key_Up) == "call0"
    assert press(key.Key_End, key.Key_Left, key.Key_Tab) == ""
    assert behind.hasFocus()
    assert press(key.Key_Backtab) == "call3", "where it was left"
    with qtbot.waitSignal(strip.chosen) as caught:
        press(key.Key_Return)
    assert caught.args == [CALLS[3]]
    assert press(key.Key_Backtab) == ""
    assert before.hasFocus()
    names = [x.accessibleName() for x in strip.findChildren(QToolButton) if x.isVisible()]
    assert names == [f"call{number}: done" for number in range(5)]


def test_the_focus_stays_in_the_strip_when_its_call_goes(qtbot: QtBot) -> None:
    window = QWidget()
    strip, _, behind = beside_two_buttons(window, qtbot)
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    window.resize(300, 60)
    qtbot.waitUntil(lambda: at(strip).startswith("+"))  # no room for the one that had it
    window.resize(1000, 60)
    qtbot.waitUntil(lambda: at(strip) == "call0")
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_End)
    strip.show_chips(CALLS[:2])
    assert at(strip) == "call1"
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    assert behind.hasFocus()
    strip.show_chips(CALLS)
    qtbot.keyClick(behind, Qt.Key.Key_Backtab)
    assert at(strip) == "call1"


def test_a_connect_says_how_long_it_took_in_milliseconds() -> None:
    chip = Chip("connect", "('127.0.0.1', 1)", ChipState.DONE, took_ns=1_500_000)
    assert in_full(chip, "connect") == "connect 1.50 ms"


def test_brackets_say_whether_a_planned_call_takes_something(qtbot: QtBot) -> None:
    """What is sent is not known yet: send() would be another call."""
    strip = made(qtbot)
    planned = tuple(Chip(call, "", ChipState.PLANNED) for call in ("accept", "send", "close"))
    show(strip, BARE, 0, planned)
    assert texts(strip) == ["accept()", "send(…)", "close()"]
