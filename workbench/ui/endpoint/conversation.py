"""The conversation: what was sent and received, in order, read from the record in pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QGuiApplication,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
    QTextBlock,
    QTextCursor,
    QTextOption,
)
from PySide6.QtWidgets import QApplication, QMenu, QPlainTextEdit

from workbench.texts import tr
from workbench.ui.style import fonts, theme
from workbench.ui.style.retranslatable import Retranslatable
from workbench.ui.widgets.known_viewport import known_viewport
from workbench.viewmodel.conversation_line import Aside, ConversationLine
from workbench.viewmodel.conversation_text import COPIES

MOST_LINES: Final = 1000
_INSIDE: Final = -2
"""The state of a block below one that is open; a line that opens has its number."""
_BELOW: Final = -3
"""The state of a block that is always below another."""
_CARRIED: Final = -10
"""From here on down the state of a block tells the number of the row of what was sent or came."""
_KEYS: Final = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space})
"""Keys that open the line of the cursor, or close it."""


@dataclass(slots=True)
class _Folded:
    """A line that can be unfolded."""

    line: ConversationLine
    opened: bool = False


class Conversation(Retranslatable, QPlainTextEdit):
    """Foreign bytes as plain text, control characters as escapes.

    A line with more in it has a mark: a click on that, or Enter in the line, shows it below.

    Attributes:
        unfolded: lines that open come open.
        acts: there are sockets that could send something again.

    Signals:
        again_wanted(int): what this row of the record says was sent is to be sent again.
        copy_wanted(object, str): what these rows carried is to be copied, as one of COPIES.
    """

    again_wanted = Signal(int)
    copy_wanted = Signal(object, str)

    def __init__(self) -> None:
        super().__init__()
        self._pane = known_viewport(self)
        self.setReadOnly(True)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        # lines wrap anywhere; a rounding error of a pixel is no reason to scroll sideways
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setUndoRedoEnabled(False)
        self.setMaximumBlockCount(MOST_LINES)
        self.document().setDocumentMargin(2)
        self.unfolded = False
        self.acts = True
        self._forget()
        self.redraw()
        self.setTabChangesFocus(True)
        self.setMinimumHeight(50)
        self.viewport().setMouseTracking(True)

    def redraw(self) -> None:
        """Use the fixed font and the colours in force."""
        self.setFont(fonts.fixed_font())
        self.retranslate()
        self._colour(self.document().firstBlock())

    @property
    def hint(self) -> str:
        """Set what an empty view says; its accessible description is its tool tip instead."""
        return tr("panel.empty_talk")

    def retranslate(self) -> None:
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Say in an empty view what it will contain, as the tables do."""
        super().paintEvent(event)
        if not self.document().isEmpty():
            return
        painter = QPainter(self.viewport())
        painter.setFont(QApplication.font())
        painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
        area = self.viewport().rect().adjusted(theme.ROOMY, theme.NEAR, -theme.ROOMY, -theme.NEAR)
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(area, flags, self.hint)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the newest line in view, whatever height the view gets."""
        bar = self.verticalScrollBar()
        follows = bar.value() >= bar.maximum() - 2
        super().resizeEvent(event)
        if follows:
            bar.setValue(bar.maximum())

    # -- lines that come ------------------------------------------------------------------------

    @Slot()
    def clear(self) -> None:
        super().clear()
        self._forget()

    def _forget(self) -> None:
        self._folded: dict[int, _Folded] = {}
        self._numbers = 0
        self._aside: Aside | None = None
        self._aside_number = 0
        self._aside_head = QTextCursor()

    def add(self, lines: Iterable[ConversationLine]) -> None:
        """Append lines; the view follows if it was at its end."""
        bar = self.verticalScrollBar()
        follows = bar.value() >= bar.maximum() - 2
        plain: list[ConversationLine] = []
        added = False
        for line in lines:
            added = True
            if not line.inside and not line.aside:
                self._aside = None
                plain.append(line)
                continue
            self._append(plain)
            plain = []
            if line.aside:
                self._set_aside(line)
            else:
                self._aside = None
                self._append_head(line)
        self._append(plain)
        if added and follows:
            self.moveCursor(QTextCursor.MoveOperation.End)
            self.moveCursor(QTextCursor.MoveOperation.StartOfLine)

    def _append(self, lines: list[ConversationLine]) -> None:
        if not lines:
            return
        self.appendPlainText("\n".join(text for line in lines for text in (line.text, *line.more)))
        block = self.document().lastBlock()
        for line in reversed(lines):
            for _ in line.more:
                block.setUserState(_BELOW)
                block = block.previous()
            if not block.isValid():
                break
            if line.sent is not None:
                block.setUserState(_CARRIED - 2 * line.sent)
            elif line.came is not None:
                block.setUserState(_CARRIED - 2 * line.came - 1)
            block = block.previous()
        self._colour(block.next() if block.isValid() else self.document().firstBlock())

    def _append_head(self, line: ConversationLine) -> None:
        """Append a line that opens, or may come to do so."""
        self._numbers += 1
        self._folded[self._numbers] = _Folded(line)
        if len(self._folded) > MOST_LINES:  # the view no longer has that many lines
            del self._folded[next(iter(self._folded))]
        self.appendPlainText(line.marked(opened=False) if line.inside else line.text)
        head = self.document().lastBlock()
        head.setUserState(self._numbers)
        for text in line.more:
            self.appendPlainText(text)
            self.document().lastBlock().setUserState(_BELOW)
        self._colour(head)
        if self.unfolded and line.inside:
            self._toggle(head)

    def _set_aside(self, line: ConversationLine) -> None:
        """Fold consecutive lines of one kind into one."""
        head = self._aside_head.block()
        if self._aside is None or head.userState() != self._aside_number:
            self._aside = Aside(line)
            self._append_head(_opening(self._aside.line()))
            self._aside_number = self._numbers
            self._aside_head = QTextCursor(self._last_head())
            self._aside_head.setKeepPositionOnInsert(True)
            return
        folded = self._folded[self._aside_number]
        again = folded.opened and self._aside.single  # what is inside belongs to that one
        if again:
            self._toggle(head)
            head = self._aside_head.block()
        self._aside.add(line)
        folded.line = self._aside.line()
        for text in (line.text, *line.more) if folded.opened else ():
            self.appendPlainText(_within(folded.line, text))
            self.document().lastBlock().setUserState(_INSIDE)
        self._word(head, folded)
        if (again or self.unfolded) and not folded.opened:
            self._toggle(head)

    def _last_head(self) -> QTextBlock:
        """The block of the last line that was appended and is not inside another."""
        block = self.document().lastBlock()
        while block.userState() in (_INSIDE, _BELOW):
            block = block.previous()
        return block

    # -- what was sent and came -----------------------------------------------------------------

    @property
    def chosen(self) -> int | None:
        """The row of what the line of the cursor says was sent; None: it says no such thing."""
        return self._carried_in(self.textCursor().block())[0]

    def _colour(self, block: QTextBlock) -> None:
        """Colour the lines from this one on: sent and received text differ."""
        if self.document().isEmpty():
            return
        from PySide6.QtGui import QTextLayout  # no start needs it

        scheme = theme.current()
        look = QTextLayout.FormatRange()
        look.start = 0
        colour: str | None = None
        edit = QTextCursor(block)
        edit.beginEditBlock()  # laid out once, at its end
        while block.isValid():
            if block.userState() not in (_INSIDE, _BELOW):
                sent, came = self._carried_in(block)
                one_way = scheme.held if came is not None else None
                colour = scheme.link if sent is not None else one_way
            if colour is not None:
                look.length = block.length() - 1
                look.format.setForeground(QColor(colour))
                block.layout().setFormats([look])
            block = block.next()
        edit.endEditBlock()

    def _carried_in(self, block: QTextBlock) -> tuple[int | None, int | None]:
        """The row of what a line says was sent or received."""
        while block.userState() in (_INSIDE, _BELOW):
            block = block.previous()
        state = block.userState()
        if state <= _CARRIED:
            seq, came = divmod(_CARRIED - state, 2)
            return (None, seq) if came else (seq, None)
        folded = self._folded.get(state)
        return (None, None) if folded is None else (folded.line.sent, folded.line.came)

    def chosen_rows(self, under: QTextBlock | None = None) -> list[int]:
        """The rows of the selected messages; if none is selected, those of a line."""
        cursor = self.textCursor()
        block = under if under is not None else cursor.block()
        last = block
        if cursor.hasSelection():
            block = self.document().findBlock(cursor.selectionStart())
            last = self.document().findBlock(cursor.selectionEnd())
        found: dict[int, None] = {}
        while block.isValid():
            sent, came = self._carried_in(block)
            row = sent if sent is not None else came
            if row is not None:
                found[row] = None
            if block == last:
                break
            block = block.next()
        return list(found)

    @Slot(str)
    def put_on_clipboard(self, text: str) -> None:
        """Put the copied text of the messages on the clipboard."""
        QGuiApplication.clipboard().setText(text)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        block = self.cursorForPosition(event.pos()).block()
        menu = self.line_menu(self._carried_in(block)[0], self.chosen_rows(block))
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())

    def line_menu(self, sent: int | None, rows: Sequence[int] = ()) -> QMenu:
        """The menu of a line; `sent`: the row of what it says was sent; `rows`: those of the
        messages that can be copied.
        """
        menu = self.createStandardContextMenu()
        key = "talk.copy_one" if len(rows) == 1 else "talk.copy"
        copies = menu.addMenu(tr(key, count=len(rows)))
        copies.setEnabled(bool(rows))
        for form in COPIES:
            action = copies.addAction(tr(f"talk.copy_{form}"))
            action.triggered.connect(partial(self._copy, tuple(rows), form))
        menu.addSeparator()
        again = menu.addAction(tr("again.entry"))
        again.setEnabled(self.acts and sent is not None)
        again.triggered.connect(lambda: self.again_wanted.emit(sent))
        return menu

    def _copy(self, rows: tuple[int, ...], form: str, _checked: bool = False) -> None:
        self.copy_wanted.emit(rows, form)

    # -- lines that open ------------------------------------------------------------------------

    def _toggle(self, head: QTextBlock) -> bool:
        """Open a line, or close it; False: there is nothing in it."""
        folded = self._folded.get(head.userState())
        if folded is None or not folded.line.inside:
            return False
        number = head.userState()
        folded.opened = not folded.opened
        self._word(head, folded)
        cursor = QTextCursor(head)
        cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock)
        if folded.opened:
            for line in folded.line.inside:
                cursor.insertBlock()
                cursor.block().setUserState(_INSIDE)
                cursor.insertText(_within(folded.line, line))
        else:
            after = head.next()
            while after.isValid() and after.userState() == _INSIDE:
                end = after.position() + after.length() - 1
                cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
                after = after.next()
            cursor.removeSelectedText()
            head = cursor.block()
        head.setUserState(number)  # blocks that are split or joined get the data of the other
        self._colour(head)
        return True

    def _word(self, head: QTextBlock, folded: _Folded) -> None:
        """Word a line, including whether it is open."""
        line = folded.line
        cursor = QTextCursor(head)
        cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText(line.marked(opened=folded.opened) if line.inside else line.text)

    def _at_mark(self, event: QMouseEvent) -> QTextBlock | None:
        """The line whose mark is at this point, or within half a character of it."""
        cursor = self.cursorForPosition(event.position().toPoint())
        block = cursor.block()
        folded = self._folded.get(block.userState())
        if folded is None or not folded.line.inside:
            return None
        mark = folded.line.mark
        return block if mark - 1 <= cursor.positionInBlock() <= mark + 1 else None

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if event.button() == Qt.MouseButton.LeftButton and not self.textCursor().hasSelection():
            block = self._at_mark(event)
            if block is not None:
                self._toggle(block)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        over = self._at_mark(event) is not None
        shape = Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.IBeamCursor
        self.viewport().setCursor(shape)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = event.modifiers() in (
            Qt.KeyboardModifier.NoModifier,
            Qt.KeyboardModifier.KeypadModifier,
        )
        if plain and event.key() in _KEYS and self._toggle(self.textCursor().block()):
            return
        super().keyPressEvent(event)


def _opening(line: ConversationLine) -> ConversationLine:
    """The same line, with everything below it as what it opens: others may be folded into it."""
    return line._replace(inside=line.inside or line.more, more=())


def _within(head: ConversationLine, line: str) -> str:
    """A line inside another one, after its time."""
    return f"{' ' * (head.mark + 3)}{line}"
