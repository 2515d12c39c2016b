"""A line for a person's note, which Enter writes into the log."""

from __future__ import annotations

from collections.abc import Callable

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
        self._go_back: Callable[[], None] = lambda: None
        self.hide()
        self.returnPressed.connect(self._on_entered)
        self.retranslate()

    @Slot()
    def begin(self) -> None:
        """Show the line and wait for the note."""
        from workbench.ui.widgets.focus_back import focus_back  # imported late: no start needs it

        self._go_back = focus_back(self)
        self.show()
        self.setFocus()

    def retranslate(self) -> None:
        self.setPlaceholderText(tr("window.mark_hint"))
        self.setToolTip(tr("tip.mark_text"))
        self.setAccessibleName(tr("name.mark_text"))

    @Slot()
    def _on_entered(self) -> None:
        text = self.text().strip()
        self._put_away()
        if text:
            self.entered.emit(text)

    def give_up(self) -> None:
        """Cancel the note, since Esc was pressed."""
        self._put_away()

    def _put_away(self) -> None:
        self.clear()
        self._go_back()
        self.hide()
