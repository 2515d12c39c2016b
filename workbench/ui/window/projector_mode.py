"""The window on a projector: full screen, large, with a caption."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal, Slot

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from workbench.ui.style.appearance import Appearance

ROOMY: Final = 760
"""Pixels of height from which on a presentation names the calls on the buttons."""


class ProjectorMode(QObject):
    """Switches one window to a projector and back; its parts follow the signal `presented`.

    Attributes:
        on: this window is presented; another may be too.

    Signals:
        presented(bool): whether it is on a projector from now on.
        everyday(bool): the opposite: whether everyday parts are shown.
        calls_named(bool): whether there is room to name the calls on the buttons.
    """

    presented = Signal(bool)
    everyday = Signal(bool)
    calls_named = Signal(bool)

    def __init__(self, window: QWidget, appearance: Appearance) -> None:
        super().__init__()
        self._window = window
        self._appearance = appearance
        self.on = False
        self._was_maximized = False

    @Slot()
    def switch(self) -> None:
        """Switch to full screen, large and with high contrast, or back."""
        window = self._window
        presenting = self.on = not self.on
        if presenting:
            self._was_maximized = window.isMaximized()
            window.showFullScreen()
        elif self._was_maximized:
            window.showMaximized()
        else:
            window.showNormal()
        self.everyday.emit(not presenting)
        self.presented.emit(presenting)
        self._appearance.present(self, presenting)
        self.fit()

    def close(self) -> None:
        """Restore the everyday size, because the window closes."""
        if self.on:
            self.on = False
            self._appearance.present(self, False)

    def fit(self) -> None:
        """Name the calls on the buttons of a presentation if the window is high enough."""
        self.calls_named.emit(self.on and self._window.height() >= ROOMY)
