"""The timeout of a call: seconds, or none (it waits for ever)."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Slot

from workbench.texts import Problem, tr
from workbench.ui.style.retranslatable import Retranslatable
from workbench.ui.widgets.hint_combo import HintCombo
from workbench.viewmodel import parse_fields

TIMEOUTS: Final = (None, 0.0, 0.5, 1.0, 3.0, 10.0, 30.0)


class TimeoutBox(Retranslatable, HintCombo):
    """Offers the usual timeouts, with an explanation of "none", and accepts any other."""

    def __init__(self) -> None:
        super().__init__(6)
        self._none = parse_fields.show_timeout(None)
        self.settled.connect(self._on_settled)
        self.retranslate()

    @property
    def seconds(self) -> float | None:
        """The timeout as typed. Raises Problem: not a time."""
        return parse_fields.parse_timeout(self.currentText())

    def retranslate(self) -> None:
        """Word it again: "none" is another word in another language."""
        timeouts = [parse_fields.show_timeout(value) for value in TIMEOUTS]
        try:
            shown = parse_fields.show_timeout(self.seconds)
        except Problem:
            none = self.currentText() == self._none
            shown = parse_fields.show_timeout(None) if none else self.currentText()
        self._none = parse_fields.show_timeout(None)
        self.offer(
            [
                (text, tr("choice.timeout_note") if value is None else "")
                for text, value in zip(timeouts, TIMEOUTS, strict=True)
            ]
        )
        self.setEditText(shown)

    @Slot()
    def _on_settled(self) -> None:
        """Show the value as it was understood: "2" as "2.0 s"."""
        try:
            seconds = self.seconds
        except Problem:
            return
        self.setEditText(parse_fields.show_timeout(seconds))
