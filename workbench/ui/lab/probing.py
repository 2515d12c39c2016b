"""Finds out, beside everything else, what a private network can do on this system."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from workbench.labs.modes.probe import Hindrances, Probe

if TYPE_CHECKING:
    from workbench.session import Session

LOOK: Final = 100
"""Milliseconds between two looks for what it found."""


class Probing(QObject):
    """Begins at once; the session waits for its end before it closes.

    Attributes:
        found: None until it has come to an end.

    Signals:
        ended(object): Hindrances.
    """

    ended = Signal(object)

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self.found: Hindrances | None = None
        self._probe = Probe()
        self._forget = session.before_close(self._probe.wait)
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK)
        self._timer.timeout.connect(self._on_look)
        self._timer.start()

    @Slot()
    def _on_look(self) -> None:
        found = self._probe.found
        if found is None:
            return
        self._timer.stop()
        self._probe.wait()
        self._forget()
        self.found = found
        self.ended.emit(found)
