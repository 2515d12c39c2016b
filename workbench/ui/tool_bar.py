"""The tool bar: what is needed most, in words and icons."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QSizePolicy, QToolBar, QToolButton, QWidget

from workbench.texts import tr
from workbench.ui import theme

if TYPE_CHECKING:
    from workbench.ui.main_window import MainWindow

LIVE_ONLY = ("add_server", "add_client", "demos", "backlog_lab", "mark", "start_over", "stop_all")


class Tools(QToolBar):
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
        self._add("language", None, window.switch_language)

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
        self.redraw()

    def redraw(self) -> None:
        """Icons in the colours of the theme."""
        for button in self._buttons.values():
            name = button.property("icon_name")
            if name:
                button.setIcon(theme.icon(name))
            # QToolButton's own hint wastes a third, and what does not fit is put out of sight
            icon = button.iconSize().width() + 4 if name else 0
            arrow = 14 if button.property("menu") else 0
            text = button.fontMetrics().horizontalAdvance(button.text())
            button.setFixedWidth(text + icon + arrow + 16)
