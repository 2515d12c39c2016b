"""A small read-only table that is as high as its rows, so that what is around it scrolls."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHeaderView, QTableWidget

from workbench.ui.widgets.item_views import ItemTable

_AIR = 4
"""Pixels around the text of a row, and around all of them."""


class FactTable(ItemTable):
    """Selects whole rows; the last column takes the width that is left."""

    def __init__(self, name: str, columns: int) -> None:
        """`name`: that of the object."""
        super().__init__(0, columns)
        self.setObjectName(name)
        self.horizontalHeader().setStretchLastSection(True)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.verticalHeader().hide()
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.setSelectionMode(QTableWidget.SelectionMode.SingleSelection)

    def fit(self) -> None:
        """Set the height that the rows take in the current font."""
        height = self.fontMetrics().height() + _AIR
        self.verticalHeader().setMinimumSectionSize(10)
        self.verticalHeader().setDefaultSectionSize(height)
        head = self.horizontalHeader().sizeHint().height()
        self.setFixedHeight(head + height * self.rowCount() + _AIR)
