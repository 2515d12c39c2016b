"""A bar that shows how full the accept queue is or, for datagrams, how many were dropped."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QProgressBar, QWidget

from workbench.ui.widgets.fitting_label import CaptionedRow, GivingLabel
from workbench.ui.widgets.named_controls import NamedControls, SpokenLabel, spring
from workbench.viewmodel.server_state import QueueState


class AcceptQueueBar(CaptionedRow):
    """A word, a bar and numbers, with the button that accepts one at the right.

    What differs from the default (`chips`) is shown between them: this line has room for it, and
    the lines below do not move.
    """

    def __init__(self, controls: NamedControls, chips: QWidget, *right: QWidget) -> None:
        self._label = GivingLabel()  # no reason for a panel to be wide
        super().__init__(self._label)
        self._controls = controls
        controls.caption("queue", label=self._label)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(12)
        self._bar.setMinimumWidth(36)  # a narrower one looks like a check box
        self._bar.setMaximumWidth(70)
        self._numbers = controls.add(SpokenLabel(), "queue")
        self._numbers.setTextFormat(Qt.TextFormat.PlainText)
        for widget in (self._bar, self._numbers, spring(), chips, *right):
            self.addWidget(widget)

    def show(self, state: QueueState, *, datagram: bool) -> None:
        """`datagram`: peers and drops are shown instead."""
        self._controls.recaption(self._label, "peers" if datagram else "queue")
        self._bar.setVisible(not datagram)
        self._numbers.setText(state.words)
        # a queue that fills must not widen the narrowest panel: the message says it too
        usual = self._numbers.fontMetrics().horizontalAdvance(state.usual)
        if usual:
            self._numbers.setMinimumWidth(usual)
        self._bar.setMaximum(max(1, state.room))
        self._bar.setValue(state.filled)
        self._bar.setAccessibleName(self._label.longest)
        self._bar.setAccessibleDescription(state.words)
