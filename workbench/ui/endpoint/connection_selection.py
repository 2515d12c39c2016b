"""What is chosen in a panel's table: its conversation is shown, buttons act on it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from workbench.engine.model.snapshot import ConnectionSnapshot, EndpointSnapshot
from workbench.ui.endpoint.connection_table import ConnectionTable
from workbench.viewmodel.connection_rows import ConnectionRow, Told
from workbench.viewmodel.stall_reason import stall_reason, telling_row

if TYPE_CHECKING:
    from workbench.ui.endpoint.endpoint_panel import EndpointPanel


class ConnectionSelection(QObject):
    """Keeps a panel's table, its conversation and the selection of the window together.

    Attributes:
        table: a panel lays it out.

    Signals:
        made(object): another Line of the table was chosen, here or elsewhere; None: none any more.
    """

    made = Signal(object)

    def __init__(self, panel: EndpointPanel) -> None:
        super().__init__(panel)
        self._panel = panel
        self._chosen_id: int | None = None
        self.table = panel.controls.add(
            ConnectionTable(client=not panel.server),
            "connections",
            None if panel.server else "client_connections",
        )
        self.table.choice_changed.connect(self._on_choice)
        self.table.why_wanted.connect(self.on_why)

    def items(self) -> list[ConnectionSnapshot]:
        """The chosen connections."""
        return [
            line.item
            for line in self.table.chosen_all()
            if isinstance(line.item, ConnectionSnapshot)
        ]

    @property
    def number(self) -> int | None:
        """The connection that is meant, of several the one chosen last; None: none is chosen."""
        if not self._panel.server and not self.table.isVisible():
            return None  # a client with one connection has no table, and means that one
        line = self.table.chosen()
        return line.key if line is not None and isinstance(line.key, int) else None

    def show(self, snapshot: EndpointSnapshot, now_ns: int) -> None:
        """Bring the table up to date, and the conversation of those that are chosen."""
        panel = self._panel
        told = Told(panel.owner, panel.controller.clock_text, now_ns)
        self.table.show_snapshot(snapshot, told, datagram=panel.address_line.datagram)
        panel.controller.see(panel.name, self.table.seen_ids())
        self.show_talk(snapshot)

    def show_talk(self, snapshot: EndpointSnapshot) -> None:
        """The conversation of the chosen rows, of all while none is chosen."""
        panel = self._panel
        lines: list[ConnectionRow] = self.table.chosen_all()
        peer = lines[0].key if len(lines) == 1 else None
        panel.talk.show_connections(
            frozenset(line.id for line in lines if line.id is not None),
            peer if isinstance(peer, str) else None,
            several=panel.several(snapshot),
        )

    def follow(self, connection: int | None) -> None:
        """An event of this connection was chosen elsewhere: its row is chosen too."""
        line = next((x for x in self.table.lines.lines if x.id == connection), None)
        if connection is None or line is None or self.table.isHidden() or (line.key == self.number):
            return
        self.table.follow(line.key)
        self._chosen_id = connection
        self.show_talk(self._panel.controller.snapshot(self._panel.name))
        self.made.emit(line)
        self._panel.refresh()

    @Slot()
    def _on_choice(self) -> None:
        panel = self._panel
        line = self.table.chosen()
        before, self._chosen_id = self._chosen_id, line.id if line is not None else None
        self.show_talk(panel.controller.snapshot(panel.name))
        selection = panel.controller.selection
        if line is not None:
            panel.controller.select(endpoint=panel.name, connection=line.id)
        elif before is not None and selection.connection == before and not selection.pinned:
            panel.controller.select(endpoint=panel.name)
        self.made.emit(line)

    @Slot(int)
    def on_why(self, number: int) -> None:
        """The mark of a connection was clicked, or its [Why?]."""
        self._panel.focused.emit()
        self._panel.controller.after_commit(self, partial(self._explain, number))

    def _explain(self, number: int) -> None:
        """Say why it stands still, and lead to the event behind it."""
        panel, controller = self._panel, self._panel.controller
        items = controller.snapshot(panel.name).connections
        item = next((item for item in items if item.number == number), None)
        if item is None:
            return
        committed = controller.session.journal.committed
        seq = telling_row(controller.reader.before(item.id, committed + 1))
        controller.select(endpoint=panel.name, connection=item.id, seq=seq, pinned=False)
        sentence = stall_reason(item, panel.settings, controller.now_ns())
        if sentence is not None:
            panel.tell("busy", sentence)
