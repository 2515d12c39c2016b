"""While nothing happens nothing is drawn, and nothing wakes but the look once a second."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget

from tests.ui.conftest import Hand
from workbench.qt.controller import RESTING


class Painted(QObject):
    """Which of some widgets were drawn."""

    def __init__(self, watched: dict[str, QWidget], parent: QObject) -> None:
        super().__init__(parent)
        self.names: list[str] = []
        self._names = {widget: name for name, widget in watched.items()}
        for widget in self._names:
            widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and isinstance(watched, QWidget):
            self.names.append(self._names[watched])
        return False


def test_an_idle_window_rests(hand: Hand) -> None:
    hand.connect()
    controller = hand.window.controller
    hand.wait(lambda: controller._timer.interval() == RESTING)
    looks: list[int] = []
    controller.snapshots_changed.connect(lambda: looks.append(controller._timer.interval()))
    hand.wait(lambda: len(looks) >= 2)
    views = {
        name: hand.find(name).viewport()  # type: ignore[attr-defined]
        for name in ("log.table", "server.connections")
    }
    painted = Painted(views, hand.window)
    hand.wait(lambda: len(looks) >= 4)
    assert set(looks) == {RESTING}
    assert painted.names == []
    timers = [*hand.window.findChildren(QTimer), *controller.findChildren(QTimer)]
    often = [
        (timer.parent(), timer.interval())
        for timer in timers
        if timer.isActive() and not timer.isSingleShot() and timer.interval() < RESTING
    ]
    assert often == []
    views["log.table"].repaint()
    assert painted.names == ["log.table"]  # what is drawn is seen here
