"""The side panel: every endpoint with its open connections; choosing one leads to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from workbench.engine.model.settings import Role
from workbench.engine.model.snapshot import EndpointSnapshot
from workbench.qt.tips import plain_tip
from workbench.texts import tr
from workbench.ui.style.retranslatable import Retranslatable
from workbench.viewmodel.connection_rows import named
from workbench.viewmodel.default_endpoints import LAB_PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.qt.controller import Controller

WIDE: Final = 1500
"""Pixels of window width from which on it is open by itself."""
MOST: Final = 50
"""Newest open connections of an endpoint."""
_NAME: Final = Qt.ItemDataRole.UserRole
_CONNECTION: Final = Qt.ItemDataRole.UserRole + 1


class EndpointList(Retranslatable, QWidget):
    """A tree of endpoints and their connections, left of everything, or hidden.

    Signals:
        chosen(str): the endpoint of this name was chosen here.
    """

    chosen = Signal(str)

    def __init__(self, controller: Controller, owner: Callable[[str | None], str | None]) -> None:
        """`owner` names the endpoint of ours behind an address."""
        super().__init__()
        self.setObjectName("endpoints")
        self._controller = controller
        self._owner = owner
        self._rows: list[tuple[str, int | None, str, str]] = []
        self._items: list[QTreeWidgetItem] = []
        self._by_hand = False
        self.tree = QTreeWidget()
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
        self.hide()
        self.retranslate()
        controller.snapshots_changed.connect(self.refresh)

    @Slot()
    def switch(self) -> None:
        """Show or hide it: from now on as the person wishes."""
        self._by_hand = True
        self.setVisible(not self.isVisible())
        self.refresh()

    @Slot(bool)
    def give_way(self, presented: bool) -> None:
        """A projector has no room for it."""
        if presented:
            self.hide()

    def show_where_wide(self, width: int, scale: int) -> None:
        """Open by itself in a wide window, in pixels at `scale` per cent, else not."""
        wide = width >= WIDE * scale / 100
        if not self._by_hand and wide != self.isVisible():
            self.setVisible(wide)

    @Slot()
    def refresh(self) -> None:
        """Bring it up to date; only what has changed is touched."""
        if not self.isVisible() or self._controller.closed:
            return
        rows: list[tuple[str, int | None, str, str]] = []
        for snapshot in self._controller.snapshots():
            if not snapshot.name.startswith(LAB_PREFIX):
                rows += self._rows_of(snapshot)
        if [row[:2] for row in rows] != [row[:2] for row in self._rows]:
            self._build(rows)
        elif rows != self._rows:
            self._write(rows)
        self._rows = rows

    def _rows_of(self, snapshot: EndpointSnapshot) -> list[tuple[str, int | None, str, str]]:
        phase = snapshot.phase.name
        key = f"phase.{phase.lower()}"
        rows: list[tuple[str, int | None, str, str]] = [
            (snapshot.name, None, snapshot.name, snapshot.local or tr(key))
        ]
        if snapshot.settings.role is Role.DATAGRAM:
            return rows  # one socket and no connections
        live = [item for item in snapshot.connections if item.closed_ns is None][-MOST:]
        for item in live:
            under_way = item.peer is None and item.connected_ns is None
            peer = "" if under_way else named(item.peer, self._owner)
            rows.append((snapshot.name, item.id, f"#{item.number} {peer}", item.state))
        return rows

    def _build(self, rows: list[tuple[str, int | None, str, str]]) -> None:
        self.tree.blockSignals(True)
        self.tree.clear()
        self._items.clear()
        parent: QTreeWidgetItem | None = None
        for name, connection, _text, _state in rows:
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
        self.tree.blockSignals(False)

    def _write(self, rows: list[tuple[str, int | None, str, str]]) -> None:
        # not by itemBelow(): that passes over what is folded in
        for item, (_name, _connection, text, state) in zip(self._items, rows, strict=True):
            for column, words in enumerate((text, state)):
                if item.text(column) != words:
                    item.setText(column, words)
                    item.setToolTip(column, plain_tip(words))

    @Slot(QTreeWidgetItem, QTreeWidgetItem)
    def _on_current(self, item: QTreeWidgetItem | None, _before: QTreeWidgetItem | None) -> None:
        if item is None:
            return
        name, connection = item.data(0, _NAME), item.data(0, _CONNECTION)
        self.chosen.emit(name)
        self._controller.select(endpoint=name, connection=connection)

    def retranslate(self) -> None:
        self.tree.setAccessibleName(tr("endpoints.title"))
        self.tree.setHeaderLabels([tr("endpoints.name"), tr("endpoints.state")])
        self._rows = []
        self.refresh()
