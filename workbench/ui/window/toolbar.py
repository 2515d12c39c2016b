"""The tool bar: what is needed most, in words and icons."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QMenu, QSizePolicy, QToolBar, QToolButton, QWidget

from workbench.texts import tr
from workbench.ui.style import theme
from workbench.ui.style.retranslatable import Retranslatable

if TYPE_CHECKING:
    from workbench.ui.window.window import MainWindow

APART = 4
"""Pixels between two buttons, separators and margins counted in."""
LIVE_ONLY = ("add_server", "add_client", "demos", "backlog_lab", "mark", "start_over", "stop_all")


class ToolBar(Retranslatable, QToolBar):
    """Add | demos | mark, scenario, start over …… stop all | size, presentation, language."""

    def __init__(self, window: MainWindow, demos: QMenu) -> None:
        super().__init__()
        self.setObjectName("toolbar")
        self.setMovable(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._buttons: dict[str, QToolButton] = {}
        self._add("add_server", "plus", window.panels.new_server)
        self._add("add_client", "plus", window.panels.new_client)
        self.addSeparator()
        chooser = self._add("demos", "play", None)
        chooser.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        chooser.setMenu(demos)
        chooser.setProperty("menu", True)
        self._add("backlog_lab", "flask-conical", window.others.open_backlog_lab)
        self.addSeparator()
        self._add("mark", "bookmark", window.begin_mark)
        self._add("make_scenario", "list-checks", window.others.make_scenario)
        self._add("start_over", "rotate-ccw", window.start_over)
        gap = QWidget()
        gap.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.addWidget(gap)
        self._add("stop_all", "octagon-x", window.panels.stop_all)
        self.addSeparator()
        self._add("smaller", None, window.looks.smaller)
        self._add("larger", None, window.looks.larger)
        self._add("present", "presentation", window.presentation.switch)
        self._add("language", None, window.looks.switch_language)
        self.retranslate()

    def _add(self, name: str, icon: str | None, do: Callable[[], object] | None) -> QToolButton:
        button = QToolButton()
        button.setObjectName(f"window.{name}")
        button.setAutoRaise(True)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setProperty("icon_name", icon or "")
        if do is not None:
            button.clicked.connect(lambda _=False: do())
        self.addWidget(button)
        self._buttons[name] = button
        return button

    def set_live(self, live: bool) -> None:
        for name in LIVE_ONLY:
            self._buttons[name].setEnabled(live)

    def retranslate(self) -> None:
        for name, button in self._buttons.items():
            button.setText(tr(f"window.{name}"))
            button.setToolTip(tr(f"tip.{name}"))
            button.setAccessibleName(tr(f"name.{name}"))
        self._draw()

    def _draw(self) -> None:
        """Icons in the colours and size of the theme."""
        side = theme.scaled(theme.ICON)
        for button in self._buttons.values():
            button.setIconSize(QSize(side, side))
            name = button.property("icon_name")
            if name:
                button.setIcon(theme.icon(name))
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

    def _fit(self) -> None:
        """Words beside the icons where all of it fits, else icons alone: nothing falls off."""
        whole = {button: _width(button, words=True) for button in self._buttons.values()}
        between = self.fontMetrics().averageCharWidth() + APART * len(self.actions())
        words = sum(whole.values()) + between <= self.width()
        style = Qt.ToolButtonStyle
        for button, width in whole.items():
            alone = not words and bool(button.property("icon_name"))
            button.setToolButtonStyle(
                style.ToolButtonIconOnly if alone else style.ToolButtonTextBesideIcon
            )
            button.setFixedWidth(_width(button, words=False) if alone else width)


def _width(button: QToolButton, *, words: bool) -> int:
    """QToolButton's own hint wastes a third."""
    icon = button.iconSize().width() + 4 if button.property("icon_name") else 0
    arrow = 14 if button.property("menu") else 0
    text = button.fontMetrics().horizontalAdvance(button.text()) if words else 0
    return text + icon + arrow + 16
