"""While nothing happens nothing is drawn, and nothing wakes but the look once a second."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtGui import QPaintEvent

from tests.ui.conftest import Hand
from workbench.qt.controller import RESTING
from workbench.ui.endpoint.connection_table import ConnectionTable
from workbench.ui.record.log_view import LogView


def test_an_idle_window_rests(hand: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    hand.press("client.connect")
    hand.wait_state("client", "ESTABLISHED")
    controller = hand.window.controller
    hand.wait(lambda: controller._timer.interval() == RESTING)
    looks: list[int] = []
    controller.snapshots_changed.connect(lambda: looks.append(controller._timer.interval()))
    hand.wait(lambda: len(looks) >= 1)
    painted: list[str] = []
    for view in (LogView, ConnectionTable):

        def painting(
            self: LogView | ConnectionTable,
            event: QPaintEvent,
            paint: object = view.paintEvent,
        ) -> None:
            painted.append(type(self).__name__)
            paint(self, event)  # type: ignore[operator]

        monkeypatch.setattr(view, "paintEvent", painting)
    hand.wait(lambda: len(looks) >= 3)
    assert set(looks) == {RESTING}
    assert painted == []
    hand.window.log.view.viewport().repaint()
    assert painted == ["LogView"]  # what is drawn is seen here
    timers = [*hand.window.findChildren(QTimer), *controller.findChildren(QTimer)]
    often = [
        (timer.parent(), timer.interval())
        for timer in timers
        if timer.isActive() and not timer.isSingleShot() and timer.interval() < RESTING
    ]
    assert often == []
