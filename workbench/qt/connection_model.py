"""The model of a table of connections or peers; only cells in sight are worded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from workbench.qt.tips import plain_tip
from workbench.texts import tr
from workbench.viewmodel.connection_rows import STREAM, Columns, ConnectionRow, Told, cells

Index = QModelIndex | QPersistentModelIndex
_LEFT: Final = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT: Final = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
WHY_ROLE: Final = Qt.ItemDataRole.UserRole + 1
"""Why it is silent, as a sentence; "" where it is not."""
SHORT_ROLE: Final = Qt.ItemDataRole.UserRole + 2
"""The same in a few words, where there are any."""
_NO_PARENT: Final = QModelIndex()
_DISPLAY: Final = int(Qt.ItemDataRole.DisplayRole)
_ALIGNMENT: Final = int(Qt.ItemDataRole.TextAlignmentRole)
_FOREGROUND: Final = int(Qt.ItemDataRole.ForegroundRole)
_TIP: Final = int(Qt.ItemDataRole.ToolTipRole)
_READ_ALOUD: Final = int(Qt.ItemDataRole.AccessibleTextRole)
_ANSWERED: Final = frozenset(
    {_DISPLAY, _ALIGNMENT, _FOREGROUND, _TIP, _READ_ALOUD, int(WHY_ROLE), int(SHORT_ROLE)}
)
"""Of each cell that it paints Qt asks for more, which no cell here has."""


class ConnectionModel(QAbstractTableModel):
    """Takes new rows with each state, and tells views which cells have changed.

    Attributes:
        columns, lines: what is shown.
        muted: the colour of closed rows; None: the usual one.
        why: why a line is silent, as a sentence and in a few words; "": it is not.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns: Columns = STREAM
        self.lines: tuple[ConnectionRow, ...] = ()
        self.why: Callable[[ConnectionRow], tuple[str, str]] = lambda _line: ("", "")
        self.muted: QColor | None = None
        self._told = Told()
        self._worded: dict[int, tuple[str, ...]] = {}
        self._shown: dict[int | str, tuple[str, ...]] = {}
        self._measured = True

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns' keys."""
        return tuple(column.key for column in self.columns)

    @property
    def timed(self) -> bool:
        """Whether any cell's text changes as time passes."""
        return any(column.timed for column in self.columns)

    def show_lines(
        self, lines: tuple[ConnectionRow, ...], columns: Columns, told: Told, seen: range
    ) -> None:
        """Show these rows. `seen`: those in sight; for the others only their number matters."""
        self._told = told
        self._worded.clear()
        old = self.lines
        if columns != self.columns:
            self.beginResetModel()
            self.columns, self.lines = columns, lines
            self._shown.clear()
            self.endResetModel()
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
        self._tell_changed(range(seen.start, min(seen.stop, common)))

    def texts(self, column: int, seen: range) -> set[str]:
        """The cells of a column in these rows."""
        return {self._words(row)[column] for row in seen if row < len(self.lines)}

    def tell_time(self, told: Told, seen: range) -> None:
        """Word the rows in sight for another moment."""
        self._told = told
        if self.timed:
            self._worded.clear()
        self._tell_changed(range(seen.start, min(seen.stop, len(self.lines))))

    def _tell_changed(self, seen: range) -> None:
        """Tell views which cells have changed: while bytes move, those of two columns."""
        before, self._shown = self._shown, {}
        rows: list[int] = []
        columns: set[int] = set()
        for row in seen:
            line = self.lines[row]
            words = (*self._words(row), *self.why(line), str(line.closed))
            self._shown[line.key] = words
            known = before.get(line.key)
            if known != words:
                rows.append(row)
                columns.update(self._differing(known, words))
        for first, last in _runs(sorted(columns)):
            self.dataChanged.emit(self.index(rows[0], first), self.index(rows[-1], last))

    def _differing(self, known: tuple[str, ...] | None, words: tuple[str, ...]) -> Iterable[int]:
        """The columns in which two rows differ; all, if they are shown in another way."""
        count = len(self.columns)
        if known is None or known[count:] != words[count:]:
            return range(count)
        return [column for column in range(count) if known[column] != words[column]]

    def tell_measured(self, measured: bool) -> None:
        """Note whether the states come from the kernel; if not, the header says so."""
        if measured != self._measured:
            self._measured = measured
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self.columns) - 1)

    def retranslate(self) -> None:
        """Word every cell again, because the language has changed."""
        self._worded.clear()
        self._shown.clear()
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self.columns) - 1)

    def _words(self, row: int) -> tuple[str, ...]:
        if row not in self._worded:
            self._worded[row] = cells(self.lines[row], self.columns, self._told)
        return self._worded[row]

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self.lines)

    def columnCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role not in _ANSWERED or not index.isValid():
            return None
        row = index.row()
        if row >= len(self.lines):
            return None
        column = index.column()
        if role == _DISPLAY:
            return self._words(row)[column]
        if role == _ALIGNMENT:
            return _RIGHT if self.columns[column].right else _LEFT
        if role == _FOREGROUND:
            return self.muted if self.lines[row].closed else None
        if role == _TIP:
            return plain_tip(self._tip(row, column))
        if role == _READ_ALOUD:
            return self._tip(row, column)
        if self.columns[column].key != "state":
            return ""
        return self.why(self.lines[row])[role - WHY_ROLE]

    def _tip(self, row: int, column: int) -> str:
        """The whole cell, with the address that a port belongs to and the sentence that a mark
        stands for.
        """
        line, name = self.lines[row], self.columns[column].key
        words = self._words(row)[column]
        if name == "local_port":
            return str(getattr(line.item, "local", None) or words)
        why = self.why(line)[0] if name == "state" else ""
        return f"{words}\n{why}" if why else words

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            name = self.columns[section].key
            return tr(
                "column.state_ours" if name == "state" and not self._measured else f"column.{name}"
            )
        if role == Qt.ItemDataRole.TextAlignmentRole:  # a heading is aligned with its cells
            return _RIGHT if self.columns[section].right else _LEFT
        if role == Qt.ItemDataRole.ToolTipRole:
            return tr(f"columntip.{self.columns[section].key}")
        return None


def _common(old: Sequence[ConnectionRow], new: Sequence[ConnectionRow]) -> int:
    """How many rows at the top belong to the same connections in both lists."""
    count = 0
    for one, other in zip(old, new, strict=False):
        if one.key != other.key:
            break
        count += 1
    return count


def _runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The first and last number of each run of consecutive numbers."""
    first = 0
    for place, number in enumerate(numbers):
        if place + 1 == len(numbers) or numbers[place + 1] != number + 1:
            yield numbers[first], number
            first = place + 1
