"""The Kernel tab: state, readings with their meaning, small plots."""

from __future__ import annotations

from itertools import zip_longest
from typing import Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
)

from workbench.qt.controller import TICK
from workbench.texts import tr
from workbench.ui.record.kernel_plots import DIAGRAM, Plot, StateDiagram
from workbench.ui.style.retranslatable import TellsWhenWorded
from workbench.ui.style.theme import GAP, NEAR
from workbench.ui.widgets.item_views import ItemTable
from workbench.ui.widgets.sighted import Sighted
from workbench.viewmodel.kernel_state import PLOTTED, KernelState, Line, PlotPoints

_READING_S: Final = TICK / 1000
"""Seconds of a plot that one reading stands for."""


class KernelTab(TellsWhenWorded, Sighted):
    """The kernel's readings of one socket.

    Signals:
        worded(): the language has changed.
    """

    worded = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("inspector.kernel")
        self._subject = 0
        self._told: tuple[Line, ...] = ()
        self.who, self.head, self.silence = QLabel(), QLabel(), QLabel()
        for label in (self.who, self.head, self.silence):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        self.who.setObjectName("kernel.who")
        self.head.setObjectName("kernel.head")
        self.silence.setObjectName("kernel.silence")
        self.diagram = StateDiagram()
        self.plots = {key: Plot(key) for key in PLOTTED}
        self.table = ItemTable(0, 2)
        self.table.setObjectName("kernel.table")
        self.table.horizontalHeader().hide()
        self.table.verticalHeader().hide()
        self.table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.table.verticalHeader().setMinimumSectionSize(10)
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.table.horizontalHeader().setSectionResizeMode(
            1, QHeaderView.ResizeMode.ResizeToContents
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(GAP, NEAR, GAP, NEAR)
        column.addWidget(self.who)
        column.addWidget(self.head)
        column.addWidget(self.silence)
        column.addWidget(self.diagram)
        row = QHBoxLayout()
        for plot in self.plots.values():
            row.addWidget(plot)
        column.addLayout(row)
        column.addWidget(self.table)
        column.addStretch()
        self._clear()
        self.redraw()

    @Slot(object)
    def show_state(self, state: KernelState) -> None:
        """Show another state."""
        if state.subject != self._subject:
            self._subject = state.subject
            self._clear()
        for label, text in (
            (self.who, state.who),
            (self.head, state.head),
            (self.silence, state.silence),
        ):
            label.setText(text)
            label.setVisible(bool(text))
        self.diagram.setVisible(state.tcp_state in DIAGRAM)
        self.diagram.show_state(state.tcp_state, anew=False)
        self._set_rows(len(state.lines))
        for number, (line, before) in enumerate(zip_longest(state.lines, self._told)):
            if line is not None and line != before:
                name, tip, value = line
                self._set(number, 0, name, tip)
                self._set(number, 1, value, tip)
        self._told = state.lines

    @Slot(object)
    def plot(self, points: PlotPoints) -> None:
        """Continue the plots, at an even pace however seldom a reading is taken."""
        times = max(1, round(points.passed / _READING_S))
        for key, plot in self.plots.items():
            if key in points.values:
                plot.add(points.values[key], times)
            plot.setVisible(bool(plot.values))

    def _clear(self) -> None:
        """Forget everything that was shown before."""
        self.diagram.show_state("", anew=True)
        self.diagram.hide()
        for plot in self.plots.values():
            plot.clear()
            plot.hide()
        self._told = ()
        self._set_rows(0)

    def _set_rows(self, count: int) -> None:
        """Make the table as high as its rows: the tab scrolls, the table in it does not."""
        if count != self.table.rowCount() or not count:
            self.table.setRowCount(count)
            self._fit_table()

    def _fit_table(self) -> None:
        height = self.table.verticalHeader().defaultSectionSize()
        self.table.setFixedHeight(self.table.rowCount() * height + 4)

    def _set(self, row: int, column: int, text: str, tip: str) -> None:
        item = self.table.item(row, column)
        if item is None:
            item = QTableWidgetItem()
            self.table.setItem(row, column, item)
            if column:
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if item.text() != text:
            item.setText(text)
        item.setToolTip(tip)

    def redraw(self) -> None:
        self.table.verticalHeader().setDefaultSectionSize(self.fontMetrics().lineSpacing() + 3)
        self._fit_table()
        self.retranslate()

    def retranslate(self) -> None:
        self.table.setAccessibleName(tr("inspector.kernel"))
