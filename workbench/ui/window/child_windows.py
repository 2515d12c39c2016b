"""Windows beside the main one: backlog lab, *Check all*, *Make scenario* and others."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from shiboken6 import isValid

from workbench.texts import Problem
from workbench.ui.widgets.screen_fit import fit

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from PySide6.QtWidgets import QWidget

    from workbench.engine.model.settings import EndpointSettings
    from workbench.qt.controller import Controller
    from workbench.qt.scenario_player import Question, ScenarioPlayer
    from workbench.ui.dialogs.check_up_window import CheckUpWindow
    from workbench.ui.dialogs.manual_window import ManualWindow
    from workbench.ui.lab.backlog_window import BacklogWindow
    from workbench.ui.style.appearance import Appearance


class ChildWindows(QObject):
    """Opens and owns the windows that work on a main window's session and record.

    Attributes:
        lab: the backlog lab; None until it is opened.

    Signals:
        log_wanted(str): show the log with this filter.
    """

    log_wanted = Signal(str)

    def __init__(
        self,
        owner: QWidget,
        controller: Controller,
        appearance: Appearance,
        player: ScenarioPlayer,
        chosen_rows: Callable[[], Collection[int] | None],
        *,
        live: bool,
    ) -> None:
        """`chosen_rows`: those of the log that a scenario is made of; None: all."""
        super().__init__()
        self._owner = owner
        self._controller = controller
        self._appearance = appearance
        self._player = player
        self._chosen_rows = chosen_rows
        self._live = live
        self.lab: BacklogWindow | None = None
        self._manual: ManualWindow | None = None
        self._check_up: CheckUpWindow | None = None

    @Slot()
    def open_backlog_lab(self) -> None:
        """Show the lab; it is made once."""
        from workbench.ui.lab.open_lab import open_lab  # not needed at the start

        if self.lab is None:
            self.lab = open_lab(self._controller, self._owner, self._appearance)
            self.lab.log_wanted.connect(self.log_wanted)
            fit(self.lab, beside=self._owner)
        if self._owner.isFullScreen():  # it is presented, and so is what it opens
            self.lab.showMaximized()
        else:
            self.lab.show()
        self.lab.raise_()
        self.lab.activateWindow()

    def open_manual(self, page: str) -> None:
        """Show a page of the manual; its window is made once."""
        from workbench.ui.dialogs.manual_window import ManualWindow  # not needed at the start
        from workbench.ui.window.key_list import key_page

        if self._manual is None:
            self._manual = ManualWindow(self._owner, key_page)
        self._manual.open_page(page)
        self._manual.show()
        self._manual.raise_()
        self._manual.activateWindow()

    def open_about(self, settings: str) -> None:
        """Show versions and paths. `settings`: the path of the window's preferences."""
        from workbench.ui.dialogs.about_box import AboutBox  # seldom needed

        AboutBox(self._owner, settings).show()

    @Slot()
    def open_demonstrations(self) -> None:
        """Show all demonstrations in a searchable list; they run in this window."""
        from workbench.ui.dialogs.demo_browser import DemoBrowser  # seldom needed

        player = self._player
        browser = DemoBrowser(player.found(), self._owner, slowly=player.slowly)
        browser.run_wanted.connect(player.run_named)
        player.slowly_changed.connect(browser.run_slowly)
        browser.show()

    @Slot()
    def open_check_all(self) -> None:
        """Run every demonstration once, in records of their own: does it work on this system?"""
        from workbench.ui.dialogs.check_all_dialog import CheckAllDialog  # seldom needed

        CheckAllDialog(self._owner).show()

    def open_check_up(self, settings: EndpointSettings) -> None:
        """Check how the other end of an endpoint handles frames and heads, correct ones and broken
        ones.
        """
        from workbench.ui.dialogs.check_up_window import CheckUpWindow  # seldom needed

        self._check_up = window = CheckUpWindow(settings, self._owner)
        window.open_wanted.connect(self._player.run_scenario)
        window.show()

    def save_check_up(self) -> None:
        """Ask where the report of the newest check-up is to be written, as JUnit.

        Raises:
            Problem: there is none, or it has not come to its end.
        """
        if self._check_up is None or not isValid(self._check_up):
            raise Problem("checkup.none_to_save")
        self._check_up.ask_junit()

    @Slot()
    def make_scenario(self, *, repeat: bool = False) -> None:
        """Turn the record so far into a scenario; `repeat`: in a loop, with fields for it."""
        rows = self._chosen_rows()
        self._controller.after_commit(self, partial(self._show_scenario, rows, repeat=repeat))

    def _show_scenario(self, rows: Collection[int] | None, *, repeat: bool) -> None:
        from workbench.qt.scenario_maker import ScenarioMaker  # seldom needed, costs time
        from workbench.ui.dialogs.scenario_dialog import ScenarioDialog

        maker = ScenarioMaker(self._controller)
        dialog = ScenarioDialog(maker, rows, self._owner, repeat=repeat, live=self._live)
        dialog.attach(self._player)
        dialog.show()

    @Slot(object)
    def ask_permission(
        self, question: Question, go_on: Callable[[Question], None] | None = None
    ) -> None:
        """Show what a scenario asks for; once that is allowed it is run, or `go_on` called."""
        from workbench.ui.dialogs.permission_dialog import PermissionDialog  # seldom needed

        asking = PermissionDialog(question, self._owner)
        asking.allowed.connect(go_on or self._player.go_on)
        asking.open()

    @Slot()
    def stop(self) -> None:
        """End a run of the lab, since the record ends."""
        if self.lab is not None:
            self.lab.stop()

    def close(self) -> None:
        """Close, since the main window goes, and everything whose parent it is with it."""
        for window in (self.lab, self._manual):
            if window is not None:
                window.close()
