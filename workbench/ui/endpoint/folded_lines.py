"""Folded parts of an editor's long lines.

Qt lays out a whole line with each key, which takes a third of a second for a hundred thousand
characters.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from PySide6.QtCore import QRect, QRectF, QSizeF
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QPainter,
    QPyTextObject,
    QTextBlock,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
)

from workbench.named_tuple import NamedTuple
from workbench.texts import tr
from workbench.ui.endpoint.qt_text import (
    LONGEST_LINE,
    MOST_LINES,
    between_units,
    lines_of,
    places_in,
    plain,
    units,
)
from workbench.ui.style import theme
from workbench.ui.style.theme import TIGHT

KEPT: Final = 1_024
"""Characters that stay in sight at both ends of a line that is folded, and on both sides of the
cursor.
"""
ENDS: Final = 100
"""Lines that stay in sight before and behind many that are folded."""
_OBJECT: Final = "\ufffc"
_KIND: Final = QTextFormat.ObjectTypes.UserObject.value + 1
_NUMBER: Final = QTextFormat.Property.UserProperty.value + 1


class _Stretch(NamedTuple):
    """A part of the text; `begin` in the document, where a folded part is one character."""

    text: str
    begin: int
    folded: bool


class FoldedLines(QPyTextObject):
    """Each folded stretch is one character of the document: the cursor passes it, Backspace removes
    it and Undo restores it; it is drawn as a chip that says how much is in it.
    """

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self._document = document
        self._hidden: list[str] = []
        document.documentLayout().registerHandler(_KIND, self)

    # -- the whole text -------------------------------------------------------------------------

    def text(self, begin: int = 0, end: int | None = None) -> str:
        """The text between two places of the document, including what is folded."""
        return plain("".join(stretch.text for stretch in self._stretches(begin, end)))

    def places(self, positions: Sequence[int]) -> list[int]:
        """The positions of these characters of the whole text, in rising order, in the document;
        for a folded one, that of its chip.
        """
        found: list[int] = []
        before = 0
        for stretch in self._stretches():
            within = [
                position - before
                for position in positions[len(found) :]
                if position - before < len(stretch.text)
            ]
            if stretch.folded:
                found += [stretch.begin] * len(within)
            else:
                found += (stretch.begin + place for place in places_in(stretch.text, within))
            before += len(stretch.text)
        return found

    def _stretches(self, begin: int = 0, end: int | None = None) -> Iterator[_Stretch]:
        raw = self._document.toRawText()
        if begin or end is not None:
            raw = between_units(raw, begin, end)
        place = begin
        for number, text in enumerate(raw.split(_OBJECT)):
            if number:
                inside = self.at(place)
                yield _Stretch(inside or _OBJECT, place, bool(inside))
                place += 1
            yield _Stretch(text, place, folded=False)
            place += units(text)

    def at(self, place: int) -> str:
        """What is folded at a place of the document; "": nothing."""
        if self._document.characterAt(place) != _OBJECT:
            return ""
        cursor = QTextCursor(self._document)
        cursor.setPosition(place + 1)
        look = cursor.charFormat()
        return self._hidden[look.intProperty(_NUMBER)] if look.objectType() == _KIND else ""

    # -- folding --------------------------------------------------------------------------------

    def insert(self, cursor: QTextCursor, text: str) -> None:
        """Insert a text there, with its long lines folded at once, and many lines as one."""
        cursor.beginEditBlock()
        lines = lines_of(text)
        if len(lines) > MOST_LINES:
            self._insert_lines(cursor, lines[:ENDS])
            cursor.insertText("\n")
            self._insert_folded(cursor, "\n".join(lines[ENDS:-ENDS]))
            cursor.insertText("\n")
            lines = lines[-ENDS:]
        self._insert_lines(cursor, lines)
        cursor.endEditBlock()

    def _insert_lines(self, cursor: QTextCursor, lines: Sequence[str]) -> None:
        for number, line in enumerate(lines):
            if number:
                cursor.insertText("\n")
            if len(line) <= LONGEST_LINE:
                cursor.insertText(line)
                continue
            cursor.insertText(line[:KEPT])
            self._insert_folded(cursor, line[KEPT:-KEPT])
            cursor.insertText(line[-KEPT:])

    def _insert_folded(self, cursor: QTextCursor, text: str) -> None:
        look = QTextCharFormat()
        look.setObjectType(_KIND)
        look.setProperty(_NUMBER, len(self._hidden))
        self._hidden.append(text)
        cursor.insertText(_OBJECT, look)
        cursor.setCharFormat(QTextCharFormat())

    def fold(self, block: QTextBlock, keep: QTextCursor) -> None:
        """Fold the part of an overlong line that is far from its ends and from the cursor `keep`;
        one Undo reverts that together with what made it long.
        """
        text = block.text()
        near = len(between_units(text, 0, keep.positionInBlock())) if keep.block() == block else 0
        cursor = QTextCursor(self._document)
        cursor.joinPreviousEditBlock()
        for first, last in reversed(_hidable(len(text), near)):
            begin = block.position() + units(text[:first])
            end = begin + units(text[first:last])
            inside = self.text(begin, end)
            cursor.setPosition(begin)
            cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
            self._insert_folded(cursor, inside)
        cursor.endEditBlock()

    def unfold(self, cursor: QTextCursor) -> None:
        """Show more of what is folded right after a cursor, from both of its ends; the cursor stays
        before it.
        """
        place = cursor.position()
        inside = self.at(place)
        cursor.beginEditBlock()
        cursor.setPosition(place + 1, QTextCursor.MoveMode.KeepAnchor)
        if len(inside) <= 2 * KEPT:
            cursor.insertText(inside, QTextCharFormat())
        else:
            cursor.insertText(inside[:KEPT], QTextCharFormat())
            self._insert_folded(cursor, inside[KEPT:-KEPT])
            cursor.insertText(inside[-KEPT:], QTextCharFormat())
        cursor.endEditBlock()
        cursor.setPosition(place)

    # -- how it looks ---------------------------------------------------------------------------

    def intrinsicSize(self, _doc: QTextDocument, _place: int, look: QTextFormat) -> QSizeF:
        metrics = QFontMetricsF(self._document.defaultFont())
        words = metrics.horizontalAdvance(self._words(look))
        return QSizeF(words + 4 * TIGHT, metrics.ascent())

    def drawObject(
        self,
        painter: QPainter,
        rect: QRectF | QRect,
        _doc: QTextDocument,
        _place: int,
        look: QTextFormat,
    ) -> None:
        tone = theme.current().info
        metrics = QFontMetricsF(self._document.defaultFont())
        place = QRectF(rect)
        around = place.adjusted(TIGHT, 0, -TIGHT, metrics.descent())
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(tone.edge))
        painter.setBrush(QColor(tone.back))
        painter.drawRoundedRect(around, TIGHT, TIGHT)
        painter.setPen(QColor(tone.text))
        painter.setFont(self._document.defaultFont())
        at = place.topLeft()
        at.setX(at.x() + 2 * TIGHT)
        at.setY(at.y() + metrics.ascent())
        painter.drawText(at, self._words(look))
        painter.restore()

    def _words(self, look: QTextFormat) -> str:
        """Known from its format: a cursor would ask for the layout, which is being made."""
        return tr("panel.folded", count=f"{len(self._hidden[look.intProperty(_NUMBER)]):,}")


def _hidable(length: int, near: int) -> list[tuple[int, int]]:
    """The part of a line that can be folded: `near` is the cursor's position in it."""
    found: list[tuple[int, int]] = []
    begin = KEPT
    for first, last in ((near - KEPT, near + KEPT), (length - KEPT, length)):
        if first - begin >= KEPT:
            found.append((begin, first))
        begin = max(begin, last)
    return found
