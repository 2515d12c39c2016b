"""A field for any typing that offers usual values, each with a note."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QComboBox, QStyledItemDelegate, QStyleOptionViewItem

from workbench.ui.theme import current

Index = QModelIndex | QPersistentModelIndex
NOTE_ROLE: Final = Qt.ItemDataRole.UserRole + 1


class NotedBox(QComboBox):
    """An editable choice whose list tells, beside each entry, what it means.

    Signals:
        settled(): it has its new value, typed or chosen.
        submitted(): Enter was pressed in it.
    """

    settled = Signal()
    submitted = Signal()

    def __init__(self, width: int) -> None:
        """`width` in characters."""
        super().__init__()
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setItemDelegate(_NoteDelegate(self))
        self.setMinimumContentsLength(width)
        self.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.setCompleter(None)  # type: ignore[arg-type]
        edit = self.lineEdit()
        if edit is not None:
            edit.editingFinished.connect(self.settled)
            edit.returnPressed.connect(self.submitted)
        self.activated.connect(self.settled)

    def offer(self, entries: Sequence[tuple[str, str]]) -> None:
        """Replace the list of (text, note); what stands in the field stays."""
        known = [(self.itemText(i), self.itemData(i, NOTE_ROLE)) for i in range(self.count())]
        if known == list(entries):
            return
        text = self.currentText()
        self.blockSignals(True)
        self.clear()
        for entry, note in entries:
            self.addItem(entry)
            self.setItemData(self.count() - 1, note, NOTE_ROLE)
        self.setEditText(text)
        self.blockSignals(False)
        metrics = QFontMetrics(self.font())
        widest = max((metrics.horizontalAdvance(a + b) for a, b in entries), default=0)
        self.view().setMinimumWidth(widest + 40)


class _NoteDelegate(QStyledItemDelegate):
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        note = index.data(NOTE_ROLE)
        if not note:
            return
        area = option.rect.adjusted(0, 0, -8, 0)
        painter.save()
        painter.setPen(current().muted)
        painter.drawText(area, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, note)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return super().sizeHint(option, index) + QSize(0, 4)
