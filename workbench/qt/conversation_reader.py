"""Reads the conversation of one endpoint from the record, as lines for a view."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal, Slot

from workbench.journal.query import of_endpoint
from workbench.journal.streams import READS, SENDS, Streams
from workbench.journal.topmost import Topmost
from workbench.qt.controller import SETTLED
from workbench.qt.conversation_wording import copied_text, numbered, time_text
from workbench.texts import Problem, tr
from workbench.viewmodel.conversation_line import ConversationLine
from workbench.viewmodel.conversation_rows import ConversationRows
from workbench.viewmodel.ignored_rows import IgnoredRows

if TYPE_CHECKING:
    from workbench.engine.model.snapshot import EndpointSnapshot
    from workbench.journal.reader import Reader, Row
    from workbench.qt.controller import Controller
    from workbench.qt.conversation_options import ConversationOptions
    from workbench.viewmodel.chosen_rows import ChosenRows

PAGE: Final = 250
"""Rows of the endpoint read at most each time."""
LOOK_BACK: Final = 2000
"""Rows that are caught up with, page by page."""
KEPT: Final = 1000
"""Rows that are shown at once when it begins anew: a view keeps as many lines."""
SCREEN: Final = 50
"""Rows of a flood that are shown each time: more is scrolled out of sight before it is painted."""
WITHIN: Final = 20_000
"""Rows of the record, most of them other endpoints', among which those of this one are picked out:
some milliseconds."""


class ConversationReader(QObject):
    """Reads on from where it stopped; under a flood it skips rows and says so.

    Attributes:
        wanted: it is shown, not folded away.
        connections: ids of those that are shown; empty: all of the endpoint's.
        answers_after_send: something was received after something was sent.

    Signals:
        cleared(): the lines so far are not shown any more.
        read(object): a list of ConversationLines to append.
        save_wanted(ConversationRequest): write it to a file, as it is shown.
        copied(str): the text that was asked for.
        refused(Problem): why it cannot be copied.
    """

    cleared = Signal()
    read = Signal(object)
    save_wanted = Signal(object)
    copied = Signal(str)
    refused = Signal(object)

    def __init__(self, controller: Controller, name: str, parent: QObject | None = None) -> None:
        """`name`: of the endpoint."""
        super().__init__(parent)
        self._controller = controller
        self._name = name
        self._reader: Reader | None = None
        self._seen = 0
        self._flood = False
        self._sent = False
        self.answers_after_send = False
        self.wanted = True
        self.connections: frozenset[int] = frozenset()
        self._form = "utf-8"
        self._peer: str | None = None
        self._numbered = False
        self._options: ConversationOptions | None = None
        self._before: int | None = None  # time of the line before
        self._begin()

    def rename(self, name: str) -> None:
        """Take the endpoint's new name; its rows are found by its id in the record."""
        self._name = name

    # -- what is shown ------------------------------------------------------------------------

    def aim(self, connections: frozenset[int], peer: str | None, *, numbered: bool) -> None:
        """Show only these connections (none: all), or only this peer of a datagram socket.

        `numbered`: each line says which connection it belongs to.
        """
        shown = (connections, peer, numbered)
        if shown != (self.connections, self._peer, self._numbered):
            self.connections, self._peer, self._numbered = shown
            self._show_anew()

    def follow(self, chosen: ChosenRows, snapshot: EndpointSnapshot, *, datagram: bool) -> None:
        """Show the chosen connections (none: all), or the one chosen peer."""
        connections, only = chosen.ids_in(snapshot), chosen.only
        several = len(snapshot.connections) > 1 and not datagram
        self.aim(
            connections,
            only if isinstance(only, str) else None,
            numbered=several and len(connections) != 1,
        )

    @Slot(str)
    def show_as(self, form: str) -> None:
        """Show bytes in an encoding, as "escaped" or as "hex"."""
        if form != self._form:
            self._form = form
            self._show_anew()

    def heed(self, options: ConversationOptions) -> None:
        """Show lines and times as these options say."""
        self._options = options
        options.changed.connect(self._show_anew)

    @property
    def _breaks(self) -> bool:
        return self._options is not None and self._options.breaks

    @Slot()
    def _show_anew(self) -> None:
        """Read the conversation again, unless it is folded away."""
        if self.wanted:
            self.again()

    @Slot(bool)
    def want(self, wanted: bool) -> None:
        """Show the conversation, or fold it away."""
        self.wanted = wanted
        if wanted:
            self.again()

    @Slot()
    def save(self) -> None:
        """Emit a request to save the whole conversation as it is shown now."""
        from workbench.viewmodel.conversation_export import ConversationRequest

        self.save_wanted.emit(
            ConversationRequest(
                self._name,
                self.connections or None,
                self._form,
                self._peer,
                self._numbered,
                self._breaks,
                self._id,
            )
        )

    @Slot(object, str)
    def copy(self, seqs: Sequence[int], form: str) -> None:
        """Copy the payload of these rows, in one of conversation_text.COPIES; secrets are
        masked.
        """
        try:
            text = copied_text(self._controller, self._name, seqs, form, self._form)
        except Problem as problem:
            self.refused.emit(problem)
        else:
            self.copied.emit(text)

    # -- reading ------------------------------------------------------------------------------

    def _begin(self) -> None:
        reader = self._controller.reader
        if self._reader is not reader:
            self._reader = reader
            # by id, since a removed endpoint may have had this name
            self._id = self._controller.session.identity(self._name).id
        self._before = None
        self._rows = ConversationRows(
            Streams(reader, self._controller.manner_of), Topmost(reader), IgnoredRows(reader)
        )

    @property
    def behind(self) -> bool:
        """Whether there are rows that have not been read yet."""
        return self._seen < self._controller.session.journal.committed

    def read_on(self, *, silent: bool) -> None:
        """Read a page of new rows, if the conversation is shown; the next calls read the rest."""
        if self.wanted and self.behind:
            self.refresh(silent=silent)
            if self.behind:
                self._controller.wake()

    def refresh(self, *, silent: bool = False) -> None:
        """Read on, at most a page. `silent`: the endpoint has had no known socket, so the rows
        skipped belong to others.
        """
        if self._reader is not self._controller.reader:  # another record by now
            self.again()
        committed = self._controller.session.journal.committed
        most = PAGE if self._flood else LOOK_BACK
        own = self._own(max(self._seen, committed - WITHIN), committed, most + 1)
        if len(own) > most:
            self._flood = True
            if not silent:
                self.read.emit([ConversationLine(tr("conversation.skipped"))])
            own = own[-SCREEN:]
            self._rows.skipped()
        elif len(own) <= PAGE:
            self._flood = False
        unread = self._read(own[:PAGE])
        self._seen = unread or (own[PAGE - 1] if len(own) > PAGE else committed)

    def _own(self, after: int, upto: int, most: int) -> list[int]:
        """Numbers of the endpoint's newest rows; `after` < seq <= `upto`."""
        if upto <= after:
            return []
        mine = of_endpoint(self._id)
        return self._controller.reader.nearest(mine, after, upto, most, backwards=True)[::-1]

    def again(self) -> None:
        """Read the newest rows again, in another encoding, language or choice of connections."""
        committed = self._controller.session.journal.committed
        self.cleared.emit()
        self._begin()
        most = PAGE if self._flood else KEPT
        own = self._own(max(0, committed - LOOK_BACK), committed, most)
        self._seen = committed
        for first in range(0, len(own), PAGE):
            unread = self._read(own[first : first + PAGE])
            if unread is not None:
                self._seen = unread
                break

    def _read(self, seqs: list[int]) -> int | None:
        """Have the lines of these rows shown; returns the last row before those to be read later,
        which follow an accept() whose connection is not in the record yet.
        """
        lines = []
        unread: int | None = None
        for row in self._controller.reader.rows(seqs) if seqs else []:
            connection = self._whose(row)
            if connection is None and self._is_coming(row):
                unread = row.seq - 1
                break
            self._sent = self._sent or (row.call in SENDS and bool(row.size))
            self.answers_after_send = self.answers_after_send or (
                self._sent and row.call in READS and bool(row.size)
            )
            if self.connections and connection not in self.connections:
                continue
            if self._peer is not None and row.peer != self._peer:
                continue
            line = self._rows.line(
                row,
                time_text(self._controller, self._options, row.t_ns, self._before),
                self._form,
                who=self._who(connection),
                breaks=self._breaks,
            )
            if line is not None:
                self._before = row.t_ns
                lines.append(numbered(line, row))
        if lines:
            self.read.emit(lines)
        return unread

    def _whose(self, row: Row) -> int | None:
        """The connection of a row: an accept() belongs to the connection it made."""
        if row.call == "accept" and row.error is None:
            found = self._controller.reader.accepted(row)
            return found[0] if found is not None else None
        return row.connection

    def _is_coming(self, row: Row) -> bool:
        """Whether an accept() has come before the connection that it made, which is recorded after
        it.
        """
        made = row.call == "accept" and row.result is not None
        return made and self._controller.now_ns() - row.t_ns < SETTLED

    def _who(self, connection: int | None) -> str:
        number = self._controller.number_of(connection) if self._numbered else None
        return "" if number is None else f"#{number}"
