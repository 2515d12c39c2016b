"""Menu bar and tool bar."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QSizePolicy, QToolBar, QToolButton, QWidget

from workbench.texts import language, tr
from workbench.ui import theme
from workbench.ui.client_panel import ClientPanel
from workbench.ui.server_panel import ServerPanel

if TYPE_CHECKING:
    from workbench.ui.main_window import MainWindow


class Actions:
    """Every command of the window, each with a menu entry and a key."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._actions: dict[str, QAction] = {}
        self._menus: dict[str, QMenu] = {}
        self.bar = QToolBar()
        self.bar.setObjectName("toolbar")
        self.bar.setMovable(False)
        self.bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        window.addToolBar(self.bar)
        self._make_menus()
        self._make_bar()

    def _make_menus(self) -> None:
        window = self._window
        bar = window.menuBar()
        for name in ("file", "view", "endpoint", "demos"):
            self._menus[name] = bar.addMenu("")
            self._menus[name].setToolTipsVisible(True)
        self._add("endpoint", "new_server", window.new_server, "Ctrl+T")
        self._add("endpoint", "new_client", window.new_client, "Ctrl+Shift+T")
        self._add("endpoint", "start", self._start, "F5")
        self._add("endpoint", "send", self._send, "Ctrl+Return")
        self._add("endpoint", "remove", self._remove, "Ctrl+W")
        self._menus["endpoint"].addSeparator()
        self._add("endpoint", "stop_all", window.stop_all, "Ctrl+.")
        self._add("view", "language", window.switch_language, "Ctrl+Shift+L")
        self._add("file", "quit", window.close, "Ctrl+Q")
        self._menus["demos"].aboutToShow.connect(self._fill_demos)

    def _add(self, menu: str, name: str, do: Callable[[], object], key: str) -> None:
        action = QAction(self._window)
        action.setObjectName(f"action.{name}")
        action.setShortcut(QKeySequence(key))
        action.triggered.connect(lambda _checked=False: do())
        self._menus[menu].addAction(action)
        self._actions[name] = action

    def _make_bar(self) -> None:
        window = self._window
        self._buttons: dict[str, QToolButton] = {}
        for name, do in (("add_server", window.new_server), ("add_client", window.new_client)):
            button = self._button(name, "plus")
            button.clicked.connect(lambda _=False, do=do: do())
        demos = self._button("demos", "play")
        demos.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        demos.setMenu(self._menus["demos"])
        demos.setProperty("menu", True)
        gap = QWidget()
        gap.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.bar.addWidget(gap)
        stop = self._button("stop_all", "octagon-x")
        stop.clicked.connect(window.stop_all)
        other = self._button("language", None)
        other.clicked.connect(window.switch_language)

    def _button(self, name: str, icon: str | None) -> QToolButton:
        button = QToolButton()
        button.setObjectName(f"window.{name}")
        button.setAutoRaise(True)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setProperty("icon_name", icon or "")
        self.bar.addWidget(button)
        self._buttons[name] = button
        return button

    def _fill_demos(self) -> None:
        menu = self._menus["demos"]
        menu.clear()
        found = self._window.demos.found()
        for path, title in found:
            action = menu.addAction(title)
            action.setToolTip(path.name)
            action.triggered.connect(lambda _=False, path=path: self._window.demos.run(path))
        if not found:
            menu.addAction(tr("menu.no_demos")).setEnabled(False)

    def _start(self) -> None:
        panel = self._window.panel_in_front()
        if panel is not None:
            panel.start()

    def _send(self) -> None:
        panel = self._window.panel_in_front()
        if isinstance(panel, ServerPanel):
            panel.send.click()
        elif isinstance(panel, ClientPanel):
            panel.editor.send.click()

    def _remove(self) -> None:
        panel = self._window.panel_in_front()
        if panel is not None:
            self._window.remove(panel)

    def set_live(self, live: bool) -> None:
        """Nothing acts on sockets while an old record is shown."""
        for name in ("new_server", "new_client", "start", "send", "remove", "stop_all"):
            self._actions[name].setEnabled(live)
        for name in ("add_server", "add_client", "demos", "stop_all"):
            self._buttons[name].setEnabled(live)
        self._menus["demos"].setEnabled(live)

    def retranslate(self) -> None:
        for name, menu in self._menus.items():
            menu.setTitle(tr(f"menu.{name}"))
        for name, action in self._actions.items():
            action.setText(tr(f"menu.{name}"))
            action.setToolTip(tr(f"menutip.{name}"))
            action.setStatusTip(tr(f"menutip.{name}"))
        for name, button in self._buttons.items():
            button.setText(tr(f"window.{name}"))
            button.setToolTip(tr(f"tip.{name}"))
            button.setAccessibleName(tr(f"name.{name}"))
        self._buttons["language"].setProperty("language", language())
        self.redraw()

    def redraw(self) -> None:
        """Icons in the colours of the theme."""
        for button in self._buttons.values():
            name = button.property("icon_name")
            if name:
                button.setIcon(theme.icon(name))
