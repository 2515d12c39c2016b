"""The backlog lab: set up, predict, run, compare; on the session of the window behind it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QCloseEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from workbench.labs import backlog_kept
from workbench.labs.backlog import BacklogRun, system
from workbench.labs.backlog_compare import Prediction
from workbench.labs.backlog_data import ClientState, Picture
from workbench.labs.backlog_settings import BacklogSettings
from workbench.labs.backlog_words import ends, title
from workbench.labs.modes.mode import LabMode
from workbench.labs.modes.probe import Hindrances
from workbench.texts import Problem, tr
from workbench.ui.lab.by_hand import ByHand
from workbench.ui.lab.client_chart import ClientChart
from workbench.ui.lab.comparison import ComparisonView
from workbench.ui.lab.log_line import LogLine
from workbench.ui.lab.probing import Probing
from workbench.ui.lab.queue_cells import QueueCells
from workbench.ui.lab.set_up import SetUp
from workbench.ui.lab.side import Side
from workbench.ui.lab.top_row import TopRow
from workbench.ui.style.retranslatable import Retranslatable
from workbench.ui.widgets.named_controls import NamedControls, tone
from workbench.viewmodel.default_endpoints import LAB_PREFIX

if TYPE_CHECKING:
    from workbench.qt.controller import Controller
    from workbench.ui.style.appearance import Appearance

LOOK: Final = 100
"""Milliseconds between two pictures of a run."""


class BacklogWindow(Retranslatable, QWidget):
    """Not modal. Closing it stops a run."""

    def __init__(self, controller: Controller, parent: QWidget, looks: Appearance) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self._looks = looks
        self.setObjectName("lab")
        self._controller = controller
        self._run: BacklogRun | None = None
        self._shown = BacklogSettings()
        self._picture: Picture | None = None
        self._said: Prediction | None = None
        self.controls = NamedControls("lab")
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK)
        self._timer.timeout.connect(self._on_look)
        self.probing = Probing(controller.session, self)
        self._make()
        self._lay_out()
        self._wire()
        self.retranslate()
        self.resize(1280, 800)
        self._show_step("setup")

    # -- building -------------------------------------------------------------------------------

    def _make(self) -> None:
        self.top = TopRow(self.controls, self._looks)
        self.set_up = SetUp(self.controls)
        self.side = Side(self.controls)
        self.said = self.side.said
        self.by_hand = ByHand(self.controls)
        self.message = self.controls.add(QLabel(), "message", "lab_message")
        self.headline = QLabel()
        self.cells, self.chart, self.comparison = QueueCells(), ClientChart(), ComparisonView()
        for label in (self.message, self.headline):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        self.log_line = LogLine(self._controller)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        top = QHBoxLayout()
        top.addLayout(self.top, 1)
        top.addLayout(self.top.corner)
        column.addLayout(top)
        column.addLayout(self.set_up)
        middle = QHBoxLayout()
        middle.addWidget(self.side)
        middle.addLayout(self._right(), 1)
        column.addLayout(middle, 1)
        column.addWidget(self.message)
        column.addWidget(self.log_line)

    def _right(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.addWidget(self.headline)
        column.addWidget(self.cells)
        column.addLayout(self.by_hand)
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
        self.set_up.edited.connect(self._word)
        self.set_up.submitted.connect(self.start)
        self.top.stop.clicked.connect(self.stop)
        self.top.again.clicked.connect(self.start)
        self.top.keep.clicked.connect(self._on_keep)
        self.top.kept_wanted.connect(self.show_kept)
        self.by_hand.asked.connect(self._on_asked)
        self.by_hand.refused.connect(self._on_refused)
        self.comparison.wanted.connect(self._on_way)
        self.probing.ended.connect(self._on_probed)
        for field in self.said.values():
            field.textEdited.connect(lambda _text: self._show_step("predict"))
        self.top.close.clicked.connect(self.close)
        QShortcut(QKeySequence(Qt.Key.Key_Space), self, self._on_space)
        looks = self._looks
        for keys in ("Esc", "Ctrl+W"):
            QShortcut(QKeySequence(keys), self, self.close)
        for keys, act in (
            ("Ctrl+=", looks.larger),
            ("Ctrl++", looks.larger),
            ("Ctrl+-", looks.smaller),
            ("Ctrl+0", looks.normal),
        ):
            QShortcut(QKeySequence(keys), self, act)

    @Slot(object)
    def _on_probed(self, hindered: Hindrances) -> None:
        """What needs a private network is offered where there is one."""
        self.comparison.hindered = hindered
        self.set_up.forbid(hindered)

    # -- the run --------------------------------------------------------------------------------

    @Slot()
    def start(self) -> None:
        """Run as set up; a run under way is stopped first."""
        self.stop()
        try:
            settings = replace(self.set_up.settings(), hold=True)
            self._said = self.side.prediction()
            run = BacklogRun(self._controller.session, settings, name=LAB_PREFIX)
        except Problem as problem:
            self._say(problem.text, "bad")
            return
        self._run, self._shown = run, settings
        self.by_hand.begin(settings.backlog)
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
            self.by_hand.ask_accept()

    @Slot(object)
    def _on_refused(self, problem: Problem) -> None:
        self._say(problem.text, "bad")

    @Slot(object)
    def _on_asked(self, act: Callable[[BacklogRun], None]) -> None:
        if self._run is None or self._run.wait(0):
            self._say(tr("lab.not_running"), "info")
            return
        try:
            act(self._run)
        except Problem as problem:
            self._say(problem.text, "bad")

    @Slot(object)
    def _on_way(self, mode: LabMode) -> None:
        self.set_up.mode.choose(mode.name)
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

    @Slot(object)
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
        self.top.show_clock(picture)
        self.side.show_picture(picture, self._shown)
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
        self.top.show_step(current, keepable=current == "compare" and self._run is not None)
        self.by_hand.show_running(current == "run")

    def _say(self, text: str, level: str) -> None:
        self.message.setText(text)
        self.message.setProperty("badge", True)
        tone(self.message, level)

    @Slot()
    def _word(self) -> None:
        """The headline and the article's claim for what is set up."""
        try:
            settings = self.set_up.settings()
        except Problem as problem:
            self._say(problem.text, "bad")
            return
        self.headline.setText(self._facts(settings, system()))
        self.side.show_claim(settings.claim)
        if self._run is None:
            self._say(ends(settings), "info")

    def _facts(self, settings: BacklogSettings, os: str) -> str:
        """What is done, on which system, and what turns clients away there."""
        return f"{title(settings)}   {os} | {tr(f'lab.mode_{settings.mode.name}')}"

    def retranslate(self) -> None:
        self.setWindowTitle(tr("lab.title"))
        self.controls.retranslate()
        self.top.retranslate()
        self.side.retranslate()
        self.log_line.retranslate()
        self.set_up.forbid(self.comparison.hindered)
        self._scroll.setAccessibleName(tr("lab.chart"))
        self.comparison.setAccessibleName(tr("lab.step_compare"))
        self._word()
        self._show_picture()
        self.comparison.retranslate()
        if self.comparison.isVisible() and self.comparison.system:
            self._say(tr("lab.done", os=self.comparison.system), "good")

    def redraw(self) -> None:
        self.top.redraw()
        self.side.fit(self.width())
        self.retranslate()

    # -- Qt -------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.side.fit(event.size().width())

    def closeEvent(self, event: QCloseEvent) -> None:
        self.stop()
        self._timer.stop()
        super().closeEvent(event)
