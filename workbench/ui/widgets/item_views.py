"""Qt's views with items of their own, in which the row below the mouse is tinted."""

from __future__ import annotations

from PySide6.QtWidgets import QListWidget, QTableWidget

from workbench.ui.widgets.row_under_mouse import RowUnderMouse


class ItemTable(RowUnderMouse, QTableWidget):
    """A table of items."""


class ItemList(RowUnderMouse, QListWidget):
    """A list of items."""
