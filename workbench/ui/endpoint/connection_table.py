"""The table of connections or peers, in which closed ones stay, greyed."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, QPoint, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from workbench.engine.model.family import TCP
from workbench.engine.model.snapshot import ConnectionSnapshot
from workbench.qt.connection_model import ConnectionModel
from workbench.texts import tr
from workbench.ui.style import theme
from workbench.ui.style.retranslatable import Retranslatable
from workbench.ui.widgets.known_viewport import known_viewport
from workbench.ui.widgets.row_under_mouse import RowUnderMouse
from workbench.ui.widgets.state_delegate import StateDelegate, mark_of, room
from workbench.viewmodel.connection_rows import (
    CLIENT,
    DATAGRAM,
    STREAM,
    Columns,
    ConnectionRow,
    Told,
)
from workbench.viewmodel.panel_state import RowsState
from workbench.viewmodel.silence import Silences, is_owing

MARGIN: Final = 16
"""Pixels beside what a column holds as a rule: what is a little longer has room too."""
CELL_MARGIN: Final = 8
"""Pixels that a cell keeps free beside its text."""

MOVING: Final = frozenset(
    {
        Qt.Key.Key_Up,
        Qt.Key.Key_Down,
        Qt.Key.Key_Home,
        Qt.Key.Key_End,
        Qt.Key.Key_PageUp,
        Qt.Key.Key_PageDown,
    }
)


class ConnectionTable(Retranslatable, RowUnderMouse, QTableView):
    """One row for each connection or peer; nothing is edited in it.

    Attributes:
        hidden_count: how many closed ones are not shown.
        seen_ids: of the open connections in sight, and of the chosen ones.

    Signals:
        chosen_changed(tuple, object): a person chose these rows (their keys), the last one last;
            emitted again by a click on a chosen row.
        seen_changed(frozenset): ids of the connections in sight.
        why_wanted(int): the mark of this connection (its number) was clicked.
        menu_wanted(QPoint): show at this point of the screen what can be done.
    """

    chosen_changed = Signal(object, object)
    seen_changed = Signal(object)
    why_wanted = Signal(int)
    menu_wanted = Signal(QPoint)

    def __init__(self, *, client: bool = False) -> None:
        """`client`: show its own port, how long connect() took and what came of it."""
        super().__init__()
        self._pane = known_viewport(self)
        self._columns = CLIENT if client else STREAM
        self._silences = Silences()
        self._kind = TCP
        self._filling = False
        self._titles: dict[int, int] = {}  # the widths that the columns' titles need
        self._usual: dict[int, int] = {}  # those of columns that hold about the same always
        self._told = Told()
        self.seen_ids: frozenset[int] = frozenset()
        self.hidden_count = 0
        self.lines = ConnectionModel(self)
        self.lines.why = self._why
        self.setModel(self.lines)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWordWrap(False)
        self.setMouseTracking(True)
        self._states = StateDelegate(self)
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        for part in (self, header):
            part.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(
            lambda where: self.menu_wanted.emit(self.viewport().mapToGlobal(where))
        )
        header.customContextMenuRequested.connect(
            lambda where: self.menu_wanted.emit(header.mapToGlobal(where))
        )
        self.lines.modelReset.connect(self._on_reset)
        self.lines.headerDataChanged.connect(self._on_titles)
        self.lines.show_lines((), self._columns, Told(), range(0))
        self._on_reset()
        self.fit()
        self.selectionModel().selectionChanged.connect(self._on_selection)
        self.clicked.connect(self._tell_chosen)

    # -- looks ----------------------------------------------------------------------------------

    def fit(self) -> None:
        """Row height and narrowest column for the font in force, colours of the scheme."""
        self.lines.muted = QColor(theme.current().muted)
        metrics = self.fontMetrics()
        self.horizontalHeader().setMinimumSectionSize(metrics.horizontalAdvance("000") + 8)
        self.verticalHeader().setDefaultSectionSize(metrics.lineSpacing() + 4)
        self._size_columns(self.lines.columns)

    def height_of(self, rows: int) -> int:
        """The height in pixels in which that many rows are in sight."""
        return (
            self.horizontalHeader().sizeHint().height()
            + rows * self.verticalHeader().defaultSectionSize()
            + 2 * self.frameWidth()
            + 4
        )

    def retranslate(self) -> None:
        """Word every cell again."""
        self.lines.retranslate()
        self.viewport().update()

    def redraw(self) -> None:
        self.fit()
        self.retranslate()

    @Slot()
    def _on_reset(self) -> None:
        columns = self.lines.columns
        for index, column in enumerate(columns):
            self.setItemDelegateForColumn(
                index, self._states if column.key == "state" else self.itemDelegate()
            )
        self._size_columns(columns)

    def _size_columns(self, columns: Columns) -> None:
        header = self.horizontalHeader()
        mode = QHeaderView.ResizeMode
        self._titles.clear()
        self._usual.clear()
        for index, column in enumerate(columns):
            header.setSectionResizeMode(index, mode.Stretch if column.rest else mode.Fixed)
            if column.sample:
                words = (column.sample, tr(f"column.{column.key}"))
                wide = max(map(self.fontMetrics().horizontalAdvance, words))
                marks = room(self.fontMetrics()) if column.key == "state" else 0
                self._usual[index] = max(wide + MARGIN, marks)
        self._fit_columns()

    @Slot()
    def _on_titles(self) -> None:
        self._titles.clear()
        self._fit_columns()

    def changeEvent(self, event: QEvent) -> None:
        """Measure the titles anew: the style sheet comes last, and has room around them."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.FontChange):
            self._on_titles()

    def _fit_columns(self) -> None:
        """Fit the columns to the rows in sight. Qt's own way asks for each cell's font, icon, check
        mark … each time that a number changes: some milliseconds, ten times a second.
        """
        header, seen = self.horizontalHeader(), self.seen()
        columns = self.lines.columns
        needed = [self._needed(index, seen, marks=True) for index in range(len(columns))]
        widths = [self._usual.get(index, width) for index, width in enumerate(needed)]
        if sum(widths) > self.viewport().width():
            # room for what there may be is no reason to cut what there is
            marks = any(self._why(line)[0] for line in self.lines.lines[seen.start : seen.stop])
            widths = [self._needed(index, seen, marks=marks) for index in range(len(columns))]
        for index, (column, width) in enumerate(zip(columns, widths, strict=True)):
            if not column.rest and width != header.sectionSize(index):
                header.resizeSection(index, width)

    def _needed(self, index: int, seen: range, *, marks: bool) -> int:
        """Pixels that the title of a column and its cells in sight need; `marks`: beside a state,
        also for the mark that it may have.
        """
        metrics = self.fontMetrics()
        if index not in self._titles:
            self._titles[index] = self.horizontalHeader().sectionSizeHint(index)
        marks = marks and self.lines.columns[index].key == "state"
        least = max(self._titles[index], room(metrics) if marks else 0)
        texts = self.lines.texts(index, seen)
        return max([least, *(metrics.horizontalAdvance(text) + CELL_MARGIN for text in texts)])

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the chosen row in sight when the table has less room than before."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit_columns()
        row = self.currentIndex()
        if (
            event.size().height() < event.oldSize().height()
            and row.isValid()
            and (self.selectionModel().isSelected(row))
        ):
            self.scrollTo(row)

    # -- rows -----------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Say in an empty table what it will contain."""
        super().paintEvent(event)
        if self.lines.rowCount():
            return
        painter = QPainter(self.viewport())
        painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
        painter.drawText(
            self.viewport().rect().adjusted(12, 2, -12, -2),
            Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap,
            self._empty(),
        )

    def _empty(self) -> str:
        if self.hidden_count:
            return tr("panel.empty_hidden", count=self.hidden_count)
        return tr(
            "panel.empty_peers" if self.lines.columns is DATAGRAM else "panel.empty_connections"
        )

    def show_rows(self, state: RowsState) -> None:
        """Show other rows, and which of them are chosen."""
        self.hidden_count = state.hidden
        self._kind = state.kind
        self._told = replace(state.told, now_ns=self._told.now_ns)
        items = [row.item for row in state.rows]
        self._silences.track([item for item in items if isinstance(item, ConnectionSnapshot)])
        self._filling = True
        self.lines.show_lines(state.rows, state.columns, self._told, self.seen())
        self._fit_columns()
        wished = set(state.chosen)
        if wished != {line.key for line in self.chosen_all()}:
            self._select(wished)
        self._filling = False
        self.lines.tell_measured(state.measured)
        self._tell_seen()

    def tick(self, now_ns: int) -> None:
        """Show running times and silences as of this time of the record."""
        self._told = replace(self._told, now_ns=now_ns)
        seen = self.seen()
        items = [row.item for row in self.lines.lines[seen.start : seen.stop]]
        if any(isinstance(item, ConnectionSnapshot) and is_owing(item) for item in items):
            self.lines.tell_time(self._told, seen)
            self._fit_columns()  # a running time is longer, or there is a mark
        self._tell_seen()

    def _tell_seen(self) -> None:
        """Emit the connections in sight and the chosen ones, whose readings are worth their
        time.
        """
        seen = self.seen()
        lines = [*self.lines.lines[seen.start : seen.stop], *self.chosen_all()]
        ids = frozenset(line.id for line in lines if line.id is not None and not line.closed)
        if ids != self.seen_ids:
            self.seen_ids = ids
            self.seen_changed.emit(ids)

    def seen(self) -> range:
        """The rows in sight."""
        count = len(self.lines.lines)
        top, bottom = self.rowAt(0), self.rowAt(self.viewport().height() - 1)
        return range(max(0, top), bottom + 1 if bottom >= 0 else count)

    def _why(self, line: ConnectionRow) -> tuple[str, str]:
        if isinstance(line.item, ConnectionSnapshot):
            return self._silences.why(line.item, self._kind)
        return "", ""

    def why(self, number: int) -> str:
        """The sentence that a connection's mark stands for; "": it has none."""
        line = next((line for line in self.lines.lines if line.key == number), None)
        return self._why(line)[0] if line is not None else ""

    # -- the choice -----------------------------------------------------------------------------

    def chosen(self) -> ConnectionRow | None:
        """The chosen connection; of several, the one chosen last."""
        lines = self.chosen_all()
        row = self.currentIndex().row()
        current = self.lines.lines[row] if 0 <= row < len(self.lines.lines) else None
        return current if current in lines else next(iter(lines), None)

    def chosen_all(self) -> list[ConnectionRow]:
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        return [self.lines.lines[row] for row in rows if row < len(self.lines.lines)]

    def choose(self, key: int | str) -> None:
        self._select({key})

    def _select(self, keys: set[int | str]) -> None:
        picked = QItemSelection()
        for row, line in enumerate(self.lines.lines):
            if line.key in keys:
                picked.select(self.lines.index(row, 0), self.lines.index(row, 0))
        flags = QItemSelectionModel.SelectionFlag
        self.selectionModel().select(picked, flags.ClearAndSelect | flags.Rows)

    @Slot()
    def _on_selection(self) -> None:
        if not self._filling:
            self._tell_chosen()

    @Slot()
    def _tell_chosen(self) -> None:
        current = self.chosen()
        keys = tuple(line.key for line in self.chosen_all())
        self.chosen_changed.emit(keys, current.key if current is not None else None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let a key that moves first choose the current row if none is chosen: Qt considers an only
        row reached already.
        """
        here = self.currentIndex()
        if event.key() in MOVING and here.isValid() and not self.selectionModel().hasSelection():
            self.selectRow(here.row())
        else:
            super().keyPressEvent(event)

    # -- the mark -------------------------------------------------------------------------------

    def _marked_at(self, where: QPoint) -> int | None:
        """The connection whose mark is at this point of the viewport."""
        index = self.indexAt(where)
        if not index.isValid() or self.lines.columns[index.column()].key != "state":
            return None
        line = self.lines.lines[index.row()]
        marked = bool(self._why(line)[0]) and isinstance(line.key, int)
        inside = mark_of(self.visualRect(index), self.fontMetrics()).contains(where)
        return line.key if marked and inside and isinstance(line.key, int) else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        on = self._marked_at(event.position().toPoint()) is not None
        shape = Qt.CursorShape.PointingHandCursor if on else Qt.CursorShape.ArrowCursor
        self.viewport().setCursor(shape)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        number = self._marked_at(event.position().toPoint())
        if number is not None and event.button() == Qt.MouseButton.LeftButton:
            self.why_wanted.emit(number)
