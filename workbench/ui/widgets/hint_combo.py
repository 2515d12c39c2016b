"""An editable choice whose entries each have a note."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QFontMetrics, QPainter
from PySide6.QtWidgets import QComboBox, QSizePolicy, QStyledItemDelegate, QStyleOptionViewItem

from workbench.ui.style.theme import WIDE, current
from workbench.ui.widgets.centred_edit import CentredEdit

Index = QModelIndex | QPersistentModelIndex
NOTE_ROLE: Final = Qt.ItemDataRole.UserRole + 1
_COMES_BACK: Final = frozenset(
    {
        Qt.FocusReason.PopupFocusReason,
        Qt.FocusReason.MenuBarFocusReason,
        Qt.FocusReason.ActiveWindowFocusReason,
    }
)


class _HintField(CentredEdit):
    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show the beginning of a text that is left, though not for a menu or another window."""
        super().focusOutEvent(event)
        if event.reason() not in _COMES_BACK:
            self.setCursorPosition(0)


class HintCombo(QComboBox):
    """Takes any text, and shows beside each entry what it means.

    Attributes:
        before: its text before the newest edit.

    Signals:
        settled(): it has its new value, typed or chosen.
        submitted(): Enter was pressed in it.
        pasted(): several characters came at once.
    """

    settled = Signal()
    submitted = Signal()
    pasted = Signal()

    def __init__(self, width: int, most: int = 0, least: int = 0) -> None:
        """`width` in characters; `most`: it asks for the width of its text up to so many; `least`:
        it may be that narrow if one more stands beside it then.
        """
        super().__init__()
        self._most = most
        self._least = least
        if least:
            self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        field = _HintField()
        field.whole_at_click = True
        self.setLineEdit(field)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setItemDelegate(_NoteDelegate(self))
        self.setMinimumContentsLength(width)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setCompleter(None)  # type: ignore[arg-type]  # the stub knows no None
        edit = self.lineEdit()
        if edit is not None:
            edit.editingFinished.connect(self.settled)
            edit.returnPressed.connect(self.submitted)
            edit.textEdited.connect(self._on_text_edited)
            edit.textChanged.connect(self._on_text_changed)
            edit.editingFinished.connect(self.updateGeometry)
        self.before = ""
        self._last = ("", "")  # the text before the newest change, and after it
        self.activated.connect(self.settled)

    @Slot()
    def _on_text_changed(self) -> None:
        """Qt reports an edit before it reports the new text, which may be out of date by then."""
        now = self.currentText()
        if now != self._last[1]:
            self._last = (self._last[1], now)

    def setEditText(self, text: str) -> None:
        """Show a text that nobody is typing: from its beginning, as wide as it asks for."""
        edit = self.lineEdit()
        if edit is None or edit.text() == text:
            return  # what may be typed just now keeps its cursor
        super().setEditText(text)
        edit.setCursorPosition(0)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        if not self._most:
            return hint
        metrics = self.fontMetrics()
        asked = min(
            metrics.horizontalAdvance(text) for text in (self.currentText(), self._most * "0")
        )
        given = metrics.horizontalAdvance("X") * self.minimumContentsLength()
        return hint + QSize(max(0, asked + WIDE - given), 0)

    def minimumSizeHint(self) -> QSize:
        if not self._least:
            return super().minimumSizeHint()
        spared = self.minimumContentsLength() - self._least
        return self.sizeHint() - QSize(spared * self.fontMetrics().horizontalAdvance("X"), 0)

    @Slot(str)
    def _on_text_edited(self, text: str) -> None:
        self.before = self._last[0] if self._last[1] == text else self._last[1]
        if _came(self.before, text) > 1:
            self.pasted.emit()

    def forget(self) -> None:
        """Let the field take nothing back that was typed or pasted until now: whoever took it in
        does that, with all that came of it.
        """
        edit = self.lineEdit()
        if edit is not None:
            edit.setText(edit.text())  # which forgets: QLineEdit::setText

    def offer(self, entries: Sequence[tuple[str, str]]) -> None:
        """Replace the list of (text, note); the text of the field stays."""
        known = [(self.itemText(i), self.itemData(i, NOTE_ROLE)) for i in range(self.count())]
        if known == list(entries):
            return
        text = self.currentText()
        self.blockSignals(True)
        self.clear()
        for entry, note in entries:
            self.addItem(entry)
            self.setItemData(self.count() - 1, note, NOTE_ROLE)
        super().setEditText(text)
        self.blockSignals(False)
        metrics = QFontMetrics(self.font())
        widest = max((metrics.horizontalAdvance(a + b) for a, b in entries), default=0)
        self.view().setMinimumWidth(widest + 40)


def _came(before: str, after: str) -> int:
    """How many characters came at once."""
    head = _alike(before, after)
    return len(after) - head - _alike(before[head:][::-1], after[head:][::-1])


def _alike(one: str, other: str) -> int:
    """The number of characters that both begin with."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(one), len(other)))


class _NoteDelegate(QStyledItemDelegate):
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        note = index.data(NOTE_ROLE)
        if not note:
            return
        from PySide6.QtWidgets import QStyle  # importing its enumerations takes 10 ms of a start

        area = option.rect.adjusted(0, 0, -8, 0)
        painter.save()
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.setPen(current().highlight_text if chosen else current().muted)
        painter.drawText(area, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, note)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return super().sizeHint(option, index) + QSize(0, 4)
