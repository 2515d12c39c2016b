"""A line for a person's note, which Enter writes into the log."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QLineEdit

from workbench.texts import tr
from workbench.ui.style.retranslatable import Retranslatable


class NoteField(Retranslatable, QLineEdit):
    """Hidden until a note is to be written.

    Signals:
        entered(str): a note for the log; never empty.
    """

    entered = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("window.mark_text")
        self.hide()
        self.returnPressed.connect(self._on_entered)
        self.retranslate()

    @Slot()
    def begin(self) -> None:
        """Show the line and wait for the note."""
        self.show()
        self.setFocus()

    def retranslate(self) -> None:
        self.setPlaceholderText(tr("window.mark_hint"))
        self.setToolTip(tr("tip.mark_text"))
        self.setAccessibleName(tr("name.mark_text"))

    @Slot()
    def _on_entered(self) -> None:
        text = self.text().strip()
        self.clear()
        self.hide()
        if text:
            self.entered.emit(text)

    def give_up(self) -> None:
        """Esc: no note after all."""
        self.clear()
        self.hide()
