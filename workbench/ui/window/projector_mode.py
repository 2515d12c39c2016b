"""The window on a projector: full screen, large, with a caption; and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Slot

if TYPE_CHECKING:
    from workbench.ui.window.window import MainWindow

ROOMY: Final = 760
"""Pixels of height from which on a presentation names the calls on the buttons."""


class ProjectorMode(QObject):
    """Switches a window into a presentation and out of it.

    Attributes:
        on: this window is presented; another may be too.
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.on = False
        self._was_maximized = False

    @Slot()
    def switch(self) -> None:
        """Full screen, large, high contrast; set-up folded; the newest call as a caption."""
        window = self._window
        presenting = self.on = not self.on
        if presenting:
            self._was_maximized = window.isMaximized()
            window.showFullScreen()
        elif self._was_maximized:
            window.showMaximized()
        else:
            window.showNormal()
        window.tools.setVisible(not presenting)
        window.menuBar().setVisible(not presenting)
        window.caption.setVisible(presenting)
        window.status.setVisible(not presenting)
        window.log.fold(presenting)
        window.halves.present(presenting)
        if presenting:
            window.endpoints.hide()
        for panel in window.slots_.panels():
            panel.fold(presenting)
        if presenting:
            window.first_steps.hide()
        else:
            window.guide.show()
        window.looks.present(self, presenting)
        self.name_calls()
        window.name_record()

    def close(self) -> None:
        """The window goes: what is left is of everyday size."""
        if self.on:
            self.on = False
            self._window.looks.present(self, False)

    def name_calls(self) -> None:
        """Calls stand on the buttons of a presentation, where there is room for them."""
        window = self._window
        for panel in window.slots_.panels():
            panel.controls.show_calls(self.on and window.height() >= ROOMY)
