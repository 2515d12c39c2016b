"""Which of many clients the actions apply to: the chosen ones, or all open ones."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox

from workbench.ui.widgets.named_controls import RoomyBox
from workbench.viewmodel.client_state import Scope

ALL: Final = "all"
CHOSEN: Final = "chosen"


class SendScope(RoomyBox):
    """A label and a choice: "all (6)", "chosen (3)", or one by its number.

    Signals:
        aimed(bool): all of them; False: the chosen ones.
    """

    aimed = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.activated.connect(self._on_activated)

    def show_scope(self, scope: Scope) -> None:
        """The choices, and which of them is meant."""
        chosen = scope.chosen_words
        entries = [(ALL, scope.all_words)]
        if chosen is not None:
            entries.append((CHOSEN, chosen))
        if self.view().isVisible():
            return
        known = [(self.itemData(i), self.itemText(i)) for i in range(self.count())]
        if known != entries:
            self.clear()
            for data, text in entries:
                self.addItem(text, data)
        self.setCurrentIndex(max(0, self.findData(ALL if scope.on_all else CHOSEN)))

    @Slot()
    def _on_activated(self) -> None:
        self.aimed.emit(self.currentData() != CHOSEN)
