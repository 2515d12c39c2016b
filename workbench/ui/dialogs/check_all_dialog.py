"""*Check all*: runs every demonstration once, each in a record of its own."""

from __future__ import annotations

import threading
import time
from collections import Counter
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from workbench.frozen import dataclass
from workbench.journal.private import PrivateFolder
from workbench.labs.demos import Demo, demos
from workbench.scenario.runner import Runner
from workbench.session import Session
from workbench.texts import Problem, tr
from workbench.ui.style import icons
from workbench.ui.style.retranslatable import Retranslatable
from workbench.ui.widgets.item_views import ItemTable
from workbench.ui.widgets.named_controls import fit
from workbench.ui.widgets.screen_fit import open_at

BOUND: Final = 60.0
"""Seconds for one of them at most."""
STOP_BOUND: Final = 10.0


@dataclass(frozen=True, slots=True)
class Checked:
    """The outcome of one demonstration.

    Attributes:
        left_out: why it was not run. failed: what did not hold.
    """

    place: int
    seconds: float
    left_out: Problem | None = None
    failed: Problem | None = None

    @property
    def verdict(self) -> str:
        """One of "held", "failed" or "skipped"."""
        if self.left_out is not None:
            return "skipped"
        return "held" if self.failed is None else "failed"

    @property
    def text(self) -> str:
        """The verdict in the current language, with its reason."""
        if self.left_out is not None:
            return tr("demos.not_here", reason=self.left_out)
        if self.failed is not None:
            return tr("demos.failed", reason=self.failed)
        return tr("demos.held")


class CheckAllDialog(Retranslatable, QWidget):
    """A window with a row for each demonstration, filled as they end."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("check_all")
        open_at(self, 760, 620)
        self._demos = demos()
        self.table = ItemTable(len(self._demos), 3)
        self.table.setObjectName("check_all.table")
        self.table.verticalHeader().hide()
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.ResizeToContents)
        self.summary = QLabel()
        self.summary.setObjectName("check_all.summary")
        self.summary.setTextFormat(Qt.TextFormat.PlainText)
        self.summary.setWordWrap(True)
        self.run_button = QPushButton()
        self.run_button.setObjectName("check_all.run")
        self.run_button.setProperty("primary", True)
        self.run_button.clicked.connect(self.run)
        line = QHBoxLayout()
        line.addWidget(self.summary, 1)
        line.addWidget(self.run_button)
        column = QVBoxLayout(self)
        column.addWidget(self.table)
        column.addLayout(line)
        self._worker: _Worker | None = None
        self._outcomes: dict[int, Checked | None] = {}  # by row; None: it runs now
        self._ended = False
        self.retranslate()

    def retranslate(self) -> None:
        title = tr("checkall.title")
        self.setWindowTitle(title)
        self.table.verticalHeader().setDefaultSectionSize(self.fontMetrics().lineSpacing() + 6)
        self.table.setAccessibleName(title)
        self.table.setHorizontalHeaderLabels(
            [tr(f"checkall.{key}") for key in ("demo", "outcome", "seconds")]
        )
        for row, item in enumerate(self._demos):
            self._write(row, 0, item.title)
        for row in self._outcomes:
            self._show_outcome(row)
        self._show_summary()
        self.run_button.setText(tr("checkall.run"))
        self.run_button.setToolTip(tr("checkall.run_tip"))
        fit(self.run_button)

    @Slot()
    def run(self) -> None:
        """Run all demonstrations, from the first on."""
        if self._worker is not None:
            return
        self._outcomes.clear()
        self._ended = False
        self._show_summary()
        for row in range(len(self._demos)):
            self._write(row, 1, "")
            self._write(row, 2, "")
        self.run_button.setEnabled(False)
        self._worker = _Worker(self._demos, self)
        self._worker.begun.connect(self._on_begun)
        self._worker.checked.connect(self._on_checked)
        self._worker.finished.connect(self._on_finished)
        self._worker.start()

    def _write(self, row: int, column: int, text: str) -> QTableWidgetItem:
        item = QTableWidgetItem(text)
        item.setToolTip(text)
        self.table.setItem(row, column, item)
        return item

    @Slot(int)
    def _on_begun(self, row: int) -> None:
        self._outcomes[row] = None
        self._show_outcome(row)
        self.table.scrollTo(self.table.model().index(row, 0))

    @Slot(object)
    def _on_checked(self, checked: Checked) -> None:
        self._outcomes[checked.place] = checked
        self._show_outcome(checked.place)

    def _show_outcome(self, row: int) -> None:
        checked = self._outcomes[row]
        item = self._write(row, 1, tr("lesson.running") if checked is None else checked.text)
        if checked is not None and checked.left_out is None:
            item.setIcon(icons.verdict(good=checked.failed is None))
            self._write(row, 2, f"{checked.seconds:.1f}")

    def _show_summary(self) -> None:
        if not self._ended:
            self.summary.setText(tr("checkall.hint"))
            return
        counts = Counter(checked.verdict for checked in self._outcomes.values() if checked)
        verdicts = ("held", "failed", "skipped")
        self.summary.setText(tr("demos.all", **{key: counts[key] for key in verdicts}))

    @Slot()
    def _on_finished(self) -> None:
        self._worker = None
        self.run_button.setEnabled(True)
        self._ended = True
        self._show_summary()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Give up the demonstration under way; its sockets and record go."""
        if self._worker is not None:
            self._worker.give_up()
        super().closeEvent(event)


class _Worker(QObject):
    """Runs the demonstrations one after the other on a thread, outside the window's record.

    A Python thread: it joins the sessions' threads, which leaves a dummy object of `threading`
    behind on any other kind.

    Signals:
        begun(int): the row of the one that runs now.
        checked(object): a Checked.
        finished(): all were run, or given up.
    """

    begun = Signal(int)
    checked = Signal(object)
    finished = Signal()

    def __init__(self, found: list[Demo], parent: QWidget) -> None:
        super().__init__(parent)
        self._demos = found
        self._given_up = False
        self._runner: Runner | None = None
        self._thread = threading.Thread(target=self._run, name="check all", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def give_up(self) -> None:
        """End the one under way and wait for the thread's end, bounded."""
        self._given_up = True
        runner = self._runner
        if runner is not None:
            runner.cancel()
        self._thread.join(STOP_BOUND)

    def _run(self) -> None:
        self._run_all()
        self.finished.emit()

    def _run_all(self) -> None:
        try:
            folder = PrivateFolder(kind="check-")
        except Problem as problem:
            self.checked.emit(Checked(0, 0.0, failed=problem))
            return
        with folder:
            for place, item in enumerate(self._demos):
                if self._given_up:
                    return
                self.begun.emit(place)
                self.checked.emit(self._check(place, item, folder.path / f"{place}.swb"))

    def _check(self, place: int, item: Demo, record: Path) -> Checked:
        begun = time.monotonic()
        left_out = (
            Problem("checkall.beyond")
            if item.beyond_loopback
            else item.why_not(beyond_loopback=False)
        )
        if left_out is not None:
            return Checked(place, 0.0, left_out=left_out)
        try:
            with Session(record, beyond_loopback=False) as session:
                self._runner = Runner(session, item.scenario(), timeout=BOUND)
                report = self._runner.run()
        except Problem as problem:
            return Checked(place, time.monotonic() - begun, failed=problem)
        failed = next((step.reason for step in report.steps if step.reason is not None), None)
        return Checked(place, time.monotonic() - begun, failed=failed)
