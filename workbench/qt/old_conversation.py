"""Presents the conversation of one connection of an earlier record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal, Slot

from workbench.journal.query import parse
from workbench.journal.streams import Streams
from workbench.journal.topmost import Topmost
from workbench.printable import escape
from workbench.qt.conversation_wording import copied_text, numbered, time_text
from workbench.texts import Problem, tr
from workbench.viewmodel.conversation_export import ConversationRequest
from workbench.viewmodel.conversation_line import ConversationLine
from workbench.viewmodel.conversation_rows import ConversationRows
from workbench.viewmodel.ignored_rows import IgnoredRows

if TYPE_CHECKING:
    from workbench.journal.reader import SocketRow
    from workbench.qt.controller import Controller
    from workbench.qt.conversation_options import ConversationOptions

MOST: Final = 1000
"""Lines: a view keeps as many."""
SCANNED: Final = 200_000
"""Rows of a record that are looked through for one connection: some tens of milliseconds."""
AFTER: Final = 100
"""Rows after the one that closed it in which a layer still says how it ended."""
PAGE: Final = 250
"""Rows that are read at once."""
LOOK_BACK: Final = 1000
"""Rows in which the newest connection is looked for while none is chosen."""


class OldConversation(QObject):
    """The conversation of the chosen row's connection, as it looked while that was open.

    Signals:
        cleared(): the lines so far are not shown any more.
        read(object): a list of ConversationLines to append.
        named(str): whose they are.
        encoding(str): that of the endpoint.
        save_wanted(ConversationRequest): write it to a file, as it is shown.
        copied(str): the text that was asked for.
        refused(Problem): why it cannot be copied.
    """

    cleared = Signal()
    read = Signal(object)
    named = Signal(str)
    encoding = Signal(str)
    save_wanted = Signal(object)
    copied = Signal(str)
    refused = Signal(object)

    def __init__(
        self, controller: Controller, options: ConversationOptions, parent: QObject
    ) -> None:
        """`options`: how lines and times are shown."""
        super().__init__(parent)
        self._options = options
        options.changed.connect(self.again)
        self._controller = controller
        self._socket: SocketRow | None = None
        self._endpoint = ""
        self._form = "utf-8"
        self._seen = False
        controller.selection_changed.connect(self.look)

    @Slot(bool)
    def set_in_sight(self, seen: bool) -> None:
        """Note that the conversation came into sight, or left it."""
        self._seen = seen
        self.look()

    @Slot()
    def look(self) -> None:
        """Show the connection of the chosen row, else the newest of the record."""
        if not self._seen or self._controller.closed:
            return
        chosen = self._controller.selection.connection
        if chosen is None and self._socket is not None:
            return
        found = self._controller.reader.connection(chosen or self._newest())
        if found is not None and found != self._socket:
            self._socket = found
            self._endpoint = self._name()
            self.encoding.emit(self._controller.manner_of(self._endpoint).encoding)
            self.again()

    def _newest(self) -> int:
        """The record's id of the newest connection with any traffic; 0: there is none."""
        committed = self._controller.session.journal.committed
        rows = self._controller.reader.page(max(1, committed - LOOK_BACK), LOOK_BACK + 1)
        return next((row.connection for row in reversed(rows) if row.connection is not None), 0)

    def _name(self) -> str:
        assert self._socket is not None
        endpoints = self._controller.reader.endpoints()
        return next((row.name for row in endpoints if row.id == self._socket.endpoint), "")

    @Slot(str)
    def show_as(self, form: str) -> None:
        """Show bytes in an encoding, as "escaped" or as "hex"."""
        if form != self._form:
            self._form = form
            self.again()

    @Slot()
    def save(self) -> None:
        """Emit a request to save the whole conversation as it is shown now."""
        if self._socket is not None:
            connections = frozenset({self._socket.id})
            self.save_wanted.emit(
                ConversationRequest(
                    self._endpoint, connections, self._form, breaks=self._options.breaks
                )
            )

    @Slot(object, str)
    def copy(self, seqs: Sequence[int], form: str) -> None:
        """Copy the payload of these rows, in one of conversation_text.COPIES; secrets are
        masked.
        """
        try:
            text = copied_text(self._controller, self._endpoint, seqs, form, self._form)
        except Problem as problem:
            self.refused.emit(problem)
        else:
            self.copied.emit(text)

    @Slot()
    def again(self) -> None:
        """Read the conversation again, of another connection, encoding or language."""
        socket = self._socket
        self.cleared.emit()
        if socket is None or self._controller.closed:
            return
        number = self._controller.number_of(socket.id)
        ends = " > ".join(escape(end) for end in (socket.local, socket.peer) if end)
        who = self._endpoint if number is None else f"{self._endpoint} #{number}"
        self.named.emit(f"{escape(who)}  {ends}")
        self.read.emit(self._lines(socket))

    def _lines(self, socket: SocketRow) -> list[ConversationLine]:
        controller, reader = self._controller, self._controller.reader
        rows = ConversationRows(
            Streams(reader, controller.manner_of), Topmost(reader), IgnoredRows(reader)
        )
        lines: list[ConversationLine] = []
        before: int | None = None
        seqs = self._seqs(socket)
        for first in range(0, len(seqs), PAGE):
            for row in reader.rows(seqs[first : first + PAGE]):
                time = time_text(controller, self._options, row.t_ns, before)
                line = rows.line(row, time, self._form, breaks=self._options.breaks)
                if line is not None:
                    before = row.t_ns
                    lines.append(numbered(line, row))
            if len(lines) >= MOST:
                return [*lines[: MOST - 1], ConversationLine(tr("conversation.skipped"))]
        return lines

    def _seqs(self, socket: SocketRow) -> list[int]:
        """The numbers of its rows in order, including that of the accept() that made it."""
        reader = self._controller.reader
        committed = self._controller.session.journal.committed
        first = max(0, (socket.opened_seq or 1) - 1)
        last = committed if socket.closed_seq is None else socket.closed_seq + AFTER
        upto = min(last, first + SCANNED, committed)
        accept = reader.accept_of(socket.id) if socket.parent is not None else None
        found = [accept.seq] if accept is not None else []
        for part in reader.select(parse(f"conn={socket.id}"), first, upto):
            found += part
            if len(found) > MOST * 4:
                break
        return sorted(found)
