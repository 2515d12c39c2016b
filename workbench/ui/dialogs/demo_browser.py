"""A searchable list of all demonstrations, which are run in the main window."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from workbench.labs.demos import Demo
from workbench.qt.tips import plain_tip
from workbench.texts import tr
from workbench.ui.style import theme
from workbench.ui.style.retranslatable import Retranslatable
from workbench.ui.widgets.item_views import ItemTable
from workbench.ui.widgets.named_controls import fit
from workbench.ui.widgets.screen_fit import open_at
from workbench.viewmodel.demo_list import DemoLine, line_of

COLUMNS: Final = ("title", "topic", "takes", "told")
SIZE: Final = (1000, 620)
_TO_FIT: Final = QHeaderView.ResizeMode.ResizeToContents
_PLACE: Final = int(Qt.ItemDataRole.UserRole)


class DemoBrowser(Retranslatable, QWidget):
    """The window of the list; it stays open while demonstrations run.

    Attributes:
        search: the field. table: a row for each that has its words.
        slowly: whether one is run with a rest after each step.

    Signals:
        run_wanted(str, bool): run the demonstration of this name, slowly or at once.
    """

    run_wanted = Signal(str, bool)

    def __init__(self, found: list[Demo], parent: QWidget, *, slowly: bool) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("demo_browser")
        self._demos = found
        self._lines: list[DemoLine] = []
        self.search = QLineEdit()
        self.search.setObjectName("demo_browser.search")
        self.search.setClearButtonEnabled(True)
        self.search.installEventFilter(self)
        self.table = ItemTable(0, len(COLUMNS))
        self.table.setObjectName("demo_browser.table")
        self.table.verticalHeader().hide()
        self.table.setWordWrap(False)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setTabKeyNavigation(False)
        header = self.table.horizontalHeader()
        for column, mode in enumerate((QHeaderView.ResizeMode.Stretch, *(3 * (_TO_FIT,)))):
            header.setSectionResizeMode(column, mode)
        self.shows = QLabel()
        self.shows.setObjectName("demo_browser.shows")
        self.shows.setTextFormat(Qt.TextFormat.PlainText)
        self.shows.setWordWrap(True)
        self.shows.setMinimumHeight(3 * self.fontMetrics().height())
        self.shows.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.count = QLabel()
        self.count.setObjectName("demo_browser.count")
        self.slowly = QCheckBox()
        self.slowly.setObjectName("demo_browser.slowly")
        self.slowly.setChecked(slowly)
        self.run = QPushButton()
        self.run.setObjectName("demo_browser.run")
        self.run.setProperty("primary", True)
        self._lay_out()
        self.search.textChanged.connect(self._show)
        self.search.returnPressed.connect(self._on_run)
        self.table.itemSelectionChanged.connect(self._tell)
        self.table.itemActivated.connect(self._on_run)
        self.run.clicked.connect(self._on_run)
        self.retranslate()
        open_at(self, *SIZE)
        self.search.setFocus()

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        line.addWidget(self.count, 1)
        line.addWidget(self.slowly)
        line.addWidget(self.run)
        column = QVBoxLayout(self)
        for widget in (self.search, self.table, self.shows):
            column.addWidget(widget)
        column.addLayout(line)

    @property
    def chosen(self) -> DemoLine | None:
        """The chosen demonstration; None: no row matches what is typed."""
        row = self.table.currentRow()
        item = self.table.item(row, 0) if row >= 0 else None
        return self._lines[item.data(_PLACE)] if item is not None else None

    @Slot()
    def _show(self) -> None:
        """Show the rows that match what is typed; a chosen one that matches stays chosen."""
        before = self.chosen
        found = [(n, line) for n, line in enumerate(self._lines) if line.has(self.search.text())]
        self.table.setRowCount(len(found))
        for row, (place, line) in enumerate(found):
            for column, key in enumerate(COLUMNS):
                item = QTableWidgetItem(getattr(line, key))
                item.setData(_PLACE, place)
                item.setToolTip(plain_tip(getattr(line, key)))
                if line.hindrance is not None:
                    item.setForeground(QColor(theme.current().muted))
                self.table.setItem(row, column, item)
        rows = [line for _, line in found]
        self.table.selectRow(rows.index(before) if before in rows else 0)
        self.count.setText(tr("browser.count", shown=len(found), count=len(self._lines)))
        self._tell()

    @Slot()
    def _tell(self) -> None:
        """Say what the chosen demonstration shows, and whether it can run."""
        line = self.chosen
        said = () if line is None else (line.shows, line.told if line.hindrance else "")
        self.shows.setText("\n".join(filter(None, said)))
        self.run.setEnabled(line is not None and line.hindrance is None)

    @Slot()
    def _on_run(self) -> None:
        if self.chosen is not None and self.run.isEnabled():
            self.run_wanted.emit(self.chosen.name, self.slowly.isChecked())

    @Slot(bool)
    def run_slowly(self, slowly: bool) -> None:
        """Follow whether the window is being presented: demonstrations then run slowly."""
        self.slowly.setChecked(slowly)

    def retranslate(self) -> None:
        self._lines = list(map(line_of, self._demos))
        self.setWindowTitle(tr("browser.title"))
        self.table.setAccessibleName(tr("browser.title"))
        self.table.setHorizontalHeaderLabels([tr(f"browser.column_{key}") for key in COLUMNS])
        self.search.setPlaceholderText(tr("browser.search"))
        for widget, key in (
            (self.search, "search"),
            (self.slowly, "slowly"),
            (self.run, "run"),
        ):
            widget.setAccessibleName(tr(f"browser.{key}"))
            widget.setToolTip(tr(f"browser.{key}_tip"))
        self.table.verticalHeader().setDefaultSectionSize(self.fontMetrics().lineSpacing() + 6)
        self.slowly.setText(tr("browser.slowly"))
        self.run.setText(tr("browser.run"))
        fit(self.run)
        self._show()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let Up and Down in the field choose a row; the field keeps the focus."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
            if step is not None and self.table.rowCount():
                row = self.table.currentRow() + step
                self.table.selectRow(max(0, min(row, self.table.rowCount() - 1)))
                return True
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc empties the field, then closes the window."""
        if event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        elif self.search.text():
            self.search.clear()
        else:
            self.close()
