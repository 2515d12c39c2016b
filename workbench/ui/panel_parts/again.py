"""Connect again by itself: so many seconds after a connection was lost or came to nothing."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from workbench.engine.snapshot import CloseCause, EndpointSnapshot, Phase
from workbench.ui import fields
from workbench.ui.panel_parts.controls import Controls, TextField
from workbench.ui.theme import GAP


class Again(QWidget):
    """Two fields and a timer; each attempt is an ordinary Connect, so it is logged.

    Attributes:
        left: attempts still to be made.

    Signals:
        due(): connect now.
    """

    due = Signal()

    def __init__(self, controls: Controls) -> None:
        super().__init__()
        self.times = controls.add(TextField("0", width=4), "again_times")
        self.seconds = controls.add(TextField("1.0", width=5), "again_after")
        self.left = 0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._on_due)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP - 1)
        for widget in (
            controls.caption("again_times", self.times), self.times,
            controls.caption("again_after", self.seconds), self.seconds,
        ):
            row.addWidget(widget)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    @property
    def wanted(self) -> int:
        """Attempts as typed. Raises Problem for what is no such number."""
        return fields.parse_whole(self.times.text(), least=0, most=100_000)

    def begin(self) -> None:
        """A person has pressed Connect: all attempts are to be made."""
        self._timer.stop()
        self.left = self.wanted

    def after(self, snapshot: EndpointSnapshot) -> float | None:
        """Where a connection is gone, and not by us: seconds to the next attempt; None: none.

        Raises:
            Problem: what stands in the field is no time.
        """
        last = snapshot.connections[-1] if snapshot.connections else None
        gone = snapshot.open_count == 0 and snapshot.phase in (Phase.CLOSED, Phase.FAILED)
        ours = last is not None and last.close_cause in (CloseCause.LOCAL, CloseCause.ABORTED)
        if not gone or ours or not self.left or self._timer.isActive():
            return None
        self.left -= 1
        seconds = fields.parse_seconds(self.seconds.text())
        self._timer.start(int(seconds * 1000))
        return seconds

    def stop(self) -> None:
        """A person has closed it: no more attempts."""
        self.left = 0
        self._timer.stop()

    @Slot()
    def _on_due(self) -> None:
        self.due.emit()
