"""The backlog lab: set up, predict, run, compare; on the session of the window behind it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from workbench.labs import backlog_kept
from workbench.labs.backlog import BacklogRun, system
from workbench.labs.backlog_compare import Prediction
from workbench.labs.backlog_data import BacklogSettings, ClientState, Family, Mode, Picture
from workbench.labs.backlog_words import ends, title
from workbench.labs.private_net import Probe
from workbench.texts import Problem, tr
from workbench.ui import fields
from workbench.ui.defaults import LAB_PREFIX
from workbench.ui.flow_layout import FlowLayout
from workbench.ui.lab.client_chart import ClientChart
from workbench.ui.lab.comparison import ComparisonView
from workbench.ui.lab.log_line import LogLine
from workbench.ui.lab.queue_cells import QueueCells
from workbench.ui.lab.side import Side
from workbench.ui.panel_parts.controls import (
    ChoiceBox,
    Controls,
    TextField,
    group,
    spring,
    tone,
)

if TYPE_CHECKING:
    from workbench.qt.controller import Controller
    from workbench.ui.looks import Looks

LOOK: Final = 100
STEPS: Final = ("setup", "predict", "run", "compare")


class BacklogWindow(QWidget):
    """Not modal. Closing it stops a run."""

    def __init__(self, controller: Controller, parent: QWidget, looks: Looks) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self._looks = looks
        self.setObjectName("lab")
        self._controller = controller
        self._run: BacklogRun | None = None
        self._shown = BacklogSettings()
        self._picture: Picture | None = None
        self._said: Prediction | None = None
        self.controls = Controls("lab")
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK)
        self._timer.timeout.connect(self._on_look)
        self._probe = Probe()
        self._forget_probe = controller.session.before_close(self._probe.wait)
        self._probing = QTimer(self)
        self._probing.setInterval(LOOK)
        self._probing.timeout.connect(self._on_probe)
        self._make()
        self._lay_out()
        self._wire()
        self.retranslate()
        self.resize(1180, 760)
        self._show_step("setup")
        self._probing.start()

    # -- building -------------------------------------------------------------------------------

    def _make(self) -> None:
        add = self.controls.add
        self.backlog = add(TextField("2", width=8), "backlog", "lab_backlog")
        self.clients = add(TextField("6", width=5), "clients", "lab_clients")
        self.every = add(TextField("0.2", width=5), "every", "lab_every")
        self.timeout = add(TextField("5.0", width=6), "timeout", "lab_timeout")
        self.accept_after = add(TextField("", width=5), "accept_after", "lab_accept_after")
        self.family = add(
            ChoiceBox(*((item.value, f"lab.family_{item.value}") for item in Family)),
            "family", "lab_family",
        )
        self.mode = add(
            ChoiceBox(*((item.value, f"lab.mode_{item.value}") for item in Mode)),
            "mode", "lab_mode",
        )
        self.side = Side(self.controls)
        self.said = self.side.said
        self.run_button = add(QPushButton(), "run", "lab_run")
        self.run_button.setProperty("primary", True)
        self.stop_button = add(QPushButton(), "stop", "lab_stop")
        self.again_button = add(QPushButton(), "again", "lab_again")
        self.keep_button = add(QPushButton(), "keep", "lab_keep")
        self.kept_button = add(QPushButton(), "kept", "lab_kept")
        self.kept_menu = QMenu(self.kept_button)
        self.kept_button.setMenu(self.kept_menu)
        self.accept_one = add(QPushButton(), "accept_one", "lab_accept_one")
        self.listen_again = add(QPushButton(), "listen_again", "lab_listen_again")
        self.listen_size = add(TextField("2", width=6), "listen_size", "lab_listen_size")
        self.close_listener = add(QPushButton(), "close_listener", "lab_close_listener")
        self.message = add(QLabel(), "message", "lab_message")
        self.headline, self.clock = QLabel(), QLabel()
        self.steps = {name: QLabel() for name in STEPS}
        self.cells, self.chart, self.comparison = QueueCells(), ClientChart(), ComparisonView()
        for label in (self.message, self.headline, self.clock, *self.steps.values()):
            label.setTextFormat(Qt.TextFormat.PlainText)
        for label in (self.message, self.headline):
            label.setWordWrap(True)
        self.log_line = LogLine(self._controller)
        self.smaller, self.larger = QToolButton(), QToolButton()
        self.smaller.setObjectName("lab.smaller")
        self.larger.setObjectName("lab.larger")

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.addLayout(self._top())
        column.addLayout(self._set_up())
        middle = QHBoxLayout()
        middle.addWidget(self.side)
        middle.addLayout(self._right(), 1)
        column.addLayout(middle, 1)
        column.addWidget(self.message)
        column.addWidget(self.log_line)

    def _top(self) -> FlowLayout:
        row = FlowLayout()
        for label in self.steps.values():
            label.setProperty("badge", True)
            row.addWidget(label)
        for widget in (spring(), self.clock, self.stop_button, self.again_button,
                       self.keep_button, self.kept_button, self.smaller, self.larger):
            row.addWidget(widget)
        return row

    def _set_up(self) -> FlowLayout:
        caption = self.controls.caption
        row = FlowLayout()
        for key, widget in (
            ("lab_mode", self.mode), ("lab_family", self.family), ("lab_backlog", self.backlog),
            ("lab_clients", self.clients), ("lab_every", self.every),
            ("lab_timeout", self.timeout), ("lab_accept_after", self.accept_after),
        ):
            row.addWidget(group(caption(key, widget), widget))
        row.addWidget(self.run_button)
        return row

    def _right(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.addWidget(self.headline)
        column.addWidget(self.cells)
        row = FlowLayout()
        for widget in (
            self.accept_one, group(self.listen_again, self.listen_size), self.close_listener,
        ):
            row.addWidget(widget)
        column.addLayout(row)
        scroll = self._scroll = QScrollArea()
        scroll.setObjectName("lab.clients_area")
        scroll.setProperty("reading", True)
        scroll.setWidgetResizable(True)
        scroll.setWidget(self.chart)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column.addWidget(scroll, 3)
        column.addWidget(self.comparison, 4)
        self.comparison.hide()
        return column

    def _wire(self) -> None:
        self.run_button.clicked.connect(self.start)
        self.stop_button.clicked.connect(self.stop)
        self.again_button.clicked.connect(self.start)
        self.accept_one.clicked.connect(self._on_accept_one)
        self.listen_again.clicked.connect(self._on_listen_again)
        self.close_listener.clicked.connect(self._on_close_listener)
        self.keep_button.clicked.connect(self._on_keep)
        self.kept_menu.aboutToShow.connect(self._fill_kept)
        self.comparison.wanted.connect(self._on_way)
        for field in (self.backlog, self.clients, self.every, self.timeout, self.accept_after):
            field.textEdited.connect(self._word)
            field.returnPressed.connect(self.start)
        for box in (self.mode, self.family):
            box.activated.connect(self._word)
        for field in self.said.values():
            field.textEdited.connect(lambda _text: self._show_step("predict"))
        QShortcut(QKeySequence(Qt.Key.Key_Space), self, self._on_space)
        looks = self._looks
        self.smaller.clicked.connect(looks.smaller)
        self.larger.clicked.connect(looks.larger)
        for keys, act in (("Ctrl+=", looks.larger), ("Ctrl++", looks.larger),
                          ("Ctrl+-", looks.smaller), ("Ctrl+0", looks.normal)):
            QShortcut(QKeySequence(keys), self, act)

    # -- what is asked for ----------------------------------------------------------------------

    def settings(self) -> BacklogSettings:
        """As the fields say. Raises Problem where one cannot be understood."""
        after = self.accept_after.text().strip()
        made = BacklogSettings(
            backlog=fields.parse_whole(self.backlog.text(), least=-(2**31), most=2**31 - 1),
            clients=fields.parse_whole(self.clients.text(), least=1, most=10_000),
            every=fields.parse_seconds(self.every.text()),
            timeout=fields.parse_timeout(self.timeout.text()),
            family=Family(self.family.value()), mode=Mode(self.mode.value()),
            accept_after=fields.parse_seconds(after) if after else None,
        )
        made.check()
        return made

    @Slot()
    def _on_probe(self) -> None:
        """What needs a private network is offered where there is one."""
        found = self._probe.found
        if found is None:
            return
        self._probing.stop()
        self._probe.wait()
        self._forget_probe()
        tried = {Mode.FIREWALL: found.firewall, Mode.ABORT: found.abort}
        self.comparison.hindered = {
            mode: problem for mode, problem in tried.items() if problem is not None}
        self._forbid()

    def _forbid(self) -> None:
        for mode, problem in self.comparison.hindered.items():
            self.mode.forbid(mode.value, problem.text)

    # -- the run --------------------------------------------------------------------------------

    @Slot()
    def start(self) -> None:
        """Run as set up; a run under way is stopped first."""
        self.stop()
        try:
            settings = replace(self.settings(), hold=True)
            self._said = self.side.prediction()
            run = BacklogRun(self._controller.session, settings, name=LAB_PREFIX)
        except Problem as problem:
            self._say(problem.text, "bad")
            return
        self._run, self._shown = run, settings
        self.listen_size.setText(str(settings.backlog))
        self.comparison.hide()
        self._say(ends(settings), "info")
        run.start()
        self._show_step("run")
        self._timer.start()

    @Slot()
    def stop(self) -> None:
        """End a run now; its sockets are closed on its own thread, the window goes on."""
        run = self._run
        if run is not None and not run.wait(0):
            threading.Thread(target=run.stop, name="backlog lab stops", daemon=True).start()
            run.wait(3.0)
        self._on_look()

    @Slot()
    def _on_space(self) -> None:
        """Accept one; but a button that has the focus is pressed, as everywhere."""
        focused = self.focusWidget()
        if isinstance(focused, QPushButton):
            focused.click()
        else:
            self._on_accept_one()

    @Slot()
    def _on_accept_one(self) -> None:
        self._do(lambda run: run.accept_one())

    @Slot()
    def _on_listen_again(self) -> None:
        try:
            size = fields.parse_whole(self.listen_size.text(), least=-(2**31), most=2**31 - 1)
        except Problem as problem:
            self._say(problem.text, "bad")
            return
        self._do(lambda run: run.listen_again(size))

    @Slot()
    def _on_close_listener(self) -> None:
        self._do(lambda run: run.close_listener())

    def _do(self, act: Callable[[BacklogRun], None]) -> None:
        if self._run is None or self._run.wait(0):
            self._say(tr("lab.not_running"), "info")
            return
        try:
            act(self._run)
        except Problem as problem:
            self._say(problem.text, "bad")

    @Slot(object)
    def _on_way(self, mode: Mode) -> None:
        self.mode.choose(mode.value)
        self.start()

    # -- kept runs ------------------------------------------------------------------------------

    @Slot()
    def _on_keep(self) -> None:
        if self._run is None or self._picture is None:
            return
        try:
            path = backlog_kept.keep(self._shown, self._picture, self._run.result(), self._said)
        except Problem as problem:
            self._say(problem.text, "bad")
        else:
            self._say(tr("lab.kept", path=str(path)), "good")

    @Slot()
    def _fill_kept(self) -> None:
        self.kept_menu.clear()
        for path in backlog_kept.kept_runs():
            action = self.kept_menu.addAction(path.stem)
            action.triggered.connect(lambda _=False, path=path: self.show_kept(path))
        if self.kept_menu.isEmpty():
            self.kept_menu.addAction(tr("lab.no_kept")).setEnabled(False)

    def show_kept(self, path: Path) -> None:
        """A finished run of another day: shown as recorded."""
        try:
            kept = backlog_kept.read(path)
        except Problem as problem:
            self._say(problem.text, "bad")
            return
        self.stop()
        self._run, self._shown, self._picture = None, kept.settings, kept.picture
        self.headline.setText(self._facts(kept.settings, kept.result.os))
        self._show_picture()
        self.comparison.show_result(kept.result, kept.said)
        self.comparison.show()
        self._show_step("compare")
        self._say(tr("lab.recorded", when=kept.when.replace("T", " "), os=kept.result.os), "busy")

    # -- showing --------------------------------------------------------------------------------

    @Slot()
    def _on_look(self) -> None:
        run = self._run
        if run is None:
            return
        self._picture = run.picture()
        self._show_picture()
        if not run.wait(0):
            return
        self._timer.stop()
        if run.failure is not None:
            problem = run.failure.problem
            self._say(problem.text if problem is not None else tr("lab.failed"), "bad")
            self._show_step("setup")
            return
        try:
            result = run.result()
        except Problem as problem:
            self._say(problem.text, "bad")
            return
        self.comparison.show_result(result, self._said)
        self.comparison.show()
        self._say(tr("lab.done", os=result.os), "good")
        self._show_step("compare")

    def _show_picture(self) -> None:
        picture = self._picture
        self.cells.show_picture(picture)
        self.chart.show_picture(picture, self._shown)
        if picture is None:
            return
        self.clock.setText(tr("lab.clock", time=f"{picture.time:.1f}",
                              left=f"{max(0.0, picture.ends_in):.1f}") if picture.running
                           else tr("lab.clock_ended", time=f"{picture.time:.1f}"))
        self.side.show_picture(picture, self._shown.mode)
        self.log_line.refresh()
        if picture.running:
            self._say(self._happening(picture), "info")

    def _happening(self, picture: Picture) -> str:
        """What a person sees right now, from the readings alone."""
        if picture.count(ClientState.SILENT) and not picture.count(
            ClientState.REFUSED, ClientState.RESET
        ):
            return tr("lab.happening_silent", ends=ends(self._shown))
        if picture.count(ClientState.QUEUED):
            return tr("lab.happening_queued", ends=ends(self._shown))
        return ends(self._shown)

    def _show_step(self, current: str) -> None:
        for name, label in self.steps.items():
            tone(label, "busy" if name == current else "idle")
        running = current == "run"
        self.keep_button.setEnabled(current == "compare" and self._run is not None)
        for button in (self.accept_one, self.listen_again, self.close_listener, self.stop_button):
            button.setEnabled(running)

    def _say(self, text: str, level: str) -> None:
        self.message.setText(text)
        self.message.setProperty("badge", True)
        tone(self.message, level)

    @Slot()
    def _word(self) -> None:
        """The headline and the article's claim for what is set up."""
        try:
            settings = self.settings()
        except Problem as problem:
            self._say(problem.text, "bad")
            return
        self.headline.setText(self._facts(settings, system()))
        self.side.show_claim(settings.claim)
        if self._run is None:
            self._say(ends(settings), "info")

    def _facts(self, settings: BacklogSettings, os: str) -> str:
        """What is done, on which system, and what turns clients away there."""
        return f"{title(settings)}   {os} | {tr(f'lab.mode_{settings.mode.value}')}"

    def retranslate(self) -> None:
        self.setWindowTitle(tr("lab.title"))
        self.controls.retranslate()
        for number, (name, label) in enumerate(self.steps.items(), 1):
            label.setText(f"{number}  {tr(f'lab.step_{name}')}")
        self.side.retranslate()
        self.log_line.retranslate()
        for button, key in ((self.smaller, "smaller"), (self.larger, "larger")):
            button.setText(tr(f"window.{key}"))
            button.setToolTip(tr(f"tip.{key}"))
            button.setAccessibleName(tr(f"name.{key}"))
        self._forbid()
        self._scroll.setAccessibleName(tr("lab.chart"))
        self.comparison.setAccessibleName(tr("lab.step_compare"))
        self._word()
        self._show_picture()
        self.comparison.retranslate()
        if self.comparison.isVisible() and self.comparison.system:
            self._say(tr("lab.done", os=self.comparison.system), "good")

    # -- Qt -------------------------------------------------------------------------------------

    def closeEvent(self, event: QCloseEvent) -> None:
        self.stop()
        self._timer.stop()
        super().closeEvent(event)
