"""The text field of a client's editor, which grows with its lines."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QMimeData, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFontMetrics, QHelpEvent, QKeyEvent, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QToolTip

from workbench.texts import tr
from workbench.ui.endpoint.file_picker import file_of
from workbench.ui.endpoint.qt_text import (
    LONGEST_LINE,
    between_units,
    first_units,
    places_in,
    plain,
    too_long,
)
from workbench.ui.style import fonts, theme
from workbench.ui.style.retranslatable import Retranslatable
from workbench.ui.widgets.choices_list import ChoicesList
from workbench.viewmodel.completion import Completion, cursor_in

if TYPE_CHECKING:
    from PySide6.QtGui import QMouseEvent

    from workbench.ui.endpoint.folded_lines import FoldedLines

LEAST_LINES: Final = 2
MOST_LINES: Final = 8
LOW_MOST: Final = 4
"""The same in a low window, where what is around it has to stay in sight."""
LONGEST_PASTE: Final = 4 << 20
"""Characters: what they are as bytes is understood in a moment. More of them go as a file."""
MOST_MARKS: Final = 500


class PayloadEdit(Retranslatable, QPlainTextEdit):
    """Plain text of up to eight lines in sight, four in a low window.

    Attributes:
        complete: what the characters of the line before the cursor may be completed to; None:
            nothing.
        choices: the list that offers it.
        enter_sends: Enter alone sends too; then Shift+Enter is a line break.

    Signals:
        submitted(): Ctrl+Enter, or Enter where that sends.
        pasted_backslash(): pasted text contains a backslash.
        pasted_too_much(int): that many characters were pasted, and refused.
        file_dropped(str): a file was dropped or pasted here.
        completed(): a word from the list was inserted.
    """

    submitted = Signal()
    pasted_backslash = Signal()
    pasted_too_much = Signal(int)
    file_dropped = Signal(str)
    completed = Signal()
    _folded: FoldedLines | None = None  # Qt's events come before there are attributes

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.setFont(fonts.fixed_font())
        self.setTabChangesFocus(True)
        self.document().contentsChange.connect(self._on_change)
        self.textChanged.connect(self._fold_changed)
        self.textChanged.connect(self._fit)
        self._changed = (0, 0)
        self._sparing = False
        self.complete: Callable[[str], Completion] | None = None
        self.enter_sends = False
        self.choices = ChoicesList(self, "payload.choices")
        self.choices.activated.connect(self._on_chosen)
        self._fit()

    def retranslate(self) -> None:
        """Word what is drawn on the folded parts again."""
        self.document().markContentsDirty(0, self.document().characterCount())

    def redraw(self) -> None:
        """The fixed font in the size in force."""
        self.setFont(fonts.fixed_font())
        self._fit()

    def spare_height(self, sparing: bool) -> None:
        """In little room, let a single line of text take only one line."""
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
        last = max(0, self.document().characterCount() - 2)
        for place in self._places(sorted(positions[:MOST_MARKS])):
            found = QTextEdit.ExtraSelection()
            cursor = self.textCursor()
            cursor.setPosition(min(place, last))
            cursor.movePosition(
                QTextCursor.MoveOperation.NextCharacter, QTextCursor.MoveMode.KeepAnchor
            )
            found.cursor, found.format = cursor, look
            marks.append(found)
        self.setExtraSelections(marks)

    @Slot()
    def _fit(self) -> None:
        least, most = (1, LOW_MOST) if self._sparing else (LEAST_LINES, MOST_LINES)
        lines = range(min(most, self.blockCount()))
        usual = QFontMetrics(self.font()).lineSpacing()
        height = max(math.ceil(sum(map(self._line_height, lines))), least * usual, usual + 1)
        frame = 5  # with a pixel less Qt shows a scroll bar
        self.setFixedHeight(height + 2 * round(self.document().documentMargin()) + frame)

    def _line_height(self, number: int) -> float:
        """The height in pixels of this line of the text; a wrapped one counts once."""
        block = self.document().findBlockByNumber(number)
        self.blockBoundingRect(block)  # lays it out
        return block.layout().lineAt(0).height()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            from workbench.ui.widgets.undo_key import is_for_the_window  # not at the start

            if is_for_the_window(event, undoable=self.document().isUndoAvailable()):
                event.ignore()
                return True
        return super().event(event)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return file_of(source) is not None or super().canInsertFromMimeData(source)

    def insertFromMimeData(self, source: QMimeData) -> None:
        file = file_of(source)
        if file is not None:
            self.file_dropped.emit(file)
            return
        text = source.text()
        if len(text) > LONGEST_PASTE:
            self.pasted_too_much.emit(len(text))
            return
        if too_long(text):
            self._folding().insert(self.textCursor(), text)
            self.ensureCursorVisible()
        else:
            super().insertFromMimeData(source)
        if "\\" in text:
            self.pasted_backslash.emit()

    def createMimeDataFromSelection(self) -> QMimeData:
        """Copy the whole text, including what is folded."""
        chosen = self.textCursor()
        made = QMimeData()
        made.setText(self._between(chosen.selectionStart(), chosen.selectionEnd()))
        return made

    # -- long lines ---------------------------------------------------------------------------

    def toPlainText(self) -> str:
        """The whole text, character for character, including what is folded."""
        if self._folded is not None:
            return self._folded.text()
        return plain(self.document().toRawText())

    def setPlainText(self, text: str) -> None:
        """Show another text, with its long lines folded."""
        if not too_long(text):
            super().setPlainText(text)
            return
        super().setPlainText("")
        document = self.document()
        document.setUndoRedoEnabled(False)  # as in Qt: it cannot be undone
        self._folding().insert(QTextCursor(document), text)
        document.setUndoRedoEnabled(True)
        self.moveCursor(QTextCursor.MoveOperation.Start)

    def _between(self, begin: int, end: int) -> str:
        if self._folded is not None:
            return self._folded.text(begin, end)
        return plain(between_units(self.document().toRawText(), begin, end))

    def _places(self, positions: Sequence[int]) -> list[int]:
        """The positions of these characters in the document, in rising order."""
        if self._folded is not None:
            return self._folded.places(positions)
        return list(places_in(self.toPlainText(), positions))

    def _folding(self) -> FoldedLines:
        """Made with the first long line: few editors ever have one."""
        if self._folded is None:
            from workbench.ui.endpoint.folded_lines import FoldedLines

            self._folded = FoldedLines(self.document())
        return self._folded

    @Slot(int, int, int)
    def _on_change(self, place: int, _removed: int, added: int) -> None:
        self._changed = (place, place + added)

    @Slot()
    def _fold_changed(self) -> None:
        """Fold a line that has grown too long, whatever made it grow."""
        begin, end = self._changed
        self._changed = (0, 0)
        block = self.document().findBlock(begin)
        while block.isValid() and block.position() <= end:
            if block.length() > LONGEST_LINE:
                self._folding().fold(block, self.textCursor())
            block = block.next()

    def _unfold(self, place: int) -> bool:
        """Show more of what is folded at a place; False: nothing is."""
        if self._folded is None or not self._folded.at(place):
            return False
        cursor = self.textCursor()
        cursor.setPosition(place)
        self._folded.unfold(cursor)
        self.setTextCursor(cursor)
        return True

    def _place_at(self, point: QPoint) -> int:
        """The character below a point of what is in sight."""
        cursor = self.cursorForPosition(point)
        right = self.cursorRect(cursor).center().x() > point.x()
        return cursor.position() - (1 if right else 0)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if not self._unfold(self._place_at(event.position().toPoint())):
            super().mouseDoubleClickEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if self._folded is not None and isinstance(event, QHelpEvent):
            inside = self._folded.at(self._place_at(event.pos()))
            if inside:
                tip = tr("panel.folded_tip", count=f"{len(inside):,}")
                QToolTip.showText(event.globalPos(), tip, self)
                return True
        return super().viewportEvent(event)

    # -- completion ---------------------------------------------------------------------------

    def _offer(self) -> None:
        """Offer completions of the word before the cursor, in a list below it."""
        cursor = self.textCursor()
        found = None
        if self.complete is not None and not cursor.hasSelection():
            found = self.complete(first_units(cursor.block().text(), cursor.positionInBlock()))
        self.choices.offer(() if found is None else found.words, self.cursorRect())

    @Slot(str)
    def _on_chosen(self, word: str) -> None:
        """Put the chosen completion in place of what was typed of it."""
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
        if event.key() == Qt.Key.Key_Down and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            place = self.textCursor().position()
            if self._unfold(place) or self._unfold(place - 1):
                return
        super().keyPressEvent(event)
        if (event.text() and event.text().isprintable()) or event.key() == Qt.Key.Key_Backspace:
            self._offer()

    def _entered(self, event: QKeyEvent) -> bool:
        """Handle Enter; returns whether it was more than a line break."""
        held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        alone = held == Qt.KeyboardModifier.NoModifier
        if held & Qt.KeyboardModifier.ControlModifier or (alone and self.enter_sends):
            self.submitted.emit()
            if alone:
                self.selectAll()  # what is typed next is the next message
            return True
        if held == Qt.KeyboardModifier.ShiftModifier:
            self.insertPlainText("\n")  # Qt would break the line within its paragraph
            return True
        return False
