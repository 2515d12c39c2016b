"""The main window: two slots above, the log and the inspector below."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QCloseEvent, QResizeEvent
from PySide6.QtWidgets import QMainWindow, QSplitter, QVBoxLayout, QWidget

from workbench.engine.model import commands as c
from workbench.journal import private, records
from workbench.qt.endpoint_thread import qt_spawn
from workbench.qt.scenario_player import ScenarioPlayer
from workbench.session import Session
from workbench.texts import Problem, tr
from workbench.ui.record.inspector import Inspector
from workbench.ui.style import qt_translations
from workbench.ui.style.retranslatable import Retranslatable
from workbench.ui.window.autoplay import Autoplay
from workbench.ui.window.banner import Banner
from workbench.ui.window.child_windows import OtherWindows
from workbench.ui.window.demo_bar import DemoBar
from workbench.ui.window.endpoint_list import EndpointList
from workbench.ui.window.endpoint_tabs import EndpointTabs
from workbench.ui.window.file_commands import FileCommands
from workbench.ui.window.menus import Menus
from workbench.ui.window.note_field import MarkField
from workbench.ui.window.onboarding import Onboarding
from workbench.ui.window.onboarding_bar import OnboardingBar
from workbench.ui.window.projector_caption import ProjectorCaption
from workbench.ui.window.projector_mode import ProjectorMode
from workbench.ui.window.record_views import log_panel_of
from workbench.ui.window.shortcuts import add_keys
from workbench.ui.window.splitter import MainSplitter
from workbench.ui.window.status_bar import StatusBar
from workbench.ui.window.tab_area import TabArea
from workbench.ui.window.toolbar import ToolBar
from workbench.viewmodel import control_commands
from workbench.viewmodel.saved_messages import Messages

if TYPE_CHECKING:
    from workbench.qt.controller import Controller
    from workbench.qt.preferences import Preferences
    from workbench.ui.style.appearance import Appearance

CLOSE_BOUND: Final = 10.0
"""Seconds that leaving may take at most."""


class MainWindow(Retranslatable, QMainWindow):
    """Owns the controller (and through it the session) until it is closed.

    Attributes:
        controller: between widgets and session.
        slots_: the endpoints' panels.
    """

    def __init__(
        self,
        controller: Controller,
        looks: Appearance,
        preferences: Preferences,
        *,
        live: bool = True,
    ) -> None:
        """`live` False: an old record is shown; there is nothing to act on."""
        super().__init__()
        self.controller = controller
        self.looks = looks
        self.preferences = preferences
        self.live = live
        self.messages = Messages(preferences)
        self._closed = False
        self.setObjectName("main_window")
        self.slots_ = TabArea()
        self.panels = EndpointTabs(self)
        self.log = log_panel_of(controller)
        self.inspector = Inspector(controller)
        self.demos = ScenarioPlayer(controller, self)
        self.files = FileCommands(self)
        self.watch = Autoplay(self)
        self.first_steps = OnboardingBar()
        self.guide = Onboarding(self)
        self.presentation = ProjectorMode(self)
        self.others = OtherWindows(self)
        self.endpoints = EndpointList(controller, self.panels.owner)
        self.actions_ = Menus(self)
        self.tools = ToolBar(self, self.actions_.demos_menu)
        self.addToolBar(self.tools)
        self.lesson = DemoBar()
        self.mark = MarkField()
        self.notice = Banner()
        self.caption = ProjectorCaption(self.actions_.demos_menu)
        self.status = StatusBar(controller, self.log.model)
        self.setStatusBar(self.status)
        self._lay_out()
        self._wire()
        qt_translations.install()
        self.slots_.setVisible(live)
        self.actions_.set_live(live)
        self.tools.set_live(live)
        self.caption.set_live(live)
        self.guide.show()
        if not live:
            self.notice.tell_old(controller.session.record, controller.session.journal.not_recorded)
        self.log.restore(preferences)
        self.retranslate()
        self.resize(1280, 800)
        # It goes with the window, after all others: else Python's collector would destroy it on
        # whichever thread that runs, timers and all
        controller.setParent(self)

    def _lay_out(self) -> None:
        self.halves = MainSplitter(self.slots_, self.log, self.inspector)
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
        self.controller.snapshots_changed.connect(self._on_snapshots)
        self.controller.problem.connect(self._on_problem)
        self.demos.told.connect(self.status.tell)
        self.demos.begun.connect(self.lesson.begin)
        self.demos.ended.connect(self.lesson.end)
        self.lesson.again.connect(self.demos.run_named)
        self.endpoints.chosen.connect(self.panels.bring)
        self.caption.stop_all.clicked.connect(self.panels.stop_all)
        self.caption.leave.clicked.connect(self.presentation.switch)
        self.mark.marked.connect(self._on_marked)
        self.notice.open_wanted.connect(self.files.show_record)
        self.notice.seen.connect(self._on_notice_seen)
        self.inspector.ways = self.panels.ways
        self.panels.told.connect(self._on_problem)
        add_keys(self)

    @Slot()
    def look_for_a_crash(self) -> None:
        """Say once that an earlier run ended without closing its record, and tidy after it."""
        private.sweep()
        records.sweep()
        newest = next(iter(records.recent(1)), None)
        if (
            newest is not None
            and newest.crashed
            and (newest.path.name != self.preferences.crash_seen)
        ):
            self.notice.tell_crashed(newest.path)

    @Slot(object)
    def _on_notice_seen(self, record: Path) -> None:
        self.preferences.crash_seen = record.name

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
        self.controller.perform(control_commands.check("window.mark_text", c.Mark(text)))

    @Slot()
    def start_over(self) -> None:
        """Close every socket, begin a new record, keep the panels as they are filled in."""
        try:
            session = Session(
                spawn=qt_spawn,
                beyond_loopback=True,
                capture=self.preferences.capture,
                lasting=False,
            )
        except Problem as problem:
            self.status.tell(problem.text)
            return
        self.demos.stop()
        self.watch.stop()
        self.others.stop()
        old = self.controller.session
        for panel in self.slots_.panels():
            session.add(panel.wished() if panel.phase is not None else old.settings(panel.name))
        self.controller.begin_anew(session, CLOSE_BOUND)
        for panel in self.slots_.panels():
            panel.begin_anew()
        self.log.follow.setChecked(True)
        self.name_record()
        self.status.tell(tr("window.started_over", name=old.record.stem))

    @Slot()
    def switch_every_byte(self) -> None:
        """Keep whole payloads from the next record on, or the first 4 KiB of each call."""
        self.preferences.every_byte = not self.preferences.every_byte
        key = "every_byte_on" if self.preferences.every_byte else "every_byte_off"
        self.status.tell(tr(f"window.{key}"))

    # -- showing --------------------------------------------------------------------------------

    @Slot()
    def _on_snapshots(self) -> None:
        """Panels for endpoints that a scenario added; fresh state in those that can be seen."""
        if self._closed:
            return
        self.panels.refresh()
        self.status.refresh()
        if not self.live:
            self.notice.tell_damage(self.controller.reader.damage)
        elif self.notice.follow(self.controller.session):
            self.name_record()
        if self.caption.isVisible():
            self.caption.refresh(self.controller)

    @Slot(object)
    def _on_problem(self, problem: Problem) -> None:
        self.status.tell(problem.text)

    def name_record(self) -> None:
        """What the record is called now: it may have been taken away and go on elsewhere."""
        record = self.controller.session.record.stem
        title = "window.title" if self.presentation.on else "window.title_record"
        self.setWindowTitle(tr(title, record=record))
        self.status.name_record()

    def retranslate(self) -> None:
        qt_translations.name_scroll_buttons(self)
        self.name_record()
        self.actions_.retranslate()

    # -- Qt -------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A wide window has room for the list of endpoints, a low one shares its height anew."""
        super().resizeEvent(event)
        if event.size().height() != event.oldSize().height():
            # the splitter has its new height then
            QTimer.singleShot(0, self.halves, self.halves.give_room)
        self.presentation.name_calls()
        if self.live and not self.presentation.on:
            self.endpoints.show_where_wide(event.size().width(), self.looks.scale)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Close every socket and the record within a bound; nothing is asked."""
        if not self._closed:
            self._closed = True
            self.presentation.close()
            self.watch.stop()
            self.demos.stop()
            self.others.close()
            self.files.close()
            self.log.keep()
            self.controller.close(CLOSE_BOUND)
        event.accept()
        super().closeEvent(event)
