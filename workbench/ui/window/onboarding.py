"""Guides a first start: when the strip is shown, what it numbers, when it goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from workbench.qt.client_presenter import ClientPresenter

if TYPE_CHECKING:
    from workbench.qt.controller import Controller
    from workbench.qt.preferences import Preferences
    from workbench.ui.endpoint.endpoint_panel import EndpointPanel
    from workbench.ui.window.autoplay import Autoplay
    from workbench.ui.window.endpoint_tabs import EndpointTabs
    from workbench.ui.window.onboarding_bar import OnboardingBar
    from workbench.ui.window.tab_area import TabArea


class Onboarding(QObject):
    """Controls the strip. After the first answered Send it shows how to continue, until the mouse
    has left the window, since everything below moves when the strip goes.
    """

    def __init__(
        self,
        bar: OnboardingBar,
        area: TabArea,
        tabs: EndpointTabs,
        autoplay: Autoplay,
        controller: Controller,
        preferences: Preferences,
        *,
        live: bool,
    ) -> None:
        super().__init__()
        self._bar = bar
        self._area = area
        self._tabs = tabs
        self._autoplay = autoplay
        self._controller = controller
        self._preferences = preferences
        self._live = live
        self._numbered = False
        # not with the commit alone: the conversation shows the answer a moment later
        controller.panels_shown.connect(self._on_tick)
        bar.left.connect(self._leave)
        bar.window_left.connect(self._go)

    def show(self, *, again: bool = False) -> None:
        """Show the strip if it is still needed; `again`: somebody asked for it."""
        if again:
            self._preferences.first_steps_done = False
        shown = self._live and not self._preferences.first_steps_done
        if shown:
            self._bar.ask()
        self._bar.setVisible(shown)
        self._number_steps(shown)

    @Slot(bool)
    def pause(self, paused: bool) -> None:
        """Hide the strip while the window is on a projector."""
        if paused:
            self._bar.hide()
        else:
            self.show()

    @Slot(object)
    def number(self, panel: EndpointPanel) -> None:
        """Number the steps on the buttons of a new panel, while the strip names them."""
        if self._numbered:
            panel.number_steps(True)

    def _number_steps(self, shown: bool) -> None:
        """1, 2, 3 on the buttons that the strip names."""
        self._numbered = shown
        self._area.number_steps(shown)

    @Slot()
    def redraw(self) -> None:
        """Draw the numbers in the current text size."""
        if self._numbered and not self._controller.closed:
            self._number_steps(True)

    @Slot()
    def step_aside(self) -> None:
        """Hide the strip for a demonstration, which has a strip of its own, and other buttons."""
        self._bar.hide()
        self._number_steps(False)

    @Slot()
    def _leave(self) -> None:
        self._preferences.first_steps_done = True
        self.step_aside()

    @Slot()
    def _on_tick(self) -> None:
        """End the steps with the first answered Send: text came back to a client."""
        if (
            self._numbered
            and not self._controller.closed
            and not self._autoplay.running
            and any(
                isinstance(presenter, ClientPresenter) and presenter.answered
                for presenter in self._tabs.presenters
            )
        ):
            self._preferences.first_steps_done = True
            self._number_steps(False)
            self._bar.go_on()
        self._go()

    @Slot()
    def _go(self) -> None:
        """Hide the strip that is done with, unless that would move what is below the mouse or an
        open pop-up.
        """
        if (
            self._bar.done
            and not self._bar.window().underMouse()
            and QApplication.activePopupWidget() is None
            and QGuiApplication.mouseButtons() == Qt.MouseButton.NoButton
        ):
            self._bar.hide()
