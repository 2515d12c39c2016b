"""Reads the conversation of one endpoint from the journal, as lines that a view appends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal

from workbench.journal.streams import READS, SENDS, Streams
from workbench.texts import tr
from workbench.viewmodel.conversation_rows import ConversationRows

if TYPE_CHECKING:
    from workbench.journal.reader import Row
    from workbench.qt.controller import Controller

PAGE: Final = 250
"""Rows read at most each time: 0.1–0.4 ms for each 128."""
LOOK_BACK: Final = 2000


class ConversationReader(QObject):
    """Reads from where it stopped; in a flood it skips and says so.

    Attributes:
        show_as: an encoding, "escaped" or "hex".
        connections: ids of those that are shown; empty: all of the endpoint.
        peer: of a datagram socket: only what was exchanged with this address.
        numbered: each line says of which connection it is.
        answers_after_send: something was received after something was sent.

    Signals:
        cleared(): the lines so far are shown no more.
        read(object): a list of lines to append.
    """

    cleared = Signal()
    read = Signal(object)

    def __init__(self, controller: Controller, name: str, parent: QObject | None = None) -> None:
        """`name`: of the endpoint."""
        super().__init__(parent)
        self._controller = controller
        self._name = name
        self._seen = 0
        self._sent = False
        self.answers_after_send = False
        self.show_as = "utf-8"
        self.connections: frozenset[int] = frozenset()
        self.peer: str | None = None
        self.numbered = False
        self._begin()

    def _begin(self) -> None:
        self._reader = self._controller.reader
        self._rows = ConversationRows(Streams(self._reader, self._controller.manner_of))

    @property
    def behind(self) -> bool:
        """Whether there are rows that it has not looked at."""
        return self._seen < self._controller.session.journal.committed

    def refresh(self, *, silent: bool = False) -> None:
        """Read on, a page at most. `silent`: the endpoint has had no socket that is known of: what
        is skipped is others'.
        """
        if self._reader is not self._controller.reader:  # of another record now
            self.again()
        committed = self._controller.session.journal.committed
        if committed - self._seen > LOOK_BACK:
            if not silent:
                self.read.emit([tr("conversation.skipped")])
            self._seen = committed - PAGE
        if committed > self._seen:
            self._read(min(committed, self._seen + PAGE))

    def again(self) -> None:
        """Read the newest rows anew: another encoding, language or choice of connections."""
        committed = self._controller.session.journal.committed
        self.cleared.emit()
        self._begin()
        self._seen = max(0, committed - LOOK_BACK)
        while self._seen < committed:
            self._read(min(committed, self._seen + PAGE))

    def _read(self, upto: int) -> None:
        rows = self._reader.page(self._seen + 1, upto - self._seen)
        self._seen = upto
        lines = []
        for row in rows:
            if row.endpoint != self._name:
                continue
            self._sent = self._sent or (row.call in SENDS and bool(row.size))
            self.answers_after_send = self.answers_after_send or (
                self._sent and row.call in READS and bool(row.size)
            )
            time = self._controller.clock_text(row.t_ns)
            connection = self._whose(row)
            if self.connections and connection not in self.connections:
                continue
            if self.peer is not None and row.peer != self.peer:
                continue
            line = self._rows.line(row, time, self.show_as, who=self._who(connection))
            if line is not None:
                lines.append(line)
        if lines:
            self.read.emit(lines)

    def _whose(self, row: Row) -> int | None:
        """Of which connection a row is: an accept() is the beginning of the one it made."""
        if row.call == "accept" and row.error is None:
            found = self._reader.accepted(row)
            return found[0] if found is not None else None
        return row.connection

    def _who(self, connection: int | None) -> str:
        number = self._controller.number_of(connection) if self.numbered else None
        return "" if number is None else f"#{number}"
