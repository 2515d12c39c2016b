"""What says something else all the time has its line laid out only where its width changes."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from workbench.ui.widgets.steady_label import SteadyLabel
from workbench.ui.widgets.traffic_button import TrafficButton
from workbench.viewmodel.traffic import Traffic, TrafficState


class Layouts(QObject):
    """Counts how often a widget is asked to lay out what is in it."""

    def __init__(self, watched: QWidget) -> None:
        super().__init__(watched)
        self.count = 0
        watched.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.LayoutRequest
        return super().eventFilter(watched, event)


@pytest.fixture
def line(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    QHBoxLayout(made)
    return made


def shown(qtbot: QtBot, line: QWidget, item: QWidget) -> Layouts:
    layout = line.layout()
    assert layout is not None
    layout.addWidget(item)
    with qtbot.waitExposed(line):
        line.show()
    return Layouts(line)


def test_a_label_of_the_same_width_moves_nothing(qtbot: QtBot, line: QWidget) -> None:
    label = SteadyLabel()
    label.setText("1,111")
    layouts = shown(qtbot, line, label)
    label.setText("1,111")
    label.setText("111,1")
    qtbot.wait(0)
    assert (label.text(), layouts.count) == ("111,1", 0)
    before = label.width()
    label.setText("1,111,111")
    qtbot.waitUntil(lambda: layouts.count > 0)
    assert label.width() > before
    assert label.width() >= label.fontMetrics().horizontalAdvance("1,111,111")


def test_a_label_follows_its_font(qtbot: QtBot, line: QWidget) -> None:
    label = SteadyLabel()
    label.setText("1,111")
    shown(qtbot, line, label)
    before = label.size()
    larger = QFont(label.font())
    larger.setPointSize(3 * larger.pointSize())
    label.setFont(larger)
    assert label.width() > before.width()
    assert label.height() > before.height()
    larger.setPointSize(larger.pointSize() // 3)
    label.setFont(larger)
    assert label.size() == before, "it keeps no room of the large one"


def test_a_shorter_text_takes_less_room(qtbot: QtBot, line: QWidget) -> None:
    label = SteadyLabel()
    label.setText("1,111")
    shown(qtbot, line, label)
    before = label.width()
    label.setText("1,111,111,111")
    label.setText("1,111")
    assert label.width() == before


def test_a_counter_that_counts_moves_nothing(qtbot: QtBot, line: QWidget) -> None:
    button = TrafficButton()
    button.show_traffic(TrafficState(Traffic(111, 1, 11, 1), 0, 0, None))
    layouts = shown(qtbot, line, button)
    said = button.text()
    button.show_traffic(TrafficState(Traffic(111, 2, 11, 2), 0, 0, None))
    button.show_traffic(TrafficState(Traffic(11, 1, 111, 1), 0, 0, None))
    qtbot.wait(0)
    assert layouts.count == 0
    assert button.text() != said
    assert button.text() in button.accessibleName()
