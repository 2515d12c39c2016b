"""The check-up of a WebSocket server or client: a row for each case, filled as they end."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, Signal, Slot
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

from workbench.checkup.check_junit import write_junit
from workbench.checkup.check_verdict import CheckVerdict, Judged, in_a_row
from workbench.checkup.checkup import Begun, CheckResult, all_cases, bench_of
from workbench.engine.model.settings import EndpointSettings
from workbench.engine.model.web_address import spell_web
from workbench.journal.whole_file import write_text
from workbench.qt.checkup_worker import CheckUpWorker
from workbench.scenario.write import to_toml
from workbench.texts import Problem, reason_of, tr
from workbench.ui.style import icons
from workbench.ui.style.retranslatable import Retranslatable
from workbench.ui.widgets.file_dialogs import ask_new_file
from workbench.ui.widgets.item_views import ItemTable
from workbench.ui.widgets.named_controls import fit
from workbench.ui.widgets.screen_fit import open_at

NUMBER: Final = 0
CASE: Final = 1
SAYS: Final = 2
DID: Final = 3
VERDICT: Final = 4
_COLUMNS: Final = ("case", "says", "did", "verdict")


class CheckUpWindow(Retranslatable, QWidget):
    """The check-up's window; it has a record of its own.

    Signals:
        open_wanted(object): run this Scenario in the main window.
    """

    open_wanted = Signal(object)

    def __init__(self, settings: EndpointSettings, parent: QWidget) -> None:
        """`settings`: of a client, whose server is checked, or of a server, whose clients are."""
        super().__init__(parent, Qt.WindowType.Window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("check_up")
        open_at(self, 1180, 700)
        self._bench = bench_of(settings)
        path = settings.websocket.path if settings.websocket is not None else ""
        layers = self._bench.settings.layers
        self._address = spell_web(settings.address, layers, path) or settings.address
        self._cases = all_cases(listens=self._bench.listens)
        self._judged: dict[int, Judged] = {}
        self._rows = {case.name: row for row, case in enumerate(self._cases)}
        self._result: CheckResult | None = None
        self._worker: CheckUpWorker | None = None
        self._said: Problem | Begun | str | None = None
        self._since = ""
        self._make_table()
        self.heading = QLabel()
        self.detail = QLabel()
        for name, label in (("heading", self.heading), ("detail", self.detail)):
            label.setObjectName(f"check_up.{name}")
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        self.detail.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.detail.setMinimumHeight(self.fontMetrics().lineSpacing() * 5)
        self.detail.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.run_button = QPushButton()
        self.junit_button = QPushButton()
        self.open_button = QPushButton()
        self.save_button = QPushButton()
        line = QHBoxLayout()
        line.addStretch(1)
        for name, button, act in (
            ("open", self.open_button, self._open_case),
            ("save", self.save_button, self._ask_case),
            ("junit", self.junit_button, self.ask_junit),
            ("run", self.run_button, self.run),
        ):
            button.setObjectName(f"check_up.{name}")
            button.clicked.connect(act)
            line.addWidget(button)
        self.run_button.setProperty("primary", True)
        column = QVBoxLayout(self)
        column.addWidget(self.heading)
        column.addWidget(self.table, 1)
        column.addWidget(self.detail)
        column.addLayout(line)
        self.retranslate()

    def _make_table(self) -> None:
        self.table = ItemTable(len(self._cases), 1 + len(_COLUMNS))
        self.table.setObjectName("check_up.table")
        self.table.verticalHeader().hide()
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setWordWrap(False)
        header = self.table.horizontalHeader()
        for column in (NUMBER, CASE, VERDICT):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        for column in (SAYS, DID):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        self.table.itemSelectionChanged.connect(self._show_detail)

    def retranslate(self) -> None:
        told = "checkup.window_client" if self._bench.listens else "checkup.window_server"
        self.setWindowTitle(tr(told, address=self._address))
        self.table.verticalHeader().setDefaultSectionSize(self.fontMetrics().lineSpacing() + 6)
        self.table.setAccessibleName(tr("checkup.title"))
        names = [tr(f"checkup.column_{key}") for key in _COLUMNS]
        self.table.setHorizontalHeaderLabels(["#", *names])
        for row, case in enumerate(self._cases):
            self._write(row, NUMBER, str(row + 1))
            self._write(row, CASE, case.title)
            self._write(row, SAYS, case.says)
            self._show_judged(row)
        for key, button in (
            ("open_case", self.open_button),
            ("save_case", self.save_button),
            ("save_junit", self.junit_button),
        ):
            button.setText(tr(f"checkup.{key}"))
            button.setToolTip(tr(f"checkup.{key}_tip"))
            fit(button)
        self._show_state()
        self._show_detail()

    def _write(self, row: int, column: int, text: str, *, bold: bool = False) -> QTableWidgetItem:
        item = QTableWidgetItem(text)
        item.setToolTip(text)
        font = item.font()
        font.setBold(bold)
        item.setFont(font)
        self.table.setItem(row, column, item)
        return item

    def _show_judged(self, row: int) -> None:
        judged = self._judged.get(row)
        tried = judged is not None and judged.verdict is not CheckVerdict.LEFT
        self._write(row, DID, judged.told if judged is not None and tried else "")
        strays = judged is not None and judged.verdict is CheckVerdict.STRAYS
        item = self._write(row, VERDICT, judged.word if judged is not None else "", bold=strays)
        if judged is not None and judged.verdict in {CheckVerdict.OK, CheckVerdict.STRAYS}:
            item.setIcon(icons.verdict(good=not strays))

    def _show_state(self) -> None:
        running = self._worker is not None
        key = "stop" if running else "run"
        self.run_button.setText(tr(f"checkup.{key}"))
        self.run_button.setToolTip(tr(f"checkup.{key}_tip"))
        fit(self.run_button)
        self.junit_button.setEnabled(self._result is not None and not running)
        self.heading.setText(self._sentence())

    def _sentence(self) -> str:
        """The headline: what is checked, how far the check-up has got, or its result."""
        if self._result is not None and self._worker is None:
            counts = {str(item): self._result.count(item) for item in CheckVerdict}
            said = [tr("checkup.summary", **counts)]
            if self._result.stopped is not None:
                said.append(self._result.stopped.text)
            return in_a_row(said)
        match self._said:
            case Problem():
                return self._said.text
            case Begun():
                return self._said.sentence
            case str():
                return tr("checkup.waiting_here", address=self._said, count=len(self._cases) + 1)
        return tr("checkup.hint_client" if self._bench.listens else "checkup.hint_server")

    @Slot()
    def _show_detail(self) -> None:
        row = self._row()
        case = self._cases[row] if row is not None else None
        self.open_button.setEnabled(case is not None and self._worker is None)
        self.save_button.setEnabled(case is not None)
        if case is None or row is None:
            self.detail.setText(tr("checkup.choose"))
            return
        lines = [case.title, tr("checkup.line_says", says=case.says)]
        judged = self._judged.get(row)
        if judged is not None:
            lines += [tr("checkup.line_did", did=judged.told), judged.word]
        self.detail.setText("\n".join(lines))

    def _row(self) -> int | None:
        found = self.table.selectionModel().selectedRows()
        return found[0].row() if found else None

    # -- the run --------------------------------------------------------------------------------

    @Slot()
    def run(self) -> None:
        """Run all cases from the first on; during a run, end it."""
        if self._worker is not None:
            self._worker.cancel()
            return
        self._judged.clear()
        self._result, self._said = None, None
        self._since = datetime.now().astimezone().isoformat(timespec="seconds")
        for row in range(len(self._cases)):
            self._show_judged(row)
        self._worker = CheckUpWorker(self._bench, self._cases, self)
        self._worker.waits.connect(self._on_said)
        self._worker.begun.connect(self._on_begun)
        self._worker.told.connect(self._on_told)
        self._worker.finished.connect(self._on_finished)
        self._worker.start()
        self._show_state()
        self._show_detail()

    @Slot(str)
    def _on_said(self, address: str) -> None:
        self._said = address
        self._show_state()

    @Slot(object)
    def _on_begun(self, begun: Begun) -> None:
        self._said = begun
        self._show_state()

    @Slot(object)
    def _on_told(self, judged: Judged) -> None:
        row = self._rows[judged.case.name]
        self._judged[row] = judged
        self._show_judged(row)
        if self._row() is None:
            self.table.scrollTo(self.table.model().index(row, 0))
        elif self._row() == row:
            self._show_detail()

    @Slot(object)
    def _on_finished(self, came: CheckResult | Problem) -> None:
        self._worker = None
        if isinstance(came, Problem):
            self._said = came
        else:
            self._result = came
            self._bench = came.bench
            for judged in came.judged:
                row = self._rows[judged.case.name]
                self._judged[row] = judged
                self._show_judged(row)
        self._show_state()
        self._show_detail()

    # -- what is made of it ---------------------------------------------------------------------

    @Slot()
    def _open_case(self) -> None:
        row = self._row()
        if row is not None:
            self.open_wanted.emit(self._cases[row].scenario(self._bench))

    @Slot()
    def _ask_case(self) -> None:
        row = self._row()
        if row is not None:
            case = self._cases[row]
            text = to_toml(case.scenario(self._bench))
            ask_new_file(
                self,
                tr("checkup.save_case"),
                lambda path: self._put(path, text),
                start=f"{case.name}.toml",
                filters="TOML (*.toml)",
            )

    def _put(self, path: Path, text: str) -> None:
        try:
            write_text(path, text)
        except OSError as error:
            self._cannot(path, error)

    @Slot()
    def ask_junit(self) -> None:
        """Ask where the report of the last run is to be written.

        Raises:
            Problem: there is none yet.
        """
        if self._result is None or self._worker is not None:
            raise Problem("checkup.none_to_save")
        ask_new_file(
            self,
            tr("checkup.save_junit"),
            self.save_junit,
            start="check-up.xml",
            filters="XML (*.xml)",
        )

    def save_junit(self, path: Path) -> None:
        """Write the report of the last run."""
        if self._result is None:
            return
        try:
            write_junit(self._result, self._address, path, self._since)
        except OSError as error:
            self._cannot(path, error)

    def _cannot(self, path: Path, error: OSError) -> None:
        problem = Problem("cli.cannot_write", path=str(path), reason=reason_of(error))
        self.heading.setText(problem.text)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Give up a run under way; its sockets and its record are removed."""
        if self._worker is not None:
            self._worker.cancel()
            self._worker.join()
        super().closeEvent(event)
