"""The main window: two slots above, the log and the inspector below."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QAbstractButton, QMainWindow, QSplitter, QVBoxLayout, QWidget

from workbench.engine import commands as c
from workbench.journal.records import recent
from workbench.qt.thread import qt_spawn
from workbench.session import Session
from workbench.texts import Problem, language, set_language, tr
from workbench.ui import bindings, qt_words
from workbench.ui.actions import Actions
from workbench.ui.caption import Caption
from workbench.ui.client_panel import ClientPanel
from workbench.ui.demos import Demos
from workbench.ui.endpoint_list import WIDE, EndpointList
from workbench.ui.endpoint_panels import EndpointPanels
from workbench.ui.files import Files
from workbench.ui.first_steps import FirstSteps
from workbench.ui.inspector import Inspector
from workbench.ui.lesson import Lesson
from workbench.ui.log_panel import LogPanel
from workbench.ui.mark import MarkField
from workbench.ui.notice import Notice
from workbench.ui.saved import Messages
from workbench.ui.slots import Slots
from workbench.ui.status import StatusBar
from workbench.ui.tool_bar import Tools
from workbench.ui.watch import Watch

if TYPE_CHECKING:
    from workbench.qt.controller import Controller
    from workbench.ui.lab.backlog_window import BacklogWindow
    from workbench.ui.looks import Looks
    from workbench.ui.preferences import Preferences

ROOMY: Final = 1000
"""Pixels of height from which on a presentation names the calls on the buttons."""
CLOSE_BOUND: Final = 10.0
"""Seconds that leaving may take at most."""
OWNED_LOOK: Final = 500
PANELS_SHARE: Final = 0.6
"""Of the height, for the panels; the record has the rest."""


class MainWindow(QMainWindow):
    """Owns the controller (and through it the session) until it is closed.

    Attributes:
        controller: between widgets and session.
        slots: the endpoints' panels.

    Signals:
        worded(): every text has been made again, in the language and font in force.
    """

    worded = Signal()

    def __init__(self, controller: Controller, looks: Looks, preferences: Preferences, *,
                 live: bool = True) -> None:
        """`live` False: an old record is shown; there is nothing to act on."""
        super().__init__()
        self.controller = controller
        self.looks = looks
        self.preferences = preferences
        self.live = live
        self.messages = Messages(preferences)
        self._closed = False
        self.lab: BacklogWindow | None = None
        self._was_maximized = False
        self._halved_by_hand = False
        self.setObjectName("main_window")
        self.slots_ = Slots()
        self.panels = EndpointPanels(self)
        self.log = LogPanel(controller)
        self.inspector = Inspector(controller)
        self.demos = Demos(controller, self)
        self.files = Files(self)
        self.watch = Watch(self)
        self.actions_ = Actions(self)
        self.tools = Tools(self, self.actions_.demos_menu)
        self.addToolBar(self.tools)
        self.first_steps = FirstSteps()
        self.lesson = Lesson()
        self.endpoints = EndpointList(controller, self.panels.owner)
        self.endpoints.hide()
        self._endpoints_by_hand = False
        self.mark = MarkField()
        self.notice = Notice()
        self.caption = Caption()
        self.status = StatusBar(controller, self.log.model)
        self.setStatusBar(self.status)
        self._lay_out()
        self._wire()
        self.slots_.setVisible(live)
        self.actions_.set_live(live)
        self.tools.set_live(live)
        self.show_first_steps()
        self.log.restore(preferences)
        self.retranslate()
        self.resize(1280, 800)
        # It goes with the window, after all others: else Python's collector would destroy it on
        # whichever thread that runs, timers and all
        controller.setParent(self)

    def _lay_out(self) -> None:
        self.bottom = QSplitter(Qt.Orientation.Horizontal)
        self.bottom.setObjectName("bottom")
        self.bottom.addWidget(self.log)
        self.bottom.addWidget(self.inspector)
        self.bottom.setChildrenCollapsible(False)
        self.bottom.setStretchFactor(0, 3)
        self.bottom.setStretchFactor(1, 1)
        self.bottom.setSizes([930, 340])
        self.halves = QSplitter(Qt.Orientation.Vertical)
        self.halves.setObjectName("halves")
        self.halves.addWidget(self.slots_)
        self.halves.addWidget(self.bottom)
        self.halves.setChildrenCollapsible(False)
        self.halves.setStretchFactor(0, 3)
        self.halves.setStretchFactor(1, 2)
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(2, 2, 2, 0)
        column.setSpacing(2)
        column.addWidget(self.notice)
        column.addWidget(self.first_steps)
        column.addWidget(self.lesson)
        column.addWidget(self.mark)
        column.addWidget(self.caption)
        sides = QSplitter(Qt.Orientation.Horizontal)
        sides.setObjectName("sides")
        sides.setChildrenCollapsible(False)
        sides.addWidget(self.endpoints)
        sides.addWidget(self.halves)
        sides.setStretchFactor(1, 1)
        sides.setSizes([250, 1000])
        column.addWidget(sides, 1)
        self.setCentralWidget(centre)

    def _wire(self) -> None:
        self.slots_.needs.connect(self._give_room)
        self.halves.splitterMoved.connect(self._on_halved)
        self.controller.snapshots_changed.connect(self._on_snapshots)
        self.controller.problem.connect(self._on_problem)
        self.demos.told.connect(self.status.tell)
        self.demos.begun.connect(self.lesson.begin)
        self.demos.begun.connect(self.first_steps.hide)
        self.demos.ended.connect(self.lesson.end)
        self.lesson.again.connect(self.demos.run_named)
        self.endpoints.chosen.connect(self.panels.bring)
        self.mark.marked.connect(self._on_marked)
        self.notice.open_wanted.connect(self.files.show_record)
        self.notice.seen.connect(self._on_notice_seen)
        self.inspector.ways = self.panels.ways
        self.panels.told.connect(self._on_problem)
        self.looks.changed.connect(self._on_looks)
        self.controller.committed.connect(self._on_committed)
        steps = self.first_steps
        steps.watch.connect(self.watch.start)
        steps.demo.connect(self.demos.run_named)
        steps.left.connect(self._leave_first_steps)
        for key, control in (("1", "server.listen"), ("2", "client.connect"), ("3", "client.send")):
            QShortcut(QKeySequence(key), self, lambda control=control: self._press(control))
        QShortcut(QKeySequence(Qt.Key.Key_Escape), self, self._on_escape)
        for number in range(1, 10):
            QShortcut(QKeySequence(f"Ctrl+{number}"), self, partial(self._put_saved, number))

    # -- first steps ----------------------------------------------------------------------------

    def show_first_steps(self, *, again: bool = False) -> None:
        """The strip of a first start; `again`: somebody asked for it."""
        if again:
            self.preferences.first_steps_done = False
        shown = self.live and not self.preferences.first_steps_done
        self.first_steps.setVisible(shown)
        self._number_steps(shown)

    def _number_steps(self, shown: bool) -> None:
        """1, 2, 3 on the buttons that the strip names."""
        for panel in self.slots_.panels():
            panel.number_steps(shown)

    @Slot()
    def look_for_a_crash(self) -> None:
        """Say once that an earlier run ended without closing its record."""
        newest = next(iter(recent(1)), None)
        if newest is not None and newest.crashed and (
            newest.path.name != self.preferences.crash_seen
        ):
            self.notice.tell_crashed(newest.path)

    @Slot(object)
    def _on_notice_seen(self, record: Path) -> None:
        self.preferences.crash_seen = record.name

    @Slot()
    def _leave_first_steps(self) -> None:
        self.preferences.first_steps_done = True
        self.first_steps.hide()
        self._number_steps(False)

    @Slot(object)
    def _on_committed(self, _committed: object) -> None:
        """The strip leaves after the first answered Send: text came back to a client."""
        if self.first_steps.isVisible() and not self.watch.running and any(
            isinstance(panel, ClientPanel) and panel.answered for panel in self.slots_.panels()
        ):
            self._leave_first_steps()

    def _put_saved(self, number: int) -> None:
        panel = self.panels.in_front()
        if isinstance(panel, ClientPanel):
            panel.editor.saved.choose(number)

    def _press(self, control: str) -> None:
        for button in self.findChildren(QAbstractButton, control):  # one a panel
            if button.isVisible() and button.isEnabled():
                button.click()
                return

    def _on_escape(self) -> None:
        if self.watch.running:
            self.watch.stop()
        elif self.mark.isVisible():
            self.mark.give_up()
        elif self.looks.presenting:
            self.switch_presentation()
        else:
            self.log.follow.setChecked(True)

    # -- endpoints ------------------------------------------------------------------------------

    def first_start(self) -> None:
        """Both panels filled and ready."""
        self.panels.new_server()
        self.panels.new_client()

    # -- the record -----------------------------------------------------------------------------

    @Slot()
    def begin_mark(self) -> None:
        self.mark.begin()

    @Slot(str)
    def _on_marked(self, text: str) -> None:
        self.controller.perform(bindings.check("window.mark_text", c.Mark(text)))

    @Slot()
    def start_over(self) -> None:
        """Close every socket, begin a new record, keep the panels as they are filled in."""
        self.demos.stop()
        self.watch.stop()
        if self.lab is not None:
            self.lab.stop()
        old = self.controller.session
        session = Session(spawn=qt_spawn, beyond_loopback=True,
                          capture=self.preferences.capture)
        for panel in self.slots_.panels():
            session.add(panel.wished() if panel.phase is not None else old.settings(panel.name))
        self.controller.begin_anew(session, CLOSE_BOUND)
        for panel in self.slots_.panels():
            panel.begin_anew()
        self.log.follow.setChecked(True)
        self.retranslate()
        self.status.tell(tr("window.started_over", name=old.record.stem))

    @Slot()
    def switch_every_byte(self) -> None:
        """Keep whole payloads from the next record on, or the first 4 KiB of each call."""
        self.preferences.every_byte = not self.preferences.every_byte
        key = "every_byte_on" if self.preferences.every_byte else "every_byte_off"
        self.status.tell(tr(f"window.{key}"))

    @Slot()
    def open_backlog_lab(self) -> None:
        """The lab in a window of its own, on this session and record."""
        from workbench.ui.lab.backlog_window import BacklogWindow  # not needed at the start

        if self.lab is None:
            self.lab = BacklogWindow(self.controller, self, self.looks)
            self.lab.log_line.wanted.connect(self._show_log)
        self.lab.show()
        self.lab.raise_()
        self.lab.activateWindow()

    @Slot(str)
    def _show_log(self, text: str) -> None:
        """The log in front, with this filter in its field."""
        self.log.filter.setText(text)
        self.log.apply_filter()
        self.raise_()
        self.activateWindow()

    @Slot()
    def open_check_all(self) -> None:
        """Every demonstration once, in records of their own: does it hold on this system?"""
        from workbench.ui.check_all import CheckAll  # seldom needed

        CheckAll(self).show()

    @Slot()
    def make_scenario(self) -> None:
        """Turn the record so far into a scenario, in a window of its own."""
        from workbench.ui.scenario_window import ScenarioWindow  # seldom needed, costs time

        self.controller.session.journal.flush()
        maker = ScenarioWindow(self.controller, self.log.chosen_seqs(), self)
        maker.run_wanted.connect(self.demos.run_again)
        self.demos.told.connect(maker.tell)
        self.worded.connect(maker.retranslate)
        maker.show()

    # -- looks ----------------------------------------------------------------------------------

    @Slot()
    def switch_presentation(self) -> None:
        """Full screen, large, high contrast; set-up folded; the newest call as a caption."""
        presenting = not self.looks.presenting
        if presenting:
            self._was_maximized = self.isMaximized()
            self.showFullScreen()
        elif self._was_maximized:
            self.showMaximized()
        else:
            self.showNormal()
        self.tools.setVisible(not presenting)
        self.menuBar().setVisible(not presenting)
        self.caption.setVisible(presenting)
        self.status.hide_names(presenting)
        if presenting:
            self.endpoints.hide()
        for panel in self.slots_.panels():
            panel.fold(presenting)
        if presenting:
            self.first_steps.hide()
        else:
            self.show_first_steps()
        self.looks.present(presenting)
        self._name_calls()
        self.retranslate()

    def _name_calls(self) -> None:
        """Calls stand on the buttons of a presentation, where there is room for them."""
        for panel in self.slots_.panels():
            panel.controls.show_calls(self.looks.presenting and self.height() >= ROOMY)

    @Slot()
    def _on_looks(self) -> None:
        if self._closed:
            return
        self.caption.redraw()
        self.log.view.fit_rows()
        self.inspector.redraw()
        self.tools.redraw()
        for panel in self.slots_.panels():
            panel.redraw()
        self.retranslate()

    # -- showing --------------------------------------------------------------------------------

    @Slot()
    def _give_room(self) -> None:
        """Panels that need more than their share get it from the log, as far as it can spare it.

        Where a person has set the heights, they stay: the panels scroll.
        """
        if self._halved_by_hand:
            return
        total = sum(self.halves.sizes())
        spare = total - self.bottom.minimumSizeHint().height()
        top = min(max(int(total * PANELS_SHARE), self.slots_.needed_height), spare)
        if self.halves.sizes()[0] != top:
            self.halves.setSizes([top, total - top])

    @Slot()
    def _on_halved(self) -> None:
        self._halved_by_hand = True

    @Slot()
    def _on_snapshots(self) -> None:
        """Panels for endpoints that a scenario added; fresh state in those that can be seen."""
        if self._closed:
            return
        self.panels.refresh()
        self.status.refresh()
        if self.caption.isVisible():
            self.caption.refresh(self.controller)

    @Slot()
    def switch_endpoints(self) -> None:
        """The list at the side, or not: from now on as the person wishes."""
        self._endpoints_by_hand = True
        self.endpoints.setVisible(not self.endpoints.isVisible())
        self.endpoints.refresh()

    @Slot(object)
    def _on_problem(self, problem: Problem) -> None:
        self.status.tell(problem.text)

    @Slot()
    def switch_language(self) -> None:
        """The other language, at once."""
        set_language("en" if language() != "en" else "zh_CN")
        self.preferences.language = language()
        self.retranslate()

    def retranslate(self) -> None:
        record = self.controller.session.record.stem
        title = "window.title" if self.looks.presenting else "window.title_record"
        qt_words.speak(self)
        self.setWindowTitle(tr(title, record=record))
        self.actions_.retranslate()
        self.tools.retranslate()
        self.first_steps.retranslate()
        self.lesson.retranslate()
        self.endpoints.retranslate()
        self.mark.retranslate()
        self.notice.retranslate()
        self.slots_.retranslate()
        for panel in self.slots_.panels():
            panel.retranslate()
            panel.refresh()
        self.log.retranslate()
        self.inspector.retranslate()
        self.status.retranslate()
        if self.lab is not None:
            self.lab.retranslate()
        self.worded.emit()

    # -- Qt -------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A wide window has room for the list of endpoints, a low one shares its height anew."""
        super().resizeEvent(event)
        if event.size().height() != event.oldSize().height():
            QTimer.singleShot(0, self, self._give_room)  # the splitter has its new height then
        self._name_calls()
        if self.live and not self._endpoints_by_hand and not self.looks.presenting:
            wide = event.size().width() >= WIDE * self.looks.scale / 100
            if wide != self.endpoints.isVisible():
                self.endpoints.setVisible(wide)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "actions_"):
            self.tools.redraw()
            self.slots_.retranslate()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Close every socket and the record within a bound; nothing is asked."""
        if not self._closed:
            self._closed = True
            self.watch.stop()
            self.demos.stop()
            if self.lab is not None:
                self.lab.close()
            self.files.close()
            self.log.keep()
            self.controller.close(CLOSE_BOUND)
        event.accept()
        super().closeEvent(event)
