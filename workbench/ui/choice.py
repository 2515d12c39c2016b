"""The connection chosen in a panel's table: its conversation is shown, buttons act on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from workbench.ui.panel_parts.connections import ConnectionTable
from workbench.ui.talk import Talk

if TYPE_CHECKING:
    from workbench.ui.panel import EndpointPanel


class Choice(QObject):
    """Keeps a panel's table, its conversation and the selection of the window together.

    Attributes:
        table: a panel lays it out.

    Signals:
        made(object): a Line of the table was chosen, here or elsewhere.
    """

    made = Signal(object)

    def __init__(self, panel: EndpointPanel, talk: Talk) -> None:
        super().__init__(panel)
        self._panel = panel
        self._talk = talk
        self.table = panel.controls.add(
            ConnectionTable(client=not panel.server), "connections",
            None if panel.server else "client_connections",
        )
        self.table.selectionModel().selectionChanged.connect(self._on_chosen)

    @property
    def number(self) -> int | None:
        """The connection that is meant; None: none is chosen."""
        if not self._panel.server and not self.table.isVisible():
            return None  # a client with one connection has no table, and means that one
        line = self.table.chosen()
        return line.key if line is not None and isinstance(line.key, int) else None

    def follow(self, connection: int | None) -> None:
        """An event of this connection was chosen elsewhere: its row is chosen too."""
        line = next((x for x in self.table.lines.lines if x.id == connection), None)
        if connection is None or line is None or self.table.isHidden() or (
            line == self.table.chosen()
        ):
            return
        self.table.filling = True
        self.table.choose(line.key)
        self.table.filling = False
        self._talk.show_connection(line.id)
        self.made.emit(line)
        self._panel.refresh()

    @Slot()
    def _on_chosen(self) -> None:
        if self.table.filling:
            return
        line = self.table.chosen()
        self._talk.show_connection(line.id if line is not None else None)
        if line is not None:
            self._panel.controller.select(endpoint=self._panel.name, connection=line.id)
            self.made.emit(line)
