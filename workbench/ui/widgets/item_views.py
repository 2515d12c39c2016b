"""Qt's item-based views, with the row under the mouse tinted."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QListWidget, QTableWidget

from workbench.ui.widgets.row_under_mouse import RowUnderMouse


class ItemTable(RowUnderMouse, QTableWidget):
    """A QTableWidget whose headings are aligned with their cells."""

    def __init__(self, rows: int, columns: int) -> None:
        super().__init__(rows, columns)
        self.setShowGrid(False)  # as in the log
        self.setAlternatingRowColors(True)
        header = self.horizontalHeader()
        header.setHighlightSections(False)  # bold above what is chosen, which is every column
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


class ItemList(RowUnderMouse, QListWidget):
    """A list of items."""
