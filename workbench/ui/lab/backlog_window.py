"""The backlog lab's window: set up, predict, run, compare."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QCloseEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from workbench.labs.backlog import system
from workbench.labs.backlog_settings import BacklogSettings
from workbench.labs.backlog_words import title
from workbench.labs.modes.mode import LabMode
from workbench.labs.modes.probe import Hindrances
from workbench.texts import Problem, tr
from workbench.ui.lab.by_hand import ByHand
from workbench.ui.lab.client_chart import ClientChart
from workbench.ui.lab.comparison import ComparisonView
from workbench.ui.lab.newest_call import NewestCall
from workbench.ui.lab.queue_cells import QueueCells
from workbench.ui.lab.set_up import SetUp
from workbench.ui.lab.side_column import SideColumn
from workbench.ui.lab.top_row import TopRow
from workbench.ui.style.retranslatable import Retranslatable
from workbench.ui.widgets.named_controls import NamedControls, SpokenLabel, tone
from workbench.viewmodel.lab_state import LabState, Step, ends
from workbench.viewmodel.message import ErrorMessage, StatusMessage


class BacklogWindow(Retranslatable, QWidget):
    """Not modal. It shows a LabState, and asks for things by signals.

    Signals:
        run_wanted(object, object): run with these BacklogSettings, and this Prediction or None.
        stop_wanted(), keep_wanted(): end the run under way; write the finished one to a file.
        kept_wanted(object): show this kept run (a Path).
        accept_wanted(), listen_wanted(int), close_wanted(): act on the listener by hand.
        log_wanted(str): show the log with this filter.
        smaller_wanted(), larger_wanted(), normal_wanted(): another text size.
        closing(): the window is being closed.

    Attributes:
        state: what is shown.
        hindered: what is not available on this system; None until that is known.
    """

    run_wanted = Signal(object, object)
    stop_wanted = Signal()
    keep_wanted = Signal()
    kept_wanted = Signal(object)
    accept_wanted = Signal()
    listen_wanted = Signal(int)
    close_wanted = Signal()
    log_wanted = Signal(str)
    smaller_wanted = Signal()
    larger_wanted = Signal()
    normal_wanted = Signal()
    closing = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setObjectName("lab")
        self.state = LabState()
        self.hindered: Hindrances | None = None
        self._message: StatusMessage | None = None
        self.controls = NamedControls("lab")
        self._make()
        self._lay_out()
        self._wire()
        self.retranslate()
        self.resize(1280, 800)
        self._show_step("setup")
        self.set_up.run.setFocus()

    # -- building -------------------------------------------------------------------------------

    def _make(self) -> None:
        self.top = TopRow(self.controls)
        self.set_up = SetUp(self.controls)
        self.side = SideColumn(self.controls)
        self.said = self.side.said
        self.by_hand = ByHand(self.controls)
        self.message = self.controls.add(SpokenLabel(), "message", "lab_message")
        self.headline = QLabel()
        self.cells, self.chart, self.comparison = QueueCells(), ClientChart(), ComparisonView()
        for label in (self.message, self.headline):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        self.log_line = NewestCall()

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
        self.set_up.edited.connect(self._on_edited)
        self.set_up.submitted.connect(self.start)
        self.top.stop.clicked.connect(self.stop)
        self.top.again.clicked.connect(self.start)
        self.top.keep.clicked.connect(self.keep_wanted)
        self.top.kept_wanted.connect(self.kept_wanted)
        self.top.smaller_wanted.connect(self.smaller_wanted)
        self.top.larger_wanted.connect(self.larger_wanted)
        self.by_hand.accept_wanted.connect(self.accept_wanted)
        self.by_hand.listen_wanted.connect(self.listen_wanted)
        self.by_hand.close_wanted.connect(self.close_wanted)
        self.by_hand.refused.connect(self._on_refused)
        self.comparison.wanted.connect(self._on_way)
        for field in self.said.values():
            field.textEdited.connect(lambda _text: self._show_step("predict"))
        self.top.close.clicked.connect(self.close)
        QShortcut(QKeySequence(Qt.Key.Key_Space), self, self._on_space)
        self.log_line.wanted.connect(self.log_wanted)
        for keys in ("Esc", "Ctrl+W"):
            QShortcut(QKeySequence(keys), self, self.close)
        QShortcut(QKeySequence("F5"), self, self.start)
        QShortcut(QKeySequence("Shift+F5"), self, self.stop)
        for keys, act in (
            ("Ctrl+=", self.larger_wanted),
            ("Ctrl++", self.larger_wanted),
            ("Ctrl+-", self.smaller_wanted),
            ("Ctrl+0", self.normal_wanted),
        ):
            QShortcut(QKeySequence(keys), self).activated.connect(act)

    # -- what is wanted -------------------------------------------------------------------------

    @Slot()
    def start(self) -> None:
        """Start a run with the settings in the fields; one under way is stopped first."""
        self.stop()
        try:
            settings = replace(self.set_up.settings(), hold=True)
            said = self.side.prediction()
        except Problem as problem:
            self._on_refused(problem)
            return
        self.run_wanted.emit(settings, said)

    @Slot()
    def stop(self) -> None:
        """End a run now."""
        self.stop_wanted.emit()

    @Slot()
    def _on_space(self) -> None:
        """Accept one connection; but a button that has the focus is pressed, as everywhere. When a
        run begins, the focus leaves the button that started it: pressed once more, or when the run
        has just ended, that would discard the run.
        """
        focused = self.focusWidget()
        if isinstance(focused, QPushButton):
            focused.click()
        else:
            self.accept_wanted.emit()

    @Slot(object)
    def _on_refused(self, problem: Problem) -> None:
        self.show_message(StatusMessage("bad", ErrorMessage(problem)))

    @Slot(object)
    def _on_way(self, mode: LabMode) -> None:
        self.set_up.mode.choose(mode.name)
        self.start()

    # -- showing --------------------------------------------------------------------------------

    @Slot(object)
    def show_state(self, state: LabState) -> None:
        """Show another state of the lab."""
        before, self.state = self.state, state
        if state.step == "run" and state.settings is not before.settings:
            self.by_hand.begin(state.settings.backlog)
        began = state.step == "run" != before.step
        self._show_picture()
        self._show_result()
        if self.focusWidget() is self.by_hand.accept_one and state.result is not None:
            self.comparison.setFocus()  # a key that comes late has no effect
        self._show_step(state.step)
        if began:  # also away from a field in which Enter was pressed: Space accepts from now on
            self.by_hand.accept_one.setFocus()

    def _show_picture(self) -> None:
        picture, settings = self.state.picture, self.state.settings
        self.cells.show_picture(picture)
        self.chart.show_picture(picture, settings)
        self.log_line.show_call(self.state.newest_call)
        if picture is not None:
            self.top.show_clock(picture)
            self.side.show_picture(picture, settings)

    def _show_result(self) -> None:
        result = self.state.result
        if result is None:
            self.comparison.hide()
            return
        if not self.state.own:
            self.headline.setText(self._facts(self.state.settings, result.os))
        self.comparison.show_result(result, self.state.said)
        self.comparison.show()

    def _show_step(self, current: Step) -> None:
        self.top.show_step(current, keepable=self.state.keepable)
        self.by_hand.show_running(self.state.step == "run")

    @Slot(object)
    def show_message(self, message: StatusMessage) -> None:
        """Show what is happening, or why something cannot be done."""
        self._message = message
        self.message.setText(message.text.show())
        self.message.setProperty("badge", True)
        tone(self.message, message.level)

    @Slot(object)
    def show_hindrances(self, hindered: Hindrances) -> None:
        """Disable what is not available on this system, with the reason."""
        self.hindered = self.comparison.hindered = hindered
        self.set_up.forbid(hindered)

    @Slot()
    def _on_edited(self) -> None:
        settings = self._word()
        if settings is not None and not self.state.own:
            self.show_message(StatusMessage("info", ends(settings)))

    def _word(self) -> BacklogSettings | None:
        """The headline and the article's claim for the current settings; None: they cannot be
        run.
        """
        try:
            settings = self.set_up.settings()
        except Problem as problem:
            self._on_refused(problem)
            return None
        self.headline.setText(self._facts(settings, system()))
        self.side.show_claim(settings.claim)
        return settings

    def _facts(self, settings: BacklogSettings, os: str) -> str:
        """What is done, on which system, and what turns clients away there."""
        return f"{title(settings)}   {os} | {tr(f'lab.mode_{settings.mode.name}')}"

    def retranslate(self) -> None:
        self.setWindowTitle(tr("lab.title"))
        self.controls.retranslate()
        self.top.retranslate()
        self.set_up.forbid(self.comparison.hindered)
        self._scroll.setAccessibleName(tr("lab.chart"))
        self.comparison.setAccessibleName(tr("lab.step_compare"))
        if self._message is None:
            self._on_edited()
        else:
            self._word()
            self.show_message(self._message)
        self._show_picture()
        self._show_result()

    def redraw(self) -> None:
        self.top.redraw()
        self.side.fit(self.width())
        self.retranslate()

    # -- Qt -------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.side.fit(event.size().width())

    def closeEvent(self, event: QCloseEvent) -> None:
        self.closing.emit()
        super().closeEvent(event)
