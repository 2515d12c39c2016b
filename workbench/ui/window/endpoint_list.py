"""The side panel with every endpoint and its open connections."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QHeaderView, QTreeWidgetItem, QVBoxLayout, QWidget

from workbench.qt.tips import plain_tip
from workbench.texts import tr
from workbench.ui.style import icons, theme
from workbench.ui.style.retranslatable import TellsWhenWorded
from workbench.ui.widgets.row_under_mouse import ItemTree
from workbench.viewmodel.listed_endpoints import ListedRow

_NAME: Final = Qt.ItemDataRole.UserRole
_CONNECTION: Final = Qt.ItemDataRole.UserRole + 1


class EndpointList(TellsWhenWorded, QWidget):
    """A tree of endpoints and their connections.

    Signals:
        chosen(str): the endpoint of this name was chosen here.
        selected(str, int | None): and this connection of it, by its id; None: none.
        worded(): the language is another one.
    """

    chosen = Signal(str)
    selected = Signal(str, object)
    worded = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("endpoints")
        self._rows: tuple[ListedRow, ...] = ()
        self._items: list[QTreeWidgetItem] = []
        self._by_hand = False
        self.tree = ItemTree()
        self.tree.setObjectName("endpoints.tree")
        self.tree.setColumnCount(2)
        self.tree.setRootIsDecorated(False)
        self.tree.setIndentation(14)
        self.tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.tree.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.tree.header().setStretchLastSection(False)
        self.tree.currentItemChanged.connect(self._on_current)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.tree)
        self.retranslate()

    @Slot(object)
    def show_rows(self, rows: tuple[ListedRow, ...]) -> None:
        """Show these rows; only what has changed is touched."""
        if [_key(row) for row in rows] != [_key(row) for row in self._rows]:
            self._build(rows)
        else:
            self._write(rows)
        self._rows = rows

    def _build(self, rows: tuple[ListedRow, ...]) -> None:
        self.tree.blockSignals(True)
        self.tree.clear()
        self._items.clear()
        parent: QTreeWidgetItem | None = None
        for name, connection, *_ in rows:
            item = QTreeWidgetItem()
            item.setData(0, _NAME, name)
            item.setData(0, _CONNECTION, connection)
            self._items.append(item)
            if connection is None or parent is None:
                self.tree.addTopLevelItem(item)
                parent = item
                item.setExpanded(True)
            else:
                parent.addChild(item)
        self._write(rows)
        self._draw(rows)
        self.tree.blockSignals(False)

    def _draw(self, rows: tuple[ListedRow, ...]) -> None:
        """Draw the icon of each endpoint, in the colours of the scheme."""
        for item, row in zip(self._items, rows, strict=True):
            if row.kind:
                item.setIcon(0, icons.icon(row.kind, theme.current().muted))

    def _write(self, rows: tuple[ListedRow, ...]) -> None:
        # not with itemBelow(), which skips what is folded
        for item, row in zip(self._items, rows, strict=True):
            for column, words in enumerate((row.text, row.state)):
                if item.text(column) != words:
                    item.setText(column, words)
                    item.setToolTip(column, plain_tip(words))

    @Slot(QTreeWidgetItem, QTreeWidgetItem)
    def _on_current(self, item: QTreeWidgetItem | None, _before: QTreeWidgetItem | None) -> None:
        if item is None:
            return
        name, connection = item.data(0, _NAME), item.data(0, _CONNECTION)
        self.chosen.emit(name)
        self.selected.emit(name, connection)

    def retranslate(self) -> None:
        self.tree.setAccessibleName(tr("endpoints.title"))
        self.tree.setHeaderLabels([tr("endpoints.name"), tr("endpoints.state")])
        side = theme.scaled(theme.INDICATOR)
        self.tree.setIconSize(QSize(side, side))
        self._draw(self._rows)


def _key(row: ListedRow) -> tuple[object, ...]:
    """Return what identifies a row, whatever words it shows."""
    return row.endpoint, row.connection, row.kind
