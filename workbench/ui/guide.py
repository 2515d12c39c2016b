"""Guides a first start: when its strip is there, what it numbers, and when it leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from workbench.ui.client_panel import ClientPanel

if TYPE_CHECKING:
    from workbench.ui.main_window import MainWindow


class Guide(QObject):
    """Shows the strip of the first steps until it has done its service."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._strip = window.first_steps
        window.controller.committed.connect(self._on_committed)
        self._strip.watch.connect(window.watch.start)
        self._strip.demo.connect(window.demos.run_named)
        self._strip.left.connect(self._leave)
        window.demos.begun.connect(self._strip.hide)

    def show(self, *, again: bool = False) -> None:
        """The strip of a first start; `again`: somebody asked for it."""
        if again:
            self._window.preferences.first_steps_done = False
        shown = self._window.live and not self._window.preferences.first_steps_done
        self._strip.setVisible(shown)
        self._number_steps(shown)

    def _number_steps(self, shown: bool) -> None:
        """1, 2, 3 on the buttons that the strip names."""
        for panel in self._window.slots_.panels():
            panel.number_steps(shown)

    @Slot()
    def _leave(self) -> None:
        self._window.preferences.first_steps_done = True
        self._strip.hide()
        self._number_steps(False)

    @Slot(object)
    def _on_committed(self, _committed: object) -> None:
        """The strip leaves after the first answered Send: text came back to a client."""
        if self._strip.isVisible() and not self._window.watch.running and any(
            isinstance(panel, ClientPanel) and panel.answered
            for panel in self._window.slots_.panels()
        ):
            self._leave()
