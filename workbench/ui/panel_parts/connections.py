"""The connections of a server, or the peers of a datagram socket: closed ones stay, greyed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from workbench.engine.snapshot import ConnectionSnapshot, EndpointSnapshot, PeerSnapshot
from workbench.qt.formatting import peer_text
from workbench.silence import Silences
from workbench.texts import tr
from workbench.ui import theme

Index = QModelIndex | QPersistentModelIndex
_NO_PARENT: Final = QModelIndex()
_STREAM: Final = ("number", "peer", "state", "in", "out", "unread")
_CLIENT: Final = ("number", "local", "state", "connect", "in", "out")
_DATAGRAM: Final = ("address", "datagrams_in", "datagrams_out", "last_seen")
_NUMBERS: Final = frozenset({"number", "connect", "in", "out", "unread", "datagrams_in",
                                      "datagrams_out"})

_WIDEST: Final = {
    "peer": "= client-10 :65535", "local": "= client-10 :65535", "last_seen": "00:00:00.000",
}
"""What a column holds as a rule; longer names are in the tool tip, the state has the rest."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table, ready to be shown.

    Attributes:
        key: connection number, or the address of a peer.
        tip: why it is silent, where it is.
        id: connection id in the record; None for a peer.
    """

    key: int | str
    id: int | None
    cells: tuple[str, ...]
    closed: bool
    tip: str = ""


class LineModel(QAbstractTableModel):
    """Rows replaced ten times a second; unchanged ones tell nobody."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns: tuple[str, ...] = _STREAM
        self.lines: tuple[Line, ...] = ()
        self._measured = True

    def show_lines(self, lines: tuple[Line, ...], columns: tuple[str, ...]) -> None:
        old = self.lines
        if columns != self.columns:
            self.beginResetModel()
            self.columns, self.lines = columns, lines
            self.endResetModel()
            return
        if lines == old:
            return
        common = _common(old, lines)
        if common < len(old):
            self.beginRemoveRows(_NO_PARENT, common, len(old) - 1)
            self.lines = old[:common]
            self.endRemoveRows()
        if len(lines) > common:
            self.beginInsertRows(_NO_PARENT, common, len(lines) - 1)
            self.lines = lines
            self.endInsertRows()
        self.lines = lines
        changed = [row for row in range(common) if old[row] != lines[row]]
        if changed:
            last = self.index(changed[-1], len(columns) - 1)
            self.dataChanged.emit(self.index(changed[0], 0), last)

    def tell_measured(self, measured: bool) -> None:
        """Whether the kernel told the states; else the header says whose they are."""
        if measured != self._measured:
            self._measured = measured
            self.retranslate()

    def retranslate(self) -> None:
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self.columns) - 1)

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self.lines)

    def columnCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self.lines):
            return None
        line = self.lines[index.row()]
        if role == Qt.ItemDataRole.ToolTipRole and line.tip:
            return line.tip
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return line.cells[index.column()]
        if role == Qt.ItemDataRole.ForegroundRole and line.closed:
            return QColor(theme.current().muted)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            number = self.columns[index.column()] in _NUMBERS
            side = Qt.AlignmentFlag.AlignRight if number else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            name = self.columns[section]
            return tr("column.state_ours" if name == "state" and not self._measured
                      else f"column.{name}")
        if role == Qt.ItemDataRole.ToolTipRole:
            return tr(f"columntip.{self.columns[section]}")
        return None


class ConnectionTable(QTableView):
    """One row a connection; nothing in it is edited.

    Attributes:
        filling: rows are being replaced: a change of the choice is nobody's wish.
    """

    def __init__(self, *, client: bool = False) -> None:
        """`client`: its own end and how long connect() took stand in place of the peer."""
        super().__init__()
        self._columns = _CLIENT if client else _STREAM
        self._silences = Silences()
        self.filling = False
        self.lines = LineModel(self)
        self.setModel(self.lines)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.fit()
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        self._size_columns(_STREAM)
        self.lines.show_lines((), self._columns)
        self._size_columns(self._columns)
        self.lines.modelReset.connect(lambda: self._size_columns(self.lines.columns))

    def fit(self) -> None:
        """Row height and narrowest column for the font in force."""
        metrics = self.fontMetrics()
        self.horizontalHeader().setMinimumSectionSize(metrics.horizontalAdvance("000") + 8)
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().lineSpacing() + 4)
        self._size_columns(self.lines.columns)

    def _size_columns(self, columns: Sequence[str]) -> None:
        header = self.horizontalHeader()
        mode = QHeaderView.ResizeMode
        wide = {"state", "address"}
        for index, column in enumerate(columns):
            if column in _WIDEST:
                header.setSectionResizeMode(index, mode.Fixed)
                width = self.fontMetrics().horizontalAdvance(_WIDEST[column])
                header.resizeSection(index, width + 16)
                continue
            header.setSectionResizeMode(
                index, mode.Stretch if column in wide else mode.ResizeToContents
            )

    def show_snapshot(
        self, snapshot: EndpointSnapshot, owner: Callable[[str | None], str | None],
        clock: Callable[[int], str], now_ns: int,
    ) -> None:
        """`owner` names the endpoint of ours behind an address, `clock` words record times.

        `now_ns` is the record's time now.
        """
        kept = self.chosen()
        self.filling = True
        if snapshot.settings.role.value == "datagram":
            lines = tuple(_peer_line(peer, owner, clock) for peer in snapshot.peers)
            self.lines.show_lines(lines, _DATAGRAM)
        else:
            make = (partial(_client_line, now_ns=now_ns) if self._columns is _CLIENT
                    else _connection_line)
            silent = self._silences.look(snapshot.connections)
            lines = tuple(
                _badged(make(item, owner, clock), silent.get(item.id, ""), self._columns)
                for item in snapshot.connections
            )
            self.lines.show_lines(lines, self._columns)
            live = [item for item in snapshot.connections if item.closed_ns is None]
            self.lines.tell_measured(all(item.measured for item in live))
        if kept is not None and self.chosen() != kept:
            self.choose(kept.key)
        self.filling = False

    def chosen(self) -> Line | None:
        rows = self.selectionModel().selectedRows()
        if not rows or rows[0].row() >= len(self.lines.lines):
            return None
        return self.lines.lines[rows[0].row()]

    def choose(self, key: int | str) -> None:
        for row, line in enumerate(self.lines.lines):
            if line.key == key:
                self.selectRow(row)
                return


def _common(old: Sequence[Line], new: Sequence[Line]) -> int:
    """How many rows at the top belong to the same things."""
    count = 0
    for one, other in zip(old, new, strict=False):
        if one.key != other.key:
            break
        count += 1
    return count


def _connection_line(
    item: ConnectionSnapshot, owner: Callable[[str | None], str | None],
    clock: Callable[[int], str],
) -> Line:
    closed = item.closed_ns is not None
    state = _state(item, clock)
    unread = "-" if closed or item.unread is None else str(item.unread)
    cells = (
        str(item.number), named(item.peer, owner), state, str(item.bytes_in),
        str(item.bytes_out), unread,
    )
    return Line(item.number, item.id, cells, closed)


def _badged(line: Line, why: str, columns: tuple[str, ...]) -> Line:
    """A mark behind the state of a connection that should go on and does not."""
    if not why:
        return line
    place = columns.index("state")
    cells = (*line.cells[:place], f"{line.cells[place]}  !", *line.cells[place + 1 :])
    return replace(line, cells=cells, tip=why)


def _state(item: ConnectionSnapshot, clock: Callable[[int], str]) -> str:
    """The kernel's word, or ours where the header says so; for a closed one when and why."""
    if item.closed_ns is not None:
        why = tr(f"cause.{item.close_cause.name.lower()}") if item.close_cause else ""
        if item.errno:
            why = f"{why} {item.errno}"
        return tr("panel.closed_at", time=clock(item.closed_ns), cause=why).strip()
    return (f"{item.state}  {tr('panel.peer_finished')}" if item.peer_finished else item.state)


def _client_line(
    item: ConnectionSnapshot, _owner: Callable[[str | None], str | None],
    clock: Callable[[int], str], *, now_ns: int,
) -> Line:
    took = "-"
    if item.connected_ns is not None:
        took = took_to_connect(item)
    elif item.waiting is not None and item.closed_ns is None:
        took = tr("panel.waiting", seconds=f"{(now_ns - item.waiting.since_ns) / 1e9:.1f}")
    cells = (
        str(item.number), item.local or "-", _state(item, clock), took, str(item.bytes_in),
        str(item.bytes_out),
    )
    return Line(item.number, item.id, cells, item.closed_ns is not None)


def took_to_connect(item: ConnectionSnapshot) -> str:
    """How long connect() took until the connection stood."""
    begun = item.opened_ns if item.connect_ns is None else item.connect_ns
    return f"{((item.connected_ns or begun) - begun) / 1e6:.2f} ms"


def _peer_line(
    peer: PeerSnapshot, owner: Callable[[str | None], str | None], clock: Callable[[int], str]
) -> Line:
    cells = (
        named(peer.address, owner), str(peer.datagrams_in), str(peer.datagrams_out),
        clock(peer.last_ns),
    )
    return Line(peer.address, None, cells, closed=False)


def named(address: str | None, owner: Callable[[str | None], str | None]) -> str:
    """An end of ours as `= client-1 :40112`, else the address."""
    return peer_text(address, owner(address)) or tr("panel.unnamed")
