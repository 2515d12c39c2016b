"""What a person looks for by its outline alone has one that can be seen, in both schemes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.style.test_theme import contrast
from workbench.ui.endpoint.header_table import HeaderTable
from workbench.ui.record.frame_drawing import FrameDrawing
from workbench.ui.style import dressing, theme
from workbench.viewmodel.layer_form import TypedHeader
from workbench.viewmodel.ws_frame import WsFrame, fields

LEAST = 3
"""WCAG 2 asks 3:1 of what is no text."""


@pytest.fixture(params=[theme.LIGHT, theme.DARK], ids=["light", "dark"])
def scheme(qapp: QApplication, request: pytest.FixtureRequest) -> Iterator[theme.Theme]:
    dressing.apply(qapp, request.param)
    yield request.param
    dressing.apply(qapp, theme.LIGHT)


def seen(widget: QWidget, qtbot: QtBot) -> QImage:
    qtbot.addWidget(widget)
    widget.resize(400, 200)
    dressing.dress(widget)
    with qtbot.waitExposed(widget):
        widget.show()
    return widget.grab().toImage()


def test_the_boxes_of_the_drawing_of_a_frame(scheme: theme.Theme, qtbot: QtBot) -> None:
    frame = WsFrame(True, "TEXT", 1, True, 0, bytes(4), 0, 5, 5, 11)
    drawing = FrameDrawing()
    drawing.show_fields(fields(frame), frame.header)
    picture = seen(drawing, qtbot)
    edge, inside = picture.pixelColor(5, 0).name(), picture.pixelColor(2, 3).name()
    assert inside == scheme.base
    assert contrast(edge, inside) >= LEAST


def test_the_box_of_a_header_that_is_not_ticked(scheme: theme.Theme, qtbot: QtBot) -> None:
    table = HeaderTable()
    table.retranslate()
    table.show_rows([TypedHeader("Origin", "", drop=False)])
    picture = seen(table, qtbot)
    place = table.visualRect(table.model().index(0, 2))
    corner = table.viewport().mapTo(table, place.topLeft())
    middle = corner.y() + place.height() // 2
    row = [picture.pixelColor(corner.x() + at, middle).name() for at in range(20)]
    assert contrast(max(row, key=lambda found: contrast(found, scheme.base)), scheme.base) >= LEAST
