"""Brings committed rows of one endpoint from the journal into its conversation view."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from workbench.texts import tr
from workbench.ui.panel_parts.conversation import READS, SENDS, Conversation, line_of

if TYPE_CHECKING:
    from workbench.qt.controller import Controller

PAGE: Final = 250
"""Rows read at most each time: 0.1–0.4 ms for each 128."""
LOOK_BACK: Final = 2000


class ConversationFeed:
    """Reads from where it stopped; in a flood it skips and says so.

    Attributes:
        show_as: an encoding, "escaped" or "hex".
        connection: id of the one that is shown; None: all of the endpoint.
        answers_after_send: something was received after something was sent.
    """

    def __init__(self, controller: Controller, name: str, view: Conversation) -> None:
        self._controller = controller
        self._name = name
        self._view = view
        self._seen = 0
        self._sent = False
        self.answers_after_send = False
        self.show_as = "utf-8"
        self.connection: int | None = None

    def refresh(self) -> None:
        """Show what was committed since."""
        committed = self._controller.session.journal.committed
        if committed - self._seen > LOOK_BACK:
            self._view.add([tr("conversation.skipped")])
            self._seen = committed - PAGE
        if committed > self._seen:
            self._read(min(committed, self._seen + PAGE))

    def pass_over(self) -> None:
        """The endpoint has had no socket: what others do is not read for it."""
        self._seen = self._controller.session.journal.committed

    def again(self) -> None:
        """Show the newest rows anew: another encoding or language."""
        committed = self._controller.session.journal.committed
        self._view.clear()
        self._seen = max(0, committed - LOOK_BACK)
        while self._seen < committed:
            self._read(min(committed, self._seen + PAGE))

    def _read(self, upto: int) -> None:
        reader = self._controller.reader
        rows = reader.page(self._seen + 1, upto - self._seen)
        self._seen = upto
        lines = []
        for row in rows:
            if row.endpoint != self._name:
                continue
            self._sent = self._sent or (row.call in SENDS and bool(row.size))
            self.answers_after_send = self.answers_after_send or (
                self._sent and row.call in READS and bool(row.size))
            time = self._controller.clock_text(row.t_ns)
            datagram = row.call in ("sendto", "recvfrom")
            if self.connection is not None and row.connection != self.connection:
                continue
            line = line_of(row, time, self.show_as, datagram=datagram)
            if line is not None:
                lines.append(line)
        self._view.add(lines)
