"""The timeout of a call: seconds, or none (it waits for ever)."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Slot

from workbench.texts import Problem, tr
from workbench.ui.widgets.hint_combo import HintCombo
from workbench.viewmodel import parse_fields

TIMEOUTS: Final = (None, 0.0, 0.5, 1.0, 3.0, 10.0, 30.0)


class TimeoutBox(HintCombo):
    """Offers the usual ones, with what "none" means, and takes any."""

    def __init__(self) -> None:
        super().__init__(6)
        self.settled.connect(self._on_settled)

    def show_seconds(self, value: float | None) -> None:
        self.setEditText(parse_fields.show_timeout(value))

    @property
    def seconds(self) -> float | None:
        """As typed. Raises Problem for what is no time."""
        return parse_fields.parse_timeout(self.currentText())

    def retranslate(self, known: float | None) -> None:
        """Word it anew; `known` is the value in force."""
        timeouts = [parse_fields.show_timeout(value) for value in TIMEOUTS]
        try:
            shown = parse_fields.show_timeout(self.seconds)
        except Problem:
            shown = self.currentText()
        if known is None and shown not in timeouts:
            shown = parse_fields.show_timeout(None)  # the wording of another language
        self.offer(
            [
                (text, tr("choice.timeout_note") if value is None else "")
                for text, value in zip(timeouts, TIMEOUTS, strict=True)
            ]
        )
        self.setEditText(shown)

    @Slot()
    def _on_settled(self) -> None:
        """As it was understood: "2" is "2.0 s"."""
        try:
            seconds = self.seconds
        except Problem:
            return
        self.show_seconds(seconds)
