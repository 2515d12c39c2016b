"""A timer that goes off once each time that it is started."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer


def single_shot(parent: QObject, then: Callable[[], None], milliseconds: int = 0) -> QTimer:
    """A timer that calls `then` once after each start; started again meanwhile, it begins anew.

    `milliseconds`: until then, where `start` does not say; 0: after all events that are there.
    """
    timer = QTimer(parent)
    timer.setSingleShot(True)
    timer.setInterval(milliseconds)
    timer.timeout.connect(then)
    return timer
