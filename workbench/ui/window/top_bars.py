"""The menu bar and the tool bar: one below the other, or beside each other in a low window."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QBoxLayout, QMenuBar, QSizePolicy, QToolBar, QWidget

from workbench.ui.style.theme import repolish


class TopBars(QWidget):
    """What stands above everything else."""

    def __init__(self, menus: QMenuBar, tools: QToolBar) -> None:
        super().__init__()
        self._menus = menus
        self._tools = tools
        self._column = column = QBoxLayout(QBoxLayout.Direction.TopToBottom, self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(menus)
        column.addWidget(tools, 1)

    @Slot(bool)
    def spare_height(self, sparing: bool) -> None:
        """Beside each other, or one below the other."""
        beside = sparing and not self._menus.isNativeMenuBar()  # that stands in no window
        self.setProperty("beside", beside)
        for part in (self, self._menus, self._tools):
            repolish(part)
        policy = QSizePolicy.Policy
        self._menus.setSizePolicy(policy.Maximum if beside else policy.Preferred, policy.Fixed)
        direction = QBoxLayout.Direction
        self._column.setDirection(direction.LeftToRight if beside else direction.TopToBottom)
