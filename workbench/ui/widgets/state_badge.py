"""The state of a socket: the kernel's words untranslated, this program's own translated."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt

from workbench.printable import escape
from workbench.texts import has, tr
from workbench.ui.widgets.named_controls import SpokenLabel, tone

_TONES: Final = {
    "LISTEN": "good",
    "ESTABLISHED": "good",
    "BOUND": "good",
    "OPEN": "good",
    "SYN_SENT": "busy",
    "CONNECTING": "busy",
    "CLOSE_WAIT": "busy",
    "FIN_WAIT1": "busy",
    "FIN_WAIT2": "busy",
    "LAST_ACK": "busy",
    "CLOSING": "busy",
    "SETTING UP": "busy",
    "FAILED": "bad",
}


_ONE_WORD: Final = {"CLOSE": "CLOSED"}
"""Linux calls CLOSE what RFC 9293 calls CLOSED, as this program does: two badges that stand side by
side say the same."""


class StateBadge(SpokenLabel):
    """A badge; its tone is a property that the style sheet knows."""

    def __init__(self) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setProperty("badge", True)
        self.set_state("CLOSED")

    def set_state(self, state: str, more: tuple[str, ...] = ()) -> None:
        """`more`: what the layers above the socket agreed on."""
        state = _ONE_WORD.get(state, state)
        key = f"state.{state.replace(' ', '_').lower()}"
        self.setText(" | ".join((tr(key) if has(key) else state, *map(escape, more))))
        tone(self, _TONES.get(state, "idle"))

    def set_many(self, connected: int, count: int) -> None:
        """Show how many of how many are connected."""
        self.setText(tr("state.of_many", connected=connected, count=count))
        tone(self, "good" if connected == count else "busy" if connected else "idle")
