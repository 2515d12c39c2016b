"""Connect again by itself: so many seconds after a connection was lost or came to nothing."""

from __future__ import annotations

import time
from typing import Final

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from workbench.engine.model.snapshot import CloseCause, EndpointSnapshot, Phase
from workbench.ui.style.theme import GAP
from workbench.ui.widgets.named_controls import NamedControls, TextField
from workbench.viewmodel import parse_fields
from workbench.viewmodel.message import Sentence, msg

SETTLE: Final = 1.0
"""Seconds in which an endpoint answers at the latest; a picture of before is not believed."""
Key = tuple[Phase, int, int | None]


class Reconnect(QWidget):
    """Two fields and a timer; each attempt is an ordinary Connect, so it is logged.

    Attributes:
        left: attempts still to be made.

    Signals:
        due(): connect now.
    """

    due = Signal()

    def __init__(self, controls: NamedControls) -> None:
        super().__init__()
        self.times = controls.add(TextField("0", width=4), "again_times")
        self.seconds = controls.add(TextField("1.0", width=5), "again_after")
        self.left = 0
        self._made = 0
        self._seen: Key | None = None  # the newest picture when connect was asked for
        self._before: Key | None = None
        self._settles = 0.0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._on_due)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP - 1)
        for widget in (
            controls.caption("again_times", self.times),
            self.times,
            controls.caption("again_after", self.seconds),
            self.seconds,
        ):
            row.addWidget(widget)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    @property
    def wanted(self) -> int:
        """Attempts as typed. Raises Problem for what is no such number."""
        return parse_fields.parse_whole(self.times.text(), least=0, most=100_000)

    def begin(self) -> None:
        """A person has pressed Connect: all attempts are to be made."""
        self._timer.stop()
        self.left = self.wanted
        self._made = 0
        self._wait_for_news()

    def after(self, snapshot: EndpointSnapshot) -> tuple[Sentence, bool] | None:
        """Where a connection is gone, and not by us: what follows, and whether that is the end.

        Raises:
            Problem: what stands in the field is no time.
        """
        last = snapshot.connections[-1] if snapshot.connections else None
        self._seen = (snapshot.phase, snapshot.closed_count, last.id if last else None)
        if self._seen == self._before and time.monotonic() < self._settles:
            return None
        self._before = None
        still = [item for item in snapshot.connections if item.closed_ns is None]
        gone = (
            all(item.errno is not None for item in still)
            if still
            else snapshot.phase in (Phase.CLOSED, Phase.FAILED)
        )
        ours = last is not None and last.close_cause in (CloseCause.LOCAL, CloseCause.ABORTED)
        if not gone or ours or self._timer.isActive():
            return None
        if not self.left:
            made, self._made = self._made, 0
            return (msg("message.again_over", times=made), True) if made else None
        seconds = parse_fields.parse_seconds(self.seconds.text())
        self.left -= 1
        self._made += 1
        self._timer.start(int(seconds * 1000))
        lost = last is not None and last.connected_ns is not None
        key = "message.again" if lost else "message.again_nothing"
        return msg(key, seconds=f"{seconds:g}", left=self.left), False

    def stop(self) -> None:
        """A person has closed it: no more attempts."""
        self.left = self._made = 0
        self._timer.stop()

    def _wait_for_news(self) -> None:
        self._before = self._seen
        self._settles = time.monotonic() + SETTLE

    @Slot()
    def _on_due(self) -> None:
        self._wait_for_news()
        self.due.emit()
