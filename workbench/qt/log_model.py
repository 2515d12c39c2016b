"""LogModel: the rows of the record as a table read in pages, so that ten million
scroll like ten.
"""

from __future__ import annotations

import datetime
from collections import OrderedDict
from enum import StrEnum
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
    Slot,
)

from workbench.engine.model.events import COMMAND
from workbench.journal.masked import Masked
from workbench.journal.query import Condition
from workbench.journal.reader import Row
from workbench.journal.streams import Manner, Streams
from workbench.qt.background_reader import Task
from workbench.qt.controller import Committed, Controller
from workbench.qt.log_scan import TAIL, Scan, at_once
from workbench.qt.single_shot import single_shot
from workbench.qt.tips import plain_tip
from workbench.texts import tr
from workbench.viewmodel.log_cells import PREVIEW, command_text, data_text, since_text
from workbench.viewmodel.log_columns import LOG, LogLine, LogTable
from workbench.viewmodel.log_progress import Progress
from workbench.viewmodel.pending_connects import came_out
from workbench.viewmodel.shown_rows import Looked, ShownRows, View, whole_spans

FETCHED: Final = 64
"""Rows that are read at once: about what is in sight."""
EVENTS_KEPT: Final = 4_096
UNSETTLED: Final = 256
"""Newest rows that are read anew after each commit: what they are about may have got its name."""
TEXTS_KEPT: Final = 1000
TOLD_AFTER: Final = 100
TOLD_AFTER_AT_MOST: Final = 500
"""Milliseconds between two additions of what was found, which grow: each paints the log anew."""
FOLDED_WITHIN: Final = 500
"""Rows after a command among which its calls are folded."""
_LEFT: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_TEXTS: Final = frozenset(
    {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole}
)
Index = QModelIndex | QPersistentModelIndex


class TimeForm(StrEnum):
    """How the log shows times."""

    CLOCK = "clock"
    UTC = "utc"
    START = "start"
    PREVIOUS = "previous"


class LogModel(QAbstractTableModel):
    """The rows of the record that pass the filter, in order.

    What is to be shown is searched for on another thread, from both ends of the record; a few rows
    are looked at here and at once. Among the main calls a pending connect and its end are one row,
    where it began; under a filter each is a row of its own.

    Attributes:
        time_form: clock, UTC, since the start, or since the previous row.
        cleared: rows up to this seq are hidden in this view.
        main_only: hide what a pending connect and EAGAIN add.

    Signals:
        counted(): the number of shown rows changed.
        progressed(Progress): how far a search has got; None: it has ended.
    """

    counted = Signal()
    progressed = Signal(object)

    def __init__(
        self, controller: Controller, parent: QObject | None = None, table: LogTable = LOG
    ) -> None:
        super().__init__(parent)
        self._controller = controller
        self._table = table
        self._events: OrderedDict[int, Row] = OrderedDict()
        self._newest: dict[int, Row] = {}
        self._streams = Streams(controller.reader, controller.manner_of)
        self._masked: Masked | None = None
        self._shown_bytes: dict[tuple[int, Manner], str] = {}
        self._filter: Condition | None = None
        self.cleared = 0
        self.main_only = True
        self.time_form = TimeForm.CLOCK
        self._gaps = self._gaps_now()
        self._rows = ShownRows(View(after=self._let_go))
        self._kept: dict[View, ShownRows] = {}
        self._scan: Scan | None = None
        self._task: Task | None = None
        self._stopped = False
        self._arrived: list[Looked] = []
        self._told_after = TOLD_AFTER
        # in a flood there are always more: they are looked at when the window is told
        self._goal = 0
        self._headers: list[str] = []
        self.retranslate()
        self._next_look = single_shot(self, self._look_on)
        self._next_telling = single_shot(self, self._add_arrived)
        controller.committed.connect(self._on_committed)
        controller.session_reset.connect(self._on_session_reset)
        controller.renamed.connect(self._on_renamed)

    # -- what is shown ------------------------------------------------------------------------

    def set_filter(self, condition: Condition | None) -> None:
        """Show only the rows that meet a condition; None shows all."""
        self._filter = condition
        self._restart()

    def set_main_only(self, main_only: bool) -> None:
        """Hide or show the rows other than the main calls."""
        self.main_only = main_only
        self._restart()

    def clear_view(self) -> None:
        """Hide the rows up to now; `undo_clear` brings them back."""
        self.cleared = self._controller.session.journal.committed
        self._restart()

    def undo_clear(self) -> None:
        self.cleared = 0
        self._restart()

    def _restart(self) -> None:
        """Show another view; one without a filter, as it was left."""
        self._give_up()
        self._gaps = self._gaps_now()
        view = View(self._filter, self.main_only, max(self.cleared, self._let_go))
        self.beginResetModel()
        kept = self._kept.items()
        self._kept = {whole: rows for whole, rows in kept if whole.after == self._let_go}
        if self._rows.view.condition is None and not self._rows.folded:
            self._kept[self._rows.view] = self._rows
        self._rows = self._kept.get(view) or ShownRows(view)
        self.endResetModel()
        self._goal = self._controller.session.journal.committed
        self._look_on()

    @Slot()
    def _on_renamed(self) -> None:
        """Drop known rows, which have the former name; a filter may find others now."""
        self._forget_events()
        self._restart()
        self._kept.clear()

    @Slot()
    def _on_session_reset(self) -> None:
        self._forget_events()
        self._streams = Streams(self._controller.reader, self._controller.manner_of)
        self._shown_bytes.clear()
        self._kept.clear()
        self._gaps = self._gaps_now()
        self._rows = ShownRows(View(after=self._let_go))
        self.cleared = 0
        self._restart()
        self._kept.clear()

    def _gaps_now(self) -> list[range]:
        """The rows that were removed with their segments."""
        if self._controller.closed:
            return []
        return self._controller.reader.gaps(0, self._controller.session.journal.committed)

    @property
    def _let_go(self) -> int:
        """Note that all rows up to this one are gone from the record."""
        return self._gaps[0].stop - 1 if self._gaps and self._gaps[0].start == 1 else 0

    @property
    def condition(self) -> Condition | None:
        """The user's filter, without what the view itself hides; None: everything."""
        return self._filter

    @property
    def view(self) -> View:
        """The rows to show, including what the view itself hides."""
        return self._rows.view

    @property
    def hidden(self) -> int:
        """How many rows were looked at and left out, by the filter or as no main calls; cleared
        ones do not count.
        """
        looked_at = self._rows.looked_at
        begin = 1 if self.main_only and not self._rows.view.after and looked_at else 0
        gone = sum(map(len, self._gaps)) - self._let_go
        return looked_at - len(self._rows) - begin - gone  # the note of its beginning

    @property
    def newest(self) -> int | None:
        """The last shown row, if no later one can still be found; None: there is none, or not
        yet.
        """
        last, gap = len(self._rows) - 1, self._rows.gap_upto
        if last < 0 or (gap is not None and self._rows.at(last) <= gap):
            return None
        return last

    # -- looking ------------------------------------------------------------------------------

    @property
    def up_to_date(self) -> bool:
        """Whether every row of the record was looked at."""
        return (
            self._rows.gap_upto is None
            and self._rows.upto >= self._controller.session.journal.committed
        )

    @Slot(object)
    def _on_committed(self, _committed: Committed) -> None:
        self._newest.clear()
        self._goal = self._controller.session.journal.committed
        if self._gaps_now() != self._gaps:
            self._forget_events()
            self._kept.clear()
            self._restart()
            self._kept.clear()
        elif self._scan is not None:
            self._scan.goal = self._goal
        elif not self._next_look.isActive():
            self._next_look.start(0)

    @Slot()
    def _look_on(self) -> None:
        """Look at new rows: here if they are few, else on the other thread."""
        if self._controller.closed or self._task is not None:
            return
        rows, committed = self._rows, self._goal
        few = at_once(rows.view)
        if rows.view.all:
            for span in whole_spans(rows.upto, committed):
                self._look_here(*span)
        elif rows.gap_upto is None and committed - rows.upto > max(few, TAIL):
            rows.leave_gap(committed - TAIL)
            if few >= TAIL:
                self._look_here(committed - TAIL, committed)
                self._look_here(rows.head_upto, min(rows.head_upto + TAIL, committed - TAIL))
        elif rows.upto < committed <= rows.upto + few:
            self._look_here(rows.upto, committed)
        self._told()
        if (rows.gap_upto is not None and not self._stopped) or rows.upto < committed:
            self._look_beside(committed)

    def _look_here(self, after: int, upto: int) -> None:
        self._add(self._rows.view.look(self._controller.reader, after, upto))

    def _look_beside(self, committed: int) -> None:
        gap = None if self._stopped else self._rows.gap_upto
        self._told_after = TOLD_AFTER
        self._scan = Scan(self._rows.view, self._rows.head_upto, gap, self._rows.upto, committed)
        self._task = self._controller.background.begin(
            self._scan.steps, self._on_looked, self._on_scanned
        )

    def _on_looked(self, looked: object) -> None:
        assert isinstance(looked, Looked)
        self._arrived.append(looked)
        if not self._next_telling.isActive():
            self._add_arrived()
            self._next_telling.start(self._told_after)
            self._told_after = min(2 * self._told_after, TOLD_AFTER_AT_MOST)

    def _on_scanned(self) -> None:
        self._scan = self._task = None
        self._add_arrived()
        self._look_on()  # rows reported meanwhile
        if self._task is None:
            self._tell_progress()

    @Slot()
    def _add_arrived(self) -> None:
        arrived, self._arrived = self._arrived, []
        for looked in arrived:
            self._add(looked)
        self._told()

    def _told(self) -> None:
        self.counted.emit()
        self._tell_progress()

    def _tell_progress(self) -> None:
        self.progressed.emit(self.progress)

    @property
    def progress(self) -> Progress | None:
        """How far the search for what to show has got; None: nothing is left to look for."""
        gap = self._rows.gap_upto
        if gap is None:
            return None
        of = self._controller.session.journal.committed - self._rows.view.after
        return Progress(self._rows.looked_at, of, len(self._rows), self._stopped)

    def _give_up(self) -> None:
        """Stop the scan for the previous view."""
        self._controller.background.cancel(self._task)
        self._scan = self._task = None
        self._stopped = False
        self._arrived.clear()
        self._next_telling.stop()

    @Slot()
    def stop_looking(self) -> None:
        """Stop scanning the gap; new rows are still looked at."""
        self._give_up()
        self._stopped = True
        self._look_on()

    @Slot()
    def go_on_looking(self) -> None:
        """Resume the scan that `stop_looking` stopped."""
        self._stopped = False
        if self._task is not None:
            self._give_up()
        self._look_on()

    def _add(self, looked: Looked) -> None:
        """Add what a scan has found."""
        learned = self._rows.learn(looked)
        if learned is None:
            return
        place, stretch, ended = learned
        if len(stretch):
            self.beginInsertRows(QModelIndex(), place, place + len(stretch) - 1)
            self._rows.add(stretch)
            self.endInsertRows()
        else:
            self._rows.add(stretch)
        for seq in ended:
            self._changed(seq)
        closing = self._rows.closing()
        if closing is not None:
            self._close_gap(*closing)

    def _close_gap(self, gone: list[int], ended: list[int]) -> None:
        for seq in gone:
            row = self._rows.before(seq)
            self.beginRemoveRows(QModelIndex(), row, row)
            self._rows.hide([seq])
            self.endRemoveRows()
        self._rows.close()
        for seq in ended:
            self._changed(seq)

    def _changed(self, seq: int) -> None:
        row = self.row_showing(seq)
        if row is not None:
            self.dataChanged.emit(self.index(row, 0), self.index(row, len(self._table.columns) - 1))

    # -- rows ---------------------------------------------------------------------------------

    def seq_of(self, row: int) -> int:
        """The record's number of a shown row."""
        return self._rows.at(row)

    def row_showing(self, seq: int) -> int | None:
        """The row in which an event is shown; None: it is hidden."""
        return self._rows.place_of(seq)

    def endpoint_place(self, endpoint: str) -> int:
        """An endpoint's place in the order in which the record got them, from 0 on."""
        return 0 if self._controller.closed else self._controller.endpoint_place(endpoint)

    def record_row(self, row: int) -> Row | None:
        """The event of a shown row; for a connect that waited, with its outcome.

        Its `seq` is that of the row; `event_of` gives the number of the event that says how it
        ended.
        """
        if not 0 <= row < len(self._rows) or self._controller.closed:
            return None
        seq = self._rows.at(row)
        event = self._event(seq, row)
        end = self._rows.end_of(seq)
        if event is None or end is None:
            return event
        ended = self._event(end)
        return event if ended is None else came_out(event, ended)

    def event_of(self, row: int) -> int:
        """The number of the event to be explained for a shown row: the end, if there is one."""
        seq = self._rows.at(row)
        end = self._rows.end_of(seq)
        return seq if end is None else end

    def _event(self, seq: int, row: int | None = None) -> Row | None:
        """An event of the record; if it is shown, it is read with the rows around it."""
        known = self._events.get(seq) or self._newest.get(seq)
        if known is None:
            if row is None:
                self._read([seq])
            else:
                first = row // FETCHED * FETCHED
                self.fetch(first, first + FETCHED - 1)
            known = self._events.get(seq) or self._newest.get(seq)
        return known

    def other_end(self, event: Row) -> int | None:
        """The connection at the other end of an event's connection, if that is ours too."""
        if event.connection is None or self._controller.closed:
            return None
        found = self._controller.reader.connection(event.connection)
        return found.pair if found is not None else None

    def fetch(self, first: int, last: int) -> None:
        """Read the events of these rows in one go, so that they are at hand."""
        events, newest = self._events, self._newest
        if self._controller.closed:
            return
        seqs = self._rows.run(max(0, first), last + 1 - max(0, first))
        missing = [seq for seq in seqs if seq not in events and seq not in newest]
        if missing:
            self._read(missing)

    def _read(self, seqs: list[int]) -> None:
        reader = self._controller.reader
        first, last = seqs[0], seqs[-1]
        # a contiguous part of the file, some of it unneeded
        near = last - first < 2 * len(seqs) + FETCHED
        found = reader.page(first, last - first + 1) if near else reader.rows(seqs)
        settled = self._controller.session.journal.committed - UNSETTLED
        for event in found:
            (self._newest if event.seq > settled else self._events)[event.seq] = event
        while len(self._events) > EVENTS_KEPT:
            self._events.popitem(last=False)

    def _forget_events(self) -> None:
        self._events.clear()
        self._newest.clear()

    def cells(self, row: int) -> tuple[str, ...] | None:
        """All texts of a row, one for each column: what is painted, copied and read aloud."""
        event = self.record_row(row)
        return self.cells_of(row, event) if event is not None else None

    def cells_of(self, row: int, event: Row) -> tuple[str, ...]:
        """The texts of the event that a row shows."""
        time = self._time(row, event)
        if event.kind == COMMAND:
            calls = self._controller.reader.calls_of(event.seq)
            line = LogLine(event, time, said=command_text(event, calls, self._role(event)))
        else:
            line = LogLine(event, time, data=self._data(event))
        return tuple([column.value(line) for column in self._table.columns])

    def copied(self, row: int) -> str:
        """A row as a line of text, always with date and zone; secrets are masked, since it leaves
        the window.
        """
        found = self.record_row(row)
        if found is None:
            return ""
        event = self.masked(found)
        if event is not found:
            self._shown_bytes.clear()  # the cached texts are those of the unmasked row
        cells = self.cells_of(row, event)
        if event is not found:
            self._shown_bytes.clear()
        moment = self._controller.moment(event.t_ns).isoformat(" ", "milliseconds")
        return "\t".join(
            moment if place == self._table.time else cell for place, cell in enumerate(cells)
        )

    def masked(self, event: Row) -> Row:
        """A row as it may leave the window."""
        reader = self._controller.reader
        if self._masked is None or self._masked.reader is not reader:
            self._masked = Masked(reader)
        return self._masked.rows([event])[0]

    def _data(self, event: Row) -> str:
        return data_text(
            event,
            self._controller.accepted(event),
            self._bytes(event),
            self._controller.kind_of(event),
            self._controller.hollow(event),
        )

    def _bytes(self, event: Row) -> str | None:
        """The bytes of a row as text; cached, since a row is painted often and does not change."""
        if not event.payload:
            return None
        key = (event.seq, self._controller.manner_of(event.endpoint))
        known = self._shown_bytes.get(key)
        if known is None:
            if len(self._shown_bytes) > TEXTS_KEPT:
                self._shown_bytes.clear()
            known = self._shown_bytes[key] = self._streams.show(event, PREVIEW).text
        return known

    def _role(self, command: Row) -> str | None:
        """The role that a command acted on: a server may have been of another kind then."""
        if command.call == "start" and self._controller.reader.led_to(command.seq, "listen"):
            return "listener"
        return self._controller.role_of(command.endpoint)

    def set_time_form(self, form: TimeForm) -> None:
        """Show times in another form."""
        self.time_form = form
        self.retranslate()

    def _time(self, row: int, event: Row) -> str:
        match self.time_form:
            case TimeForm.CLOCK:
                return self._controller.clock_text(event.t_ns)
            case TimeForm.UTC:
                moment = self._controller.moment(event.t_ns).astimezone(datetime.UTC)
                return moment.replace(tzinfo=None).isoformat(" ", "milliseconds") + "Z"
            case TimeForm.START:
                return f"{event.t_ns / 1e9:.6f}"
        before = self.record_row(row - 1)
        return since_text(event.t_ns - before.t_ns) if before is not None else ""

    # -- folding ------------------------------------------------------------------------------

    def fold(self, row: int) -> bool:
        """Hide what a command led to, or show it again; False: the row is not a command."""
        event = self.record_row(row)
        if event is None or event.kind != COMMAND:
            return False
        rows, seq, reader = self._rows, event.seq, self._controller.reader
        led = reader.caused_by(seq)
        self._give_up()
        self.beginResetModel()
        if seq in rows.folded:
            rows.folded.discard(seq)
            rows.show_again(reader, led, seq, seq + FOLDED_WITHIN)
        else:
            rows.folded.add(seq)
            rows.hide(set(rows.between(seq + 1, seq + FOLDED_WITHIN)).intersection(led))
        self.endResetModel()
        self._look_on()
        return True

    def is_folded(self, seq: int) -> bool:
        return seq in self._rows.folded

    def retranslate(self) -> None:
        """Word the headers and texts again."""
        self._headers = [
            tr(f"{self._table.texts}.column_{column.key}") for column in self._table.columns
        ]
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self._headers) - 1)
        if len(self._rows):
            last = self.index(len(self._rows) - 1, len(self._table.columns) - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    # -- QAbstractTableModel ------------------------------------------------------------------

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's default
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - the same
        return 0 if parent.isValid() else len(self._table.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.TextAlignmentRole and self._table.columns[index.column()].right:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role not in _TEXTS:
            return None
        cells = self.cells(index.row())
        if cells is None:
            return None
        # whole, and marked as plain: a tip that looks like markup would be taken for it
        if role == Qt.ItemDataRole.ToolTipRole:
            text = cells[index.column()] or self._spilled(cells)
            return plain_tip(text) if text else None
        return cells[index.column()]

    def _spilled(self, cells: tuple[str, ...]) -> str:
        """The text that spans the empty cells of a row."""
        if self._table.spilled is None:
            return ""
        call, data = self._table.spilled
        return cells[data] if not cells[call] else ""

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._headers[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:  # a heading is aligned with its cells
            return _RIGHT if self._table.columns[section].right else _LEFT
        if role == Qt.ItemDataRole.ToolTipRole:
            return tr(f"{self._table.texts}.columntip_{self._table.columns[section].key}")
        return None
