"""The table of connections, or of the peers of a datagram socket: closed ones stay, greyed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from workbench.engine.model.family import TCP, kind_of
from workbench.engine.model.snapshot import ConnectionSnapshot, EndpointSnapshot
from workbench.qt.connection_model import ConnectionModel
from workbench.texts import tr
from workbench.ui.style import theme
from workbench.ui.widgets.state_delegate import StateDelegate, mark_of
from workbench.viewmodel.connection_rows import (
    CLIENT,
    DATAGRAM,
    STREAM,
    Columns,
    ConnectionRow,
    Told,
    line_of,
    peer_line,
)
from workbench.viewmodel.silence import Silences


class ConnectionTable(QTableView):
    """One row a connection; nothing in it is edited.

    Attributes:
        hide_closed: show open ones only.
        hidden_count: closed ones that are not shown for that.

    Signals:
        choice_changed(): other rows are chosen: by a person, or since one is gone or let go.
        why_wanted(int): the mark of this connection (its number) was clicked.
        menu_wanted(QPoint): what can be done shall be shown there, on the screen.
    """

    choice_changed = Signal()
    why_wanted = Signal(int)
    menu_wanted = Signal(QPoint)

    def __init__(self, *, client: bool = False) -> None:
        """`client`: its own port, how long connect() took and what came of it stand there."""
        super().__init__()
        self._columns = CLIENT if client else STREAM
        self._silences = Silences()
        self._kind = TCP
        self._filling = False
        self._chosen_open: set[int | str] = set()
        self._newest = 0
        self.hide_closed = False
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
        header.setResizeContentsPrecision(0)  # by the rows in sight
        for part in (self, header):
            part.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(
            lambda where: self.menu_wanted.emit(self.viewport().mapToGlobal(where))
        )
        header.customContextMenuRequested.connect(
            lambda where: self.menu_wanted.emit(header.mapToGlobal(where))
        )
        self.lines.modelReset.connect(self._on_reset)
        self.lines.show_lines((), self._columns, Told(), range(0))
        self._on_reset()
        self.fit()
        self.selectionModel().selectionChanged.connect(self._on_selection)
        self.clicked.connect(self._on_clicked)

    # -- looks ----------------------------------------------------------------------------------

    def fit(self) -> None:
        """Row height and narrowest column for the font in force, colours of the scheme."""
        self.lines.muted = QColor(theme.current().muted)
        metrics = self.fontMetrics()
        self.horizontalHeader().setMinimumSectionSize(metrics.horizontalAdvance("000") + 8)
        self.verticalHeader().setDefaultSectionSize(metrics.lineSpacing() + 4)
        self._size_columns(self.lines.columns)

    def height_of(self, rows: int) -> int:
        """Pixels in which so many rows are in sight."""
        return (
            self.horizontalHeader().sizeHint().height()
            + rows * self.verticalHeader().defaultSectionSize()
            + 2 * self.frameWidth()
            + 4
        )

    def retranslate(self) -> None:
        """Every cell may be worded otherwise."""
        self.lines.retranslate()
        self.viewport().update()

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
        for index, column in enumerate(columns):
            if column.sample:
                header.setSectionResizeMode(index, mode.Fixed)
                words = max(column.sample, tr(f"column.{column.key}"), key=len)
                header.resizeSection(index, self.fontMetrics().horizontalAdvance(words) + 16)
                continue
            header.setSectionResizeMode(
                index, mode.Stretch if column.rest else mode.ResizeToContents
            )

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The chosen row stays in sight where the table has less room than before."""
        super().resizeEvent(event)
        row = self.currentIndex()
        if (
            event.size().height() < event.oldSize().height()
            and row.isValid()
            and (self.selectionModel().isSelected(row))
        ):
            self.scrollTo(row)

    # -- rows -----------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """An empty table says what will stand in it."""
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

    def show_snapshot(self, snapshot: EndpointSnapshot, told: Told, *, datagram: bool) -> None:
        """`datagram`: what is chosen in the fields: its columns stand there before it is open."""
        items = () if datagram else sorted(snapshot.connections, key=lambda item: item.number)
        self._silences.track(items)
        self._kind = kind_of(snapshot.settings)
        lines = (
            tuple(map(line_of, items)) if not datagram else tuple(map(peer_line, snapshot.peers))
        )
        kept = {line.key for line in self.chosen_all()}
        outdated = self._outdated(lines)
        shown = tuple(line for line in lines if not (self.hide_closed and line.closed))
        self.hidden_count = len(lines) - len(shown)
        self._filling = True
        self.lines.show_lines(shown, DATAGRAM if datagram else self._columns, told, self.seen())
        wished: set[int | str] = set() if outdated else kept
        if wished != {line.key for line in self.chosen_all()}:
            self._select(wished)
        self._filling = False
        live = [item for item in items if item.closed_ns is None]
        self.lines.tell_measured(all(item.measured for item in live))
        if kept != {line.key for line in self.chosen_all()}:
            self.choice_changed.emit()

    def _outdated(self, lines: Sequence[ConnectionRow]) -> bool:
        """A new connection came, and all that is chosen has closed since it was chosen.

        Whoever clicks a closed row looks at the past on purpose: that one stays.
        """
        numbers = [line.key for line in lines if isinstance(line.key, int)]
        newest = max(numbers, default=0)
        grown, self._newest = newest > self._newest, newest
        keys = {line.key for line in self.chosen_all()}
        if not (grown and keys and keys <= self._chosen_open):
            return False
        return all(line.closed for line in lines if line.key in keys)

    def seen(self) -> range:
        """The rows in sight."""
        count = len(self.lines.lines)
        top, bottom = self.rowAt(0), self.rowAt(self.viewport().height() - 1)
        return range(max(0, top), bottom + 1 if bottom >= 0 else count)

    def seen_ids(self) -> frozenset[int]:
        """The connections in sight and the chosen ones: whose readings are worth their time."""
        lines = [*self.lines.lines[self.seen().start : self.seen().stop], *self.chosen_all()]
        return frozenset(line.id for line in lines if line.id is not None and not line.closed)

    def _why(self, line: ConnectionRow) -> tuple[str, str]:
        if isinstance(line.item, ConnectionSnapshot):
            return self._silences.why(line.item, self._kind)
        return "", ""

    def why(self, number: int) -> str:
        """The sentence behind the mark of a connection; "" where it has none."""
        line = next((line for line in self.lines.lines if line.key == number), None)
        return self._why(line)[0] if line is not None else ""

    # -- the choice -----------------------------------------------------------------------------

    def chosen(self) -> ConnectionRow | None:
        """The chosen one, of several the one that was chosen last."""
        lines = self.chosen_all()
        row = self.currentIndex().row()
        current = self.lines.lines[row] if 0 <= row < len(self.lines.lines) else None
        return current if current in lines else next(iter(lines), None)

    def chosen_all(self) -> list[ConnectionRow]:
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        return [self.lines.lines[row] for row in rows if row < len(self.lines.lines)]

    def choose(self, key: int | str) -> None:
        self._select({key})

    def follow(self, key: int | str) -> None:
        """Choose a row that was chosen elsewhere: whoever did that knows."""
        self._filling = True
        self._select({key})
        self._filling = False
        self._on_clicked()

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
            self._chosen_open = {line.key for line in self.chosen_all() if not line.closed}
            self.choice_changed.emit()

    @Slot()
    def _on_clicked(self) -> None:
        self._chosen_open = {line.key for line in self.chosen_all() if not line.closed}

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
