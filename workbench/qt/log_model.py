"""LogModel: the rows of the record as a table, read in pages; ten million scroll like ten."""

from __future__ import annotations

import bisect
import datetime
from array import array
from collections import OrderedDict
from enum import StrEnum
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QTimer,
    Signal,
    Slot,
)

from workbench.engine.model.events import COMMAND
from workbench.journal.query import Condition
from workbench.journal.reader import Row
from workbench.journal.streams import Manner, Streams
from workbench.qt.controller import Committed, Controller
from workbench.qt.pending_connects import ConnectRows, came_out
from workbench.qt.tips import plain_tip
from workbench.texts import tr
from workbench.viewmodel.log_cells import PREVIEW, command_text, data_text, since_text
from workbench.viewmodel.log_columns import CALL, COLUMNS, DATA, TIME, LogLine

PAGE: Final = 256
PAGES_KEPT: Final = 64
TEXTS_KEPT: Final = 1000
CHUNK: Final = 50_000
FOLDED_WITHIN: Final = 500
"""Rows after a command among which its calls are folded."""
MAIN: Final = Condition(
    "NOT (coalesce(e.errno, '') IN ('EINPROGRESS', 'EAGAIN') AND e.kind = 'call')"
    " AND e.call <> 'getsockopt' AND NOT (e.kind = 'note' AND e.call = 'record')"
    " AND NOT (e.kind = 'command' AND e.call IN ('configure', 'pace'))",
    (),
)
"""What a person reads: no EAGAIN, no reading of options. A pending connect is looked at apart."""
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
    """Rows of the journal that pass the filter, in order.

    The filter is an index list of row numbers, evaluated chunk by chunk between events of the
    GUI, so that the window never waits for it. Among the main calls a pending connect and its end
    are one row, in the place where it began; under a filter each is a row that it finds or not.

    Attributes:
        time_form: clock, UTC, since the start, or since the previous row.
        cleared: rows up to this seq are hidden in this view.
        main_only: hide what a pending connect and EAGAIN add.

    Signals:
        counted(): the number of shown rows changed.
    """

    counted = Signal()

    def __init__(self, controller: Controller, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self._pages: OrderedDict[int, list[Row]] = OrderedDict()
        self._streams = Streams(controller.reader, controller.manner_of)
        self._shown_bytes: dict[tuple[int, Manner], str] = {}
        self._seqs = array("q")
        self._scanned = 0
        self._shown = 0
        self._filter: Condition | None = None
        self.cleared = 0
        self.main_only = True
        self.time_form = TimeForm.CLOCK
        self._folded: set[int] = set()
        self._pending = ConnectRows()
        self._headers: list[str] = []
        self.retranslate()
        self._scan_timer = QTimer(self)
        self._scan_timer.setSingleShot(True)
        self._scan_timer.timeout.connect(self._scan)
        controller.committed.connect(self._on_committed)
        controller.session_reset.connect(self._on_session_reset)

    # -- what is shown ------------------------------------------------------------------------

    def set_filter(self, condition: Condition | None) -> None:
        """Show only the rows that meet a condition; None shows all."""
        self._filter = condition
        self._restart()

    def set_main_only(self, main_only: bool) -> None:
        """Hide or show the rows beside the main calls."""
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
        self.beginResetModel()
        self._seqs = array("q")
        self._folded.clear()
        self._pending = ConnectRows()
        self._scanned = self.cleared
        self._shown = 0
        self.endResetModel()
        self._scan()

    @Slot()
    def _on_session_reset(self) -> None:
        self._pages.clear()
        self._streams = Streams(self._controller.reader, self._controller.manner_of)
        self._shown_bytes.clear()
        self.cleared = 0
        self._restart()

    @Slot(object)
    def _on_committed(self, _committed: Committed) -> None:
        if not self._scan_timer.isActive():
            self._scan_timer.start(0)

    @Slot()
    def _scan(self) -> None:
        """Take one chunk of new rows; the next one when the GUI has had its turn."""
        if self._controller.closed:
            return
        committed = self._controller.session.journal.committed
        if self._scanned >= committed:
            return
        upto = min(committed, self._scanned + CHUNK)
        found, ended = self._look(self._scanned, upto)
        self._scanned = upto
        for seq in ended:
            self._changed(seq)
        if found:
            first = len(self._seqs)
            self.beginInsertRows(QModelIndex(), first, first + len(found) - 1)
            self._seqs.extend(found)
            self._shown = len(self._seqs)
            self.endInsertRows()
            self.counted.emit()
        if self._scanned < committed:
            self._scan_timer.start(0)

    @property
    def condition(self) -> Condition | None:
        """The filter, without what the view hides by itself; None: everything."""
        return self._filter

    @property
    def hidden(self) -> int:
        """Rows looked at and left out, by the filter or beside the main calls; not the cleared."""
        begin = 1 if self.main_only and not self.cleared and self._scanned else 0
        return self._scanned - self.cleared - self._shown - begin  # the note of its beginning

    def _look(self, after: int, upto: int) -> tuple[list[int], list[int]]:
        """The rows of a chunk that are shown, and the rows shown before that have ended in it."""
        reader = self._controller.reader
        if not self._joins:
            return next(reader.select(self._condition(), after, upto), []), []
        found, apart = reader.select_apart(MAIN, after, upto)
        more, ended = self._pending.take(apart)
        return sorted(found + more) if more else found, ended

    @property
    def _joins(self) -> bool:
        """Whether a pending connect and its end are one row."""
        return self.main_only and self._filter is None

    def _condition(self) -> Condition | None:
        if not self.main_only:
            return self._filter
        if self._filter is None:
            return MAIN
        return Condition(f"({self._filter.sql}) AND {MAIN.sql}", self._filter.params)

    def _changed(self, seq: int) -> None:
        row = self.row_showing(seq)
        if row is not None:
            self.dataChanged.emit(self.index(row, 0), self.index(row, len(COLUMNS) - 1))

    # -- rows ---------------------------------------------------------------------------------

    def seq_of(self, row: int) -> int:
        """The record's number of a shown row."""
        return self._seqs[row]

    def row_showing(self, seq: int) -> int | None:
        """The row in which an event is shown; None: it is not."""
        number = self._pending.shown_as(seq)
        row = bisect.bisect_left(self._seqs, number)
        return row if row < len(self._seqs) and self._seqs[row] == number else None

    def record_row(self, row: int) -> Row | None:
        """The event of a shown row; a connect that waited, with what came of it.

        Its `seq` is the row's; `event_of` has the number of the event that says how it ended.
        """
        if not 0 <= row < self._shown or self._controller.closed:
            return None
        seq = self._seqs[row]
        event = self._event(seq)
        end = self._pending.end_of(seq)
        if event is None or end is None:
            return event
        ended = self._event(end)
        return event if ended is None else came_out(event, ended)

    def event_of(self, row: int) -> int:
        """The number of the event to be explained for a shown row: the end, where there is one."""
        seq = self._seqs[row]
        end = self._pending.end_of(seq)
        return seq if end is None else end

    def _event(self, seq: int) -> Row | None:
        """An event, from a page of the journal."""
        number = (seq - 1) // PAGE
        page = self._pages.get(number)
        if page is None or (seq - 1) % PAGE >= len(page):
            page = self._controller.reader.page(number * PAGE + 1, PAGE)
            self._pages[number] = page
            while len(self._pages) > PAGES_KEPT:
                self._pages.popitem(last=False)
        else:
            self._pages.move_to_end(number)
        return page[(seq - 1) % PAGE] if (seq - 1) % PAGE < len(page) else None

    def cells(self, row: int) -> tuple[str, ...] | None:
        """All texts of a row, one a column: what is painted, copied and read aloud."""
        event = self.record_row(row)
        if event is None:
            return None
        time = self._time(row, event)
        if event.kind == COMMAND:
            calls = self._controller.reader.calls_of(event.seq)
            line = LogLine(event, time, said=command_text(event, calls, self._role(event)))
        else:
            line = LogLine(event, time, data=self._data(event))
        return tuple([column.value(line) for column in COLUMNS])

    def copied(self, row: int) -> str:
        """A row as a line of text, always with date and zone."""
        cells, event = self.cells(row), self.record_row(row)
        if cells is None or event is None:
            return ""
        moment = self._controller.moment(event.t_ns).isoformat(" ", "milliseconds")
        return "\t".join(moment if place == TIME else cell for place, cell in enumerate(cells))

    def _data(self, event: Row) -> str:
        return data_text(
            event,
            self._controller.accepted(event),
            self._bytes(event),
            self._controller.kind_of(event),
        )

    def _bytes(self, event: Row) -> str | None:
        """The bytes of a row as text; a row is painted often, and does not change."""
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
        """What a command acted on: a server may have been of another kind then."""
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
                return moment.strftime("%Y-%m-%d %H:%M:%S.%f")[:-3] + "Z"
            case TimeForm.START:
                return f"{event.t_ns / 1e9:.6f}"
        before = self.record_row(row - 1)
        return since_text(event.t_ns - before.t_ns) if before is not None else ""

    # -- folding ------------------------------------------------------------------------------

    def fold(self, row: int) -> bool:
        """Hide what a command led to, or show it again; False where the row is no command."""
        event = self.record_row(row)
        if event is None or event.kind != COMMAND:
            return False
        folded = event.seq in self._folded
        led = set(self._controller.reader.caused_by(event.seq))
        start = row + 1
        end = bisect.bisect_right(self._seqs, event.seq + FOLDED_WITHIN)
        near = self._seqs[start:end]
        if folded:
            self._folded.discard(event.seq)
            upto = min(self._scanned, event.seq + FOLDED_WITHIN)
            shown, _ = self._look(event.seq, upto)
            near = array("q", sorted({*near, *led.intersection(shown)}))
        else:
            self._folded.add(event.seq)
            near = array("q", [seq for seq in near if seq not in led])
        self.beginResetModel()
        self._seqs[start:end] = near
        self._shown = len(self._seqs)
        self.endResetModel()
        self.counted.emit()
        return True

    def is_folded(self, seq: int) -> bool:
        return seq in self._folded

    def retranslate(self) -> None:
        """Make the headers and texts again."""
        self._headers = [tr(f"log.column_{column.key}") for column in COLUMNS]
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self._headers) - 1)
        if self._shown:
            self.dataChanged.emit(self.index(0, 0), self.index(self._shown - 1, len(COLUMNS) - 1))

    # -- QAbstractTableModel ------------------------------------------------------------------

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's default
        return 0 if parent.isValid() else self._shown

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role not in _TEXTS:
            return None
        cells = self.cells(index.row())
        if cells is None:
            return None
        if role == Qt.ItemDataRole.ToolTipRole:  # whole; a tip that looks like markup would be it
            text = cells[index.column()] or (cells[DATA] if not cells[CALL] else "")
            return plain_tip(text) if text else None
        return cells[index.column()]

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._headers[section]
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.ToolTipRole:
            return tr(f"log.columntip_{COLUMNS[section].key}")
        return None
