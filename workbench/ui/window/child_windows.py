"""Windows beside the main one: the backlog lab, the check of all demonstrations, the scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

if TYPE_CHECKING:
    from workbench.ui.lab.backlog_window import BacklogWindow
    from workbench.ui.window.window import MainWindow


class OtherWindows(QObject):
    """Opens them on the session and record of a window.

    Attributes:
        lab: the backlog lab; None until it is opened.
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.lab: BacklogWindow | None = None

    @Slot()
    def open_backlog_lab(self) -> None:
        """The lab, made once."""
        from workbench.ui.lab.open_lab import open_lab  # not needed at the start

        if self.lab is None:
            self.lab = open_lab(self._window.controller, self._window, self._window.looks)
            self.lab.log_wanted.connect(self._show_log)
        self.lab.show()
        self.lab.raise_()
        self.lab.activateWindow()

    @Slot(str)
    def _show_log(self, text: str) -> None:
        """The log in front, with this filter in its field."""
        self._window.log.filter.setText(text)
        self._window.log.apply_filter()
        self._window.raise_()
        self._window.activateWindow()

    @Slot()
    def open_check_all(self) -> None:
        """Every demonstration once, in records of their own: does it hold on this system?"""
        from workbench.ui.dialogs.check_all_dialog import CheckAllDialog  # seldom needed

        CheckAllDialog(self._window).show()

    @Slot()
    def make_scenario(self, *, repeat: bool = False) -> None:
        """Turn the record so far into a scenario."""
        from workbench.ui.dialogs.scenario_dialog import ScenarioDialog  # seldom needed, costs time

        window = self._window
        window.controller.session.journal.flush()
        maker = ScenarioDialog(
            window.controller, window.log.chosen_seqs(), window, repeat=repeat, live=window.live
        )
        maker.attach(window.demos)
        maker.show()

    def stop(self) -> None:
        """The record ends: so does a run of the lab."""
        if self.lab is not None:
            self.lab.stop()

    def close(self) -> None:
        """The main window goes; what it is the parent of goes with it."""
        if self.lab is not None:
            self.lab.close()
