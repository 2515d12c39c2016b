"""FilterField: the log's filter, with completion and history."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint, QRect, Qt, Slot
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QLineEdit

from workbench.ui.style.theme import APART
from workbench.ui.widgets.choices_list import ChoicesList
from workbench.viewmodel.completion import Completion


class FilterField(QLineEdit):
    """A line edit: Down shows the history, Tab takes the first completion.

    Attributes:
        complete: what a text that ends at the cursor may be completed to.
        history: the filters used before, the newest first.
        choices: the list that offers both.
    """

    def __init__(self) -> None:
        super().__init__()
        self.complete: Callable[[str], Completion] | None = None
        self.history: Callable[[], Sequence[str]] = tuple
        self.choices = ChoicesList(self, "log.filter_choices", preferred=False)
        self.choices.activated.connect(self._on_chosen)
        self._past = False
        self._examples: Sequence[str] = ()

    def give_examples(self, *texts: str) -> None:
        """Set the hint for the empty field: the first of these that fits."""
        self._examples = texts
        self._fit_example()

    def _fit_example(self) -> None:
        room = self.width() - 2 * APART  # border, padding and what Qt keeps free
        wide = self.fontMetrics().horizontalAdvance
        fitting = (text for text in self._examples if wide(text) <= room)
        self.setPlaceholderText(next(fitting, ""))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_example()

    def setText(self, text: str | None) -> None:
        """Set the text; a list that is open closes, since nothing was typed."""
        super().setText(text)
        self.choices.offer((), self.cursorRect())

    def clear(self) -> None:
        self.setText("")

    def _before(self) -> str:
        """The text up to the cursor, whose position Qt counts in units of UTF-16."""
        units = self.text().encode("utf-16-le", "surrogatepass")[: 2 * self.cursorPosition()]
        return units.decode("utf-16-le", "surrogatepass")

    def _found(self) -> Completion | None:
        if self.complete is None or self.hasSelectedText():
            return None
        return self.complete(self._before())

    def _offer(self) -> None:
        found = self._found()
        self._past = False
        self.choices.offer(() if found is None else found.words, self.cursorRect())

    def show_history(self) -> None:
        """Show the filters used before in a list below the field, if there are any."""
        used = [text for text in self.history() if text != self.text()]
        self._past = bool(used)
        self.choices.offer(used, QRect(QPoint(2, 0), self.cursorRect().size()))

    @Slot(str)
    def _on_chosen(self, word: str) -> None:
        """One of the history is the whole text, a completion the end of its term."""
        if self._past:
            self.setText(word)
            self.returnPressed.emit()
            return
        found, before = self._found(), self._before()
        kept = before[: found.begin] if found is not None else before
        after = self.text()[len(before) :]
        self.setText(f"{kept}{word}{after}")
        self.setCursorPosition(len(f"{kept}{word}".encode("utf-16-le", "surrogatepass")) // 2)
        if word[-1:] in {":", "<", ">", "="} or word.isalpha():
            self._offer()  # a key needs a value

    def focusNextPrevChild(self, forwards: bool) -> bool:
        return False if self.choices.open else super().focusNextPrevChild(forwards)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.choices.takes(event):
            return
        if event.key() == Qt.Key.Key_Down and not event.modifiers():
            self.show_history()
            return
        before = self.text()
        super().keyPressEvent(event)
        if self.text() != before:
            self._offer()
