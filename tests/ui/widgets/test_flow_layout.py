"""Rows that wrap."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget
from pytestqt.qtbot import QtBot

from workbench.ui.widgets.flow_layout import FlowLayout

_kept: list[QWidget] = []


def boxes(qtbot: QtBot, width: int, grow: bool = False) -> list[QLabel]:
    widget = QWidget()
    _kept[:] = [widget]
    qtbot.addWidget(widget)
    layout = FlowLayout(widget)
    labels = [QLabel("x" * 10) for _ in range(3)]
    for label in labels:
        label.setFixedSize(100, 20)
        layout.addWidget(label)
    if grow:
        labels[1].setMinimumSize(100, 20)
        labels[1].setMaximumSize(10_000, 20)
        labels[1].setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    widget.resize(width, 200)
    widget.show()
    return labels


def test_one_line_where_there_is_room(qtbot: QtBot) -> None:
    assert len({label.y() for label in boxes(qtbot, 400)}) == 1


def test_wraps_where_there_is_none(qtbot: QtBot) -> None:
    labels = boxes(qtbot, 220)
    assert labels[2].y() > labels[0].y()
    assert all(label.geometry().right() <= 220 for label in labels)


def test_what_grows_takes_the_rest(qtbot: QtBot) -> None:
    labels = boxes(qtbot, 500, grow=True)
    assert labels[1].width() > 200
    assert labels[2].geometry().right() >= 490
