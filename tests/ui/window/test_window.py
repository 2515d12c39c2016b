"""The window as a whole: languages, sizes, tabs, leaving."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QAbstractButton, QAbstractScrollArea, QComboBox, QLabel, QWidget

from tests.ui.conftest import made_scenario
from tests.ui.looks.room import shows_words
from workbench import texts
from workbench.app import create_window
from workbench.texts import Problem
from workbench.ui.style.retranslatable import use_language
from workbench.ui.window.window import MainWindow

Hand = Any


def test_languages_switch_live(hand: Hand) -> None:
    assert hand.text("server.listen") == "Listen"
    hand.window.appearance.switch_language()
    assert hand.text("server.listen") == "监听"
    assert "就绪" in hand.text("server.message")
    assert hand.find("server.timeout").currentText() == "一直等待"
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    hand.window.appearance.switch_language()
    assert hand.text("server.listen") == "Listen"
    assert hand.find("server.timeout").currentText() == "none"


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_nothing_is_cut_off_and_nothing_scrolls_sideways(hand: Hand, language: str) -> None:
    use_language(language)
    window: MainWindow = hand.window
    window.resize(1280, 752)
    hand.connect()
    hand.wait(hand.find("server.talk").isVisible)
    # Badge, counters and lines that wrap ask for a new layout: it may be due some ticks later.
    hand.wait_holds(lambda: assert_nothing_is_cut_off(window))


def assert_nothing_is_cut_off(window: MainWindow) -> None:
    assert window.minimumSizeHint().width() <= 1280
    assert window.minimumSizeHint().height() <= 752
    assert window.size().toTuple() == (1280, 752)
    for button in window.findChildren(QAbstractButton):
        if button.isVisible() and button.text() and shows_words(button):
            wanted = QFontMetrics(button.font()).horizontalAdvance(button.text().replace("&", ""))
            assert wanted <= button.width(), button.text()
    for label in window.findChildren(QLabel):
        if label.isVisible() and label.text() and not label.wordWrap():
            assert label.sizeHint().width() <= label.width() + 1, label.text()
    for box in window.findChildren(QComboBox):
        if box.isVisible() and box.objectName().startswith(("server.", "client.")):
            room = box.width() - 24
            assert QFontMetrics(box.font()).horizontalAdvance(box.currentText()) <= room, (
                box.objectName()
            )
    for area in window.findChildren(QAbstractScrollArea):
        if area.isVisible() and area.objectName().startswith(("server.", "client.", "log.")):
            assert area.horizontalScrollBar().maximum() == 0, area.objectName()
    for widget in window.findChildren(QWidget):
        if widget.isVisible() and widget.objectName().startswith(("server.", "client.")):
            parent = widget.parentWidget()
            assert parent is None or parent.rect().contains(widget.geometry()), widget.objectName()


def test_tabs_come_and_go(hand: Hand, first_port: int) -> None:
    window: MainWindow = hand.window
    window.endpoint_tabs.new_server()
    window.endpoint_tabs.new_client()
    assert window.controller.session.endpoints == ("server-1", "client-1", "server-2", "client-2")
    panel = window.tab_area.panel("server-2")
    assert panel is not None
    settings = hand.window.controller.session.settings(panel.name)
    assert settings.address == f"127.0.0.1:{first_port + 1}"
    window.endpoint_tabs.remove(panel)
    assert "server-2" not in window.controller.session.endpoints
    assert window.tab_area.panel("server-2") is None


def test_stop_all(hand: Hand) -> None:
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    hand.press("window.stop_all")
    hand.wait_state("server", "CLOSED")


def test_closing_in_mid_transfer_leaves_no_thread(hand: Hand) -> None:
    hand.choose("server.receive_gate", "paused")
    hand.connect()
    hand.find("client.payload").setPlainText(("x" * 99 + "\n") * 20_000)
    hand.press("client.send")
    hand.wait(lambda: hand.window.controller.snapshot("client-1").bytes_out > 0)
    hand.window.close()
    names = [thread.name for thread in threading.enumerate()]
    assert not [name for name in names if name.startswith(("endpoint", "recorder"))], names


def test_a_record_that_cannot_be_made_is_explained(qtbot: Any, tmp_path: Path) -> None:
    with pytest.raises(Problem) as caught:
        create_window(tmp_path / "missing" / "record.swb")
    assert caught.value.text


def test_the_status_bar_counts(hand: Hand) -> None:
    assert "record" in hand.text("status.record")
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    hand.wait(lambda: hand.text("status.events") not in ("Events: 0", "Events: 1"))
    assert hand.text("status.lost") == "Lost: 0"


def test_a_demo_runs_in_the_window(hand: Hand) -> None:
    hand.window.scenario_player.run_named("udp-exchange")
    hand.wait_says("status.word", "everything held")
    hand.wait(lambda: len(hand.window.tab_area.panels()) > 2)


def test_an_old_record_is_shown_read_only(hand: Hand, qtbot: Any, tmp_path: Path) -> None:
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    record = hand.window.controller.session.record
    hand.window.close()
    window = create_window(record)
    window.show()
    qtbot.waitUntil(lambda: window.log.model.rowCount() > 3, timeout=15_000)
    assert not window.tab_area.isVisible()
    maker = made_scenario(window, qtbot)
    assert 'do = "start"' in maker.text.toPlainText()
    assert "listen" in maker.python.toPlainText()
    assert not maker.run.isEnabled()
    assert "earlier run" in maker.run.toolTip()
    assert "earlier record" in maker.message.text(), "that it cannot be run here is in sight"
    maker.close()
    window.close()
    window.deleteLater()


@pytest.mark.parametrize("content", [b"", b"not a record at all" * 100])
def test_a_file_that_is_no_record_is_explained(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.swb"
    path.write_bytes(content)
    with pytest.raises(Problem) as caught:
        create_window(path)
    assert caught.value.text


def test_rows_that_wrap_do_not_overlap(hand: Hand) -> None:
    window: MainWindow = hand.window
    window.resize(1024, 602)
    names = ("server.state", "server.greeting", "server.calls", "server.connections", "server.send")
    rows = [hand.find(name) for name in names]
    tops = hand.at_rest(lambda: [row.mapTo(window, row.rect().topLeft()).y() for row in rows])
    ends = [top + hand.find(name).height() for top, name in zip(tops, names, strict=True)]
    assert all(end <= top for end, top in zip(ends, tops[1:], strict=False)), (tops, ends)


def test_panels_that_need_another_height_get_it_once_before_anything_is_painted(
    hand: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    splitter = hand.window.splitter
    given: list[None] = []
    monkeypatch.setattr(splitter, "give_room", lambda: given.append(None))
    for _ in range(3):
        hand.window.tab_area.needs.emit()
    assert given == []
    QCoreApplication.sendPostedEvents(splitter)
    assert given == [None]
