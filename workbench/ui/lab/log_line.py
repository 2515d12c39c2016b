"""The lab's newest call in one line, and the way to all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from workbench.journal.query import parse
from workbench.texts import tr
from workbench.ui.widgets.named_controls import fit
from workbench.viewmodel.default_endpoints import LAB_PREFIX
from workbench.viewmodel.log_cells import call_text, result_text, took_text, who_text

if TYPE_CHECKING:
    from workbench.qt.controller import Controller

FILTER: Final = f"endpoint:{LAB_PREFIX}*"
CALLS: Final = parse(f"{FILTER} kind:call|end -call:getsockopt")
LOOK_BACK: Final = 500


class LogLine(QWidget):
    """Number, time, who, call and result.

    Signals:
        wanted(str): show the log, filtered so.
    """

    wanted = Signal(str)

    def __init__(self, controller: Controller) -> None:
        super().__init__()
        self._controller = controller
        self._seen = 0
        self.label = QLabel()
        self.label.setObjectName("lab.log_line")
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._button = QPushButton()
        self._button.setObjectName("lab.log")
        self._button.clicked.connect(lambda: self.wanted.emit(FILTER))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.label, 1)
        row.addWidget(self._button)

    def refresh(self) -> None:
        """Show the newest; nothing is read while there is no newer row."""
        committed = self._controller.session.journal.committed
        if committed == self._seen or self._controller.closed:
            return
        after = max(0, committed - LOOK_BACK)
        self._seen = committed
        reader = self._controller.reader
        found = next(reader.select(CALLS, after, committed), [])
        row = reader.row(found[-1]) if found else None
        if row is not None:
            self.label.setText(
                "   ".join(
                    (
                        str(row.seq),
                        self._controller.clock_text(row.t_ns),
                        who_text(row),
                        f"{call_text(row)} → {result_text(row)}",
                        took_text(row),
                    )
                )
            )

    def retranslate(self) -> None:
        self._button.setText(tr("log.title"))
        self._button.setAccessibleName(tr("log.title"))
        self._button.setToolTip(tr("lab.log_tip"))
        fit(self._button)
