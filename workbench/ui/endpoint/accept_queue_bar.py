"""How full the accept queue is; for datagrams, how many the kernel dropped."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QWidget

from workbench.engine.model.snapshot import EndpointSnapshot
from workbench.texts import tr
from workbench.ui.widgets.named_controls import NamedControls, spring
from workbench.viewmodel.endpoint_status import is_full


class AcceptQueueBar(QHBoxLayout):
    """Word, bar and numbers; at the right what lets one out.

    What differs from the default (`chips`) stands between them: this line has room for it, and
    those below stay where they are.
    """

    def __init__(self, controls: NamedControls, chips: QWidget, *right: QWidget) -> None:
        super().__init__()
        self._controls = controls
        self._label = controls.caption("queue")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(12)
        self._bar.setMinimumWidth(20)
        self._bar.setMaximumWidth(70)
        self._numbers = controls.add(QLabel(), "queue")
        self._numbers.setTextFormat(Qt.TextFormat.PlainText)
        for widget in (self._label, self._bar, self._numbers, spring(), chips, *right):
            self.addWidget(widget)

    def show_snapshot(self, snapshot: EndpointSnapshot, *, datagram: bool) -> None:
        """`datagram`: what is chosen in the fields; it may not be open yet."""
        self._controls.recaption(self._label, "peers" if datagram else "queue")
        self._bar.setVisible(not datagram)
        if datagram:
            self._numbers.setText(
                "" if snapshot.drops is None else tr("panel.drops", count=snapshot.drops)
            )
            return
        if snapshot.queue is None:
            self._numbers.setText("-")
            self._bar.setValue(0)
            return
        waiting, limit = snapshot.queue
        key = "panel.queue_full" if is_full(snapshot) else "panel.queue"
        self._numbers.setText(tr(key, waiting=waiting, room=limit + 1))
        # a queue that fills shall not make the narrowest panel wider: the message says it too
        usual = tr("panel.queue", waiting=limit + 1, room=limit + 1)
        self._numbers.setMinimumWidth(self._numbers.fontMetrics().horizontalAdvance(usual))
        self._bar.setMaximum(limit + 1)
        self._bar.setValue(min(waiting, limit + 1))
