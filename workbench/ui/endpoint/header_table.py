"""The table of further headers of a WebSocket's opening; names may repeat."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableWidgetItem,
    QWidget,
)

from workbench.texts import Problem, tr
from workbench.ui.endpoint.template_field import TemplateField
from workbench.ui.style.retranslatable import Retranslatable
from workbench.ui.widgets.item_views import ItemTable
from workbench.viewmodel.completion import Completion, complete
from workbench.viewmodel.known_values import NO_VALUES, KnownValues
from workbench.viewmodel.layer_form import TypedHeader, headers_of

COLUMNS: Final = ("name", "value", "drop")
_NAME, _VALUE, _DROP = range(3)
ROWS: Final = 3
"""That are in sight."""
LEAST_SHARE: Final = 60
"""Per cent of the usual width: in large writing the window must not become wider than a screen."""
_AIR: Final = 4
_WIDTHS: Final = ("0" * 18, "0" * 24)


class _ValueDelegate(QStyledItemDelegate):
    """An editor that offers the values that a header may name."""

    def __init__(self, table: HeaderTable) -> None:
        super().__init__(table)
        self._table = table

    def createEditor(
        self,
        parent: QWidget,
        _option: QStyleOptionViewItem,
        _index: QModelIndex | QPersistentModelIndex,
    ) -> QWidget:
        editor = TemplateField()
        editor.setParent(parent)
        editor.setFrame(False)
        editor.complete = self._table.completion
        return editor


class HeaderTable(Retranslatable, ItemTable):
    """Typing into the last, empty row adds one. "Name: value" lines may be pasted.

    Signals:
        edited(): the headers have changed.
    """

    edited = Signal()

    def __init__(self) -> None:
        super().__init__(0, len(COLUMNS))
        self._filling = False
        self._known = NO_VALUES
        self._name = 0  # pixels for a name
        self.verticalHeader().hide()
        self.setShowGrid(True)  # nothing else of an empty row can be seen
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        trigger = QAbstractItemView.EditTrigger
        self.setEditTriggers(
            trigger.AnyKeyPressed
            | trigger.DoubleClicked
            | trigger.SelectedClicked
            | trigger.EditKeyPressed
        )
        self.setItemDelegateForColumn(_VALUE, _ValueDelegate(self))
        mode = QHeaderView.ResizeMode
        self.horizontalHeader().setSectionResizeMode(mode.Fixed)
        self.horizontalHeader().setSectionResizeMode(_VALUE, mode.Stretch)
        self.itemChanged.connect(self._on_changed)
        self.show_rows(())
        self.retranslate()

    # -- rows -----------------------------------------------------------------------------------

    @property
    def rows(self) -> tuple[TypedHeader, ...]:
        """The contents of the rows; empty ones do not count."""
        found = (self._typed(row) for row in range(self.rowCount()))
        return tuple(row for row in found if row.name or row.value)

    def _typed(self, row: int) -> TypedHeader:
        name, value, drop = (self.item(row, column) for column in range(len(COLUMNS)))
        return TypedHeader(
            name.text().strip() if name is not None else "",
            value.text().strip() if value is not None else "",
            drop is not None and drop.checkState() is Qt.CheckState.Checked,
        )

    def show_rows(self, rows: Iterable[TypedHeader]) -> None:
        """Show these headers without emitting a signal."""
        shown = tuple(rows)
        if self.rowCount() and shown == self.rows:
            return
        self._filling = True
        place = self.currentRow(), self.currentColumn()
        self.setRowCount(0)
        for row in (*shown, TypedHeader()):
            self._append(row)
        self.setCurrentCell(min(place[0], self.rowCount() - 1), place[1])
        self._filling = False

    def _append(self, row: TypedHeader) -> None:
        number = self.rowCount()
        self.insertRow(number)
        self.setItem(number, _NAME, QTableWidgetItem(row.name))
        self.setItem(number, _VALUE, QTableWidgetItem(row.value))
        tick = QTableWidgetItem()
        tick.setFlags(
            Qt.ItemFlag.ItemIsUserCheckable
            | Qt.ItemFlag.ItemIsEnabled
            | Qt.ItemFlag.ItemIsSelectable
        )
        tick.setCheckState(Qt.CheckState.Checked if row.drop else Qt.CheckState.Unchecked)
        self.setItem(number, _DROP, tick)

    def _take(self, rows: tuple[TypedHeader, ...], current: int) -> None:
        self.show_rows(rows)
        self.setCurrentCell(max(0, min(current, self.rowCount() - 1)), max(0, self.currentColumn()))
        self.edited.emit()

    @Slot(QTableWidgetItem)
    def _on_changed(self, _cell: QTableWidgetItem) -> None:
        if self._filling:
            return
        last = self._typed(self.rowCount() - 1)
        if last.name or last.value:
            self._filling = True
            self._append(TypedHeader())
            self._filling = False
        self.edited.emit()

    @Slot()
    def remove(self) -> None:
        """Remove the chosen row."""
        place = self.currentRow()
        kept = [self._typed(row) for row in range(self.rowCount()) if row != place]
        self._take(tuple(row for row in kept if row.name or row.value), place)

    def move_row(self, by: int) -> None:
        """Move the chosen row up or down."""
        rows, place = list(self.rows), self.currentRow()
        if 0 <= place < len(rows) and 0 <= place + by < len(rows):
            rows.insert(place + by, rows.pop(place))
            self._take(tuple(rows), place + by)

    def paste(self, text: str) -> bool:
        """Paste lines as shown by a browser or curl at the chosen row; False: the text is not
        that.
        """
        try:
            pasted = tuple(TypedHeader(name, value) for name, value in headers_of(text))
        except Problem:
            return False
        if not pasted:
            return False
        rows = self.rows
        place = len(rows) if self.currentRow() < 0 else min(self.currentRow(), len(rows))
        self._take((*rows[:place], *pasted, *rows[place:]), place + len(pasted) - 1)
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        pastes = event.matches(QKeySequence.StandardKey.Paste)
        if pastes and self.paste(QGuiApplication.clipboard().text()):
            return
        if event.key() == Qt.Key.Key_Delete:
            self.remove()
            return
        super().keyPressEvent(event)

    # -- values, words and size -------------------------------------------------------------------

    def know(self, known: KnownValues) -> None:
        """Learn the values that a header may name from now on."""
        self._known = known

    def completion(self, before: str) -> Completion:
        """What these characters of a value may be completed to."""
        return complete(before, len(before), self._known.values, as_hex=False, built_in=False)

    def retranslate(self) -> None:
        """Word the titles, and set the size that rows take in the current font."""
        self.setHorizontalHeaderLabels([tr(f"header_table.{key}") for key in COLUMNS])
        metrics = self.fontMetrics()
        height = metrics.height() + _AIR
        self.verticalHeader().setMinimumSectionSize(10)
        self.verticalHeader().setDefaultSectionSize(height)
        drop = metrics.horizontalAdvance(tr("header_table.drop")) + 16
        name, value = (metrics.horizontalAdvance(text) for text in _WIDTHS)
        self._name = name
        self.setColumnWidth(_DROP, drop)
        head = self.horizontalHeader().sizeHint().height()
        self.setFixedHeight(head + height * ROWS + _AIR)
        wide = name + value + drop + 20
        self.setMinimumWidth(wide * LEAST_SHARE // 100)
        self.setMaximumWidth(wide)
        self._divide()

    def _divide(self) -> None:
        """Give the name its width, or half of the room if there is less than both would take."""
        room = self.viewport().width() - self.columnWidth(_DROP)
        self.setColumnWidth(_NAME, min(self._name, room // 2))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._divide()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and self.columnCount() == len(COLUMNS):
            self.retranslate()
