"""AnswerWatch: notices when a datagram was not answered in the expected time, which UDP does not
report.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from workbench.journal.query import parse, quoted

if TYPE_CHECKING:
    from workbench.qt.controller import Controller


class AnswerWatch(QObject):
    """Looks into the record when the time is over; a later send starts it anew.

    Signals:
        missed(float): nothing has come for this many seconds since it was sent.
    """

    missed = Signal(float)

    def __init__(self, controller: Controller, name: str, parent: QObject) -> None:
        """`name`: of the endpoint."""
        super().__init__(parent)
        self._controller = controller
        self.rename(name)
        self._after = 0
        self._seconds = 0.0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._on_time)

    def rename(self, name: str) -> None:
        """Take the endpoint's new name."""
        self._came = parse(f"endpoint:{quoted(name)} call:recvfrom|recv -kind:command")

    def begin(self, seconds: float) -> None:
        """A datagram is being sent: begin the wait for its answer."""
        self._after = self._controller.session.journal.committed
        self._seconds = seconds
        self._timer.start(round(seconds * 1000))

    def give_up(self) -> None:
        """End the wait: no answer is expected any more."""
        self._timer.stop()

    @Slot()
    def _on_time(self) -> None:
        self._controller.after_commit(self, self._judge)

    def _judge(self) -> None:
        reader, committed = self._controller.reader, self._controller.session.journal.committed
        if self._timer.isActive() or self._came is None or committed < self._after:
            return  # sent again meanwhile, or another record is open
        after = self._after
        while True:
            found = reader.nearest(self._came, after, committed, 1)
            row = reader.row(found[0]) if found else None
            if row is None:
                break
            if row.size is not None and row.errno is None and row.error is None:
                return
            after = row.seq
        self.missed.emit(self._seconds)
