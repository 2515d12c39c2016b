"""The lab's newest call in one line, and a button to the log."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from workbench.texts import tr
from workbench.ui.style.retranslatable import Retranslatable
from workbench.ui.widgets.named_controls import fit
from workbench.viewmodel.default_endpoints import LAB_FILTER


class NewestCall(Retranslatable, QWidget):
    """One row of the log, beside a button.

    Signals:
        wanted(str): show the log with this filter.
    """

    wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.label = QLabel()
        self.label.setObjectName("lab.log_line")
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._button = QPushButton()
        self._button.setObjectName("lab.log")
        self._button.clicked.connect(lambda: self.wanted.emit(LAB_FILTER))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.label, 1)
        row.addWidget(self._button)
        self.retranslate()

    def show_call(self, text: str) -> None:
        """Show the newest call, worded as in the log."""
        self.label.setText(text)

    def retranslate(self) -> None:
        self._button.setText(tr("log.title"))
        self._button.setAccessibleName(tr("log.title"))
        self._button.setToolTip(tr("lab.log_tip"))
        fit(self._button)
