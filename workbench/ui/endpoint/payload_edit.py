"""The text that a client sends: two lines and more, in a low window one and more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit

from workbench.ui.endpoint.file_picker import file_of
from workbench.ui.style import theme
from workbench.ui.style.retranslatable import Retranslatable
from workbench.ui.widgets.choices_list import ChoicesList
from workbench.viewmodel.completion import Completion, cursor_in

if TYPE_CHECKING:
    from PySide6.QtCore import QMimeData

LEAST_LINES: Final = 2
MOST_LINES: Final = 8
LONGEST_PASTE: Final = 256 << 10
"""Characters; Qt lays a whole line out at once, so one of 5 MB would freeze the window."""
MOST_MARKS: Final = 500


class PayloadEdit(Retranslatable, QPlainTextEdit):
    """Plain text; grows with its lines to eight.

    Attributes:
        complete: what the characters of the line before the cursor may become; None: nothing.
        choices: the list that offers it.
        enter_sends: Enter alone sends too; then Shift+Enter is a line break.

    Signals:
        submitted(): Ctrl+Enter, or Enter where that sends.
        pasted_backslash(): pasted text holds a backslash.
        pasted_too_much(int): so many characters were pasted, and refused.
        file_dropped(str): a file was dropped or pasted here.
        completed(): a word of the list was taken.
    """

    submitted = Signal()
    pasted_backslash = Signal()
    pasted_too_much = Signal(int)
    file_dropped = Signal(str)
    completed = Signal()

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.setFont(theme.fixed_font())
        self.setTabChangesFocus(True)
        self.document().blockCountChanged.connect(self._fit)
        self._sparing = False
        self.complete: Callable[[str], Completion] | None = None
        self.enter_sends = False
        self.choices = ChoicesList(self, "payload.choices")
        self.choices.activated.connect(self._on_chosen)
        self._fit()

    def retranslate(self) -> None:
        """It has no words of its own."""

    def redraw(self) -> None:
        """The fixed font in the size in force."""
        self.setFont(theme.fixed_font())
        self._fit()

    def spare_height(self, sparing: bool) -> None:
        """Where there is little, one line is enough for one."""
        self._sparing = sparing
        self._fit()

    def mark(self, positions: Sequence[int], *, doubtful: bool = False) -> None:
        """Underline the characters that cannot be sent; or `doubtful` ones, which can."""
        if not positions:
            self.setExtraSelections([])
            return
        from PySide6.QtGui import QTextCharFormat
        from PySide6.QtWidgets import QTextEdit

        tone = theme.current().busy if doubtful else theme.current().bad
        look = QTextCharFormat()
        look.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
        look.setUnderlineColor(QColor(tone.text))
        look.setBackground(QColor(tone.back))
        look.setForeground(QColor(tone.text))
        marks: list[QTextEdit.ExtraSelection] = []
        text = self.toPlainText()
        last = max(0, self.document().characterCount() - 2)
        for position in positions[:MOST_MARKS]:
            found = QTextEdit.ExtraSelection()
            cursor = self.textCursor()
            cursor.setPosition(min(units(text[:position]), last))
            cursor.movePosition(
                QTextCursor.MoveOperation.NextCharacter, QTextCursor.MoveMode.KeepAnchor
            )
            found.cursor, found.format = cursor, look
            marks.append(found)
        self.setExtraSelections(marks)

    @Slot()
    def _fit(self) -> None:
        least = 1 if self._sparing else LEAST_LINES
        lines = min(MOST_LINES, max(least, self.blockCount()))
        metrics = QFontMetrics(self.font())
        # Chinese lines are higher: they come from another font
        one = max(metrics.lineSpacing(), QFontMetrics(theme.even_font()).lineSpacing())
        height = max(metrics.lineSpacing() * lines, one)
        frame = 6 if lines == 1 else 4
        self.setFixedHeight(height + 2 * round(self.document().documentMargin()) + frame)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return file_of(source) is not None or super().canInsertFromMimeData(source)

    def insertFromMimeData(self, source: QMimeData) -> None:
        file = file_of(source)
        if file is not None:
            self.file_dropped.emit(file)
            return
        if len(source.text()) > LONGEST_PASTE:
            self.pasted_too_much.emit(len(source.text()))
            return
        super().insertFromMimeData(source)
        if "\\" in source.text():
            self.pasted_backslash.emit()

    # -- completion ---------------------------------------------------------------------------

    def _offer(self) -> None:
        """What the word before the cursor may become, in a list below it."""
        cursor = self.textCursor()
        found = None
        if self.complete is not None and not cursor.hasSelection():
            found = self.complete(first_units(cursor.block().text(), cursor.positionInBlock()))
        self.choices.offer(() if found is None else found.words, self.cursorRect())

    @Slot(str)
    def _on_chosen(self, word: str) -> None:
        """It takes the place of what was typed of it."""
        cursor = self.textCursor()
        before = first_units(cursor.block().text(), cursor.positionInBlock())
        found = self.complete(before) if self.complete is not None else None
        typed = len(before) - found.begin if found is not None and found.words else 0
        move, keep = QTextCursor.MoveOperation, QTextCursor.MoveMode.KeepAnchor
        cursor.movePosition(move.Left, keep, typed)
        cursor.insertText(word)
        if self.document().characterAt(cursor.position()) == word[-1:] == "}":
            cursor.deleteChar()
        cursor.movePosition(move.Left, QTextCursor.MoveMode.MoveAnchor, len(word) - cursor_in(word))
        self.setTextCursor(cursor)
        self.completed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.choices.takes(event):
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._entered(event):
            return
        super().keyPressEvent(event)
        if (event.text() and event.text().isprintable()) or event.key() == Qt.Key.Key_Backspace:
            self._offer()

    def _entered(self, event: QKeyEvent) -> bool:
        """Enter was pressed: whether that was more than a line break."""
        held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        alone = held == Qt.KeyboardModifier.NoModifier
        if held & Qt.KeyboardModifier.ControlModifier or (alone and self.enter_sends):
            self.submitted.emit()
            if alone:
                self.selectAll()  # what is typed next is the next message
            return True
        if held == Qt.KeyboardModifier.ShiftModifier:
            self.insertPlainText("\n")  # Qt would break the line inside its paragraph
            return True
        return False


def units(text: str) -> int:
    """Its length as Qt counts: characters beyond U+FFFF are two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def first_units(text: str, units: int) -> str:
    """As much of a text as so many of Qt's units are."""
    return text.encode("utf-16-le", "surrogatepass")[: 2 * units].decode(
        "utf-16-le", "surrogatepass"
    )
