"""A line of text in which names in braces are completed."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Slot
from PySide6.QtGui import QKeyEvent

from workbench.ui.endpoint.qt_text import first_units, units
from workbench.ui.widgets.choices_list import ChoicesList
from workbench.ui.widgets.named_controls import TextField
from workbench.viewmodel.completion import Completion, cursor_in


class TemplateField(TextField):
    """The one-line counterpart of a client's editor.

    Attributes:
        complete: what the characters before the cursor may be completed to; None: nothing.
        choices: the list that offers it.
    """

    def __init__(self, text: str = "", width: int = 0, least: int = 0) -> None:
        super().__init__(text, width, least)
        self.complete: Callable[[str], Completion] | None = None
        self.choices = ChoicesList(self, "field.choices")
        self.choices.activated.connect(self._on_chosen)

    def _found(self) -> Completion | None:
        if self.complete is None or self.hasSelectedText():
            return None
        return self.complete(first_units(self.text(), self.cursorPosition()))

    def _offer(self) -> None:
        """Offer completions of the word before the cursor, in a list below it."""
        found = self._found()
        self.choices.offer(() if found is None else found.words, self.cursorRect())

    @Slot(str)
    def _on_chosen(self, word: str) -> None:
        """Put the chosen completion in place of what was typed of it."""
        found = self._found()
        place = self.cursorPosition()
        before = first_units(self.text(), place)
        kept = before[: found.begin] if found is not None and found.words else before
        after = self.text()[len(before) :]
        if after.startswith("}") and word.endswith("}"):
            after = after[1:]
        self.setText(f"{kept}{word}{after}")
        self.setCursorPosition(units(f"{kept}{word[: cursor_in(word)]}"))
        self.textEdited.emit(self.text())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.choices.takes(event):
            return
        before = self.text()
        super().keyPressEvent(event)
        if self.text() != before:
            self._offer()
