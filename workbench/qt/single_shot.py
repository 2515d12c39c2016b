"""A timer that fires once each time it is started."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer


def single_shot(parent: QObject, then: Callable[[], None], milliseconds: int = 0) -> QTimer:
    """A timer that calls `then` once after each start; starting it again meanwhile restarts it.

    `milliseconds`: the delay unless `start` gives one; 0: after all pending events.
    """
    timer = QTimer(parent)
    timer.setSingleShot(True)
    timer.setInterval(milliseconds)
    timer.timeout.connect(then)
    return timer
