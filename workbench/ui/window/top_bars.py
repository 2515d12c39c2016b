"""Menu bar and tool bar: one below the other or, in a low window, side by side."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QMenuBar, QSizePolicy, QWidget

from workbench.ui.style.dressing import repolish
from workbench.ui.window.toolbar import ToolBar


class TopBars(QWidget):
    """Both bars."""

    def __init__(self, menus: QMenuBar, tools: ToolBar) -> None:
        super().__init__()
        self._menus = menus
        self._tools = tools
        self._sparing = False
        self._beside = False
        self._column = column = QBoxLayout(QBoxLayout.Direction.TopToBottom, self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(menus)
        column.addWidget(tools, 1)

    @Slot(bool)
    def spare_height(self, sparing: bool) -> None:
        """Put the bars side by side while the window is low."""
        self._sparing = sparing
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def event(self, event: QEvent) -> bool:
        """React when a menu or button has other words, or another size."""
        handled = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return handled

    def _fit(self) -> None:
        """Put them side by side if that saves height and both have the width."""
        needed = self._menus.sizeHint().width() + self._tools.least_width
        beside = self._sparing and needed <= self.width()
        beside = beside and not self._menus.isNativeMenuBar()  # it is in no window
        if beside == self._beside:
            return
        self._beside = beside
        self.setProperty("beside", beside)
        for part in (self, self._menus, self._tools):
            repolish(part)
        policy, direction = QSizePolicy.Policy, QBoxLayout.Direction
        self._menus.setSizePolicy(policy.Maximum if beside else policy.Preferred, policy.Fixed)
        self._column.setDirection(direction.LeftToRight if beside else direction.TopToBottom)
