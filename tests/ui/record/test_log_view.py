"""How the log paints its rows."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt
from PySide6.QtGui import QFont, QGuiApplication, QIcon, QImage, QPainter
from PySide6.QtWidgets import QWidget

from tests.ui.conftest import Hand
from tests.ui.looks.seen import painted
from workbench.app import create_window
from workbench.engine.model import commands as c
from workbench.journal import query
from workbench.qt import log_model, log_scan
from workbench.ui.record import log_panel
from workbench.ui.record.log_view import LogView
from workbench.ui.style import theme
from workbench.ui.window.window import MainWindow
from workbench.viewmodel.log_columns import NUMBER, place


def test_a_long_mark_ends_where_the_log_does(hand: Hand) -> None:
    assert hand.window.controller.session.perform(c.Mark("long " * 200)).wait(60)
    view = hand.window.log.view
    hand.wait(lambda: view.model().rowCount() >= 1)
    with painted() as seen:
        view.viewport().grab()
    (mark,) = [item.text for item in seen if "long long" in item.text]
    assert mark.endswith("…")
    assert view.fontMetrics().horizontalAdvance(mark) < view.viewport().width()


def many_marks(hand: Hand, count: int) -> None:
    session = hand.window.controller.session
    for number in range(count):
        session.perform(c.Mark(f"mark {number}"))
    session.journal.flush()
    hand.wait(lambda: hand.window.log.model.rowCount() >= count)


def test_rows_that_come_in_above_leave_those_in_sight_where_they_are(
    hand: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    many_marks(hand, 400)
    log = hand.window.log
    monkeypatch.setattr(log_scan, "AT_ONCE", 60)
    monkeypatch.setattr(log_model, "TAIL", 60)
    log.model.set_filter(query.parse("kind:command"))
    log.model.stop_looking()
    log.follow.setChecked(False)
    between = log.model.rowCount() - 50
    assert between < 100
    log.view.verticalScrollBar().setValue(between)
    first = log.model.seq_of(log.view.rowAt(0))
    log.model.go_on_looking()
    hand.wait(lambda: log.model.up_to_date)
    assert log.model.rowCount() >= 400
    assert log.model.seq_of(log.view.rowAt(0)) == first
    assert log.view.rowAt(0) > between


class Paints(QObject):
    """Counts how often a widget is painted."""

    def __init__(self, watched: QWidget) -> None:
        super().__init__(watched)
        self.count = 0
        watched.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.Paint
        return False


def on_screen(view: LogView) -> QImage:
    """What was painted of a view, and not what would be painted now."""
    pane = view.viewport()
    where = QRect(pane.mapTo(pane.window(), QPoint()), pane.size())
    picture: QImage = pane.screen().grabWindow(pane.window().winId()).toImage()
    return picture.copy(where)


def as_it_should_be(view: LogView) -> QImage:
    pane = view.viewport()
    picture: QImage = (
        pane.window().grab(QRect(pane.mapTo(pane.window(), QPoint()), pane.size())).toImage()
    )
    return picture


def test_rows_that_came_far_above_are_no_reason_to_paint(
    hand: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    many_marks(hand, 400)
    log = hand.window.log
    monkeypatch.setattr(log_scan, "AT_ONCE", 60)
    monkeypatch.setattr(log_model, "TAIL", 60)
    monkeypatch.setattr(log, "_show_progress", lambda: None)  # which makes the log less high
    log.model.set_filter(query.parse("kind:command"))
    log.model.stop_looking()
    hand.wait(lambda: on_screen(log.view) == as_it_should_be(log.view))
    paints = Paints(log.view.viewport())
    hand.at_rest(lambda: paints.count)
    paints.count, count = 0, log.model.rowCount()
    before = on_screen(log.view)
    log.model.go_on_looking()
    hand.wait(lambda: log.model.up_to_date)
    hand.at_rest(lambda: paints.count)
    assert log.model.rowCount() > count
    assert paints.count == 0
    assert on_screen(log.view) == before == as_it_should_be(log.view)
    log.follow.setChecked(False)  # else a layout that comes later goes back to the end
    log.view.verticalScrollBar().setValue(100)
    hand.wait(lambda: on_screen(log.view) == as_it_should_be(log.view) != before)


def test_what_is_on_the_screen_is_what_is_there_whatever_happens(hand: Hand) -> None:
    """Rows that come at the end and above, a filter, a narrower view, another size of text."""
    view, log = hand.window.log.view, hand.window.log
    bar, chance = view.verticalScrollBar(), random.Random(7)

    def added() -> None:
        for _ in range(3):
            hand.window.controller.session.perform(c.Mark(f"mark {chance.randrange(99)}"))
        hand.window.controller.session.journal.flush()

    def scrolled() -> None:
        log.follow.setChecked(False)
        bar.setValue(chance.randrange(bar.maximum() + 1))

    def filtered() -> None:
        log.model.set_filter(query.parse(f"text:{chance.randrange(10)}"))

    deeds: list[Callable[[], object]] = [
        added,
        scrolled,
        filtered,
        lambda: log.model.set_filter(None),
        lambda: log.follow.setChecked(True),
        lambda: view.show_column(NUMBER, chance.random() < 0.5),
        lambda: view.setFont(QFont(view.font().family(), chance.randrange(8, 12))),
        lambda: view.selectRow(chance.randrange(log.model.rowCount() or 1)),
        lambda: hand.window.resize(1280 - chance.randrange(60), 760 - chance.randrange(60)),
        lambda: log.model.clear_view(),
        lambda: log.model.undo_clear(),
    ]
    many_marks(hand, 60)
    for _ in range(80):
        chance.choice([*deeds, added, scrolled])()
        hand.wait(lambda: log.model.up_to_date)
        assert hand.at_rest(lambda: on_screen(view) == as_it_should_be(view))


@pytest.mark.parametrize("more", range(0, 19, 3))
def test_rows_begin_below_the_heading_and_none_is_cut(hand: Hand, more: int) -> None:
    """Scrolled to its end too, whatever height is to spare."""
    many_marks(hand, 60)
    log = hand.window.log
    view = log.view
    # as high as the splitter makes it is a matter of the window; here every remainder is wanted
    view.setFixedHeight(view.horizontalHeader().height() + 150 + more)
    hand.at_rest(lambda: view.viewport().height())
    for at in (view.verticalScrollBar().maximum(), 20):
        view.verticalScrollBar().setValue(at)
        first = view.rowAt(0)
        assert view.rowViewportPosition(first) == 0
    log.follow.setChecked(True)
    many_marks(hand, 70)
    last = log.model.rowCount() - 1
    hand.wait(lambda: view.rowAt(view.viewport().height() // 2) > last - 10)
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum())
    height = view.rowHeight(last)
    assert view.rowViewportPosition(view.rowAt(0)) == 0
    end = view.rowViewportPosition(last) + height
    assert 0 <= view.viewport().height() - end < height
    with painted() as seen:
        view.viewport().grab()
    assert sum("mark" in item.text for item in seen) == view.viewport().height() // height


@pytest.mark.parametrize(("said", "slants"), [("held", True), ("符合预期 held", False)])
def test_chinese_does_not_slant(hand: Hand, said: str, slants: bool) -> None:
    view = hand.window.log.view
    image = QImage(400, 30, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    with painted() as seen:
        view._paint_conclusion(painter, QRect(0, 0, 400, 20), said, QIcon(), False)
    painter.end()
    assert [item.italic for item in seen if item.text == said] == [slants]


def test_all_rows_are_chosen_without_counting_them(hand: Hand) -> None:
    many_marks(hand, 30)
    view = hand.window.log.view
    view.selectAll()
    count = hand.window.log.model.rowCount()
    assert view.chosen() == list(range(count))
    assert view.chosen(7) == list(range(7))
    assert view.chosen_last() == count - 1
    assert all(view.is_chosen(row) for row in range(count))
    view.clearSelection()
    assert view.chosen() == []
    assert view.chosen_last() is None
    assert not view.is_chosen(0)


def test_more_rows_than_can_be_copied_are_refused_in_a_sentence(
    hand: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    many_marks(hand, 8)
    monkeypatch.setattr(log_panel, "MOST_COPIED", 5)
    QGuiApplication.clipboard().setText("before")
    hand.window.log.view.selectAll()
    hand.window.log.copy_rows()
    assert QGuiApplication.clipboard().text() == "before"
    assert "5" in hand.text("log.hint")


def test_the_number_of_a_row_is_whole_however_long_it_is(hand: Hand) -> None:
    many_marks(hand, 3)
    view = hand.window.log.view
    before = view.columnWidth(NUMBER)
    view._digits = 8
    view._fit_columns()
    assert view.columnWidth(NUMBER) > before
    assert view.columnWidth(NUMBER) >= view.fontMetrics().horizontalAdvance("10000000")


@pytest.mark.parametrize("size", [9, 11, 13])
def test_a_text_that_another_font_helps_with_stands_on_its_row_s_baseline(
    hand: Hand, size: int
) -> None:
    view = hand.window.log.view
    view.setFont(QFont(view.font().family(), size))
    view.fit_rows()
    box = QRect(0, 0, 300, view.verticalHeader().defaultSectionSize())

    def letters(text: str) -> QImage:
        image = QImage(box.size(), QImage.Format.Format_RGB32)
        image.fill(Qt.GlobalColor.white)
        with QPainter(image) as painter:
            painter.setFont(view.font())
            view._paint_text(painter, box, text, right=False)
        return image.copy(0, 0, view.fontMetrics().horizontalAdvance("hello"), box.height())

    assert letters("hello") == letters("hello   服务器")


@pytest.mark.parametrize("key", [Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Home])
def test_a_key_chooses_the_only_row(hand: Hand, key: Qt.Key) -> None:
    """It is the current one already, so that Qt finds nothing to do."""
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    hand.type("log.filter", "call:listen")
    hand.window.log.apply_filter()
    view = hand.window.log.view
    hand.wait(lambda: view.model().rowCount() == 1)
    view.setCurrentIndex(view.model().index(0, 0))
    view.clearSelection()
    hand.qtbot.keyClick(view, key)
    assert view.chosen() == [0]


def test_columns_give_way_before_a_narrow_log_scrolls_sideways(hand: Hand) -> None:
    view = hand.window.log.view
    result, who = place("result"), place("who")
    advance = view.fontMetrics().horizontalAdvance
    wide = view.columnWidth(result)
    header = view.horizontalHeader()
    view.setFixedWidth(advance("0") * 66)
    hand.wait(lambda: header.length() <= view.viewport().width())
    assert advance("0" * 6) <= view.columnWidth(result) < wide
    assert view.columnWidth(who) >= advance("0" * 9)
    assert view.columnWidth(place("time")) >= advance("00:00:00.000")


def stripes(window: MainWindow) -> dict[str, set[str]]:
    """The colours of the stripes in sight, by endpoint."""
    view, model = window.log.view, window.log.model
    image = view.viewport().grab().toImage()
    found: dict[str, set[str]] = {}
    for row in range(model.rowCount()):
        event, box = model.record_row(row), view.visualRect(model.index(row, NUMBER))
        if event is None or event.endpoint is None or not view.viewport().rect().contains(box):
            continue
        line = {image.pixelColor(x, box.center().y()).name() for x in range(view.width() // 2)}
        found.setdefault(event.endpoint, set()).update(line & {*theme.STRIPES})
    return found


def test_an_endpoint_keeps_its_colour_whatever_is_painted_first(hand: Hand) -> None:
    """Under a filter, and when the record is opened again."""
    hand.connect()
    log = hand.window.log
    hand.wait(lambda: log.model.up_to_date)
    log.filter.setText("endpoint:client-1")
    log.apply_filter()
    hand.wait(lambda: set(stripes(hand.window)) == {"client-1"})
    first, second = theme.STRIPES[:2]
    assert stripes(hand.window) == {"client-1": {second}}
    log.show_all()
    hand.wait(lambda: {"client-1", "server-1"} <= set(stripes(hand.window)))
    assert stripes(hand.window) == {"server-1": {first}, "client-1": {second}}
    record = hand.window.controller.session.record
    hand.window.close()
    old = create_window(record)
    hand.qtbot.addWidget(old)
    old.show()
    old.log.filter.setText("endpoint:client-1")
    old.log.apply_filter()
    hand.wait(lambda: set(stripes(old)) == {"client-1"})
    assert stripes(old) == {"client-1": {second}}
    old.close()


def test_another_endpoint_of_a_former_name_has_its_own_colour(hand: Hand) -> None:
    controller = hand.window.controller
    assert [controller.endpoint_place(name) for name in ("server-1", "client-1")] == [0, 1]
    panel = hand.window.tab_area.panel("client-1")
    assert panel is not None
    hand.window.endpoint_tabs.rename(panel, "renamed")
    hand.window.endpoint_tabs.new_client()
    controller.session.journal.flush()
    hand.wait(lambda: controller.endpoint_place("renamed") == 1)
    assert controller.endpoint_place("client-1") == 2
