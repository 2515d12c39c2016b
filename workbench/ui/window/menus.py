"""The menu bar: every command of the window, each with a key where one is worth it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QAbstractButton, QMenu

from workbench.journal.records import recent
from workbench.qt.tips import plain_tip
from workbench.texts import tr

if TYPE_CHECKING:
    from workbench.ui.endpoint.endpoint_panel import EndpointPanel
    from workbench.ui.window.window import MainWindow

MENUS: Final = ("file", "edit", "view", "endpoint", "scenario", "labs", "help")
LIVE_ONLY: Final = frozenset(
    {
        "new_server",
        "new_client",
        "start",
        "send",
        "next_call",
        "half_close",
        "abort",
        "close_connection",
        "talk",
        "save_talk",
        "stop",
        "accept_one",
        "receive_one",
        "recvfrom_once",
        "send_one",
        "more",
        "hide_closed",
        "remove",
        "stop_all",
        "mark",
        "start_over",
        "run_scenario",
        "watch",
        "first_steps",
        "backlog_lab",
        "check_all",
        "endpoints",
    }
)
"""What acts on sockets: nothing for a record of an earlier run."""


class Menus:
    """Makes the menus and keeps their actions by name."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._actions: dict[str, QAction] = {}
        self._menus: dict[str, QMenu] = {}
        bar = window.menuBar()
        for name in MENUS:
            self._menus[name] = bar.addMenu("")
            self._menus[name].setToolTipsVisible(True)
        self._file()
        self._edit_and_view()
        self._endpoint()
        self._scenario_and_help()

    @property
    def demos_menu(self) -> QMenu:
        """The ready scenarios, filled when it opens."""
        return self._menus["demos"]

    def _file(self) -> None:
        files = self._window.files
        self._add("file", "open", files.open_record, "Ctrl+O")
        self._sub("file", "recent", self._fill_recent)
        self._add("file", "export", files.export, "Ctrl+E")
        self._menus["file"].addSeparator()
        whole = self._add("file", "every_byte", self._window.switch_every_byte, "Ctrl+Shift+K")
        whole.setCheckable(True)
        whole.setChecked(self._window.preferences.every_byte)
        self._add("file", "start_over", self._window.start_over, "Ctrl+Shift+R")
        self._add("file", "quit", self._window.close, "Ctrl+Q")

    def _edit_and_view(self) -> None:
        window, log, looks = self._window, self._window.log, self._window.looks
        self._add("edit", "mark", window.begin_mark, "Ctrl+M")
        self._add("edit", "find", log.search.setFocus, "Ctrl+F")
        self._add("edit", "find_next", log.find_next, "F3")
        self._add("edit", "filter", log.filter.setFocus, "Ctrl+L")
        self._add("edit", "errors", log.errors.click, "Ctrl+Shift+E")
        self._add("edit", "main_calls", log.main_calls.click, "Ctrl+Shift+M")
        self._add("edit", "newest", lambda: log.follow.setChecked(True), "Ctrl+End")
        self._add("edit", "clear_log", log.clear_button.click, "Ctrl+K")
        self._add("view", "larger", looks.larger, "Ctrl+=", "Ctrl++")
        self._add("view", "smaller", looks.smaller, "Ctrl+-")
        self._add("view", "normal_size", looks.normal, "Ctrl+0")
        self._add("view", "present", window.presentation.switch, "F11")
        self._add("view", "endpoints", window.endpoints.switch, "Ctrl+B")
        self.hide_closed = self._add(
            "view", "hide_closed", window.panels.closed_rows.switch, "Ctrl+H"
        )
        self.hide_closed.setCheckable(True)
        self.hide_closed.setChecked(window.preferences.hide_closed)
        schemes = self._sub("view", "scheme", None)
        group = QActionGroup(window)
        for name, key in (
            ("system", "Ctrl+Alt+0"),
            ("light", "Ctrl+Alt+1"),
            ("dark", "Ctrl+Alt+2"),
        ):
            action = self._add("scheme", f"scheme_{name}", partial(looks.set_scheme, name), key)
            action.setCheckable(True)
            action.setChecked(name == window.preferences.scheme)
            group.addAction(action)
            schemes.addAction(action)
        self._add("view", "language", looks.switch_language, "Ctrl+Shift+L")

    def _endpoint(self) -> None:
        window = self._window
        self._add("endpoint", "new_server", window.panels.new_server, "Ctrl+T")
        self._add("endpoint", "new_client", window.panels.new_client, "Ctrl+Shift+T")
        self._menus["endpoint"].addSeparator()
        for name, key in (
            ("start", "F5"),
            ("stop", "Shift+F5"),
            ("next_call", "F10"),
            ("accept_one", "F9"),
            ("receive_one", "Shift+F9"),
            ("recvfrom_once", "Ctrl+F9"),
            ("send", "Ctrl+Return"),
            ("send_one", "Ctrl+Shift+F9"),
            ("half_close", "F6"),
            ("abort", "F7"),
            ("close_connection", "F8"),
            ("more", "Ctrl+D"),
            ("talk", "Ctrl+Shift+C"),
            ("save_talk", "Ctrl+Shift+S"),
        ):
            self._add("endpoint", name, partial(self._in_front, name), key)
        self._menus["endpoint"].addSeparator()
        self._add("endpoint", "remove", self._remove, "Ctrl+W")
        self._add("endpoint", "stop_all", window.panels.stop_all, "Ctrl+.")

    def _scenario_and_help(self) -> None:
        window = self._window
        self._add("scenario", "make_scenario", window.others.make_scenario, "Ctrl+G")
        self._add(
            "scenario",
            "repeat_until",
            partial(window.others.make_scenario, repeat=True),
            "Ctrl+Shift+G",
        )
        self._add("scenario", "run_scenario", window.files.run_scenario, "Ctrl+R")
        self._add("labs", "backlog_lab", window.others.open_backlog_lab, "Ctrl+Shift+B")
        self._sub("labs", "demos", self._fill_demos)
        self._add("labs", "check_all", window.others.open_check_all, "Ctrl+Shift+D")
        self._add("help", "first_steps", lambda: window.guide.show(again=True), "F1")
        self._add("help", "watch", window.watch.start, "Ctrl+Shift+W")

    def _add(self, menu: str, name: str, do: Callable[[], object], *keys: str) -> QAction:
        action = QAction(self._window)
        action.setObjectName(f"action.{name}")
        action.setShortcuts([QKeySequence(key) for key in keys])
        action.triggered.connect(lambda _checked=False: do())
        self._menus[menu].addAction(action)
        self._window.addAction(action)  # its key works while a presentation hides the menu bar
        self._actions[name] = action
        return action

    def _sub(self, menu: str, name: str, fill: Callable[[], None] | None) -> QMenu:
        made = self._menus[menu].addMenu("")
        made.setToolTipsVisible(True)
        if fill is not None:
            made.aboutToShow.connect(fill)
        self._menus[name] = made
        return made

    # -- what is filled when it opens -----------------------------------------------------------

    def _fill_demos(self) -> None:
        menu = self._menus["demos"]
        menu.clear()
        for old in menu.findChildren(QMenu):  # clear() leaves them: they are its children
            old.setParent(None)
            old.deleteLater()
        topics: dict[str, QMenu] = {"article": menu}
        for item in sorted(self._window.demos.found(), key=lambda item: item.topic != "article"):
            if item.topic not in topics:
                topics[item.topic] = menu.addMenu(tr(f"demos.topic_{item.topic}"))
                topics[item.topic].setToolTipsVisible(True)
            action = topics[item.topic].addAction(item.title)
            hindrance = item.hindrance()
            action.setToolTip(plain_tip(item.shows if hindrance is None else hindrance.text))
            action.setEnabled(hindrance is None)
            action.triggered.connect(partial(self._window.demos.run_named, item.name))

    def _fill_recent(self) -> None:
        menu = self._menus["recent"]
        menu.clear()
        for known in recent():
            key = "menu.recent_crashed" if known.crashed else "menu.recent_entry"
            action = menu.addAction(tr(key, name=known.path.stem, events=f"{known.events:,}"))
            action.triggered.connect(
                lambda _=False, path=known.path: self._window.files.show_record(path)
            )
        if menu.isEmpty():
            menu.addAction(tr("menu.no_recent")).setEnabled(False)

    # -- the panel in front ---------------------------------------------------------------------

    def _in_front(self, name: str) -> None:
        """In the panel in front, else in the other one: only a server accepts."""
        slots = self._window.slots_
        for panel in (self._window.panels.in_front(), slots.left.in_front, slots.right.in_front):
            if panel is not None and _press(panel, name):
                return

    def _remove(self) -> None:
        panel = self._window.panels.in_front()
        if panel is not None:
            self._window.panels.remove(panel)

    # -- showing --------------------------------------------------------------------------------

    def set_live(self, live: bool) -> None:
        """Nothing acts on sockets while an old record is shown."""
        for name in LIVE_ONLY:
            self._actions[name].setEnabled(live)
        self._menus["demos"].setEnabled(live)

    def retranslate(self) -> None:
        for name, menu in self._menus.items():
            menu.setTitle(tr(f"menu.{name}"))
        for name, action in self._actions.items():
            key = "close_window" if name == "quit" and not self._window.live else name
            action.setText(tr(f"menu.{key}"))
            action.setToolTip(tr(f"menutip.{key}"))
            action.setStatusTip(tr(f"menutip.{key}"))


def _press(panel: EndpointPanel, name: str) -> bool:
    """What an entry or key does: the panel's button, if it may be used; False: there is none."""
    prefix = panel.controls.prefix
    control = {
        "start": panel.address_line.primary.objectName(),
        "close_connection": f"{prefix}.close",
    }.get(name, f"{prefix}.{name}")
    button = panel.findChild(QAbstractButton, control)
    if button is None or button.isHidden():
        return False
    if button.isEnabled():
        button.click()
    return True
