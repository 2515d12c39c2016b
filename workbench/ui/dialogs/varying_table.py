"""Parts of answers that are expected as patterns: a row for each, with a tick to expect it as it
came.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidgetItem

from workbench.scenario.expected import Place, Substitute
from workbench.texts import tr
from workbench.ui.style.retranslatable import Retranslatable
from workbench.ui.widgets.item_views import ItemTable

COLUMNS: Final = ("what", "whose", "came", "expected")
SHOWN: Final = 200
"""Characters of a cell at most."""


class VaryingTable(Retranslatable, ItemTable):
    """The table; it remembers what was left as it came.

    Signals:
        changed(): the choice of those expected as they came has changed.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__(0, len(COLUMNS))
        self._rows: list[Substitute] = []
        self._left: dict[Place, Substitute] = {}
        self.verticalHeader().hide()
        self.setWordWrap(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(len(COLUMNS) - 1, QHeaderView.ResizeMode.Stretch)
        self.itemChanged.connect(self._on_changed)

    def left(self) -> frozenset[Place]:
        """The places whose bytes are expected as they came."""
        return frozenset(self._left)

    def count_of(self, kind: str) -> int:
        """How many of one kind there are, also those that are expected as they came."""
        return sum(item.kind == kind for item in self._rows)

    def show_all(self, taken: Iterable[Substitute]) -> None:
        """Show these, and those that are expected as they came, in the order of the record."""
        found = {item.place: item for item in taken}
        self._rows = [item for _, item in sorted((self._left | found).items())]
        self.retranslate()

    def retranslate(self) -> None:
        """Every text in the current language."""
        self.blockSignals(True)
        self.setHorizontalHeaderLabels([tr(f"varying.{key}") for key in COLUMNS])
        self.setRowCount(len(self._rows))
        for row, item in enumerate(self._rows):
            texts = (tr(f"varying.kind_{item.kind}"), item.endpoint, item.was, item.now)
            for column, text in enumerate(texts):
                cell = QTableWidgetItem(text[:SHOWN])
                self.setItem(row, column, cell)
            tick = self.item(row, 0)
            assert tick is not None
            tick.setFlags(tick.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            on = item.place not in self._left
            tick.setCheckState(Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)
        self.blockSignals(False)

    @Slot(QTableWidgetItem)
    def _on_changed(self, cell: QTableWidgetItem) -> None:
        item = self._rows[cell.row()]
        if cell.checkState() is Qt.CheckState.Checked:
            self._left.pop(item.place, None)
        else:
            self._left[item.place] = item
        self.changed.emit()
