"""Presents all endpoints for the list beside the panels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from workbench.viewmodel.listed_endpoints import ListedRow, listed

if TYPE_CHECKING:
    from workbench.qt.controller import Controller
    from workbench.viewmodel.connection_rows import Owner


class EndpointListPresenter(QObject):
    """Words the rows while the list is in sight.

    Signals:
        changed(tuple[ListedRow, ...]): the rows as they are now.
    """

    changed = Signal(object)

    def __init__(self, controller: Controller, owner: Owner, parent: QObject) -> None:
        """`owner` names the endpoint of ours that an address belongs to."""
        super().__init__(parent)
        self._controller = controller
        self._owner = owner
        self._in_sight = False
        self._rows: tuple[ListedRow, ...] | None = None
        controller.panels_shown.connect(self.look)

    @Slot(bool)
    def set_in_sight(self, shown: bool) -> None:
        """Note that the list came into sight, or left it."""
        self._in_sight = shown
        self.look()

    @Slot()
    def look(self) -> None:
        """Emit the rows if they have changed."""
        if not self._in_sight or self._controller.closed:
            return
        rows = listed(self._controller.snapshots(), self._owner)
        if rows != self._rows:
            self._rows = rows
            self.changed.emit(rows)

    @Slot(str, object)
    def choose(self, endpoint: str, connection: int | None) -> None:
        """Select the endpoint whose row was chosen."""
        self._controller.select(endpoint=endpoint, connection=connection)
