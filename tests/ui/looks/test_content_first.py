"""What was received and the log have the room, with a socket open on each side: line counts."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from operator import ge

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QFont, QFontDatabase, QFontMetrics
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QScrollArea, QTableView, QWidget

from tests.ui.conftest import Hand
from tests.ui.looks.scenes import (
    SIZE,
    choose_row,
    connected,
    many_chosen,
    scale,
    settle,
    speak,
    talk,
)
from workbench import texts
from workbench.ui.endpoint.server_panel import ServerPanel
from workbench.ui.style import fonts
from workbench.ui.widgets.late_part import OpenedPart
from workbench.ui.window.low_window import LOW_LINES, lines_of
from workbench.ui.window.tab_area import PanelScrollArea
from workbench.ui.window.top_bars import TopBars
from workbench.ui.window.window import MainWindow


@pytest.fixture(autouse=True)
def _usual_size(window: MainWindow) -> Iterator[None]:
    """Preferences outlive a window."""
    yield
    window.appearance.normal()


def _rows(hand: Hand, name: str) -> int:
    """Whole rows of a table in sight."""
    table = hand.find(name)
    assert isinstance(table, QTableView)
    return table.viewport().height() // table.verticalHeader().defaultSectionSize()


def _lines(hand: Hand, name: str) -> int:
    """Whole lines of a conversation in sight; 0: it is not."""
    view = hand.find(name)
    assert isinstance(view, QPlainTextEdit)
    if not view.isVisible():
        return 0
    block = view.firstVisibleBlock()
    height = view.blockBoundingGeometry(block).height()
    assert height > 0
    return int(view.viewport().height() // height)


LEAST = {100: (10, 4, 3, 8), 150: (4, 3, 3, 4)}
"""At so many per cent: lines of the conversation, rows of the server's table, lines of the chosen
one's conversation below it, rows of the log.
"""


def _in_sight(hand: Hand) -> tuple[int, int, int, int]:
    """What LEAST bounds."""
    return (
        _lines(hand, "client.conversation"),
        _rows(hand, "server.connections"),
        _lines(hand, "server.conversation"),
        _rows(hand, "log.table"),
    )


@pytest.mark.parametrize("over", ["SOCK_STREAM", "ws"])
def test_lines_and_rows_in_sight(hand: Hand, over: str) -> None:
    """At 1280×752, in both languages, as plain text and in frames of WebSocket."""
    window = hand.window
    window.resize(*SIZE)
    for side in ("server", "client"):
        hand.choose(f"{side}.type", over)
    talk(hand)
    wrong = []
    for per_cent, least in LEAST.items():
        scale(window, per_cent)
        for language in texts.LANGUAGES:
            speak(window, language)
            there = hand.at_rest(lambda: _in_sight(hand))
            if not all(map(ge, there, least)):
                wrong.append(f"{language} {per_cent} %: {there}, wanted {least}")
            assert window.size().toTuple() == SIZE
            scrolled = hand.at_rest(lambda: _scrolled(window))
            assert not scrolled, (language, per_cent)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("per_cent", LEAST)
def test_lines_and_rows_in_sight_below_the_first_steps(hand: Hand, per_cent: int) -> None:
    """The strip of what to do first takes a line; it costs the log none of its rows."""
    window = hand.window
    window.resize(*SIZE)
    window.preferences.first_steps_done = False
    window.onboarding.show()
    hand.exchange()
    choose_row(hand)
    scale(window, per_cent)
    assert window.onboarding_bar.isVisible()
    wrong = []
    for language in texts.LANGUAGES:
        speak(window, language)
        there = hand.at_rest(lambda: _in_sight(hand))
        if not all(map(ge, there, LEAST[per_cent])) or _scrolled(window):
            wrong.append(f"{language}: {there}")
    assert not wrong, "\n".join(wrong)


def _open_more(hand: Hand, over: str, *, live: bool) -> None:
    """Open *More* on both sides; `live`: once they are connected."""
    hand.window.resize(*SIZE)
    for side in ("server", "client"):
        hand.choose(f"{side}.type", over)
    if live:
        connected(hand)
    for side in ("server", "client"):
        hand.press(f"{side}.more")


@pytest.mark.parametrize("live", [False, True])
@pytest.mark.parametrize("over", ["SOCK_STREAM", "tls", "wss"])
def test_more_keeps_what_it_is_for_in_sight(hand: Hand, over: str, live: bool) -> None:
    """However many fields it has: they scroll, and not the panel with Listen, Connect and Send."""
    window = hand.window
    _open_more(hand, over, live=live)
    wrong = []
    for per_cent in (100, 150):
        scale(window, per_cent)
        for language in texts.LANGUAGES:
            speak(window, language)
            where = f"{language} {per_cent} %"
            wrong += hand.at_rest(partial(_out_of_sight, hand, where, live))
            for opened in window.findChildren(OpenedPart):
                least = 4 * QFontMetrics(QApplication.font()).lineSpacing()
                if opened.isVisible() and opened.height() < least:
                    wrong.append(f"{where}: {opened.height()} px of fields")
            if live and _lines(hand, "client.conversation") < 1:
                wrong.append(f"{where}: nothing of the conversation")
    assert not wrong, "\n".join(wrong)


def test_fields_of_more_that_belong_together_stand_in_one_line(hand: Hand) -> None:
    """Also in large writing: a field gives some of its width for that."""
    window = hand.window
    _open_more(hand, "wss", live=True)
    wrong = []
    for per_cent in (100, 150):
        scale(window, per_cent)
        for language in texts.LANGUAGES:
            speak(window, language)
            for names in (
                ("server.tls_cert", "server.tls_key"),
                ("client.tls_cert", "client.tls_key"),
                ("client.tls_ca", "client.tls_name"),
                ("client.tls_verify", "client.tls_check_name"),
                ("client.local", "client.proxy"),
                ("server.ws_path", "server.ws_subprotocols"),
            ):
                fields = [hand.find(name) for name in names]
                middles = hand.at_rest(partial(_middles, fields, window))
                if max(middles) - min(middles) > 4:  # a box is a little higher than a field
                    wrong.append(f"{language} {per_cent} %: {names}")
    assert not wrong, "\n".join(wrong)


def _middles(widgets: list[QWidget], window: QWidget) -> list[int]:
    return [widget.mapTo(window, widget.rect().center()).y() for widget in widgets]


def _out_of_sight(hand: Hand, where: str, live: bool) -> list[str]:
    """What of the panels cannot be reached without scrolling them."""
    window = hand.window
    wrong = [f"{where}: {name} scrolls" for name in _scrolled(window)]
    if window.size().toTuple() != SIZE:
        wrong.append(f"{where}: the window has become {window.size().toTuple()}")
    first = ("server.stop",) if live else ("server.listen", "client.connect")
    for name in (*first, "server.send", "client.send"):
        widget = hand.find(name)
        if not widget.isVisible() or widget.visibleRegion().boundingRect() != widget.rect():
            wrong.append(f"{where}: {name} is not in sight")
    sideways = (area.horizontalScrollBar().maximum() for area in window.findChildren(QScrollArea))
    return [*wrong, *(f"{where}: {by} px sideways" for by in sideways if by > 0)]


def test_open_rules_scroll_in_place_of_their_live_server(hand: Hand) -> None:
    """At 150 %, with a connection: the whole editor is there, or nearly so."""
    window = hand.window
    window.resize(*SIZE)
    hand.choose("server.responder", "rules")
    hand.press("server.rules_apply")
    hand.connect()
    hand.choose_rows("server", 1)
    scale(window, 150)
    wrong = []
    for language in texts.LANGUAGES:
        speak(window, language)
        wrong += hand.at_rest(partial(_out_of_sight, hand, language, True))
        assert hand.find("server.rules_try").visibleRegion().boundingRect().height() > 0, language
        assert _rows(hand, "server.connections") >= 1
    assert not wrong, "\n".join(wrong)
    hand.press("server.rules_open")
    hand.wait(hand.find("server.conversation").isVisible)


def test_what_ends_connections_stands_in_one_row(hand: Hand) -> None:
    """Of many clients and of a server's connection: shorter words come before another line, and
    they never part. Where they have no room beside the form of the conversation, that is chosen in
    the menu.
    """
    window = hand.window
    window.resize(*SIZE)
    many_chosen(hand)
    hand.choose_rows("server", 1)
    wrong = []
    for per_cent in (100, 150):
        scale(window, per_cent)
        for language in texts.LANGUAGES:
            speak(window, language)
            for side in ("server", "client"):
                names = ("talk", "half_close", "abort", "close")
                buttons = [hand.find(f"{side}.{name}") for name in names]
                for form in ("utf-8", "escaped", "beside"):
                    hand.window.tab_area.panel(f"{side}-1").talk.choose(form)  # type: ignore[union-attr]
                    tops = hand.at_rest(partial(_tops, buttons, window))
                    if len(tops) > 1:
                        wrong.append(f"{language} {per_cent} % {side} {form}: {tops}")
    assert not wrong, "\n".join(wrong)


def test_a_caption_without_room_leaves_no_gap(hand: Hand) -> None:
    """To whom a server sends, at 150 % in Chinese: the word had gone, and part of its room had
    not.
    """
    window = hand.window
    window.resize(*SIZE)
    many_chosen(hand)
    hand.choose_rows("server", 1)
    captions = set()
    for per_cent in (100, 150):
        scale(window, per_cent)
        for language in texts.LANGUAGES:
            speak(window, language)
            panel, target = window.tab_area.panel("server-1"), hand.find("server.target")
            assert isinstance(panel, ServerPanel)
            caption = panel.send_line.caption
            left = hand.at_rest(lambda: target.mapTo(window, QPoint()).x())  # noqa: B023
            table = hand.find("server.connections").mapTo(window, QPoint()).x()
            captions.add(bool(caption.text()))
            room = caption.sizeHint().width() + panel.send_line.spacing() if caption.text() else 0
            assert left == table + room, (language, per_cent)
    assert captions == {False, True}


def _tops(widgets: list[QWidget], window: QWidget) -> set[int]:
    return {widget.mapTo(window, QPoint()).y() for widget in widgets}


def _scrolled(window: QWidget) -> list[str]:
    """Panels that there is no room for, so that Send may be out of sight."""
    return [
        area.panel.name
        for area in window.findChildren(PanelScrollArea)
        if area.isVisible() and area.verticalScrollBar().maximum() > 0
    ]


@pytest.mark.parametrize("per_cent", [100, 150])
def test_send_stays_at_the_right_of_its_row(hand: Hand, per_cent: int) -> None:
    """Also once what differs from the default stands in words beside it."""
    window = hand.window
    scale(window, per_cent)
    hand.choose("client.append", "crc16-modbus")
    hand.type("client.repeat", "30")
    talk_begins(hand)
    for language in texts.LANGUAGES:
        speak(window, language)
        send, form = hand.find("client.send"), hand.find("client.form")
        row = send.parentWidget()
        assert row is not None
        assert send.geometry().right() >= row.width() - 2, language
        if per_cent == 100:  # in large writing the words may take a row of their own
            assert abs(send.geometry().center().y() - form.geometry().center().y()) <= 2, language


def test_a_low_window_is_told_once_and_back(hand: Hand) -> None:
    """By its height in lines of text: large writing makes it low as a small screen does."""
    window = hand.window
    window.resize(*SIZE)
    settle()
    told: list[bool] = []
    window.low_window.changed.connect(told.append)
    assert not window.low_window.low
    scale(window, 150)
    assert window.low_window.low
    menus, tools = window.menus, window.toolbar
    assert isinstance(menus.parentWidget(), TopBars)
    assert menus.mapTo(window, menus.rect().topRight()).x() < tools.mapTo(window, QPoint()).x()
    scale(window, 100)
    assert not window.low_window.low
    assert menus.mapTo(window, menus.rect().bottomLeft()).y() < tools.mapTo(window, QPoint()).y()
    line = QFontMetrics(QApplication.font()).lineSpacing()
    window.resize(1280, LOW_LINES * line - 1)
    settle()
    assert told == [True, False, True]


def test_a_chinese_font_makes_no_window_low(qapp: QApplication) -> None:
    """Its lines are half as high again as its letters: what frames the content gave way to room
    that nothing took, and the tool bar had no words.
    """
    family = next((name for name in fonts.CJK if name in QFontDatabase.families()), None)
    if family is None:
        pytest.skip("no Chinese font is installed here")
    high = SIZE[1]
    assert high / QFontMetrics(QFont(family, 9)).lineSpacing() < LOW_LINES
    assert lines_of(high, QFont(family, 9)) >= LOW_LINES
    assert lines_of(high, QFont(family, 14)) < LOW_LINES


@pytest.mark.parametrize("side", ["server", "client"])
def test_the_set_up_folds_while_a_socket_is_open(hand: Hand, side: str) -> None:
    """One line says what it was; a press unfolds it; closed, the fields are back."""
    talk(hand)
    fields = [hand.find(f"{side}.{name}") for name in ("host", "port", "timeout", "more")]
    assert not any(field.isVisible() for field in fields)
    assert hand.find(f"{side}.summary").isVisible()
    primary = "listen" if side == "server" else "connect"
    assert not hand.find(f"{side}.{primary}").isVisible()  # off, so in the way
    hand.press(f"{side}.set_up")
    assert all(field.isVisible() for field in fields)
    hand.press(f"{side}.set_up")
    assert not any(field.isVisible() for field in fields)
    hand.press("client.close" if side == "client" else "server.stop")
    hand.wait(lambda: all(field.isVisible() for field in fields))
    assert not hand.find(f"{side}.summary").isVisible()


def test_what_differs_in_sending_stays_in_words(hand: Hand) -> None:
    hand.choose("client.append", "crlf")
    hand.type("client.repeat", "3")
    talk_begins(hand)
    assert not hand.find("client.append").isVisible()
    words = hand.find("client.send_chips")
    assert words.isVisible()
    assert words.text() == "+ CRLF · 3×, every 0 s"  # type: ignore[attr-defined]
    hand.press("client.send_options")
    assert hand.find("client.append").isVisible()
    assert not words.isVisible()


def talk_begins(hand: Hand) -> None:
    hand.connect()
    settle()


def test_beside_open_rules_the_conversation_keeps_its_lines(hand: Hand) -> None:
    """At 1280×752: rules in the middle of work, and below them who is connected and what went."""
    window = hand.window
    window.resize(*SIZE)
    hand.choose("server.responder", "rules")
    hand.press("server.rules_apply")
    hand.connect()
    hand.choose_rows("server", 1)
    hand.wait(hand.find("server.conversation").isVisible)
    wrong = []
    for language in texts.LANGUAGES:
        speak(window, language)
        settle()
        there = (_rows(hand, "server.connections"), _lines(hand, "server.conversation"))
        if not all(map(ge, there, (1, 2))) or _scrolled(window):
            wrong.append(f"{language}: {there}, scrolled {_scrolled(window)}")
    assert not wrong, "\n".join(wrong)


def test_rules_in_large_writing_leave_what_sends_in_sight(hand: Hand) -> None:
    """At 150 %, before anybody has connected: the panel does not scroll, and the table is back
    once the rules are folded or somebody is there.
    """
    window = hand.window
    window.resize(*SIZE)
    scale(window, 150)
    hand.choose("server.responder", "rules")
    table = hand.find("server.connections")
    wrong = []
    for state in ("no rule", "one", "another begins"):
        if state != "no rule":
            hand.press("server.rules_apply" if state == "one" else "server.rules_new")
        for language in texts.LANGUAGES:
            speak(window, language)
            settle()
            there = [hand.find(f"server.{name}").isVisible() for name in ("listen", "send")]
            if _scrolled(window) or not all(there) or table.isVisible():
                wrong.append(f"{language}, {state}: scrolled {_scrolled(window)}, {there}")
    assert not wrong, "\n".join(wrong)
    hand.press("server.rules_open")
    assert table.isVisible()
    hand.press("server.rules_open")
    assert not table.isVisible()
    hand.connect()
    hand.wait(table.isVisible)
    assert _rows(hand, "server.connections") >= 1


@pytest.mark.parametrize("per_cent", [100, 150])
@pytest.mark.parametrize("append", ["nothing", "crlf"])
def test_what_sends_stands_in_one_row(hand: Hand, per_cent: int, append: str) -> None:
    """How often and whether Enter does it, also in large writing and with a line end."""
    window = hand.window
    window.resize(*SIZE)
    scale(window, per_cent)
    hand.choose("client.append", append)
    wrong = []
    for language in texts.LANGUAGES:
        speak(window, language)
        settle()
        rows = {
            hand.find(f"client.{name}").mapTo(window, QPoint()).y()
            + hand.find(f"client.{name}").height() // 2
            for name in ("repeat", "interval", "enter_sends")
        }
        if max(rows) - min(rows) > 2:
            wrong.append(f"{language}: {rows}")
    assert not wrong, "\n".join(wrong)
