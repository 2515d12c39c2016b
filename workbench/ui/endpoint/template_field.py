"""A line of text that may name values in braces: what can follow is offered as it is typed."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QStringListModel, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QCompleter

from workbench.ui.endpoint.payload_edit import TO_LIST, ClosesAtEscape, first_units, units
from workbench.ui.widgets.named_controls import TextField
from workbench.viewmodel.completion import Completion, cursor_in


class TemplateField(TextField):
    """As the editor of a client, in one line.

    Attributes:
        complete: what the characters before the cursor may become; None: nothing.
        choices: the list that offers it.
    """

    def __init__(self, text: str = "", width: int = 0) -> None:
        super().__init__(text, width)
        self.complete: Callable[[str], Completion] | None = None
        self._words = QStringListModel(self)
        self.choices = QCompleter(self._words, self)
        self.choices.setWidget(self)
        self.choices.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self.choices.activated.connect(self._on_chosen)
        self._closes = ClosesAtEscape(self.choices)
        self._opened = False  # the list is made when it is first asked for

    def _list(self) -> QAbstractItemView:
        """What the choices stand in; nothing of ours keeps it, for it has no parent."""
        popup = self.choices.popup()
        assert popup is not None
        return popup

    def _found(self) -> Completion | None:
        if self.complete is None or self.hasSelectedText():
            return None
        return self.complete(first_units(self.text(), self.cursorPosition()))

    def _offer(self) -> None:
        """What the word before the cursor may become, in a list below it."""
        found = self._found()
        if found is None or not found.words:
            if self._opened:
                self._list().hide()
            return
        popup = self._list()
        if not self._opened:
            self._opened = True
            popup.setObjectName("field.choices")
            popup.installEventFilter(self._closes)
        self._words.setStringList(list(found.words))
        self.choices.setCompletionPrefix("")
        popup.setFont(self.font())
        popup.setCurrentIndex(self.choices.completionModel().index(0, 0))
        place = self.cursorRect()
        wide = popup.sizeHintForColumn(0) + popup.verticalScrollBar().sizeHint().width()
        place.setWidth(wide + 8)
        self.choices.complete(place)

    @Slot(str)
    def _on_chosen(self, word: str) -> None:
        """It takes the place of what was typed of it."""
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
        if self._opened and event.key() in TO_LIST and self._list().isVisible():
            event.ignore()  # the list takes it
            return
        before = self.text()
        super().keyPressEvent(event)
        if self.text() != before:
            self._offer()
