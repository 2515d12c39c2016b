"""The timeout of a call: seconds, or none (it waits for ever)."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Slot

from workbench.texts import Problem
from workbench.ui import fields
from workbench.ui.panel_parts.noted_box import NotedBox

TIMEOUTS: Final = (None, 0.0, 0.5, 1.0, 3.0, 10.0, 30.0)


class TimeoutBox(NotedBox):
    """Offers the usual ones, takes any, and is as wide as what it holds."""

    def __init__(self) -> None:
        super().__init__(6)
        self.settled.connect(self._on_settled)

    def show_seconds(self, value: float | None) -> None:
        self.setEditText(fields.show_timeout(value))
        self.fit()

    @property
    def seconds(self) -> float | None:
        """As typed. Raises Problem for what is no time."""
        return fields.parse_timeout(self.currentText())

    def fit(self) -> None:
        """What waits for ever is said whole."""
        wide = self.fontMetrics().horizontalAdvance(self.currentText()) + 40
        self.setMinimumWidth(wide if wide > self.sizeHint().width() else 0)

    def retranslate(self, known: float | None) -> None:
        """Word it anew; `known` is the value in force."""
        timeouts = [fields.show_timeout(value) for value in TIMEOUTS]
        try:
            shown = fields.show_timeout(self.seconds)
        except Problem:
            shown = self.currentText()
        if known is None and shown not in timeouts:
            shown = fields.show_timeout(None)  # the wording of another language
        self.offer([(text, "") for text in timeouts])
        self.setEditText(shown)
        self.fit()

    @Slot()
    def _on_settled(self) -> None:
        """As it was understood: "2" is "2.0 s"."""
        try:
            seconds = self.seconds
        except Problem:
            return
        self.show_seconds(seconds)
