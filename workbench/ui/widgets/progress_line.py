"""The progress of a long task, with a button to stop it."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QWidget

from workbench.texts import tr
from workbench.ui.style.retranslatable import Retranslatable
from workbench.ui.style.theme import NEAR
from workbench.ui.widgets.elided_label import ElidedLabel
from workbench.viewmodel.message import Sentence

SHOWN_AFTER: Final = 300
"""Milliseconds before progress is shown at all: most tasks have ended by then."""
STEPS: Final = 1_000


class ProgressLine(Retranslatable, QWidget):
    """A sentence, a bar and a button; hidden while nothing is under way.

    Signals:
        pressed(): the button was pressed: stop, or go on.
    """

    pressed = Signal()

    def __init__(self, name: str, key: str) -> None:
        """`name`: the prefix of its parts' names; `key`: as in `tell`."""
        super().__init__()
        self.setObjectName(f"{name}.progress")
        self._sentence: Sentence | None = None
        self._key = key
        self._label = ElidedLabel()  # a long name makes no window wider
        self._label.setObjectName(f"{name}.progress_text")
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._bar = QProgressBar()
        self._bar.setRange(0, STEPS)
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(self.fontMetrics().horizontalAdvance("0" * 20))
        self._button = QPushButton()
        self._button.setObjectName(f"{name}.stop")
        self._button.setAutoDefault(False)  # in a dialog, Enter presses another button
        self._button.clicked.connect(self.pressed)
        row = QHBoxLayout(self)
        row.setContentsMargins(NEAR, 0, NEAR, 0)
        row.addWidget(self._bar)
        row.addWidget(self._label, 1)
        row.addWidget(self._button)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(SHOWN_AFTER)
        self._patience.timeout.connect(self.show)
        self.hide()
        self.retranslate()

    def tell(self, sentence: Sentence, share: float, key: str) -> None:
        """Show the progress, 0 to 1, also in words; `key`: what the button does."""
        self._sentence, self._key = sentence, key
        self._bar.setValue(int(share * STEPS))
        self.retranslate()
        if self.isHidden() and not self._patience.isActive():
            self._patience.start()

    @Slot()
    def end(self) -> None:
        """Hide it, because nothing is under way any more."""
        self._patience.stop()
        self.hide()

    def retranslate(self) -> None:
        if self._sentence is not None:
            self._label.setText(self._sentence.show())
        self._button.setText(tr(self._key))
        self._button.setToolTip(tr(f"{self._key}_tip"))
        self._button.setAccessibleName(tr(self._key))
        self._bar.setAccessibleName(self._label.text())
