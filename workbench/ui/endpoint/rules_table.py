"""The rules of a server as a list, in the order they are tried."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QIcon, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from workbench.texts import tr
from workbench.ui.style import icons, theme
from workbench.ui.style.retranslatable import Retranslatable
from workbench.ui.widgets.row_under_mouse import RowUnderMouse
from workbench.viewmodel.known_values import NO_VALUES
from workbench.viewmodel.rule_form import TypedRule, fault, kept_by, named, shown_reply, shown_value

Index = QModelIndex | QPersistentModelIndex
_NO_PARENT: Final = QModelIndex()
COLUMNS: Final = ("number", "match", "value", "reply", "delay", "then")
_WIDE: Final = frozenset({"value", "reply"})
_SPARED: Final = ("delay", "then")
ROWS: Final = 3
"""How many are seen at once."""
LOW_ROWS: Final = 2
"""In a low window."""


class RuleModel(QAbstractTableModel):
    """Rules as they are typed; one that cannot be understood says why.

    Attributes:
        rules: in the order they are tried. known: the values that they may name.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rules: list[TypedRule] = []
        self.known = NO_VALUES
        self.kept: tuple[str, ...] = ()  # besides what these keep

    def show_rules(self, rules: Sequence[TypedRule]) -> None:
        self.beginResetModel()
        self.rules = list(rules)
        self.endResetModel()

    def change(self, row: int, rule: TypedRule) -> None:
        self.rules[row] = rule
        self.dataChanged.emit(self.index(row, 0), self.index(row, len(COLUMNS) - 1))

    def add(self, rule: TypedRule) -> None:
        """Add one at the end."""
        place = len(self.rules)
        self.beginInsertRows(_NO_PARENT, place, place)
        self.rules.append(rule)
        self.endInsertRows()

    def retranslate(self) -> None:
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(COLUMNS) - 1)
        if self.rules:
            self.dataChanged.emit(
                self.index(0, 0), self.index(len(self.rules) - 1, len(COLUMNS) - 1)
            )

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self.rules)

    def columnCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self.rules):
            return None
        rule = self.rules[index.row()]
        column = COLUMNS[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._cell(index.row(), column)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(column)
        wrong = fault(named(rule, self.known), kept_by(self.rules, self.kept))
        if role == Qt.ItemDataRole.ToolTipRole:
            return wrong[1].text if wrong is not None else self._cell(index.row(), column)
        if wrong is None or column != {"more": "number"}.get(wrong[0], wrong[0]):
            return None
        if role == Qt.ItemDataRole.DecorationRole:
            return _cross()
        if role == Qt.ItemDataRole.ForegroundRole:
            return QColor(theme.current().bad.text)
        if role == Qt.ItemDataRole.BackgroundRole:
            return QColor(theme.current().bad.back)
        return None

    def _cell(self, row: int, column: str) -> str:
        rule = self.rules[row]
        return {
            "number": str(row + 1),
            "match": tr(f"match.{rule.match}"),
            "value": shown_value(rule),
            "reply": shown_reply(rule),
            "delay": rule.delay,
            "then": tr(f"then.{rule.then}"),
        }[column]

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(COLUMNS[section])
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return tr(f"rules.{COLUMNS[section]}")


def _side(column: str) -> int:
    side = Qt.AlignmentFlag.AlignLeft
    if column == "number":
        side = Qt.AlignmentFlag.AlignRight
    elif column == "delay":  # aligned right it would touch the words of the next column
        side = Qt.AlignmentFlag.AlignHCenter
    return int(side | Qt.AlignmentFlag.AlignVCenter)


def _cross() -> QIcon:
    """A cross that stands out from the background in a chosen row too."""
    now = theme.current()
    icon = QIcon(icons.pixmap("circle-x", now.bad.text))
    icon.addPixmap(icons.pixmap("circle-x", now.highlight_text), QIcon.Mode.Selected)
    return icon


class RuleTable(Retranslatable, RowUnderMouse, QTableView):
    """The list; one row is chosen.

    Signals:
        chosen(int): a row, or -1 for none.
        unwanted(): Delete was pressed.
    """

    chosen = Signal(int)
    unwanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.lines = RuleModel(self)
        self._rows = ROWS
        self.setModel(self.lines)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.horizontalHeader().setHighlightSections(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for section, column in enumerate(COLUMNS):
            self.horizontalHeader().setSectionResizeMode(
                section,
                QHeaderView.ResizeMode.Stretch if column in _WIDE else QHeaderView.ResizeMode.Fixed,
            )
        self.selectionModel().selectionChanged.connect(lambda *_: self.chosen.emit(self.row))
        self.fit()

    def retranslate(self) -> None:
        self.lines.retranslate()
        self.fit()

    @property
    def row(self) -> int:
        """The number of the chosen row; -1: none."""
        rows = self.selectionModel().selectedRows()
        return rows[0].row() if rows else -1

    def spare_height(self, sparing: bool) -> None:
        """Take less height while the window is low."""
        self._rows = LOW_ROWS if sparing else ROWS
        for column in _SPARED:  # the fields show them; what is compared and answered gets the room
            self.setColumnHidden(COLUMNS.index(column), sparing)
        self.fit()

    def fit(self) -> None:
        """Size rows and columns for the current font and language."""
        metrics = self.fontMetrics()
        height = metrics.height() + 4
        self.verticalHeader().setDefaultSectionSize(height)
        header = self.horizontalHeader()
        choices = {
            "number": ["99"],
            "delay": ["000.0"],
            "match": [tr(f"match.{kind}") for kind in ("exact", "contains", "regex", "exact_hex")],
            "then": [tr(f"then.{kind}") for kind in ("keep", "echo", "close")],
        }
        for section, column in enumerate(COLUMNS):
            if column in _WIDE:
                continue
            texts = [*choices[column], tr(f"rules.{column}")]
            room = theme.WIDE + theme.GAP  # beside the words, so that columns do not touch
            header.resizeSection(section, max(map(metrics.horizontalAdvance, texts)) + room)
        self.setFixedHeight(header.sizeHint().height() + self._rows * height + 6)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete:
            self.unwanted.emit()
            return
        super().keyPressEvent(event)
