"""Guides a first start: when its strip is there, what it numbers, and when it leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QGuiApplication

from workbench.ui.endpoint.client_panel import ClientPanel

if TYPE_CHECKING:
    from workbench.ui.window.window import MainWindow


class Onboarding(QObject):
    """Shows the strip of the first steps until it has done its service."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._strip = window.first_steps
        self._numbered = False
        # not with the commit alone: the conversation shows the answer a moment after it
        window.controller.snapshots_changed.connect(self._on_tick)
        self._strip.watch.connect(window.watch.start)
        self._strip.demo.connect(window.demos.run_named)
        self._strip.left.connect(self._leave)
        window.demos.begun.connect(self._step_aside)
        window.looks.changed.connect(self._on_looks)

    def show(self, *, again: bool = False) -> None:
        """The strip of a first start; `again`: somebody asked for it."""
        if again:
            self._window.preferences.first_steps_done = False
        shown = self._window.live and not self._window.preferences.first_steps_done
        self._strip.setVisible(shown)
        self._number_steps(shown)

    def _number_steps(self, shown: bool) -> None:
        """1, 2, 3 on the buttons that the strip names."""
        self._numbered = shown
        for panel in self._window.slots_.panels():
            panel.number_steps(shown)

    @Slot()
    def _on_looks(self) -> None:
        """The numbers are drawn in the size of the text."""
        if self._numbered and not self._window.controller.closed:
            self._number_steps(True)

    @Slot()
    def _step_aside(self) -> None:
        """A demonstration has a strip of its own, and other buttons."""
        self._strip.hide()
        self._number_steps(False)

    @Slot()
    def _leave(self) -> None:
        self._window.preferences.first_steps_done = True
        self._step_aside()

    @Slot()
    def _on_tick(self) -> None:
        """It leaves after the first answered Send: text came back to a client.

        Not while a mouse button is down: all below moves up, and the press would go elsewhere.
        """
        if (
            self._numbered
            and not self._window.controller.closed
            and not self._window.watch.running
            and QGuiApplication.mouseButtons() == Qt.MouseButton.NoButton
            and any(
                isinstance(panel, ClientPanel) and panel.answered
                for panel in self._window.slots_.panels()
            )
        ):
            self._leave()
