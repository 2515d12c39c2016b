"""Frames in a table beside the log, and the chosen one bit by bit in the inspector."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPointF, QRect, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QStyle
from pytestqt.qtbot import QtBot

from workbench.engine.model.events import LAYER, Event
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.model.websocket_settings import WebSocketSettings
from workbench.qt.frames_presenter import FramesPresenter
from workbench.ui.record.frame_drawing import FrameDrawing
from workbench.ui.record.frame_tab import FrameTab
from workbench.ui.record.frames_panel import FramesPanel
from workbench.ui.style.retranslatable import use_language
from workbench.ui.widgets.fact_table import FactTable
from workbench.ui.window.window import MainWindow
from workbench.viewmodel.frame_columns import COLUMNS

BOUND_MS = 60_000
"""Only catches a hang."""
PLACES = {column.key: place for place, column in enumerate(COLUMNS)}


def put(window: MainWindow, call: str, args: str, payload: bytes, *fault: str) -> None:
    journal = window.controller.session.journal
    errno, error = fault or (None, None)
    journal.put(
        Event(
            journal.clock.now(), 0, 1, None, LAYER, call, args, len(payload) + 2, errno, error,
            None, len(payload), payload,
        )
    )  # fmt: skip


@pytest.fixture
def frames(window: MainWindow, qtbot: QtBot) -> FramesPanel:
    """A window in which an endpoint speaks WebSocket, and the table that it has for that."""
    assert window.log.count() == 1  # nobody speaks it yet
    settings = EndpointSettings("ws", Role.STREAM, websocket=WebSocketSettings())
    window.controller.session.add(settings)
    qtbot.waitUntil(lambda: window.log.count() == 2, timeout=BOUND_MS)
    put(window, "ws.send", "'TEXT', mask='37fa213d'", b"Hello")
    put(window, "ws.recv", "'TEXT', fin=False", b"Hel")
    put(window, "ws.fault", "'opcode', '5.2'", b"", "WS_1002", "opcode")
    window.controller.session.journal.flush()
    window.log.setCurrentIndex(1)
    found = window.findChild(FramesPanel)
    assert found is not None
    qtbot.waitUntil(lambda: found.model.rowCount() == 3, timeout=BOUND_MS)
    return found


def frame_place(window: MainWindow) -> int:
    """Where the tab of a frame is; -1: there is none."""
    titles = [window.inspector.tabText(place) for place in range(window.inspector.count())]
    return titles.index("Frame") if "Frame" in titles else -1


def cells(frames: FramesPanel, row: int) -> dict[str, str]:
    model = frames.model
    return {key: str(model.index(row, place).data() or "") for key, place in PLACES.items()}


def test_each_frame_has_a_row_of_its_own(frames: FramesPanel) -> None:
    sent, received, fault = (cells(frames, row) for row in range(3))
    assert (sent["way"], sent["opcode"], sent["fin"]) == ("→ sent", "TEXT", "1")
    assert (sent["mask"], sent["length"], sent["preview"]) == ("37fa213d", "5", "Hello")
    assert (received["way"], received["fin"], received["mask"]) == ("← received", "0", "")
    assert (fault["opcode"], fault["verdict"]) == ("ws.fault", "WS_1002 opcode")


def test_the_code_of_a_verdict_is_read_whole_where_the_rest_is_cut(frames: FramesPanel) -> None:
    view = frames.view
    margin = 2 * (view.style().pixelMetric(QStyle.PixelMetric.PM_FocusFrameHMargin) + 1)
    room = view.columnWidth(PLACES["verdict"]) - margin
    shown = view.fontMetrics().elidedText("WS_1007 utf8", Qt.TextElideMode.ElideRight, room)
    assert shown.startswith("WS_1007")


def test_the_chosen_frame_is_drawn_and_a_field_marks_its_bytes(
    window: MainWindow, frames: FramesPanel, qtbot: QtBot
) -> None:
    window.activateWindow()
    frames.view.setFocus()
    qtbot.waitUntil(frames.view.hasFocus, timeout=BOUND_MS)
    frames.view.selectRow(0)
    inspector = window.inspector
    tab = inspector.frame
    qtbot.waitUntil(lambda: frame_place(window) >= 0, timeout=BOUND_MS)
    inspector.setCurrentIndex(frame_place(window))
    qtbot.waitUntil(lambda: tab.table.rowCount() == 8, timeout=BOUND_MS)
    assert isinstance(tab.table, FactTable)
    assert tab.table.verticalScrollBar().maximum() == 0  # as high as its rows
    assert tab.dump.toPlainText() == "81 85 37 fa 21 3d 7f 9f\n4d 51 58"
    key = tab.table.rowCount() - 1
    tab.table.setCurrentCell(key, 0)
    marks = [mark.cursor.selectedText() for mark in tab.dump.extraSelections()]
    assert marks == ["37", "fa", "21", "3d"]


def test_the_mouse_on_a_bit_marks_its_byte(
    window: MainWindow, frames: FramesPanel, qtbot: QtBot
) -> None:
    window.controller.select(endpoint="ws", seq=frames.model.seq_of(0))
    inspector = window.inspector
    qtbot.waitUntil(lambda: frame_place(window) >= 0, timeout=BOUND_MS)
    inspector.setCurrentIndex(frame_place(window))
    drawing = inspector.findChild(FrameDrawing)
    assert drawing is not None
    tab = inspector.findChild(FrameTab)
    assert tab is not None
    qtbot.waitUntil(lambda: tab.table.rowCount() == 8, timeout=BOUND_MS)
    none, spot = Qt.MouseButton.NoButton, QPointF(2, 2)
    event = QMouseEvent(QEvent.Type.MouseMove, spot, spot, none, none, Qt.KeyboardModifier(0))
    QCoreApplication.sendEvent(drawing, event)
    assert len(tab.dump.extraSelections()) == 1
    assert tab.dump.extraSelections()[0].cursor.selectedText() == "81"


def test_a_record_that_no_websocket_is_in_has_no_frames(window: MainWindow) -> None:
    presenter = window.log.findChild(FramesPresenter)
    assert presenter is not None
    presenter.look()
    assert window.log.count() == 1


def test_a_row_that_is_no_frame_has_no_tab_for_it(
    window: MainWindow, frames: FramesPanel, qtbot: QtBot
) -> None:
    window.controller.select(endpoint="ws", seq=frames.model.seq_of(1))
    qtbot.waitUntil(lambda: frame_place(window) >= 0, timeout=BOUND_MS)
    window.controller.select(endpoint="ws", seq=frames.model.seq_of(2))
    qtbot.waitUntil(lambda: frame_place(window) < 0, timeout=BOUND_MS)


def test_its_words_follow_the_language(window: MainWindow, frames: FramesPanel) -> None:
    use_language("zh_CN")
    assert window.log.tabText(1) == "帧"
    title = frames.model.headerData(PLACES["mask"], Qt.Orientation.Horizontal)
    assert title == "掩码"
    assert cells(frames, 0)["way"] == "→ 发出"


def test_a_packed_message_says_what_it_gained(
    window: MainWindow, frames: FramesPanel, qtbot: QtBot
) -> None:
    journal = window.controller.session.journal
    for args, size in (("'TEXT', 'in', deflate=True", 900), ("'TEXT', 'in', frames=2", 2)):
        journal.put(
            Event(
                journal.clock.now(), 0, 1, None, LAYER, "ws.message", args, 20, None, None, None,
                size, b"a" * size,
            )
        )  # fmt: skip
    journal.flush()
    qtbot.waitUntil(lambda: frames.model.rowCount() == 5, timeout=BOUND_MS)
    packed, plain = cells(frames, 3), cells(frames, 4)
    assert (packed["length"], packed["wire"], packed["ratio"]) == ("900", "20", "45.0×")
    assert (plain["length"], plain["wire"], plain["ratio"]) == ("2", "20", "")
    assert cells(frames, 0)["ratio"] == ""


def test_half_of_a_row_is_none(frames: FramesPanel, window: MainWindow, qtbot: QtBot) -> None:
    for _ in range(60):
        put(window, "ws.send", "'TEXT'", b"Hello")
    window.controller.session.journal.flush()
    view = frames.view
    qtbot.waitUntil(lambda: frames.model.rowCount() == 63, timeout=BOUND_MS)
    qtbot.waitUntil(lambda: view.rowAt(0) > 0, timeout=BOUND_MS)
    high, pane = view.verticalHeader().defaultSectionSize(), view.viewport().size()
    whole = pane.height() // high
    if whole * high == pane.height():  # it happens to fit
        view.setFixedHeight(view.height() + high // 2)
        qtbot.waitUntil(lambda: view.viewport().height() != pane.height(), timeout=BOUND_MS)
    view.scrollToBottom()
    top = view.rowViewportPosition(view.rowAt(0))
    assert -high < top < 0
    strip = QRect(0, 0, view.viewport().width(), top + high)
    picture = view.viewport().grab(strip).toImage()
    plain = view.palette().base().color().name()
    seen = {
        picture.pixelColor(x, y).name()
        for x in range(picture.width())
        for y in range(picture.height())
    }
    assert seen == {plain}


@pytest.mark.parametrize(("key", "right"), [("length", True), ("opcode", False)])
def test_a_heading_stands_over_its_cells(frames: FramesPanel, key: str, right: bool) -> None:
    model, place = frames.model, PLACES[key]
    of = Qt.ItemDataRole.TextAlignmentRole
    heading = model.headerData(place, Qt.Orientation.Horizontal, of)
    assert bool(heading & Qt.AlignmentFlag.AlignRight) is right
    assert bool(heading & Qt.AlignmentFlag.AlignVCenter)
    assert bool(model.index(0, place).data(of) or 0) is right
