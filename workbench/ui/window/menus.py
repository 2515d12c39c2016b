"""The menu bar, made from the table of commands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from workbench.journal.records import recent
from workbench.qt.tips import plain_tip
from workbench.texts import tr
from workbench.ui.style.retranslatable import Retranslatable
from workbench.ui.window.action_table import ACTIONS, MENUS, Action
from workbench.ui.window.set_up_commands import RecentSetUps
from workbench.ui.window.value_choice import ValuesMenu

if TYPE_CHECKING:
    from workbench.qt.scenario_player import ScenarioPlayer


class DemosMenu(QMenu):
    """The demonstrations by topic, filled when it opens.

    Attributes:
        further: returns the actions below them.
    """

    def __init__(self, player: ScenarioPlayer, parent: QWidget) -> None:
        super().__init__(parent)
        self.further: Callable[[], list[QAction]] = list
        self._player = player
        self.aboutToShow.connect(self._fill)

    @Slot()
    def _fill(self) -> None:
        self.clear()
        for old in self.findChildren(QMenu):  # clear() leaves them, since they are its children
            old.setParent(None)
            old.deleteLater()
        topics: dict[str, QMenu] = {"article": self}
        for item in sorted(self._player.found(), key=lambda item: item.topic != "article"):
            if item.topic not in topics:
                topics[item.topic] = self.addMenu(tr(f"demos.topic_{item.topic}"))
                topics[item.topic].setToolTipsVisible(True)
            action = topics[item.topic].addAction(item.title)
            hindrance = item.hindrance()
            action.setToolTip(plain_tip(item.shows if hindrance is None else hindrance.text))
            action.setEnabled(hindrance is None)
            action.triggered.connect(partial(self._player.run_named, item.name))
        further = self.further()
        if further:
            self.addSeparator()
            self.addActions(further)


class RecentMenu(QMenu):
    """The newest earlier records, filled when it opens.

    Attributes:
        name_of: returns what a record is called.

    Signals:
        chosen(object): show the record of this Path.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.name_of: Callable[[Path], str] = lambda record: record.stem
        self.aboutToShow.connect(self._fill)

    @Slot()
    def _fill(self) -> None:
        self.clear()
        for known in recent():
            key = "menu.recent_crashed" if known.crashed else "menu.recent_entry"
            name = self.name_of(known.path).replace("&", "&&")
            action = self.addAction(tr(key, name=name, events=f"{known.events:,}"))
            action.triggered.connect(partial(self._choose, known.path))
        if self.isEmpty():
            self.addAction(tr("menu.no_recent")).setEnabled(False)

    def _choose(self, path: Path, _checked: bool = False) -> None:
        self.chosen.emit(path)


class MenuBar(Retranslatable, QMenuBar):
    """Makes a QAction for each row of the table, and puts it into its menu.

    Attributes:
        demos, recent, recent_set_ups, values: the menus that are filled when they open.
    """

    def __init__(self, player: ScenarioPlayer, parent: QWidget, *, live: bool) -> None:
        """`live` False: an old record is shown, and nothing acts on sockets."""
        # in its window from the start: Qt's own menu for what has no room, made in the middle of a
        # resize, would keep the old one
        super().__init__(parent)
        self._live = live
        self._actions: dict[str, QAction] = {}
        self._choices: dict[str, QActionGroup] = {}
        self._also: dict[QMenu, list[QAction]] = {}
        self._menus = {name: QMenu(self) for name in MENUS}
        for menu in self._menus.values():
            self.addMenu(menu)
        self.demos = DemosMenu(player, self._menus["labs"])
        self.recent = RecentMenu(self._menus["file"])
        self.recent_set_ups = RecentSetUps(self._menus["file"])
        self.values = ValuesMenu(self._menus["file"])
        self._menus |= {
            "demos": self.demos,
            "recent": self.recent,
            "recent_set_ups": self.recent_set_ups,
            "values": self.values,
            "layout": QMenu(self._menus["view"]),
            "scheme": QMenu(self._menus["view"]),
            "keep": QMenu(self._menus["file"]),
            "ws_menu": QMenu(self._menus["endpoint"]),
            "tab_menu": QMenu(self._menus["endpoint"]),
        }
        for row in ACTIONS:
            if row.menu is not None:
                self._add(row, self._menus[row.menu])
        for menu in self._menus.values():
            menu.setToolTipsVisible(True)
        self.retranslate()

    def action(self, name: str) -> QAction:
        """The action of a row, by its id."""
        return self._actions[name]

    def keyed(self) -> list[QAction]:
        """The actions that have keys."""
        return [action for action in self._actions.values() if action.shortcuts()]

    def connect_all(self, does: Mapping[str, Callable[[], object]]) -> None:
        """Connect each action to what `does` says for its id; a submenu does nothing but open."""
        for name, action in self._actions.items():
            if action.menu() is None:
                action.triggered.connect(partial(_call, does[name]))

    def _add(self, row: Action, menu: QMenu) -> None:
        if row.rule:
            menu.addActions(self._also.pop(menu, []))
            menu.addSeparator()
        if row.submenu:
            action = self._menus[row.id].menuAction()
        else:
            action = QAction(self)
            action.setObjectName(f"action.{row.id}")
        action.setShortcuts([QKeySequence.fromString(key) for key in row.keys])
        action.setCheckable(row.checkable or row.choice)
        action.setEnabled(self._live or not row.live)
        menu.addAction(action)
        if row.also is not None:
            self._also.setdefault(self._menus[row.also], []).append(action)
        if row.choice and row.menu is not None:
            self._choices.setdefault(row.menu, QActionGroup(self)).addAction(action)
        self._actions[row.id] = action

    def retranslate(self) -> None:
        self.setAccessibleName(tr("name.menu_bar"))
        for name in MENUS:
            self._menus[name].setTitle(tr(f"menu.{name}"))
        for row in ACTIONS:
            if row.menu is None:
                continue
            key = row.id if self._live or row.old_text is None else row.old_text
            action = self._actions[row.id]
            action.setText(tr(f"menu.{key}"))
            if not row.submenu:
                action.setToolTip(tr(f"menutip.{key}"))
                action.setStatusTip(tr(f"menutip.{key}"))


def _call(do: Callable[[], object], _checked: bool = False) -> None:
    do()
